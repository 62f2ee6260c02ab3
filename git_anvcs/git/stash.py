"""The stashes of a repository: shared by all worktrees, kept in the reflog of refs/stash."""

from git_anvcs.git.repo import Repo

_MOST = 16


def listed(repo: Repo) -> list[str]:
    """The newest stashes (commits), the oldest of them first; no process with the files backend."""
    if (repo.common_dir / "reftable").is_dir():
        done = repo.try_git("log", "-g", f"-n{_MOST}", "--format=%H", "refs/stash", "--")
        return done.stdout.decode().split()[::-1]
    try:
        lines = (repo.common_dir / "logs/refs/stash").read_text(errors="replace").splitlines()
    except OSError:
        return []
    found = [words[1] for line in lines if len(words := line.split(" ", 2)) == 3]
    return found[-_MOST:]

"""The stashes of a repository: shared by all worktrees, kept in the reflog of refs/stash."""

import math

from git_anvcs.git.repo import Repo

_MOST = 16


def listed(repo: Repo, until: float = math.inf, most: int = _MOST) -> list[str]:
    """The newest stashes (commits), the oldest of them first; no process with the files backend.

    until: only those made by then, in seconds since the epoch; most: not more of them
    """
    if (repo.common_dir / "reftable").is_dir():
        form = "--format=%H x %ct x"
        done = repo.try_git("log", "-g", f"-n{most}", form, "refs/stash", "--")
        rows = [row.split(" ") for row in done.stdout.decode().splitlines()[::-1]]
        return [row[0] for row in rows if _made_at(row) <= until]
    try:
        lines = (repo.common_dir / "logs/refs/stash").read_text(errors="replace").splitlines()
    except OSError:
        return []
    found = [line.split("\t", 1)[0].split(" ") for line in lines]
    return [row[1] for row in found if len(row) > 3 and _made_at(row) <= until][-most:]


def _made_at(row: list[str]) -> float:
    """The moment in a row of a reflog: `old new name <mail> seconds zone`."""
    return float(row[-2]) if row[-2].isdecimal() else 0.0

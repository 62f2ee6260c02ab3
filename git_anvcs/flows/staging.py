"""Story: `git add`, and who staged what."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock, process
from git_anvcs.provenance.claim import is_agent_id
from git_anvcs.provenance.events import MOST_PATHS, Event, to_line
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


class Added(NamedTuple):
    """Git's exit code, the paths whose staged content changed, and whose session it was."""

    exit_code: int
    staged: tuple[str, ...] = ()
    who: str | None = None


def add(
    repo: Repo, cwd: Path, args: Sequence[str], *, session: str, to_stderr: bool = False
) -> Added:
    """Run `git add`; note the paths for `session` (`tool:id`), when one is declared."""
    argv = ("git", "add", *args)
    tool, _, ident = session.partition(":")
    if not ident or not is_agent_id(session):
        return Added(process.attach(argv, cwd=cwd, to_stderr=to_stderr, configured=True))
    before = _staged(repo)
    code = process.attach(argv, cwd=cwd, to_stderr=to_stderr, configured=True)
    changed = [path for path, blob in _staged(repo).items() if before.get(path) != blob]
    paths = Paths(repo.common_dir)
    if changed and paths.home.is_dir():
        event = Event(tool, "stage", ident, paths=tuple(changed[:MOST_PATHS]))
        worktree = spool.worktree_of(repo.git_dir, repo.common_dir)
        spool.append(paths, "agent", worktree, {"ts": clock.now(), **to_line(event)})
    return Added(code, tuple(changed), session)


def _staged(repo: Repo) -> dict[str, str]:
    """What differs from HEAD in the index: path -> the staged blob."""
    listed = repo.try_git("diff-index", "--cached", "-z", "--no-renames", "HEAD").stdout
    fields = listed.decode(errors="surrogateescape").split("\0")
    return {path: info.split(" ")[3] for info, path in zip(fields[::2], fields[1::2], strict=False)}

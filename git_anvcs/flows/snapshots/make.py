"""Story: a session's own changes become a commit, past the user's index and everybody's files.

The commit is made by `git commit` with an index of its own, so that hooks run, signatures are made
and the record is written as ever. A pre-commit hook that could see, or put aside, somebody else's
work stops it. In the user's index the files of the commit follow; nothing else there changes.
"""

from collections.abc import Mapping
import os
from pathlib import Path
import tempfile
from typing import NamedTuple

from git_anvcs.flows import commit as committing
from git_anvcs.flows.commit import Told
from git_anvcs.flows.journal import in_use
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.snapshots.own import Own
from git_anvcs.flows.wiring import others
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk
from git_anvcs.journal.history import Content
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied

_COMMITTED = ("-q", "--no-edit", "--cleanup=whitespace")


class Made(NamedTuple):
    """commit: the new one; tree: its tree; before: the journal's last operation before it"""

    commit: str
    tree: str
    before: int


class CannotCommit(AnvcsError):
    """Git, or a hook, did not make the commit; nothing was changed."""


def branch_of(repo: Repo) -> str:
    """The branch to commit on. Raises PolicyDenied where nothing may be committed now."""
    branch = repo.try_git("symbolic-ref", "-q", "HEAD").stdout.decode().strip()
    if not branch:
        raise PolicyDenied("HEAD is on no branch", hint="git switch -c NAME")
    why = in_use.refs(repo, branch)
    if branch in why or "HEAD" in why:
        raise PolicyDenied(f"nothing is committed: {why.get(branch) or why['HEAD']}")
    if (repo.git_dir / "BISECT_LOG").exists():
        raise PolicyDenied("nothing is committed: a bisect is in progress")
    return branch


def tree(repo: Repo, files: Mapping[str, Content | None]) -> str:
    """The tree of HEAD with these files, written with the filters that `git add` uses."""
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        return _filled(repo, files, _env(Path(folder)))


def make(
    here: Opened,
    own: Own,
    session: str,
    message: str,
    env: Mapping[str, str],
    *,
    wanted: str = "",
) -> Made:
    """Commit what is the session's own. Raises PolicyDenied, CannotCommit, GitFailed.

    session: whose it is; empty: nobody's writing
    wanted: the tree it must have, as it was tested; empty: any
    """
    repo = here.repo
    branch_of(repo)
    _heed_hooks(repo, own)
    before, head = here.journal.last(), repo.resolve("HEAD")
    checked = committing.check(repo, repo.root, Told(agent=session or None))
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        index = _env(Path(folder))
        built = _filled(repo, own.files, index)
        if wanted and built != wanted:
            raise PolicyDenied("the files changed since they were tested; nothing was committed")
        _index_follows(repo, own.files, built)  # first: a crash leaves it staged, and nothing lost
        words = (*_COMMITTED, "-m", message)
        checked = checked._replace(variables=index)
        done = committing.commit(repo, repo.root, env, checked, words, to_stderr=True)
    if done.exit_code or done.commit is None or done.commit == head:
        _index_is_heads(repo, own.files)
        raise CannotCommit(
            f"git commit ended with {done.exit_code}; nothing was committed",
            hint="a hook may have refused it; git commit in this worktree shows why",
        )
    _heed_others(repo, own.files, head, done.commit)
    got = repo.line("rev-parse", f"{done.commit}^{{tree}}")
    if wanted and got != wanted:
        branch = branch_of(repo)
        refs.update(repo, [Update(branch, done.commit, head)], "anvcs: a hook changed the tree")
        _index_is_heads(repo, own.files)
        raise CannotCommit("a hook changed what was tested, so it was not committed")
    if got != built:
        _index_follows(repo, own.files, got)
    here.look()
    return Made(done.commit, got, before)


def _env(folder: Path) -> dict[str, str]:
    return {"GIT_INDEX_FILE": str(folder / "index")}


def _filled(repo: Repo, files: Mapping[str, Content | None], env: Mapping[str, str]) -> str:
    """An index of HEAD with these files, and its tree."""
    if repo.resolve("HEAD"):
        repo.git("read-tree", "HEAD", env=env)
    rows = []
    for path, content in files.items():
        if content is None:
            rows.append(f"0 {repo.zero_oid}\t{path}")
            continue
        how = ("--no-filters",) if content.mode == disk.LINK else (f"--path={path}",)
        oid = repo.git("hash-object", "-w", "--stdin", *how, stdin=content.data).decode().strip()
        rows.append(f"{content.mode:o} {oid}\t{path}")
    stdin = os.fsencode("".join(f"{row}\0" for row in rows))
    repo.git("update-index", "-z", "--index-info", stdin=stdin, env=env)
    return repo.line("write-tree", env=env)


def _index_follows(repo: Repo, files: Mapping[str, Content | None], built: str) -> None:
    """In the user's index, these files as a tree has them. Raises GitFailed when it is locked."""
    listed = os.fsdecode(repo.git("ls-tree", "-r", "-z", "--full-tree", built)).split("\0")[:-1]
    rows = {path: facts for facts, _, path in (line.partition("\t") for line in listed)}
    lines = []
    for path in files:
        mode, _, oid = rows[path].split(" ") if path in rows else ("0", "", repo.zero_oid)
        lines.append(f"{mode} {oid}\t{path}")
    stdin = os.fsencode("".join(f"{line}\0" for line in lines))
    repo.git("update-index", "-z", "--index-info", stdin=stdin)
    repo.try_git("update-index", "-q", "--refresh")


def _index_is_heads(repo: Repo, files: Mapping[str, Content | None]) -> None:
    """In the user's index, these files as HEAD has them by now."""
    if head := repo.resolve("HEAD"):
        _index_follows(repo, files, f"{head}^{{tree}}")


def _heed_others(
    repo: Repo, files: Mapping[str, Content | None], head: str | None, made: str
) -> None:
    """A commit on top of one that somebody made meanwhile would take that one's changes back.

    head: what it was to be on top of. Raises CannotCommit, having taken it away again.
    """
    parent = repo.resolve(f"{made}^")
    if parent == head:
        return
    to = ("HEAD", parent, made) if parent else ("-d", "HEAD", made)
    repo.git("update-ref", "-m", "anvcs: HEAD was moved meanwhile", *to)
    _index_is_heads(repo, files)
    raise CannotCommit(
        "HEAD was moved meanwhile; nothing was committed", hint="run the command again"
    )


def _heed_hooks(repo: Repo, own: Own) -> None:
    """A pre-commit hook of somebody looks at the worktree; there must be nobody else's work in it.

    Raises PolicyDenied.
    """
    if not (own.others or own.left or own.partly):
        return
    if others.has(repo, ("pre-commit",)):
        raise PolicyDenied(
            "a pre-commit hook is there, and it would see changes that are not the session's",
            hint="commit by hand, or when nobody else's changes are in this worktree",
        )

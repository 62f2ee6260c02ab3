"""What Git knows of commits: the facts a record's subject and a claim are made from.

Three git processes for any number of commits; nothing is fetched in a partial clone.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.git import commits
from git_anvcs.git.commits import Commit
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import GUARD, Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError

# A patch id of a huge commit is not worth a minute of a laptop's battery.
_PATCH_ID_SECONDS = 60.0
_CHUNK = 400
_DIFF = ("diff-tree", "--stdin", "-r", "--root", "--no-renames", "--no-ext-diff", "--no-textconv")


class Facts(NamedTuple):
    """One commit.

    patch_id: stable patch id; None for merges, for empty commits and when it cannot be had
    changed: path -> (blob before, blob after) against the first parent; zeros stand for no file
    """

    commit: Commit
    patch_id: str | None
    changed: Mapping[str, tuple[str, str]]


def load(repo: Repo, oids: Iterable[str], *, patch_ids: bool = True) -> dict[str, Facts]:
    """The facts of the commits that exist here, by id.

    patch_ids: without them it costs a fifth; they are None then
    """
    found = commits.load(repo, oids)
    if not found:
        return {}
    single = [c.oid for c in found.values() if len(c.parents) < 2]
    known = _patch_ids(repo, single) if patch_ids else {}
    changed = _changed(repo, list(found))
    return {
        oid: Facts(commit, known.get(oid), changed.get(oid, {})) for oid, commit in found.items()
    }


def patch_ids_between(repo: Repo, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The stable patch ids of differences, by (commit before, commit after)."""
    both = {new: old for old, new in pairs}
    found = _patch_ids_of(repo, [f"{new} {old}" for new, old in both.items()])
    return {(both[new], new): patch_id for new, patch_id in found.items() if new in both}


def _changed(repo: Repo, oids: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    how = (*_DIFF, "-z", "--raw", "--diff-merges=first-parent")
    done = repo.try_git(*how, stdin="".join(f"{oid}\n" for oid in oids).encode(), env=AS_STORED)
    fields = iter(done.stdout.decode(errors="surrogateescape").split("\0"))
    found: dict[str, dict[str, tuple[str, str]]] = {}
    paths: dict[str, tuple[str, str]] = {}
    for field in fields:
        if field.startswith(":"):
            _, _, before, after, _ = field.split(" ")
            paths[next(fields)] = (before, after)
        elif field:
            paths = found.setdefault(field, {})
    return found


def _patch_ids(repo: Repo, oids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(oids), _CHUNK):
        found.update(_patch_ids_of(repo, oids[start : start + _CHUNK]))
    return found


def _patch_ids_of(repo: Repo, oids: list[str]) -> dict[str, str]:
    diff = ("git", *_DIFF, "-p", "--full-index")
    where = {"GIT_DIR": str(repo.git_dir)} if repo.bare else {}
    try:
        out = process.piped(
            (diff, ("git", "patch-id", "--stable")),
            cwd=repo.root,
            stdin="".join(f"{oid}\n" for oid in oids).encode(),
            env={**GUARD, **AS_STORED, **where},
            timeout=_PATCH_ID_SECONDS,
        )
    except AnvcsError:
        return {}
    pairs = (line.split() for line in out.decode().splitlines())
    return {commit: patch_id for patch_id, commit in pairs}

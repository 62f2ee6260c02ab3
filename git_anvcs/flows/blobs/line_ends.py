"""Pointers whose line ends Git has changed on their way into the worktree, and how it has them.

`git-ai-blob track` writes `-text`, so that Git changes none. Where an attribute line lacks it and
core.autocrlf or `eol` asks for CRLF, Git hands pointers to the filter and to the worktree with
other ends. They still are these pointers. With `-text` the same bytes are content.
"""

from collections.abc import Iterable
import hashlib

from git_anvcs.blobs.pointer import with_plain_ends
from git_anvcs.git import attributes
from git_anvcs.git.locate import Place
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError

_SHA1_DIGITS = 40


def as_in_git(place: Place, path: str, data: bytes, blob: str = "") -> bytes:
    """What Git has, or is to have, for what came to the filter as `data`.

    blob: the object id of what Git has, where it said so
    """
    plain = with_plain_ends(data)
    if plain == data:
        return data
    if blob:
        return plain if _id(plain, len(blob)) == blob else data
    repo = Repo(place.root, place.git_dir, place.common_dir, bare=False)
    named = {"GIT_DIR": str(place.git_dir), "GIT_WORK_TREE": str(place.root)}
    try:
        changed = changed_by_git(repo.within(named), [path])
    except AnvcsError:
        return data
    return plain if path in changed else data


def changed_by_git(repo: Repo, paths: Iterable[str]) -> frozenset[str]:
    """Those whose line ends Git may change. Raises GitFailed."""
    said = attributes.of(repo, "text", paths)
    return frozenset(path for path, value in said.items() if value != "unset")


def _id(data: bytes, digits: int) -> str:
    made = hashlib.new("sha1" if digits == _SHA1_DIGITS else "sha256", usedforsecurity=False)
    made.update(b"blob %d\0" % len(data) + data)
    return made.hexdigest()

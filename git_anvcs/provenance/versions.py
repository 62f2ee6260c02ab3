"""The versions of a file that is not committed yet, and how they are kept: plain JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from git_anvcs.provenance import lines, ranges
from git_anvcs.provenance.lines import NOBODY, Source

ABSENT = ""
NOT_KEPT = "-"

Lines = Sequence[bytes]
Stashes = dict[str, dict[str, dict[str, str]]]


class Texts(Protocol):
    """Where the lines of files come from; None for what is gone, binary or too large."""

    def content(self, key: str) -> Lines | None:
        """Of a snapshot."""

    def committed(self, commit: str, path: str) -> Lines | None:
        """Of a file in a commit; none where the commit has no such file."""

    def filtered(self, path: str) -> bool:
        """Whether a commit holds the file in another form than the worktree (gitattributes(5))."""


class Version(NamedTuple):
    """A file at one moment.

    key: its snapshot; ABSENT: there was no file; NOT_KEPT: too large, or no file to read
    own: owner -> ranges of lines; by: whoever made this version of the one before, or nobody
    """

    key: str
    own: Mapping[str, str]
    ts: float
    by: str = NOBODY


def read_versions(value: object) -> list[Version]:
    """The versions of a file read back, oldest first; what does not fit is dropped."""
    found = []
    for item in value if isinstance(value, list) else ():
        said = table(item)
        key, ts, by = said.get("key"), said.get("ts"), said.get("by", NOBODY)
        if isinstance(key, str) and isinstance(ts, int | float) and isinstance(by, str):
            found.append(Version(key, own_ranges(said.get("own")), float(ts), by))
    return found


def written(version: Version) -> dict[str, Any]:
    """A version as JSON; what is empty is left out."""
    found = version._asdict()
    return {key: item for key, item in found.items() if item or key in ("key", "ts")}


def own_ranges(value: object) -> dict[str, str]:
    """Owner -> ranges, without what is no text of ranges."""
    return {who: text for who, text in table(value).items() if ranges.pairs(text) is not None}


def stashes(value: object) -> Stashes:
    """What is known of stashes, read back; what does not fit is dropped."""
    return {
        oid: {path: own_ranges(own) for path, own in table(held).items()}
        for oid, held in table(value).items()
    }


def source_of(version: Version, texts: Texts) -> Source | None:
    """Its lines and their owners; None when its text is not to be had."""
    if version.key == ABSENT:
        return Source([], [])
    if version.key == NOT_KEPT:
        return None
    text = texts.content(version.key)
    return None if text is None else Source(text, lines.owners(len(text), version.own))


def of_commit(commit: str, path: str, texts: Texts) -> list[Source]:
    """A file as a commit has it, owned by nobody: whose it is its own record tells."""
    text = texts.committed(commit, path) if commit else None
    return [] if text is None else [Source(text, [NOBODY] * len(text))]


def table(value: object) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}

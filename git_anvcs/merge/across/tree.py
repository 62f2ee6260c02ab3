"""The versions of a file in a tree, and what is said about a merge across files: plain values."""

from collections.abc import Mapping
from posixpath import dirname
from typing import NamedTuple

from git_anvcs.merge.code.paths import at
from git_anvcs.merge.code.source import Source, read
from git_anvcs.merge.profile import Profile, profile
from git_anvcs.merge.registry import format_of, is_code
from git_anvcs.merge.result import NotUnderstood

LIMIT = 1_000_000  # bytes of one version; larger files are nobody's handwriting
SIDES = ("ours", "theirs")


class Unfit(Exception):
    """Why something cannot be carried to another file; completes "`where` …"."""


class Three(NamedTuple):
    """A file three times; None where a version of the tree does not have it."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None

    def of(self, side: str) -> bytes | None:
        """The version of `base`, `ours` or `theirs`."""
        return self.ours if side == "ours" else self.theirs if side == "theirs" else self.base

    @property
    def lost_by_a_side(self) -> bool:
        """Whether a side deleted the file."""
        return self.base is not None and None in (self.ours, self.theirs)

    def with_side(self, side: str, text: bytes) -> "Three":
        return self._replace(ours=text) if side == "ours" else self._replace(theirs=text)

    def changed_by(self, side: str) -> bool:
        return self.of(side) != self.base


Files = Mapping[str, Three]


def other(side: str) -> str:
    return "theirs" if side == "ours" else "ours"


def profile_of(path: str) -> Profile | None:
    """The profile of a file's language; None when it is no code."""
    if not is_code(path):
        return None
    try:
        return profile(format_of(path))
    except NotUnderstood:
        return None


def source_of(path: str, text: bytes | None) -> Source | None:
    """The text read as the language of the path; None where that is not possible.

    Only LF ends a line in it, and it has a last newline: rows can be moved.
    """
    found = profile_of(path)
    if found is None or text is None or len(text) > LIMIT or b"\r" in text or b"\0" in text:
        return None
    if not text.endswith(b"\n") and text:
        return None
    try:
        text.decode()
        return read(found, text)
    except (NotUnderstood, UnicodeDecodeError):
        return None


def package_of(path: str, source: Source) -> tuple[str, str]:
    """The scope that the names of a file are in: folder and package, else the file itself."""
    found = at(source.root, source.profile.package) if source.profile.package else None
    return (dirname(path), source.of(found).decode()) if found is not None else (path, "")

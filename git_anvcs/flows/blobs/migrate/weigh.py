"""How much the files of a history weigh: every content that any commit brought, at every path."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from git_anvcs.blobs import lfs, pointer
from git_anvcs.git import objects, stream
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import Repo

_LOG = (
    *("log", "--raw", "--no-abbrev", "-z", "--format=", "-m", "--root", "--no-renames"),
    *("--no-show-signature", "--no-notes", "--no-ext-diff", "--diff-filter=d", "--no-decorate"),
)
_REGULAR = ("100644", "100755", "100664")
_PORTION = 20_000


class Weight(NamedTuple):
    """One kind of files: contents that the history has of them, and what they weigh in bytes.

    paths: how many different ones; largest, example: the heaviest content and where it stands
    """

    name: str
    paths: int
    contents: int
    size: int
    largest: int
    example: str


class Version(NamedTuple):
    path: str
    oid: str
    size: int


def versions(repo: Repo, tips: Sequence[str]) -> Iterator[Version]:
    """Every content at every path, once; pointers count for nothing: they are left out."""
    seen: set[tuple[str, str]] = set()
    portion: list[tuple[str, str]] = []
    for pair in _pairs(repo, tips):
        if pair not in seen:
            seen.add(pair)
            portion.append(pair)
        if len(portion) == _PORTION:
            yield from _sized(repo, portion)
            portion = []
    yield from _sized(repo, portion)


def by_kind(found: Iterator[Version], above: int) -> list[Weight]:
    """The heaviest kinds first; a kind is an extension, or the name of a file that has none.

    above: only contents of more bytes count
    """
    kinds: dict[str, dict[str, Version]] = {}
    paths: dict[str, set[str]] = {}
    for one in found:
        if one.size > above:
            kinds.setdefault(kind_of(one.path), {}).setdefault(one.oid, one)
            paths.setdefault(kind_of(one.path), set()).add(one.path)
    weights = []
    for name, contents in kinds.items():
        largest = max(contents.values(), key=lambda one: one.size)
        size = sum(one.size for one in contents.values())
        row = Weight(name, len(paths[name]), len(contents), size, largest.size, largest.path)
        weights.append(row)
    return sorted(weights, key=lambda one: (-one.size, one.name))


def kind_of(path: str) -> str:
    """The pattern that means files like this one: `*.bin`, or the name."""
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return f"*.{extension}" if stem and dot and extension else name


def _pairs(repo: Repo, tips: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path and blob of every file that a commit has otherwise than one of its parents."""
    with repo.talk(*_LOG, "--stdin", env=AS_STORED) as git:
        git.write.write("".join(f"{tip}\n" for tip in tips).encode())
        git.write.close()
        mode = oid = ""
        for field in stream.fields(git.read):
            if field.lstrip("\n").startswith(":") and not oid:
                _, mode, _, oid, _ = field.lstrip("\n").split(" ")
            elif oid:
                if mode in _REGULAR:
                    yield field, oid
                oid = ""


def _sized(repo: Repo, pairs: Sequence[tuple[str, str]]) -> Iterator[Version]:
    sizes = objects.blob_sizes(repo, dict.fromkeys(oid for _, oid in pairs))
    small = [oid for oid, size in sizes.items() if 100 < size <= pointer.LONGEST]
    texts = objects.read(repo, small, env=AS_STORED)
    pointers = {one.oid for one in texts if one and _is_pointer(one.data)}
    for path, oid in pairs:
        if oid in sizes and oid not in pointers:
            yield Version(path, oid, sizes[oid])


def _is_pointer(data: bytes) -> bool:
    return pointer.parse(data) is not None or data.startswith(lfs.VERSION)

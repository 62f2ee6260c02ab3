"""Which paths of a landing may have lost something, told by ids; and renames followed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows.landings import Landing
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Blob, Changes
from git_anvcs.merge.conserve import Loss

_LARGEST = 4_000_000  # bytes of one version; a larger file is judged by its id alone


class Held(NamedTuple):
    """What a path holds in the base, in each side and in the result.

    names: what it is called in each side and in the result, where it was renamed
    """

    base: Blob | None
    sides: tuple[Blob | None, ...]
    result: Blob | None
    names: tuple[str, ...] = ()

    @property
    def blobs(self) -> Iterator[Blob]:
        return (blob for blob in (self.base, *self.sides, self.result) if blob is not None)

    @property
    def missing_somewhere(self) -> bool:
        return None in (self.base, *self.sides, self.result)


class Diffs(NamedTuple):
    """From one base: what each side changed, and what is changed in the result."""

    sides: tuple[Changes, ...]
    result: Changes


class Lost(NamedTuple):
    """A loss in one path of a landing; held: what the path holds in every version."""

    landing: Landing
    path: str
    held: Held
    loss: Loss

    @property
    def work(self) -> Blob | None:
        """What the side made of it."""
        return self.held.sides[self.loss.side]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything the path is called, its name in the base first."""
        return tuple(dict.fromkeys((self.path, *self.held.names)))

    def name_in(self, side: int) -> str:
        return self.held.names[side] if self.held.names else self.path


def read(repo: Repo, wanted: Iterable[str]) -> dict[str, bytes]:
    """Id -> bytes of the blobs that are here and not too large."""
    sizes = objects.blob_sizes(repo, wanted)
    small = [oid for oid, size in sizes.items() if size <= _LARGEST]
    found = objects.read(repo, small, env=objects.NO_FETCH)
    return {one.oid: one.data for one in found if one is not None}


def suspects(diffs: Diffs) -> dict[str, Held]:
    """The paths that the ids alone do not acquit."""
    paths = dict.fromkeys(path for side in diffs.sides for path in side)
    gone = (path for path, change in diffs.result.items() if change.after is None)
    paths |= dict.fromkeys(gone)
    found = {path: _held(diffs, path) for path in sorted(paths)}
    return {path: held for path, held in found.items() if not _settled(held)}


def follow(found: dict[str, Held], diffs: Diffs, renamed: Sequence[Changes]) -> None:
    """Judge a renamed file as one, by the name it had in the base.

    renamed: of each side and of the result, the changes with renames
    """
    targets = [
        {change.source: path for path, change in changes.items() if change.source}
        for changes in renamed
    ]
    sources = {path: source for names in targets for source, path in names.items()}
    for path in list(found):
        source = sources.get(path, path)
        if source != path and found[path].base is None:
            del found[path]
        if any(source in names for names in targets):
            found[source] = _followed(diffs, source, targets)
    for path in [path for path, held in found.items() if _settled(held)]:
        del found[path]


def _followed(diffs: Diffs, source: str, targets: Sequence[Mapping[str, str]]) -> Held:
    changes = (*diffs.sides, diffs.result)
    names = [names.get(source, source) for names in targets]
    if names[-1] == source and _value(diffs, diffs.result, source) is None:
        # Too unlike to be seen as renamed: it has the name that a side gave it.
        there = (n for n in names[:-1] if n != source and _value(diffs, diffs.result, n))
        names[-1] = next(there, source)
    held = [_value(diffs, part, name) for part, name in zip(changes, names, strict=True)]
    base = _held(diffs, source).base
    return Held(base, tuple(held[:-1]), held[-1], tuple(names))


def _held(diffs: Diffs, path: str) -> Held:
    base = next((part[path].before for part in (*diffs.sides, diffs.result) if path in part), None)
    return Held(
        base,
        tuple(part[path].after if path in part else base for part in diffs.sides),
        diffs.result[path].after if path in diffs.result else base,
    )


def _value(diffs: Diffs, part: Changes, path: str) -> Blob | None:
    return part[path].after if path in part else _held(diffs, path).base


def _settled(held: Held) -> bool:
    """Whether the result is what the only change makes it; modes do not count."""
    base, result = _id(held.base), _id(held.result)
    changed = {_id(side) for side in held.sides if _id(side) != base}
    return {result} == changed or (not changed and result is not None)


def _id(blob: Blob | None) -> str | None:
    return blob.oid if blob else None

"""The conservation check of many landings at once: a fixed number of git processes for all.

First by ids alone, which settles nearly every path; then by the lines of the files that are left.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from git_anvcs.flows import known_before, landed_paths
from git_anvcs.flows.landed_paths import Diffs, Held, Lost, read
from git_anvcs.flows.landings import Landing, Unjudged
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.tree_diff import Blob, Change, Changes
from git_anvcs.merge import conserve
from git_anvcs.merge.conserve import Case, Tokens

_MOST_ELSEWHERE = 400  # files that are searched for lines that moved

# One landing seen from one of its bases.
View = tuple[int, int]


class Judged(NamedTuple):
    """The losses, and what could not be judged."""

    losses: tuple[Lost, ...]
    unjudged: tuple[Unjudged, ...]


def judge(repo: Repo, landed: Sequence[Landing]) -> Judged:
    """The losses of all landings, in their order."""
    views, unjudged = _views(repo, landed)
    suspects = {view: landed_paths.suspects(diffs) for view, diffs in views.items()}
    _follow_renames(repo, landed, views, suspects)
    blobs = Contents(repo, (held for found in suspects.values() for held in found.values()))
    losses: dict[View, list[Lost]] = {}
    for view, found in suspects.items():
        landing = landed[view[0]]
        losses[view] = [
            Lost(landing, path, held, loss)
            for path, held in found.items()
            for loss in conserve.judge(blobs.case(path, held))
        ]
    _forget_moved(repo, views, losses)
    agreed = known_before.set_apart(repo, _agreed(losses))
    return Judged(tuple(agreed), tuple(unjudged))


def _views(repo: Repo, landed: Sequence[Landing]) -> tuple[dict[View, Diffs], list[Unjudged]]:
    """Every landing from each of its bases."""
    pairs: dict[View, list[tuple[str, str]]] = {}
    empty = objects.make(repo, "tree", b"").oid
    for number, landing in enumerate(landed):
        for base_number, base in enumerate(landing.base_trees or (empty,)):
            trees = (*landing.trees, landing.result)
            pairs[number, base_number] = [(base, tree) for tree in trees]
    found: dict[View, Diffs] = {}
    unjudged = []
    for view, changes in _changes(repo, pairs, renames=False).items():
        if changes is None:
            unjudged.append(Unjudged(landed[view[0]].commit, "a tree is not in this clone"))
        else:
            found[view] = Diffs(tuple(changes[:-1]), changes[-1])
    return found, unjudged


def _changes(
    repo: Repo, pairs: Mapping[View, list[tuple[str, str]]], *, renames: bool
) -> dict[View, list[Changes] | None]:
    """What differs in every pair; None for a view of which an object is missing here."""
    flat = [pair for asked in pairs.values() for pair in asked]
    try:
        changes = iter(tree_diff.changes(repo, flat, renames=renames))
        return {view: [next(changes) for _ in asked] for view, asked in pairs.items()}
    except GitFailed:
        if len(pairs) == 1:
            return dict.fromkeys(pairs)
    found: dict[View, list[Changes] | None] = {}
    for view, asked in pairs.items():  # one after the other: the rest can be judged
        found |= _changes(repo, {view: asked}, renames=renames)
    return found


def _follow_renames(
    repo: Repo,
    landed: Sequence[Landing],
    views: Mapping[View, Diffs],
    suspects: Mapping[View, dict[str, Held]],
) -> None:
    """Look for renames where a suspect is missing somewhere, and judge such a file as one."""
    empty = objects.make(repo, "tree", b"").oid
    pairs = {}
    for view, found in suspects.items():
        if any(held.missing_somewhere for held in found.values()):
            number, base_number = view
            landing = landed[number]
            base = (landing.base_trees or (empty,))[base_number]
            pairs[view] = [(base, tree) for tree in (*landing.trees, landing.result)]
    for view, changes in _changes(repo, pairs, renames=True).items() if pairs else ():
        if changes is not None:
            landed_paths.follow(suspects[view], views[view], changes)


class Contents:
    """The bytes of the blobs of all suspects, read at once."""

    def __init__(self, repo: Repo, held: Iterable[Held]) -> None:
        wanted = {blob.oid for one in held for blob in one.blobs if blob.is_file}
        self._texts = read(repo, wanted)

    def case(self, path: str, held: Held) -> Case:
        sides = tuple(map(self._text, held.sides))
        return Case(path, self._text(held.base), sides, self._text(held.result))

    def _text(self, blob: Blob | None) -> bytes | None:
        """The bytes; of what is no text, or not here, something as unlike as the object is."""
        if blob is None:
            return None
        return self._texts.get(blob.oid, b"\0" + blob.oid.encode())


def _forget_moved(repo: Repo, views: Mapping[View, Diffs], losses: dict[View, list[Lost]]) -> None:
    """Drop what went to other files: the result has it there, or another side took it from there.

    The latter: one side moves a function, the other one changes it in its old place.
    """
    movable = (conserve.LOST_LINE, conserve.LOST_FILE)
    wanted = {
        view: [dict(islice(part.items(), _MOST_ELSEWHERE)) for part in _parts(views[view])]
        for view, found in losses.items()
        if any(lost.loss.kind in movable for lost in found)
    }
    changes = [c for parts in wanted.values() for part in parts for c in part.values()]
    texts = read(repo, {blob.oid for change in changes for blob in _files(change)})
    for view, parts in wanted.items():
        pools = Pools(parts, texts)
        losses[view] = [
            lost._replace(loss=loss)
            for lost in losses[view]
            if not (lost.loss.kind == conserve.LOST_FILE and pools.has(lost.work))
            for loss in conserve.without([lost.loss], pools.elsewhere(lost))
        ]


def _parts(diffs: Diffs) -> tuple[Changes, ...]:
    return (*diffs.sides, diffs.result)


class Pools:
    """The lines that one landing's result gained and its sides took away, file by file."""

    def __init__(self, parts: Sequence[Changes], texts: Mapping[str, bytes]) -> None:
        *sides, result = parts
        self._ids = {change.after.oid for change in result.values() if change.after}
        self._gained = {path: _minus(c.after, c.before, texts) for path, c in result.items()}
        self._taken = [
            {path: _minus(c.before, c.after, texts) for path, c in side.items()} for side in sides
        ]

    def has(self, blob: Blob | None) -> bool:
        """Whether the result holds this very file, under whatever name."""
        return blob is not None and blob.oid in self._ids

    def elsewhere(self, lost: Lost) -> Tokens:
        """What accounts for lines that are missing in the path of `lost`."""
        others = [part for side, part in enumerate(self._taken) if side != lost.loss.side]
        found: Tokens = Tokens()
        for part in (self._gained, *others):
            for path, pool in part.items():
                if path not in lost.names:
                    found.update(pool)
        return found


def _files(change: Change) -> Iterator[Blob]:
    return (blob for blob in (change.before, change.after) if blob and blob.is_file)


def _minus(one: Blob | None, other: Blob | None, texts: Mapping[str, bytes]) -> Tokens:
    """The lines that one version of a file has and the other one has not."""
    here, there = (texts.get(blob.oid, b"") if blob else b"" for blob in (one, other))
    return conserve.tokens(here) - conserve.tokens(there)


def _agreed(losses: Mapping[View, list[Lost]]) -> Iterator[Lost]:
    """What is a loss from every base: where histories crossed, any of them may be the right one."""
    views: dict[int, list[list[Lost]]] = {}
    for (number, _), found in losses.items():
        views.setdefault(number, []).append(found)
    for first, *others in views.values():
        for lost in first:
            same = [[one for one in found if _same(one, lost)] for found in others]
            if all(same):
                decided = any(one.loss.decided for found in same for one in found)
                yield lost._replace(loss=lost.loss._replace(decided=lost.loss.decided or decided))


def _same(one: Lost, other: Lost) -> bool:
    return (one.path, one.loss.kind, one.loss.side) == (
        other.path,
        other.loss.kind,
        other.loss.side,
    )

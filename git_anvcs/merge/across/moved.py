"""A definition that one side moved to another file and the other side changed where it was.

Git sees a deletion beside a modification. Here the change goes after the definition: the version
of the side that moved it gets the change at the new place, the version of the other side loses it
at the old one. Merging these versions then finds nothing to decide.
"""

from collections.abc import Iterator, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge import engine
from git_anvcs.merge.across import importing
from git_anvcs.merge.across.entities import Entity, entities, remainder
from git_anvcs.merge.across.tree import SIDES, Files, Three, Unfit, other, source_of
from git_anvcs.merge.code.identity import similarity
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.result import Options, Versions

SAME_NAME = 0.4  # how much of its words a definition must keep that keeps its name
NEW_NAME = 0.9  # and one that does not
CLEARLY = 0.1  # by so much the best place must be better than the next one
MANY = 400  # files in which a definition is looked for


class Move(NamedTuple):
    """side: who moved it; the other one changed it. new: its name at the new place

    texts: its versions there, and what they became
    """

    where: str
    path: str
    side: str
    new_path: str
    new: str
    texts: Versions
    result: bytes


class Left(NamedTuple):
    """A definition that cannot follow; `why` completes "`where` …"; side: where it is gone."""

    where: str
    path: str
    side: str
    why: str


class Replayed(NamedTuple):
    """versions: the files whose versions are others now; gone: files of which nothing is left."""

    versions: dict[str, Three]
    gone: tuple[str, ...]
    moves: tuple[Move, ...]
    left: tuple[Left, ...]


def replay(files: Files, opened: Sequence[str]) -> Replayed:
    """Let changes in the open files follow the definitions that were moved out of them.

    files: all that one of the sides changed, and the open ones
    """
    now = dict(files)
    gone: list[str] = []
    moves: list[Move] = []
    left: list[Left] = []
    for path in opened:
        for side in SIDES:
            found, kept = _follow(now, path, side)
            moves += found
            left += kept
            if found and not kept and now[path].of(side) is None:
                gone.append(path)
    versions = {path: three for path, three in now.items() if three != files[path]}
    return Replayed(versions, tuple(gone), tuple(moves), tuple(left))


def _follow(now: dict[str, Three], path: str, side: str) -> tuple[list[Move], list[Left]]:
    """Bring what the other side changed to where `side` moved it; `now` then holds the result.

    A file that `side` deleted as a whole is followed as a whole or not at all.
    """
    three = now[path]
    whole = three.of(side) is None
    there = source_of(path, three.of(other(side)))
    base = source_of(path, three.base)
    if base is None or there is None:
        return [], []
    draft = dict(now)
    moves: list[Move] = []
    left: list[Left] = []
    for old, new in _orphans(path, three, side, base, there):
        try:
            moves.append(_moved(draft, path, side, old, new))
        except Unfit as why:
            left.append(Left(old.where, path, side, str(why)))
    if whole and moves:
        left += _rest(draft[path], path, side)
    if whole and left:
        return [], left
    now.update(draft)
    return moves, left


def _orphans(
    path: str, three: Three, side: str, base: Source, there: Source
) -> list[tuple[Entity, Entity]]:
    """What `side` no longer has in this file and the other side changed; the outermost of each."""
    mine = source_of(path, three.of(side))
    if mine is None and three.of(side) is not None:
        return []
    here = entities(mine) if mine else {}
    olds, news = entities(base), entities(there)
    return [
        (old, news[key])
        for key, old in olds.items()
        if key not in here
        and key in news
        and news[key].text != old.text
        and (not old.inside or old.inside in here)
    ]


def _moved(draft: dict[str, Three], path: str, side: str, old: Entity, new: Entity) -> Move:
    """Replay one change. Raises Unfit with the reason where that is not certain."""
    new_path, place = _new_place(draft, path, side, old)
    target = source_of(new_path, draft[new_path].of(side))
    origin = source_of(path, draft[path].of(other(side)))
    if target is None or origin is None:
        raise Unfit("cannot be read")
    texts = Versions(*(_indented(one, old, place) for one in (old.text, place.text, new.text)))
    if side == "theirs":
        texts = texts._replace(ours=texts.theirs, theirs=texts.ours)
    merged = engine.merge(texts, Options(path))
    if merged.conflicts:
        raise Unfit(f"was moved to {new_path} and changed there too")
    wanted = _words(new.text) - _words(old.text)
    text = importing.brought(origin, target, (path, new_path), wanted)
    after = _replaced(new_path, text, place.key, merged.text)
    before = _replaced(path, origin.text, old.key, old.text)
    before = importing.without_unused(path, before, draft[path].base or b"", wanted)
    draft[new_path] = draft[new_path].with_side(side, after)
    draft[path] = draft[path].with_side(other(side), before)
    return Move(old.where, path, side, new_path, place.where, texts, merged.text)


def _new_place(draft: Files, path: str, side: str, old: Entity) -> tuple[str, Entity]:
    """Where the definition is now. Raises Unfit when it is nowhere, or could be at two places."""
    found = sorted(_places(draft, path, side, old), key=lambda one: -one[0])
    if not found:
        raise Unfit("is nowhere else")
    if len(found) > 1 and found[0][0] - found[1][0] < CLEARLY:
        raise Unfit(f"may be in {found[0][1]} or in {found[1][1]} now")
    return found[0][1:]


def _places(draft: Files, path: str, side: str, old: Entity) -> Iterator[tuple[float, str, Entity]]:
    """New definitions of its kind that are like it, with how much."""
    changed = [one for one, three in draft.items() if three.changed_by(side)]
    many = len(changed) > MANY
    suffix = path.rpartition(".")[2]
    for one in changed:
        text = draft[one].of(side)
        named = text is not None and old.name.encode() in text
        if not one.endswith(f".{suffix}") or (many and not named):
            continue
        source, before = source_of(one, text), source_of(one, draft[one].base)
        known = entities(before) if before else {}
        for key, new in (entities(source) if source else {}).items():
            if key in known or new.kind != old.kind:
                continue
            alike = similarity(old.text, new.text)
            if alike >= (SAME_NAME if new.name == old.name else NEW_NAME):
                yield alike + (new.name == old.name), one, new


def _indented(text: bytes, old: Entity, place: Entity) -> bytes:
    """The text with the depth of the new place. Raises Unfit where a line is not that deep."""
    before, after = _indent(old.text), _indent(place.text)
    if before == after or text == place.text:
        return text
    lines = []
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith(before):
            raise Unfit("was moved to another depth")
        lines.append(after + line[len(before) :] if line.strip() else line)
    return b"".join(lines)


def _indent(text: bytes) -> bytes:
    found = re.match(rb"[ \t]*", text)
    return found[0] if found else b""


def _replaced(path: str, text: bytes, key: str, new: bytes) -> bytes:
    """The file with another text for one definition. Raises Unfit where that breaks it."""
    source = source_of(path, text)
    place = entities(source).get(key) if source else None
    if source is None or place is None:
        raise Unfit("cannot be read")
    text = source.rows(0, place.first) + new + source.rows(place.end, len(source.starts) - 1)
    if source_of(path, text) is None:
        raise Unfit(f"does not fit into {path}")
    return text


def _words(text: bytes) -> set[str]:
    return {word.decode("utf-8", "replace") for word in re.findall(rb"[^\W\d]\w*", text)}


def _rest(three: Three, path: str, side: str) -> list[Left]:
    """What else the other side changed in a file that `side` has deleted."""
    base, there = source_of(path, three.base), source_of(path, three.of(other(side)))
    if base is None or there is None:
        return [Left("the file", path, side, "cannot be read")]
    olds, news = entities(base), entities(there)
    found = [(one.where, "is new") for key, one in news.items() if key not in olds]
    found += [(one.where, "was deleted") for key, one in olds.items() if key not in news]
    if remainder(base) != remainder(there):
        found.append(("code outside of definitions", "is nowhere else"))
    return [Left(where, path, side, why) for where, why in found]

"""What the radar saw of a pair, kept until something changes that its merge depends on.

That is: the bases and trees of both sides, what the attributes say of the paths that they change,
Git with its configuration, and this program. Pairs that a driver of somebody else merges are never
kept, nor are those whose history is cut off.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import verdicts
from git_anvcs.flows.collisions import merged_by_others
from git_anvcs.git import attributes, settings
from git_anvcs.git import repo as git_repo
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Changes
from git_anvcs.store.paths import Paths

# Configuration that a merge, or the name of a function in a diff, depends on.
_SECTIONS = ("core.", "diff.", "filter.", "merge.")
_OF_THIS_LOOK = "core.attributesfile"  # its content is in what the attributes say

# From a base to a tip, as trees.
Way = tuple[str, str]


class Meeting(NamedTuple):
    """Two sides and what they share; whole: as far as this clone knows there is no other base."""

    bases: tuple[str, ...]
    ways: tuple[Way, Way]
    whole: bool


class Near(NamedTuple):
    """A function that both sides of a pair change, though the merge is clean."""

    path: str
    function: str


class Saw(NamedTuple):
    """Of a pair: the paths that conflict, and where both sides come near each other."""

    conflicts: tuple[str, ...]
    near: tuple[Near, ...]


def keys(
    repo: Repo,
    meetings: Sequence[Meeting | None],
    changed: Mapping[Way, Changes],
    env: Mapping[str, str],
    *,
    functions: bool,
) -> list[str]:
    """What each pair is known by; empty for those that are not kept.

    env: variables of scratch; functions: whether they are looked at
    """
    if not verdicts.kept(repo):
        return [""] * len(meetings)
    paths = {path for changes in changed.values() for path in changes}
    said = attributes.every(repo, paths, env)
    foreign = {
        path for path, known in said.items() if merged_by_others(known.get("merge", "unspecified"))
    }
    ways = {way: _told(changes, said) for way, changes in changed.items()}
    own = [way for way, changes in changed.items() if foreign.isdisjoint(changes)]
    around = f"{_around(repo, env)} {functions}"
    return [_key(one, ways, around) if one and {*one.ways} <= {*own} else "" for one in meetings]


def load(repo: Repo) -> dict[str, Saw]:
    found = {}
    for key, value in verdicts.read(Paths(repo.common_dir).pairs).items():
        match value:
            case [list(conflicts), list(near)]:
                found[key] = Saw(tuple(conflicts), tuple(Near(*one) for one in near))
    return found


def save(repo: Repo, known: Mapping[str, Saw], fresh: Mapping[str, Saw]) -> None:
    """What is known with what is new; where that fails nothing is kept."""
    verdicts.write(Paths(repo.common_dir).pairs, known, fresh)


def _told(changes: Changes, said: Mapping[str, Mapping[str, str]]) -> str:
    """The attributes of all paths on a way."""
    rows = ((path, sorted(said.get(path, {}).items())) for path in sorted(changes))
    return verdicts.key([repr(row) for row in rows])


def _around(repo: Repo, env: Mapping[str, str]) -> str:
    """Git and what it is told, of what a merge depends on."""
    told = [
        one
        for one in settings.all_of(repo, env)
        if one.key.startswith(_SECTIONS) and one.key != _OF_THIS_LOOK
    ]
    return verdicts.key([repr(git_repo.version()), *map(repr, told)])


def _key(one: Meeting, ways: Mapping[Way, str], around: str) -> str:
    if not one.whole:
        return ""
    trees = [tree for way in one.ways for tree in way]
    return verdicts.key([*one.bases, *trees, *(ways[way] for way in one.ways), around])

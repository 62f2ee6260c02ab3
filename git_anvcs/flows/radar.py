"""Story: who will collide with whom? Every pair of branches and worktrees merged in memory.

Nothing is written but to a folder that is deleted; no worktree is touched.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
import re
from typing import NamedTuple

from git_anvcs.flows import at_work, collisions, known_pairs, scratch
from git_anvcs.flows.at_work import Side
from git_anvcs.flows.collisions import Work
from git_anvcs.flows.known_pairs import Meeting, Near, Saw, Way
from git_anvcs.git import tree_diff
from git_anvcs.git.ancestry import Ancestry, open_ancestry
from git_anvcs.git.hunks import skip_text
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Changes

_PATCH = (
    *("diff-tree", "--stdin", "-r", "-p", "-U0", "--no-ext-diff", "--no-textconv", "--no-renames"),
    *("--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all"),
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@ ?(.*)")
_MOST_PATHS = 500  # that several sides changed; beyond, functions are not looked at

Functions = Mapping[str, frozenset[str]]


class Pair(NamedTuple):
    """Two sides: the paths that conflict, and where they come near each other."""

    one: str
    other: str
    conflicts: tuple[str, ...]
    near: tuple[Near, ...]


class Seen(NamedTuple):
    """What the radar sees: the sides, all pairs, and (path -> names) who changes what."""

    sides: tuple[Side, ...]
    pairs: tuple[Pair, ...]
    touched: Mapping[str, tuple[str, ...]]


def look(
    repo: Repo, names: Sequence[str], env: Mapping[str, str], *, uncommitted: bool = True
) -> Seen:
    """Every pair of the branches `names`, or of all branches and worktrees. Raises UsageError.

    env: the caller's environment
    """
    with scratch.variables(repo, env) as own:
        sides = at_work.sides(repo, names, own, uncommitted=uncommitted)
        pairs = list(combinations(sides, 2))
        with open_ancestry(repo, own) as ancestry:
            meetings = [_meeting(ancestry, a, b) for a, b in pairs]
        ways = [one.ways if one else None for one in meetings]
        changed = _changed(repo, ways, own)
        shared = [_shared(changed, way) for way in ways]
        paths = sorted(frozenset().union(*shared))
        close = paths if len(paths) <= _MOST_PATHS else []
        keys = known_pairs.keys(repo, meetings, changed, own, functions=bool(close))
        known = known_pairs.load(repo) if any(keys) else {}
        new = [number for number, key in enumerate(keys) if key not in known]
        saw = _saw(repo, [(*pairs[at], ways[at]) for at in new], changed, close, own)
        fresh = {keys[number]: one for number, one in zip(new, saw, strict=True) if keys[number]}
        known_pairs.save(repo, known, fresh)
    rest = iter(saw)
    seen = [
        Pair(a.name, b.name, *(known[key] if key in known else next(rest)))
        for (a, b), key in zip(pairs, keys, strict=True)
    ]
    return Seen(tuple(sides), tuple(seen), _touched(pairs, ways, changed))


def _saw(
    repo: Repo,
    pairs: Sequence[tuple[Side, Side, tuple[Way, Way] | None]],
    changed: Mapping[Way, Changes],
    close: Sequence[str],
    env: Mapping[str, str],
) -> list[Saw]:
    """What becomes of these pairs, in their order; close: paths whose functions are looked at."""
    ways = [way for _one, _other, way in pairs]
    works = [_work(changed, way) for way in ways]
    tips = [(one.commit, other.commit) for one, other, _way in pairs]
    found = collisions.conflicts(repo, tips, works, env)
    shared = [_shared(changed, way) for way in ways]
    wanted = dict.fromkeys(
        one for way, both in zip(ways, shared, strict=True) if way and both for one in way
    )
    functions = functions_on(repo, list(wanted), close, env) if close and wanted else {}
    return [
        Saw(conflicts, _near(functions, way, paths, conflicts))
        for conflicts, way, paths in zip(found, ways, shared, strict=True)
    ]


def _meeting(ancestry: Ancestry, one: Side, other: Side) -> Meeting | None:
    """What two sides share and the ways from there to each; None when they share nothing."""
    bases, whole = ancestry.bases(one.commit, other.commit)
    base = ancestry.node(bases[0]) if bases else None
    tips = ancestry.node(one.commit), ancestry.node(other.commit)
    if base is None or tips[0] is None or tips[1] is None:
        return None
    return Meeting(bases, ((base.tree, tips[0].tree), (base.tree, tips[1].tree)), whole)


def _changed(
    repo: Repo, ways: Sequence[tuple[Way, Way] | None], env: Mapping[str, str]
) -> dict[Way, Changes]:
    """What changes on each way."""
    distinct = list(dict.fromkeys(way for pair in ways if pair for way in pair))
    changes = tree_diff.changes(repo, distinct, env=env)
    return dict(zip(distinct, changes, strict=True))


def _work(changed: Mapping[Way, Changes], pair: tuple[Way, Way] | None) -> Work:
    return Work(changed[pair[0]], changed[pair[1]]) if pair else Work(None, None)


def _shared(changed: Mapping[Way, Changes], pair: tuple[Way, Way] | None) -> frozenset[str]:
    return frozenset(changed[pair[0]].keys() & changed[pair[1]].keys() if pair else ())


def functions_on(
    repo: Repo, wanted: Sequence[Way], paths: Sequence[str], env: Mapping[str, str]
) -> dict[Way, Functions]:
    """Path -> functions that change on each way; only in `paths`, with `env` of scratch."""
    stdin = "".join(f"{one} {other}\n" for one, other in wanted).encode()
    argv = ("--literal-pathspecs", *_PATCH, "--", *paths)
    printed = repo.try_git(*argv, stdin=stdin, env={**env, **NO_FETCH}).stdout
    heads = [f"{one} {other}".encode() for one, other in wanted]
    return _by_way(printed, dict(zip(heads, wanted, strict=True)))


def _by_way(printed: bytes, heads: Mapping[bytes, Way]) -> dict[Way, Functions]:
    found: dict[Way, dict[str, set[str]]] = {}
    here: dict[str, set[str]] = {}
    path = ""
    lines = iter(printed.split(b"\n"))
    for line in lines:
        if line in heads:
            here = found.setdefault(heads[line], {})
        elif line.startswith((b"--- ", b"+++ ")):
            name = unquoted(line[4:].removesuffix(b"\t"))
            path = name[2:].decode(errors="surrogateescape") if name != b"/dev/null" else path
        elif hunk := _HUNK.match(line):
            if function := hunk[3].decode(errors="replace").strip():
                here.setdefault(path, set()).add(function)
            size = sum(int(count) if count else 1 for count in hunk.group(1, 2))
            skip_text(lines, size)  # its text may look like anything
    return {
        way: {path: frozenset(names) for path, names in files.items()}
        for way, files in found.items()
    }


def _near(
    functions: Mapping[Way, Functions],
    pair: tuple[Way, Way] | None,
    shared: frozenset[str],
    conflicts: tuple[str, ...],
) -> tuple[Near, ...]:
    if pair is None:
        return ()
    here, there = (functions.get(way, {}) for way in pair)
    nothing: frozenset[str] = frozenset()
    return tuple(
        Near(path, name)
        for path in sorted(shared - set(conflicts))
        for name in sorted(here.get(path, nothing) & there.get(path, nothing))
    )


def _touched(
    pairs: Sequence[tuple[Side, Side]],
    ways: Sequence[tuple[Way, Way] | None],
    changed: Mapping[Way, Changes],
) -> dict[str, tuple[str, ...]]:
    """Who changes each path against what it shares with anybody else."""
    found: dict[str, set[str]] = {}
    for pair, way in zip(pairs, ways, strict=True):
        for side, one in zip(pair, way or (), strict=False):
            for path in changed[one]:
                found.setdefault(path, set()).add(side.name)
    return {path: tuple(sorted(names)) for path, names in sorted(found.items())}

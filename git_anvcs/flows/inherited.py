"""Story: a commit formats or moves lines of its parents; they stay whoever's they were.

Git counts such lines as new, and when they were committed before, no snapshot says who wrote
them. `git blame` of the parent does, with the records of the commits that it names. Of a revert
the same holds for what comes back.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows.contents import Contents
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.provenance import blame, lines
from git_anvcs.provenance.blame import Line
from git_anvcs.provenance.lines import NOBODY, Source
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.versions import Lines

# Of one commit; of a larger one it is not worth the wait.
MOST_FILES = 100
_MOST_RANGES = 500

# Of all commits of a drain: each is a process, and a file with a long history takes its time.
MOST_BLAMES = 32

Records = Callable[[Iterable[str]], Mapping[str, Record]]


class Key(NamedTuple):
    """An attribution key, and the record that says who is behind it."""

    key: str
    record: Record


class Inherited:
    """Whose the lines are that one commit has from those before it.

    blames: counts how often git was asked so far, for all commits of a drain
    parents: versions right before; others: versions in which only a line that stands there once
    is found again, beside a line that it stood beside
    """

    def __init__(
        self,
        contents: Contents,
        records: Records,
        blames: Iterator[int],
        parents: Sequence[str],
        others: Sequence[str] = (),
    ) -> None:
        self._contents = contents
        self._records = records
        self._blames = blames
        self._parents = parents
        self._others = others
        self._files = 0

    def __call__(self, path: str, before: str, new: Lines, asked: Sequence[int]) -> dict[int, Key]:
        """The keys of those of the `asked` lines (from 0) of a file that are not new in it."""
        self._files += 1
        found: dict[int, Key] = {}
        if self._files > MOST_FILES:
            return found
        for commit in (*self._parents, *self._others):
            left = [index for index in asked if index not in found]
            for name in dict.fromkeys((before, path)):
                old = self._contents.committed(commit, name) if left else None
                if old:
                    places = _places(old, new, left, at_once=commit in self._parents)
                    keys = self._keys(commit, name, set(places.values()))
                    found.update({i: keys[n] for i, n in places.items() if n in keys})
                    break
        return found

    def _keys(self, commit: str, path: str, numbers: set[int]) -> dict[int, Key]:
        """The keys of lines (from 1) of a file, where the records attest these very lines."""
        if not numbers or len(numbers) > _MOST_RANGES or next(self._blames) >= MOST_BLAMES:
            return {}
        wanted = [f"-L{number},{number}" for number in sorted(numbers)]
        argv = ("blame", "--porcelain", *wanted, commit, "--", path)
        done = self._contents.repo.try_git(*argv, env=NO_FETCH)
        if done.returncode:
            return {}
        parsed = blame.parse(done.stdout)
        known = self._records(parsed.origins)
        keys = {line.number: _key(known.get(line.commit), line) for line in parsed.lines}
        return {number: key for number, key in keys.items() if key}


def _places(old: Lines, new: Lines, asked: Sequence[int], *, at_once: bool) -> dict[int, int]:
    """Where (from 1) the asked lines stood: in the same place in another form, or elsewhere."""
    found: dict[int, int] = {}
    if at_once:
        numbered = Source(old, [str(number + 1) for number in range(len(old))])
        stayed = lines.carried(numbered, new, moves=False)
        found = {index: int(place) for index in asked if (place := stayed[index])}
    before, after = (_only_ones(text) for text in (old, new))
    beside = lines.Beside(old, new)
    for index in asked:
        line = lines.squeezed(new[index])
        once = line in before and line in after and lines.tells(new[index])
        if index not in found and once and beside.came(index):
            found[index] = before[line] + 1
    return found


def _only_ones(text: Lines) -> dict[bytes, int]:
    """The lines like no other in a file, without their form, and where they stand (from 0)."""
    forms = [lines.squeezed(line) for line in text]
    counted = Counter(forms)
    return {form: index for index, form in enumerate(forms) if counted[form] == 1}


def _key(record: Record | None, line: Line) -> Key | None:
    """What the record of the commit that blame names attests of this line alone."""
    if record is None or record.commit != line.commit:
        return None
    whose = record.mapping("attestations").get(line.path.decode(errors="surrogateescape"))
    if not isinstance(whose, Mapping):
        return None
    try:
        owned = {str(key): str(ranges) for key, ranges in whose.items()}
        owner = lines.owners(line.original, owned)[line.original - 1]
    except ValueError:  # no ranges at all: a foreign writer's
        return None
    return Key(owner, record) if owner != NOBODY else None

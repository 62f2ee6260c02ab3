"""Whose are the lines that a commit added to a file? Counted as `git anvcs blame` says it.

Pure. Where the record attests ranges of the file, the lines in none of them are nobody's; where
it attests nothing, its maker's. What was counted twice would be somebody's wrongly, so a file
whose record attests more lines than the commit added is nobody's.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from git_anvcs.provenance import ranges, sessions, summary
from git_anvcs.provenance.blame import Attribution, Attributor, Line
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import Who

# Stands for any file of which nothing is attested.
_UNNAMED = ""


def total(record: Record | None, commit: str, added: Mapping[str, int]) -> Counter[Who]:
    """The added lines of all files of a commit (path -> how many) by who wrote them."""
    said = record.mapping("attestations") if record else {}
    rest = sum(count for path, count in added.items() if path not in said)
    found = shares(record, commit, _UNNAMED, rest)  # all such files have one answer
    for path in added.keys() & said.keys():
        found.update(shares(record, commit, path, added[path]))
    return found


def shares(record: Record | None, commit: str, path: str, added: int) -> Counter[Who]:
    """The `added` lines of a file (its name in the commit) by who wrote them."""
    found, others = _read(record, commit, path)
    rest = added - found.total()
    if rest < 0:
        return +Counter({summary.NOBODY_KNOWS: added})
    return found + Counter({others.who: rest})


def attested(record: Record, commit: str, path: str, name: str) -> int | None:
    """How many lines of the file the record attests to the session called `name`.

    None when it attests nothing of the file, or not provably this.
    """
    found, others = _read(record, commit, path)
    if not others.exact:
        return None
    return sum(count for who, count in found.items() if sessions.name_of(who) == name)


def _read(record: Record | None, commit: str, path: str) -> tuple[Counter[Who], Attribution]:
    """How many lines of the file blame would give to whom, and to whom all the others.

    Ranges may be of any length: blame is asked once between two borders.
    """
    attribute = Attributor({commit: record} if record else {})
    raw = path.encode(errors="surrogateescape")
    keys = record.mapping("attestations").get(path) if record else None
    texts = keys.values() if isinstance(keys, Mapping) else ()
    pairs = [pair for text in texts for pair in ranges.pairs(text) or ()]
    borders = sorted({border for start, end in pairs for border in (start, end + 1)})
    after_all = borders[-1] if borders else 1
    others = attribute(Line(commit, raw, after_all, after_all, b""))
    found: Counter[Who] = Counter()
    for start, end in pairwise(borders) if others.exact else ():
        who = attribute(Line(commit, raw, start, start, b"")).who
        if who != summary.NOBODY_KNOWS:
            found[who] += end - start
    return found, others

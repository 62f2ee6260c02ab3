"""What edits made one text of another: a guess from the two, as small as is cheap to find."""

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from git_anvcs.journal.text import Edit
from git_anvcs.kernel import diff

# What formatters change: white space, quotes, and what ends a statement or a list.
_QUOTES = bytes.maketrans(b"'`", b'""')
_FORM = b" \t\r\n\f\v,;\\"


def between(old: str, new: str) -> list[Edit]:
    """Edits that make `new` of `old`, from the last to the first; each at bytes of `old`.

    Lines that both have stay what they are; within changed lines, what is equal at both ends.
    """
    if old == new:
        return []
    start = common_start(old, new)
    # Whole lines, or a line would be compared by halves.
    start = old.rfind("\n", 0, start) + 1
    end = common_end(old, new, start)
    cut = old.find("\n", len(old) - end)
    end = len(old) - cut - 1 if cut >= 0 else 0
    a = old[start : len(old) - end].splitlines(keepends=True)
    b = new[start : len(new) - end].splitlines(keepends=True)
    at = list(accumulate(map(len, a), initial=0))
    to = list(accumulate(map(len, b), initial=0))
    middle, wanted = old[start : len(old) - end], new[start : len(new) - end]
    spans = [(at[c.a0], at[c.a1], to[c.b0], to[c.b1]) for c in diff.changes(a, b)]
    return list(_as_bytes(old, start, middle, wanted, spans))


def by_lines(old: str, edits: Iterable[Edit]) -> Iterator[Edit]:
    """The same edits, those that change as many lines as they make told line by line.

    For whoever asks which lines were changed by more than their blanks.
    """
    data = old.encode()
    for at, removed, added in edits:
        gone = data[at : at + removed].decode().split("\n")
        come = added.split("\n")
        if len(gone) != len(come) or len(gone) == 1:
            yield Edit(at, removed, added)
            continue
        end = at + removed
        for before, now in zip(reversed(gone), reversed(come), strict=True):
            start = end - len(before.encode())
            same = common_start(before, now)
            tail = common_end(before, now, same)
            place = start + len(before[:same].encode())
            left = before[same : len(before) - tail]
            if left or now[same : len(now) - tail]:
                yield Edit(place, len(left.encode()), now[same : len(now) - tail])
            end = start - 1


def may_be_form(old: str, edits: Iterable[Edit]) -> bool:
    """Whether each edit might change only form: what is left of it without form is the same.

    A cheap question before a dear one: most edits say something new.
    """
    data = old.encode()
    return all(
        _bare(data[edit.at : edit.at + edit.removed]) == _bare(edit.added.encode())
        for edit in edits
    )


def _bare(text: bytes) -> bytes:
    return text.translate(_QUOTES, _FORM)


def _as_bytes(
    old: str, start: int, middle: str, wanted: str, spans: list[tuple[int, int, int, int]]
) -> Iterator[Edit]:
    """The spans of characters as edits at bytes, from the last to the first."""
    ascii_only = old.isascii()
    for a0, a1, b0, b1 in reversed(spans):
        gone, come = middle[a0:a1], wanted[b0:b1]
        same = common_start(gone, come)
        tail = common_end(gone, come, same)
        gone, come = gone[same : len(gone) - tail], come[same : len(come) - tail]
        place = start + a0 + same
        if ascii_only:
            yield Edit(place, len(gone), come)
        else:
            yield Edit(len(old[:place].encode()), len(gone.encode()), come)


def common_start(a: str, b: str) -> int:
    """How many characters both begin with."""
    return _longest(min(len(a), len(b)), lambda size: a.startswith(b[:size]))


def common_end(a: str, b: str, start: int) -> int:
    """How many characters both end with, from `start` on."""
    return _longest(min(len(a), len(b)) - start, lambda size: a.endswith(b[len(b) - size :]))


def _longest(most: int, fits: Callable[[int], bool]) -> int:
    """The largest size up to `most` that fits, where every smaller one fits too: by bisection."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if fits(middle):
            low = middle
        else:
            most = middle - 1
    return low

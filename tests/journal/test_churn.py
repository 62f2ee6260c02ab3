"""Lines written and rewritten: counted as a reader with all versions before him would."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.journal.churn import SETTLED, Counts, Line, Tally, Text, lines_of

WINDOW, SINCE = 1000.0, 100.0
# Who, how many seconds later, and the lines of the next version: numbers of old ones, or new (-1).
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", None, "form"]),
        st.sampled_from([1.0, SETTLED, 300.0, 900.0]),
        st.lists(st.booleans(), max_size=8),
        st.lists(st.integers(0, 8), max_size=4),
    ),
    max_size=12,
)


def naive(versions: list[tuple[str | None, float, list[str]]]) -> dict[str, list[int]]:
    """Every line is there once in its life: who wrote it is looked up, line by line."""
    counts: dict[str, list[int]] = {}
    written: dict[str, tuple[str, float] | None] = dict.fromkeys(versions[0][2])
    for (_, _, before), (by, now, after) in itertools.pairwise(versions):
        for line in set(before) - set(after):
            found = written.pop(line)
            if found is None or by is None or found[1] < SINCE or now - found[1] > WINDOW:
                continue
            row = counts.setdefault(found[0], [0, 0, 0])
            if found[0] == by and now - found[1] < SETTLED:
                row[0] -= 1
            else:
                row[1 if found[0] == by else 2] += 1
        for line in set(after) - set(before):
            written[line] = None if by is None else (by, now)
            if by is not None and now >= SINCE:
                counts.setdefault(by, [0, 0, 0])[0] += 1
    return {by: row for by, row in counts.items() if any(row)}


@given(st.integers(0, 5), STEPS, st.booleans())
def test_counts_are_those_of_a_naive_reader(
    size: int,
    steps: list[tuple[str | None, float, list[bool], list[int]]],
    ended: bool,
) -> None:
    fresh = iter(range(10_000))
    lines = [f"{next(fresh)} é\n" for _ in range(size)]
    versions: list[tuple[str | None, float, list[str]]] = [(None, 0.0, list(lines))]
    now = 0.0
    for by, later, kept, new in steps:
        now += later
        if by == "form":
            continue
        lines = [line for i, line in enumerate(lines) if i >= len(kept) or kept[i]]
        for place in new:
            lines.insert(min(place, len(lines)), f"{next(fresh)} é\n")
        versions.append((by, now, list(lines)))

    def joined(found: list[str]) -> str:
        text = "".join(found)
        return text if ended else text.removesuffix("\n")

    if not ended:  # the last line has no LF: one that is put behind it changes it, too
        versions = versions[:1] + [(by, now, [*found, "end\n"]) for by, now, found in versions[1:]]
        versions[0] = (None, 0.0, [*versions[0][2], "end\n"])
    text, tally = Text(joined(versions[0][2])), Tally(SINCE, WINDOW)
    for by, now, found in versions[1:]:
        line = None if by is None else Line(by, ".", "f", now)
        come, gone = text.step(joined(found), line)
        if line:
            tally.wrote(line, come)
            tally.rewrote(gone, line)
    assert len(text.lines) == len(lines_of(text.text))
    told = {key[0]: list(counts) for key, counts in tally.counts().items()}
    assert told == naive(versions)


def test_a_change_of_form_alone_leaves_lines_to_their_author() -> None:
    one, two = Line("a", ".", "f", 200), Line("b", ".", "f", 300)
    text = Text("top\n")
    assert text.step("top\nx = 'a'\ny\n", one) == (2, [])
    assert text.step('top\nx = "a"\n\ny\n', two, form=True) == (0, [])
    assert text.lines == [None, one, one, one]
    assert text.step("top\n", two) == (0, [one, one, one])


def test_what_git_writes_is_nobodys_and_rewrites_nothing() -> None:
    text, tally = Text(""), Tally(0, WINDOW)
    line = Line("a", ".", "f", 10)
    tally.wrote(line, text.step("one\n", line)[0])
    assert text.step("two\n", None) == (0, [])
    assert text.step("three\n", line) == (1, [])
    assert tally.counts() == {("a", ".", "f"): Counts(1)}

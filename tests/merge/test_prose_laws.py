"""Laws of merging texts with headings: what a side did is there, where it did it, or a conflict."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.merge import engine
from git_anvcs.merge.result import Merged, Options, Versions

Row = Sequence[Hashable]
Tally = Counter[Hashable]


class Text(NamedTuple):
    """A text of two sections of list items, a list of steps, and a table as rows of its columns."""

    items: dict[str, list[str]]
    steps: list[str]
    columns: list[str]
    rows: list[dict[str, str]]


HEADINGS = ("First", "Second")
# No word stands in two of them: what is lost or comes back is counted by words.
ITEMS = ("pear", "red apple", "plum from far east", "fig and date with nut", "kiwi")
NEW = ("lime", "sour cherry", "melon of deep south")
STEPS = ("Wake up.", "Look at all stars.", "Run.", "Sit down in this chair.")
NEW_STEPS = ("Jump.", "Read a book about rhymes.", "Sing.")
COLUMNS = ("name", "size", "kind")


@st.composite
def triples(draw: st.DrawFn) -> list[Text]:
    """A text and two edits of it."""
    items = draw(st.permutations(ITEMS))
    cut = draw(st.integers(0, len(items)))
    rows = [{name: f"{name[0]}{n}" for name in COLUMNS} for n in range(3)]
    base = Text(
        {"First": items[:cut], "Second": items[cut:]},
        list(STEPS[: draw(st.integers(0, 4))]),
        list(COLUMNS[: draw(st.integers(2, 3))]),
        rows[: draw(st.integers(0, 3))],
    )
    return [base, edited(draw, base, "mine"), edited(draw, base, "yours")]


def edited(draw: st.DrawFn, base: Text, who: str) -> Text:
    made = Text(
        {name: list(row) for name, row in base.items.items()},
        list(base.steps),
        list(base.columns),
        [dict(row) for row in base.rows],
    )
    for _ in range(draw(st.integers(0, 3))):
        change = draw(st.integers(0, 9))
        if change <= 3:
            here = made.items[draw(st.sampled_from(HEADINGS))]
            listed(draw, here, change, draw(st.sampled_from(NEW)), who)
        elif change == 4:
            elsewhere(draw, *(made.items[draw(st.sampled_from(HEADINGS))] for _ in "ab"))
        elif change <= 6:
            listed(draw, made.steps, draw(st.integers(0, 3)), draw(st.sampled_from(NEW_STEPS)), who)
        else:
            tabled(draw, made, change, who)
    return made


def elsewhere(draw: st.DrawFn, here: list[str], there: list[str]) -> None:
    if here:
        moved = here.pop(draw(st.integers(0, len(here) - 1)))
        there.insert(draw(st.integers(0, len(there))), moved)


def tabled(draw: st.DrawFn, made: Text, change: int, who: str) -> None:
    """Put columns into another order, add one, add a row, edit a cell."""
    if change == 7:
        made.columns[:] = draw(st.permutations(made.columns))
        if draw(st.booleans()) and "hue" not in made.columns:
            made.columns.insert(draw(st.integers(0, len(made.columns))), "hue")
    elif change == 8:
        number = draw(st.integers(7, 8))
        new = {name: f"{name[0]}{number}" for name in COLUMNS}
        made.rows.insert(draw(st.integers(0, len(made.rows))), new)
    elif made.rows:
        draw(st.sampled_from(made.rows))["size"] += who


def listed(draw: st.DrawFn, row: list[str], change: int, new: str, who: str) -> None:
    """Add, delete, edit or move an entry of a list."""
    if change == 0 and new not in row:
        row.insert(draw(st.integers(0, len(row))), new)
    elif row:
        at = draw(st.integers(0, len(row) - 1))
        one = row.pop(at)
        if change == 2:
            row.insert(at, f"{one} {who}")
        elif change == 3:
            row.insert(draw(st.integers(0, len(row))), one)


def markdown(text: Text) -> str:
    return body(text, lambda name: f"## {name}\n\n", "# Text\n\n")


def rst(text: Text) -> str:
    return body(text, lambda name: f"{name}\n{'-' * len(name)}\n\n", "Text\n====\n\n")


def body(text: Text, heading: Callable[[str], str], title: str) -> str:
    out = title
    for name in HEADINGS:
        out += heading(name) + "".join(f"- {item}\n" for item in text.items[name]) + "\n"
    out += heading("Steps")
    out += "".join(f"{n}. {step}\n" for n, step in enumerate(text.steps, 1)) + "\n"
    rows = [text.columns, ["---"] * len(text.columns)]
    rows += [[row.get(column, "") for column in text.columns] for row in text.rows]
    return out + heading("Table") + "".join(f"| {' | '.join(row)} |\n" for row in rows)


class Read(NamedTuple):
    """What a text says, read line by line without our parser."""

    items: list[tuple[str, str]]
    steps: list[str]
    numbers: list[int]
    rows: list[dict[str, str]]


def read(text: bytes) -> Read:
    found = Read([], [], [], [])
    heading, columns = "", None
    for line in text.decode().splitlines():
        bare = line.removeprefix("## ")
        if bare in (*HEADINGS, "Steps", "Table"):
            heading = bare
        elif line.startswith("- "):
            found.items.append((heading, line[2:]))
        elif line[:1].isdigit():
            number, _, step = line.partition(". ")
            found.steps.append(step)
            found.numbers.append(int(number))
        elif line.startswith("|") and "---" not in line:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if columns is None:
                columns = cells
            else:
                found.rows.append({k: v for k, v in zip(columns, cells, strict=True) if v})
    return found


Write = Callable[[Text], str]
KINDS: list[tuple[str, Write]] = [("x.md", markdown), ("x.rst", rst), ("CHANGES.md", markdown)]
TRIPLES = triples()


def versions_of(write: Write, texts: list[Text]) -> Versions:
    return Versions(*(write(text).encode() for text in texts))


def merged_of(path: str, versions: Versions) -> Merged:
    return engine.merge(versions, Options(path))


@given(kind=st.sampled_from(KINDS), texts=TRIPLES)
def test_a_clean_merge_has_what_each_side_did(kind: tuple[str, Write], texts: list[Text]) -> None:
    path, write = kind
    versions = versions_of(write, texts)
    merged = merged_of(path, versions)
    if merged.conflicts:
        return
    base, ours, theirs, made = map(read, (*versions, merged.text))
    for rows in zip(base[:2], ours[:2], theirs[:2], made[:2], strict=True):
        assert_counts(*map(Counter, rows))
        assert_order(*rows)
    assert made.numbers == list(range(1, len(made.numbers) + 1))
    before, mine, yours = (
        Counter(tuple(sorted(row.items())) for row in one.rows) for one in (base, ours, theirs)
    )
    for row in (mine - before) | (yours - before):
        assert any(set(row) <= one.items() for one in made.rows), (row, merged.text)


def assert_counts(base: Tally, ours: Tally, theirs: Tally, made: Tally) -> None:
    """Each thing is there as often as on the side that changed its number."""
    for key in base | ours | theirs | made:
        before, mine, yours, now = (one[key] for one in (base, ours, theirs, made))
        if before in (mine, yours):
            assert now == (yours if mine == before else mine), key
        else:
            assert min(mine, yours) <= now <= max(mine + yours - before, mine, yours), key


def assert_order(base: Row, ours: Row, theirs: Row, made: Row) -> None:
    """Any two that all have once stand as on the side that turned them round."""
    rows = (base, ours, theirs, made)
    shared = [one for one in base if all(row.count(one) == 1 for row in rows)]
    for one, two in combinations(shared, 2):
        before, mine, yours, now = (row.index(one) < row.index(two) for row in rows)
        assert now == (yours if mine == before else mine), (one, two)


@given(kind=st.sampled_from(KINDS), texts=TRIPLES)
def test_swapping_the_sides_changes_only_the_order(
    kind: tuple[str, Write], texts: list[Text]
) -> None:
    path, write = kind
    base, ours, theirs = versions_of(write, texts)
    one = merged_of(path, Versions(base, ours, theirs))
    two = merged_of(path, Versions(base, theirs, ours))
    assert bool(one.conflicts) == bool(two.conflicts), (one.text, two.text)
    if not one.conflicts:
        first, second = read(one.text), read(two.text)
        assert Counter(first.items) == Counter(second.items)
        assert sorted(first.steps) == sorted(second.steps)


@given(kind=st.sampled_from(KINDS), texts=TRIPLES)
def test_merging_the_result_again_changes_nothing(
    kind: tuple[str, Write], texts: list[Text]
) -> None:
    path, write = kind
    versions = versions_of(write, texts)
    merged = merged_of(path, versions)
    if not merged.conflicts:
        for again in (
            merged_of(path, versions._replace(ours=merged.text)),
            merged_of(path, versions._replace(theirs=merged.text)),
        ):
            assert again.text == merged.text

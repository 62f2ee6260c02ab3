from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance.graph import ASCII, DOWN, LEFT, RIGHT, UNICODE, UP, Lanes

Dag = list[tuple[str, list[str]]]

MEANS = {char: joint for joint, char in UNICODE.joints.items()}
STRAIGHT = (UNICODE.lane, UNICODE.dotted)


def drawn(dag: Dag, hidden: str = "", charset: object = UNICODE) -> list[tuple[str, str, int]]:
    """Each line with the commit on it (or empty) and its column."""
    lanes = Lanes(charset)  # type: ignore[arg-type]
    lines = []
    for commit, parents in dag:
        if commit in hidden.split():
            lanes.skip(commit, parents)
            continue
        row = lanes.add(commit, parents)
        lines += [(before, "", 0) for before in row.before]
        lines.append((row.node, commit, row.column))
        if row.after is not None:
            lines.append((row.after, "", 0))
    return [*lines, (lanes._straight(), "", 0)]


def picture(dag: Dag, hidden: str = "") -> str:
    return "\n".join(f"{line} {commit}".rstrip() for line, commit, _ in drawn(dag, hidden)[:-1])


def dag(text: str) -> Dag:
    """`a: b c` a line."""
    return [
        (line.partition(":")[0].strip(), line.partition(":")[2].split())
        for line in text.strip().splitlines()
    ]


def test_a_line_of_work_is_one_lane() -> None:
    assert picture(dag("c: b\nb: a\na:")) == "● c\n● b\n● a"


def test_a_merge_opens_a_lane_and_the_fork_closes_it() -> None:
    assert picture(dag("m: a b\nb: base\na: base\nbase:")) == (
        "● m\n├─╮\n│ ● b\n● │ a\n├─╯\n● base"
    )


def test_an_octopus_joins_all_of_its_parents() -> None:
    assert picture(dag("m: a b c\nc: base\nb: base\na: base\nbase:")) == (
        "● m\n├─┬─╮\n│ │ ● c\n│ ● │ b\n│ ├─╯\n● │ a\n├─╯\n● base"
    )


def test_a_criss_cross_crosses() -> None:
    assert picture(dag("x: a b\ny: b a\na: r\nb: r\nr:")) == (
        "● x\n├─╮\n│ │ ● y\n├─┼─╯\n● │ a\n│ ● b\n├─╯\n● r"
    )


def test_a_lane_that_is_not_a_parent_is_crossed_not_joined() -> None:
    assert picture(dag("m: a\nn: b\no: a\na:\nb:")) == ("● m\n│ ● n\n│ │ ● o\n├─│─╯\n● │ a\n  ● b")


def test_roots_that_are_not_connected_are_told_apart() -> None:
    assert picture(dag("b: a\na:\ny: x\nx:")) == "● b\n● a\n\n● y\n● x"


def test_hidden_commits_are_bridged_by_a_dotted_line() -> None:
    assert picture(dag("d: c\nc: b\nb: a\na:"), hidden="c b") == "● d\n┆\n● a"


def test_a_hidden_merge_leads_to_its_first_parent() -> None:
    text = picture(dag("d: m\nm: a b\nb: r\na: r\nr:"), hidden="m")

    assert text == "● d\n┆ ● b\n┆ │\n● │ a\n├─╯\n● r"


def test_a_parent_drawn_before_its_child_is_named() -> None:
    lanes = Lanes()
    lanes.add("a", [])

    assert lanes.add("b", ["a"]).above == ("a",)


def test_ascii_has_the_same_shape() -> None:
    lines = drawn(dag("m: a b\nb: base\na: base\nbase:"), charset=ASCII)

    assert [line for line, *_ in lines[:-1]] == ["●", "+-.", "| ●", "● |", "+-'", "●"]


@st.composite
def dags(draw: st.DrawFn) -> Dag:
    """Any history, children first; parents are later commits, some beyond the end."""
    size = draw(st.integers(1, 14))
    history = []
    for number in range(size):
        later = st.integers(number + 1, min(number + 5, size + 1))
        parents = draw(st.lists(later, max_size=4, unique=True))
        history.append((f"c{number}", [f"c{parent}" for parent in parents]))
    return history


@given(dags())
def test_every_edge_is_drawn_and_no_other(history: Dag) -> None:
    lines = drawn(history)
    known = {commit for commit, _ in history}
    wanted = {
        (commit, parent if parent in known else "")
        for commit, parents in history
        for parent in parents
    }

    found = {
        (commit, end)
        for number, (_, commit, column) in enumerate(lines)
        if commit
        for end in ends_of(lines, number, column)
    }

    assert found == wanted


@given(dags())
def test_lines_have_no_trailing_space_and_one_commit_each(history: Dag) -> None:
    lines = drawn(history)

    assert [commit for _, commit, _ in lines if commit] == [commit for commit, _ in history]
    assert all(line == line.rstrip() for line, *_ in lines)
    assert all(line.count("●") == bool(commit) for line, commit, _ in lines)


@given(dags(), st.sets(st.integers(0, 13)))
def test_any_commits_may_be_hidden(history: Dag, numbers: set[int]) -> None:
    hidden = " ".join(f"c{number}" for number in numbers)
    shown = {commit for commit, _ in history} - set(hidden.split())
    first = {commit: parents[0] if parents else None for commit, parents in history}
    lines = drawn(history, hidden)

    def onward(commit: str | None) -> str | None:
        while commit in first and commit not in shown:
            commit = first[commit]
        return commit

    found = {
        (commit, end)
        for number, (_, commit, column) in enumerate(lines)
        if commit
        for end in ends_of(lines, number, column)
        if end
    }
    wanted = {
        (commit, onward(parent))
        for commit, parents in history
        if commit in shown
        for parent in parents
    }
    assert found == {(commit, end) for commit, end in wanted if end in shown}


def ends_of(lines: list[tuple[str, str, int]], number: int, column: int) -> list[str]:
    """The commits that the lines going down from a commit lead to; empty text: off the page."""
    below = number + 1
    mark = cell(lines[below][0], column)
    if not MEANS.get(mark, 0) & UP:
        return [follow(lines, below, column)] if leads(lines, below, column) else []
    joined = joints(lines[below][0])
    comes_over = [x for x in joined if x != column and not MEANS[cell(lines[below][0], x)] & DOWN]
    if comes_over:
        return [follow(lines, below + 1, column)]
    downs = [x for x in joined if MEANS[cell(lines[below][0], x)] & DOWN]
    return [follow(lines, below + 1, x) for x in downs]


def follow(lines: list[tuple[str, str, int]], number: int, column: int) -> str:
    """Walk a lane down to the commit it ends in."""
    while number < len(lines):
        text, commit, at = lines[number]
        if commit and at == column:
            return commit
        mark = cell(text, column)
        if mark not in STRAIGHT:
            if mark == " ":  # where everything below is hidden
                return ""
            assert MEANS[mark] & UP, f"a line ends in nothing: {text!r} at {column}"
            if not MEANS[mark] & DOWN:
                column = next(x for x in joints(text) if MEANS[cell(text, x)] & DOWN)
        number += 1
    return ""


def leads(lines: list[tuple[str, str, int]], number: int, column: int) -> bool:
    """Whether a line goes on right below a commit."""
    text, commit, at = lines[number]
    return (commit != "" and at == column) or cell(text, column) in STRAIGHT


def joints(text: str) -> list[int]:
    return [x for x in range(len(text) // 2 + 1) if cell(text, x) in MEANS]


def cell(text: str, column: int) -> str:
    return text[2 * column] if 2 * column < len(text) else " "


def test_the_directions_are_bits() -> None:
    assert UP | DOWN | LEFT | RIGHT == 15

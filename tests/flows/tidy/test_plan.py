"""Plans of a tidy: nothing is reordered, dropped or melted unasked; the todo says it all."""

from hypothesis import assume, given
from hypothesis import strategies as st
import pytest

from git_anvcs.flows.tidy import plan, todo
from git_anvcs.flows.tidy.plan import CannotGroup, Step
from git_anvcs.flows.tidy.todo import NotATodo

LINES = st.text("abc d|#:-!", max_size=12)
AUTHORS = ("A <a@x>", "B <b@x>")


@st.composite
def rows(draw: st.DrawFn) -> list[Step]:
    found: list[Step] = []
    for number in range(draw(st.integers(1, 7))):
        subject = f"c{number} {draw(LINES)}".strip()
        if found and draw(st.booleans()):
            subject = f"fixup! {draw(st.sampled_from(found)).subject}"
        body = draw(st.lists(LINES, max_size=3))
        trailers = draw(st.lists(st.sampled_from(["Signed-off-by: A <a@x>", "Fixes: #1"])))
        parts = [subject, "\n".join(body).strip(), "\n".join(trailers)]
        message = "\n\n".join(part for part in parts if part) + "\n"
        session = draw(st.sampled_from(["", "t:1", "t:2"]))
        found.append(
            Step(
                f"{number + 1:x}" * 40,
                "tree",
                draw(st.sampled_from(AUTHORS)),
                draw(st.integers(0, 9)),
                draw(st.sampled_from(["mon", "tue"])),
                message,
                "agent" if session else draw(st.sampled_from(["human", "untracked"])),
                session,
                session and session + draw(st.sampled_from("ab")),
            )
        )
    return found


@given(rows(), st.sampled_from(["task", "session", "day"]), st.booleans())
def test_a_plan_is_the_row_cut_into_pieces(row: list[Step], kind: str, mixed: bool) -> None:
    made = plan.by(row, kind, mixed=mixed)
    assert [step for one in made for step in one.steps] == row
    for one in made:
        if not mixed:
            assert len({(step.author, step.maker) for step in one.steps}) == 1
        if len(one.steps) == 1:
            assert one.message == one.steps[0].message


@given(rows(), st.integers(1, 7), st.booleans())
def test_as_many_as_were_asked_for_or_a_sentence(row: list[Step], count: int, mixed: bool) -> None:
    try:
        made = plan.into(row, count, mixed=mixed)
    except CannotGroup:
        assert count > len(row) or not mixed
        return
    assert len(made) == count
    assert [step for one in made for step in one.steps] == row
    assert mixed or all(len({(s.author, s.maker) for s in one.steps}) == 1 for one in made)


@given(rows())
def test_a_message_keeps_every_trailer_once_and_every_word(row: list[Step]) -> None:
    assume(len(row) > 1)
    said = plan.message(row)
    for step in row:
        last = step.message.rstrip("\n").split("\n\n")[-1].split("\n")
        if len(step.message.split("\n\n")) > 1 and all(": " in line for line in last):
            assert all(said.count(f"\n{line}\n") == 1 for line in set(last) if line in TRAILERS)
    others = {step.author for step in row} - {row[0].author}
    assert all(f"Co-authored-by: {name}\n" in said for name in others)


TRAILERS = {"Signed-off-by: A <a@x>", "Fixes: #1"}


@given(rows(), st.sampled_from(["task", "session", "day"]))
def test_the_todo_is_read_back_as_it_was_written(row: list[Step], kind: str) -> None:
    made = plan.by(row, kind, mixed=True)
    assert todo.read(todo.written(made), row) == made


def steps(*subjects: str) -> list[Step]:
    return [
        Step(f"{n + 1:x}" * 40, "t", AUTHORS[0], n, "mon", f"{text}\n")
        for n, text in enumerate(subjects)
    ]


def test_a_message_of_several() -> None:
    row = steps("Add it", "fixup! Add it", "Test it")
    row[2] = row[2]._replace(message="Test it\n\nTwice.\n\nChange-Id: I" + "2" * 40 + "\n")
    row[0] = row[0]._replace(message="Add it\n\nChange-Id: I" + "1" * 40 + "\n")
    assert plan.message(row) == (
        "Add it\n\n- Add it\n- Test it\n\n  Twice.\n\n  Change-Id: I" + "2" * 40
        + "\n\nChange-Id: I" + "1" * 40 + "\n"
    )  # fmt: skip
    assert plan.message(row[:2]) == "Add it\n\nChange-Id: I" + "1" * 40 + "\n"


def test_words_of_the_todo() -> None:
    row = steps("one", "two", "three")
    a, b, c = (step.oid[:7] for step in row)
    read = todo.read(f"p {a} x\nf {b}\n# no\n\npick {c}\n| own\n|\n|   words\n", row)
    assert [(len(one.steps), one.message) for one in read] == [
        (2, "one\n"),
        (1, "own\n\n  words\n"),
    ]
    assert todo.read("# all gone\n", row) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pick 1111111\npick 3333333", "line 2: the order must stay, 2222222222 comes next"),
        ("pick 1111111\npick 2222222", "is left out"),
        ("drop 1111111", "'drop' is not"),
        ("squash 1111111", "no commit above"),
        ("| words", "below the commits"),
        ("pick 1111111\n| words\nsquash 2222222", "below all commits"),
    ],
)
def test_a_todo_that_cannot_be_followed_says_which_line(text: str, why: str) -> None:
    with pytest.raises(NotATodo, match=why):
        todo.read(text, steps("one", "two", "three"))

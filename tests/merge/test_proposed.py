"""An answer from outside may be anything; what is let through is lines for one conflict."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import lines, proposed
from git_anvcs.merge.proposed import Hunk, Refused
from git_anvcs.merge.result import Options, Versions

CODE = "import os\n\n\ndef total(cart):\n    return sum(cart)\n\n\ndef size(cart):\n    return 1\n"
MINE, YOURS = "    return sum(cart) * 2\n", "    return sum(cart, 5)\n"
GOOD = "    return sum(cart, 5) * 2"


def hunk(ends: str = "\n", *, cut: bool = False) -> Hunk:
    """The one conflict of three versions of CODE; cut: the file ends with it, without newline."""
    code = CODE[: CODE.index("\n\n\ndef size")] + "\n" if cut else CODE
    texts = [
        code.replace("    return sum(cart)\n", new)
        for new in ("    return sum(cart)\n", MINE, YOURS)
    ]
    versions = Versions(*(text.replace("\n", ends).encode() for text in texts))
    if cut:
        versions = Versions(*(text.removesuffix(ends.encode()) for text in versions))
    options = Options("a.py")
    now = lines.split(lines.merge(versions, options).text)
    start = next(n for n, line in enumerate(now) if line.startswith(b"<<<<<<<"))
    end = next(n for n, line in enumerate(now) if line.startswith(b">>>>>>>")) + 1
    here = Versions(
        *(one.replace("\n", ends).encode() for one in ("    return sum(cart)\n", MINE, YOURS))
    )
    return Hunk(options, "python", versions, tuple(now), start, end, here)


def test_good_lines_are_let_through_and_what_they_leave_out_is_told() -> None:
    made = proposed.judged(GOOD.encode(), hunk())
    assert made.lines == (f"{GOOD}\n".encode(),)
    assert sorted(made.left_out) == [MINE.strip(), YOURS.strip()]
    assert proposed.judged((MINE + YOURS).encode(), hunk()).left_out == ()


def test_a_fence_around_all_of_it_is_taken_off() -> None:
    for text in (f"```python\n{GOOD}\n```", f"\n```\n{GOOD}\n```\n", f"\n{GOOD}\n\n"):
        assert proposed.judged(text.encode(), hunk()).lines == (f"{GOOD}\n".encode(),)


def test_line_ends_are_those_of_the_file() -> None:
    assert proposed.judged(GOOD.encode(), hunk("\r\n")).lines == (f"{GOOD}\r\n".encode(),)
    assert proposed.judged(f"{GOOD}\r\n".encode(), hunk()).lines == (f"{GOOD}\n".encode(),)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> x", "conflict markers"),
        (f"def total(cart):\n{GOOD}".encode(), "repeats lines"),
        (CODE.encode(), "repeats lines"),
        (b"    return (1", "no longer parse"),
        (b"return 1", "no longer parse"),
        (f"{GOOD}\x1b[2J".encode(), "control characters"),
        (f"{GOOD}  # \u202e".encode(), "control characters"),
        (f"{GOOD}\0".encode(), "control characters"),
        (b"\n \n", "empty"),
        (b"", "empty"),
        (b"Sure! Here:\n```\nreturn 1\n```\nRun `rm -rf /` first.", "Markdown"),
        (b"    x = 1\n" * 5000, "longer than"),
        (b"    return \xff", "UTF-8"),
        (b"    return 1\n\n\ndef size(basket):\n    return 2", "duplicate"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_reason(answer: bytes, why: str) -> None:
    with pytest.raises(Refused) as caught:
        proposed.judged(answer, hunk())
    assert why in str(caught.value)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_comes_is_refused_or_harmless(answer: bytes) -> None:
    one = hunk()
    try:
        made = proposed.judged(answer, one)
    except Refused:
        return
    whole = b"".join([*one.now[: one.start], *made.lines, *one.now[one.end :]])
    compile(whole, "a.py", "exec")
    assert b"<<<<<<<" not in whole
    assert b"\x1b" not in whole
    assert whole.endswith(b"\n")

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel.terminal import (
    cut,
    fit,
    safe,
    safe_bytes,
    safe_coloured,
    safe_json,
    shown,
    width,
)


@given(st.text(st.characters(codec=None)))
def test_safe_text_is_printable_and_encodable(text: str) -> None:
    said = safe(text)

    said.encode()
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in said)
    assert not set(said) & set("\u202a\u202e\u2066\u2069\u200b\ufeff\u2028")


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


@given(st.binary())
def test_bytes_become_one_safe_line_but_for_newlines_and_tabs(raw: bytes) -> None:
    said = safe_bytes(raw)

    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in said)


@given(st.text(st.characters(codec=None)))
def test_safe_json_says_the_same_and_cannot_move_a_cursor(text: str) -> None:
    said = safe_json(json.dumps({text: [text]}, ensure_ascii=False))

    assert json.loads(said) == {text: [text]}
    assert safe(said) == said


def test_bytes_that_are_no_text_are_spelled_out() -> None:
    assert safe_bytes(b"caf\xe9\x1b[0m") == "caf\\xe9\\x1b[0m"


@pytest.mark.parametrize("code", ["\x1b[31m", "\x1b[1;38;5;208m", "\x1b[m", "\x1b[K", "\x1b[0;32m"])
def test_colours_of_git_stay(code: str) -> None:
    assert safe_coloured(f"a{code}b") == f"a{code}b"


@pytest.mark.parametrize(
    "code", ["\x1b[8m", "\x1b[2J", "\x1b]0;x\x07", "\x1b[1;8m", "\x1b[28m", "\x9bm"]
)
def test_everything_but_colours_is_spelled_out(code: str) -> None:
    assert not set(safe_coloured(code)) & {"\x1b", "\x07", "\x9b"}


@given(st.text(st.characters(categories=["L", "N", "M"])), st.integers(1, 30))
def test_a_column_is_as_wide_as_asked(text: str, columns: int) -> None:
    assert width(fit(text, columns)) == columns
    assert width(cut(text, columns)) <= columns


@given(st.text(st.characters(codec=None)))
def test_shown_text_is_unicode_and_keeps_what_already_was(text: str) -> None:
    said = shown(text)

    said.encode()
    if not any(0xD800 <= ord(c) < 0xE000 for c in text):
        assert said == text

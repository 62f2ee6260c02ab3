"""The cascade: which of the merges is taken, and that odd input stays with the lines."""

from collections import Counter
from contextlib import suppress
import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import checks, engine, lines
from git_anvcs.merge.registry import format_of, load_format
from git_anvcs.merge.result import NotUnderstood, Options, Rules, Versions

NAMES = st.sampled_from(["a.json", "b.yaml", "c.py", "d", "e.jsonc"])


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=60), NAMES)
def test_nothing_raises_when_the_input_is_any_bytes(
    base: bytes, ours: bytes, theirs: bytes, name: str
) -> None:
    merged = engine.merge(Versions(base, ours, theirs), Options(name))
    assert engine.merge(Versions(base, ours, base), Options(name)).text == ours
    assert engine.merge(Versions(base, base, theirs), Options(name)).text == theirs
    assert isinstance(merged.text, bytes)


HALF = {
    "a.py": (b"try:\n    f()\nexcept A:\n    b = 0\n", b"try:\nexcept A:\n    b = 0\n"),
    "a.h": (b"#ifndef A\n#define B 1\n#define C 2\n#endif\n", b"#ifndef A\n#define B 1\n"),
    "go.sum": (b"a v1 h1:a=\nb v1 h1:b=\n", b"b v1 h1:b=\nb v1 h1:c=\na v1 h1:a=\n"),
}


@pytest.mark.parametrize("path", HALF)
def test_a_file_that_somebody_left_half_done_is_merged_or_refused(path: str) -> None:
    """Any other error would be a bug that costs a merge and that nobody hears of."""
    base, half = HALF[path]
    form = load_format(format_of(path))
    for side in (base + base.splitlines(keepends=True)[-1], base.replace(b"1", b"2"), b"\n" + base):
        for versions in (Versions(base, side, half), Versions(base, half, side)):
            with suppress(NotUnderstood):
                assert form.merge(versions, Options(path)).text


def test_a_binary_file_keeps_ours_when_both_sides_changed_it() -> None:
    merged = engine.merge(Versions(b"\0", b"\0a", b"\0b"), Options("x.json"))
    assert merged.text == b"\0a"
    assert [one.kind for one in merged.conflicts] == ["binary"]


def test_a_virtual_base_is_merged_by_lines_when_git_merges_ancestors() -> None:
    versions = Versions(b'{\n  "a": 1\n}\n', b'{\n  "b": 1,\n  "a": 1\n}\n', b'{\n  "a": 2\n}\n')
    options = Options("x.json", marker_size=9)
    assert engine.merge(versions, options) == lines.merge(versions, options)


def test_gits_own_result_is_taken_when_it_keeps_every_line() -> None:
    versions = Versions(b"1\n2\n3\n", b"1\n2\n3\n4\n", b"0\n1\n2\n3\n")
    given_text = b"0\n1\n2\n3\n4\n"
    assert engine.merge(versions, Options("x"), given_text).text == given_text
    assert engine.merge(versions, Options("x"), b"1\n2\n3\n4\n").text == given_text
    assert engine.merge(versions, Options("x"), b"<<<<<<< broken\n").text == given_text


@given(st.tuples(*[st.integers(0, 3)] * 3))
def test_a_token_may_not_be_lost_or_revived_when_counts_decide(counts: tuple[int, ...]) -> None:
    low, high = checks.bounds(*counts)
    base, ours, theirs = counts
    assert 0 <= low <= high
    if base == ours:
        assert low == high == theirs
    if base == theirs:
        assert low == high == ours
    versions = [Counter({"x": count}) for count in counts]
    assert bool(checks.lost(versions, Counter({"x": low}))) is False
    assert low == 0 or checks.lost(versions, Counter({"x": low - 1}))
    assert checks.revived(versions, Counter({"x": high + 1}))


def test_a_format_is_found_when_name_or_extension_says_it() -> None:
    names = ["a/b.json", ".babelrc", "X.YML", "x.py", "Makefile", "json", "a.json/b"]
    formats = ["json", "json", "yaml", "python", "text", "text", "text"]
    assert [format_of(name) for name in names] == formats


def test_conflicts_are_joined_as_git_joins_them_when_there_would_be_more() -> None:
    base = '{\n  "a": 1,\n  "b": 1,\n  "c": 1,\n  "d": 1,\n  "e": 1,\n  "f": 1,\n  "g": 1\n}\n'
    ours = base.replace('"a": 1', '"a": 2').replace('"c": 1', '"c": 2').replace('"g": 1', '"g": 5')
    theirs = (
        base.replace('"a": 1', '"a": 3').replace('"c": 1', '"c": 3').replace('"f": 1', '"f": 6')
    )
    versions = Versions(base.encode(), ours.encode(), theirs.encode())
    by_lines = lines.merge(versions, Options())
    merged = engine.merge(versions, Options("x.json"))
    assert [one.where for one in merged.conflicts] == ["a, c"]
    assert len(merged.conflicts) <= len(by_lines.conflicts)
    assert b'"f": 6,\n  "g": 5\n' in merged.text


@given(st.sampled_from(["1.2.0", "^1.2", "~2.0.1", "v3"]), st.booleans())
def test_the_larger_version_is_taken_only_when_speculation_is_allowed(
    base: str, speculative: bool
) -> None:
    texts = [json.dumps({"dependencies": {"x": v}}, indent=2) for v in raised(base)]
    versions = Versions(*(text.encode() for text in texts))
    options = Options("package.json", rules=Rules(speculative=speculative))
    merged = engine.merge(versions, options)
    assert bool(merged.conflicts) is not speculative
    if speculative:
        assert merged.text == versions.theirs
        assert merged.resolutions[0].rule == "larger-version"


def raised(version: str) -> tuple[str, str, str]:
    return version, f"{version}.1", f"{version}.2"

"""Laws of the formats that records go out in, and of the one they come in from."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import jsonschema
import pytest

from git_anvcs.provenance import checks, codec, ranges
from git_anvcs.provenance.exchange import agent_trace, git_ai
from git_anvcs.provenance.exchange.git_ai import NotANote
from git_anvcs.provenance.ranges import Range
from git_anvcs.provenance.record import Record
from tests.support import published

HEX = "0123456789abcdef"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def ids(prefix: str, size: int = 14) -> st.SearchStrategy[str]:
    return st.text(HEX, min_size=size, max_size=size).map(lambda text: prefix + text)


@st.composite
def texts_of_ranges(draw: st.DrawFn) -> str:
    """Ranges in ascending order that do not touch."""
    steps = draw(
        st.lists(st.tuples(st.integers(2, 40), st.integers(0, 30)), min_size=1, max_size=4)
    )
    at, told = 0, []
    for gap, size in steps:
        told.append(Range(at + gap, at + gap + size))
        at += gap + size
    return ranges.write(told)


AGENTS = st.fixed_dictionaries({"tool": WORDS, "id": WORDS, "model": WORDS})
ATTRIBUTES = st.dictionaries(WORDS, TEXTS, min_size=1, max_size=3)
SESSION = st.fixed_dictionaries(
    {"agent_id": AGENTS},
    optional={"human_author": TEXTS, "custom_attributes": ATTRIBUTES},
)
COUNTS = st.integers(0, 2**32 - 1)
PROMPT = st.fixed_dictionaries(
    {
        "agent_id": AGENTS,
        "total_additions": COUNTS,
        "total_deletions": COUNTS,
        "accepted_lines": COUNTS,
        "overriden_lines": COUNTS,
    },
    optional={"human_author": TEXTS, "messages_url": TEXTS, "custom_attributes": ATTRIBUTES},
)
# Anything that Git takes for a path and that stands on one line.
PATHS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"), min_size=1),
    st.sampled_from(
        ['"', '""', '"a"', 'a "b" c', "---", " lead", "trail ", "a\tb", "a\\b c", "a\u2028b",
         "\u00a0", "\x85x", "tab\\t x", "caf\u00e9", "s_1 1-2", "x\r"]
    ),
)  # fmt: skip


@st.composite
def said(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of a record, with the three kinds of keys, each of them leading somewhere."""
    sessions = draw(st.dictionaries(ids("s_"), SESSION, max_size=2))
    humans = draw(st.dictionaries(ids("h_"), st.fixed_dictionaries({"author": TEXTS}), max_size=2))
    prompts = draw(st.dictionaries(ids("", 16), PROMPT, max_size=2))
    traced = [
        f"{key}::{draw(ids('t_'))}" for key in sessions for _ in range(draw(st.integers(1, 2)))
    ]
    keys = [*traced, *humans, *prompts]
    found: dict[str, Any] = {"sessions": sessions, "humans": humans, git_ai.OLDER: prompts}
    if keys:
        # A line belongs to one key: each gets lines of its own thousand.
        files = draw(st.lists(PATHS, max_size=3, unique=True))
        found["attestations"] = {
            path: {
                key: ranges.write([Range(r.first + 1000 * n, r.last + 1000 * n) for r in told])
                for n, key in enumerate(
                    draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
                )
                if (told := ranges.read(draw(texts_of_ranges())))
            }
            for path in files
        }
    return {key: value for key, value in found.items() if value}


def record_with(fields: Mapping[str, Any], **more: object) -> Record:
    """A whole record that says `fields`, keys written as paths included."""
    ext = {name.removeprefix("ext."): v for name, v in fields.items() if name.startswith("ext.")}
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": f"am_{1:026d}",
        "change_id": f"I{1:040d}",
        "rev": 1,
        "created_at": "2026-09-21T14:14:00.000Z",
        "subject": {
            "vcs": "git", "object_format": "sha1", "commit": "c" * 40, "tree": "d" * 40,
            "parents": [],
        },
        "prompt": None, "model": "anthropic/claude-opus-4", "tests_passed": None,
        "test_report_ref": None, "coverage": None, "env": None, "agent_id": "claude-code:1",
        "artifacts": [],
        **{name: v for name, v in fields.items() if not name.startswith("ext.")},
        **({"ext": ext} if ext else {}),
        **more,
    }  # fmt: skip
    return codec.record(value)


@given(said())
def test_a_note_comes_back_as_it_went_out(fields: dict[str, Any]) -> None:
    record = record_with(fields)
    assert checks.against_schema(record) == []
    assert git_ai.read(git_ai.write(record).encode()) == fields


@given(said())
def test_a_note_is_one_by_the_published_standard(fields: dict[str, Any]) -> None:
    assert published.git_ai(git_ai.write(record_with(fields))) == []


@given(said())
def test_a_trace_is_one_by_the_published_specification(fields: dict[str, Any]) -> None:
    trace = agent_trace.write(record_with(fields))
    assert published.agent_trace(json.loads(json.dumps(trace))) == []
    told = [path for path in fields.get("attestations", {}) if not path.startswith("/")]
    assert [file["path"] for file in trace["files"]] == sorted(told)


@pytest.mark.skipif("ANVCS_AGENT_TRACE" not in os.environ, reason="ANVCS_AGENT_TRACE names no file")
@given(said())
def test_a_trace_conforms_to_the_schema_in_the_specification(fields: dict[str, Any]) -> None:
    """ANVCS_AGENT_TRACE: README.md of cursor/agent-trace, which this repository does not hold."""
    text = Path(os.environ["ANVCS_AGENT_TRACE"]).read_text()
    found = re.search(r"### 6\.1 .*?```json\n(.*?)```", text, re.DOTALL)
    assert found is not None
    formats = jsonschema.FormatChecker()
    checker = jsonschema.Draft202012Validator(json.loads(found[1]), format_checker=formats)
    checker.validate(agent_trace.write(record_with(fields)))


def test_a_name_that_is_no_file_of_a_repository_is_left_out_of_a_trace() -> None:
    key = "0123456789abcdef"
    record = record_with({"attestations": {"/etc/x": {key: "1"}, "a": {key: "2"}}})
    assert [file["path"] for file in agent_trace.write(record)["files"]] == ["a"]


NOTE = """\
f
  s_cccccccccccccc::t_99999999999999 1-3,5
"a b"
  h_33333333333333 4
---
{"schema_version": "authorship/3.0.0", "base_commit_sha": "c", "prompts": {},
 "humans": {"h_33333333333333": {"author": "A <a@example.com>"}},
 "sessions": {"s_cccccccccccccc": {"agent_id": {"tool": "t", "id": "i", "model": "m"}}}}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("---\n", ""), ("1-3,5", "5,1-3"), ("3,5", "0"), ("1-3", "3-1"), ("  h_", " h_"),
        ('"a b"', "a b"), ("  h_33333333333333 4\n", ""), ("3.0.0", "2.0.0"),
        ('"base_commit_sha": "c", ', ""), ('"prompts": {},', ""), ('"model": "m"', '"model": 1'),
        ('{"agent_id"', '{"messages": [], "agent_id"'), ("  h_33333333333333 4", "  0123 4"),
        ('"author"', '"author": 1, "x"'), ("  s_cc", "  s_dd"),
    ],
)  # fmt: skip
def test_our_check_of_the_standard_finds_what_it_forbids(old: str, new: str) -> None:
    assert published.git_ai(NOTE) == []
    assert published.git_ai(NOTE.replace(old, new, 1)) != []


def in_f(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"path": "f", "conversations": [conversation]}]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "1"), ("vcs", {"type": "cvs", "revision": "1"}), ("metadata", []),
        ("files", [{"path": "/f", "conversations": []}]),
        ("files", in_f({"ranges": [{"start_line": 0, "end_line": 1}]})),
        ("files", in_f({"ranges": [{"start_line": 2, "end_line": 1}]})),
        ("files", in_f({"ranges": [], "contributor": {"type": "x"}})),
        ("files", in_f({"ranges": [], "contributor": {"type": "ai", "model_id": "opus"}})),
        ("timestamp", "2026-01-01T00:00:00"), ("tool", {"name": 1}),
    ],
)  # fmt: skip
def test_our_check_of_a_trace_finds_what_is_forbidden(key: str, value: object) -> None:
    trace = agent_trace.write(record_with({}))
    assert published.agent_trace(trace) == []
    assert published.agent_trace({**trace, key: value}) != []


def test_lines_that_two_keys_claim_are_the_later_ones() -> None:
    a, b = "0123456789abcdef", "fedcba9876543210"
    assert ranges.last_wins([(a, "1-10"), (b, "3-4,9-12")]) == {a: "1-2,5-8", b: "3-4,9-12"}
    assert ranges.last_wins([(a, "2-3"), (b, "1-5")]) == {b: "1-5"}
    assert ranges.last_wins([(a, "5"), (b, "5"), (a, "5")]) == {a: "5"}
    assert ranges.last_wins([(a, "1-3"), (a, "2-5"), (b, "7")]) == {a: "1-3,2-5", b: "7"}


@given(st.lists(st.tuples(st.sampled_from("abc"), texts_of_ranges()), max_size=5))
def test_every_line_belongs_to_the_last_key_that_claims_it(entries: list[tuple[str, str]]) -> None:
    owner = {
        n: key for key, told in entries for r in ranges.read(told) for n in range(r[0], r[1] + 1)
    }
    found = ranges.last_wins(entries)
    lines = [(n, key) for key, told in found.items() for r in ranges.read(told)
             for n in range(r.first, r.last + 1)]  # fmt: skip
    assert dict(lines) == owner
    assert len(set(lines)) == len(owner)


def test_a_session_is_not_given_the_model_of_another() -> None:
    one, two, old = "s_" + "1" * 14, "s_" + "2" * 14, "0" * 16
    trace = "::t_" + "0" * 14

    def agent(model: str) -> dict[str, Any]:
        return {"agent_id": {"tool": "t", "id": "i", "model": model}}

    def model_of(key: str, **fields: object) -> object:
        record = record_with({"attestations": {"f": {key: "1"}}, **fields})
        [file] = agent_trace.write(record)["files"]
        return file["conversations"][0]["contributor"].get("model_id")

    mine = "anthropic/claude-opus-4"
    assert model_of(one + trace, sessions={one: agent("unheard-of")}) == mine
    assert model_of(one + trace, sessions={one: agent("gpt-5")}) == "openai/gpt-5"
    both = {one: agent("unheard-of"), two: agent("x/y")}
    assert (model_of(one + trace, sessions=both), model_of(two + trace, sessions=both)) == (
        None,
        "x/y",
    )
    mixed: dict[str, Any] = {"sessions": {one: agent("a/b")}, git_ai.OLDER: {old: agent("odd")}}
    assert model_of(old, **mixed) is None
    assert model_of(two + trace) is None


DAMAGE = st.sampled_from(
    ["\0", "\n", "---\n", "<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n", "  ", '"', "\ufeff",
     "s_", "9" * 5000, "{", "[" * 5000, "\r\n", "1-", "\u2028", "\x1b[2J", '"messages":["secret"],']
)  # fmt: skip


@given(said(), st.integers(0), st.integers(0, 30), st.one_of(DAMAGE, TEXTS))
def test_a_damaged_note_says_what_a_record_may_hold_or_is_refused(
    fields: dict[str, Any], at: int, lost: int, put: str
) -> None:
    note = git_ai.write(record_with(fields))
    at %= len(note) + 1
    try:
        found = git_ai.read(f"{note[:at]}{put}{note[at + lost :]}".encode(errors="replace"))
    except NotANote:
        return
    record = record_with(found)
    assert checks.against_schema(record) == []
    assert git_ai.read(git_ai.write(record).encode()) == found
    assert '"messages"' not in json.dumps(found.get(git_ai.OLDER, {}))


@given(said(), st.floats(0, 1, exclude_max=True))
def test_a_note_cut_short_is_refused(fields: dict[str, Any], part: float) -> None:
    note = git_ai.write(record_with(fields)).rstrip("\n").encode()
    with pytest.raises(NotANote):
        git_ai.read(note[: int(len(note) * part)])


def test_a_note_larger_than_anybody_writes_is_refused() -> None:
    with pytest.raises(NotANote, match="larger than"):
        git_ai.read(b" " * git_ai.LARGEST + NOTE.encode())


def test_a_note_of_very_many_lines_is_read_and_one_that_fights_over_them_refused() -> None:
    head, _, tail = NOTE.partition("---\n")
    many = ",".join(str(n) for n in range(1, 400_001, 2))
    key = "s_cccccccccccccc::t_99999999999999"
    found = git_ai.read(f"f\n  {key} {many}\n---\n{tail}".encode())
    assert found["attestations"]["f"][key] == many
    with pytest.raises(NotANote, match="overlap"):
        git_ai.read(f"f\n  {key} {many}\n  h_33333333333333 {many}\n---\n{tail}".encode())
    assert head.startswith("f\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("f\n", "<<<<<<< ours\nf\n"), ("f\n", "f\0g\n"), ("1-3,5", "5-3"), ("1-3,5", "12345678901"),
        ('"prompts": {}', '"prompts": {"x": {"agent_id": {}}}'),
        ('"prompts": {}', '"prompts": [1]'),
        ("  s_", "  s-"), ("---\n", "-- -\n"), ('{"schema', '{"a": NaN, "schema'[:-1]),
    ],
)  # fmt: skip
def test_what_no_note_may_hold_is_refused(old: str, new: str) -> None:
    git_ai.read(NOTE.encode())
    with pytest.raises(NotANote):
        git_ai.read(NOTE.replace(old, new, 1).encode())


def test_ranges_out_of_order_are_read_as_what_they_say() -> None:
    """Other tools write them so; only the ascending form may be written again."""
    found = git_ai.read(NOTE.replace("1-3,5", "9,5,1-3").encode())
    assert found["attestations"]["f"] == {"s_cccccccccccccc::t_99999999999999": "1-3,5,9"}
    assert git_ai.read(git_ai.write(record_with(found)).encode()) == found


def test_a_name_over_two_lines_is_left_out_and_nothing_else() -> None:
    key = "0123456789abcdef"
    record = record_with({"attestations": {"a\nb": {key: "1"}, "c": {key: "2"}}})
    assert git_ai.read(git_ai.write(record).encode())["attestations"] == {"c": {key: "2"}}

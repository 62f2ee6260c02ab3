"""What is plainly a record is one: the quick look and the JSON Schema never contradict."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import checks, codec, shape

SAMPLES = sorted((Path(__file__).parents[1] / "cases/formats/record").glob("v*/*.json"))
OID, TREE, DIGEST = "a" * 40, "b" * 40, "c" * 64
STORED = {"type": "report", "sha256": DIGEST, "size": 3}
PLACES: list[dict[str, object]] = [
    {"storage": "s3", "bucket": "abc", "key": "k", "version_id": "v", "region": None},
    {"storage": "ipfs", "cid": "baf"},
    {"storage": "nfs", "key": "k", "name": "ü"},
    {"storage": "local", "key": "k", "bucket": None},
    {"storage": "git", "path": "a/b"},
    {"storage": "https", "uri": "https://example.com/"},
]


def whole(oid: str = OID, tree: str = TREE, **fields: object) -> dict[str, Any]:
    """A record that says something in every field there is."""
    return {
        "schema": "anvcs/commit-meta/1",
        "meta_id": f"am_{1:026d}",
        "change_id": f"I{1:040d}",
        "rev": 2,
        "created_at": "2026-09-21T14:14:00.000Z",
        "subject": {
            "vcs": "git",
            "object_format": "sha1" if len(oid) == 40 else "sha256",
            "commit": oid,
            "tree": tree,
            "parents": [oid, tree],
            "patch_id": None,
            "repo": "r",
            "ref": "refs/heads/main",
        },
        "prompt": 'say "hello"\n\tand \\ go\u2028',
        "prompt_info": {"policy": "inline", "hmac_sha256": DIGEST, "redactions": 0},
        "model": "anthropic/claude-opus-4",
        "tests_passed": True,
        "tests": {"ran_on_tree": tree, "total": 120, "failed": 0, "command": "a b"},
        "test_report_ref": "artifact:report.xml",
        "coverage": 91.25,
        "env": {
            "digest": f"sha256:{DIGEST}",
            "os": "Linux",
            "tools": {"git": "2.39.5", "a b": ""},
            "lockfiles": [{"path": "uv.lock", "sha256": DIGEST}],
        },
        "agent_id": "claude-code:8f21",
        "artifacts": [{**STORED, **place} for place in PLACES],
        "sessions": {f"s_{'a' * 14}": {"agent_id": {"tool": "t", "id": "i", "model": "m"}}},
        "humans": {f"h_{'1' * 14}": {"author": "A <a@example.com>"}},
        "attestations": {
            "a b/\u00fc": {f"h_{'1' * 14}": "1,3-5", f"s_{'a' * 14}::t_{'0' * 14}": "9"}
        },
        "lineage": [{"op": "amend", "from": [oid], "match": "declared", "at": "now", "by": "me"}],
        "policy": {"policy_digest": f"sha256:{DIGEST}", "decision": "allow", "scopes": ["x"]},
        "journal": {"doc": "d", "from_seq": -1, "to_seq": 7},
        "ext": {"com.example": 7},
        **fields,
    }


VALID = [
    whole(),
    whole("a" * 64, "b" * 64),
    whole(prompt=None, model=None, tests_passed=None, coverage=100, env=None, artifacts=[]),
    *(json.loads(path.read_bytes()) for path in SAMPLES),
]


def at_fault(line: bytes, commit: str) -> list[str]:
    """What the validator and the checks by hand say of a line: the long way."""
    record = codec.parse_line(line)
    if record is None:
        return ["not a record"]
    return [*checks.quickly(record, commit), *checks.against_schema(record)]


@pytest.mark.parametrize("value", VALID)
def test_a_record_that_says_something_in_every_field_is_known_at_a_glance(
    value: dict[str, Any],
) -> None:
    line = codec.encode(value)
    commit = value["subject"]["commit"]

    assert at_fault(line, commit) == []
    assert not checks.wrong_at_a_glance(line, commit)
    assert checks.wrong_at_a_glance(line, "f" * len(commit))


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a value."""
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield from places(item, (*path, key))


ODD = st.one_of(
    st.sampled_from([None, True, False, 0, 1, -1, 101, 0.5, 100.5, 1e30, "", "null", [], {}, [0]]),
    st.sampled_from(
        [OID, TREE, DIGEST, "d" * 64, "refs/x", "a/b", "a/b/c", "1-2", "0", "git", "s3"]
    ),
    st.sampled_from(
        ["sha1", "sha256", "x" * 251, "x" * 513, "y" * 66_000, "\n", "é", '"', "\ud83d"]
    ),
    st.text(max_size=5),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
KEYS = st.sampled_from(
    ["schema", "commit", "tree", "ran_on_tree", "key", "bucket", "name", "x", "é", "s_1", "a.b", ""]
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """A valid record after up to three changes, and the commit it was of."""
    value = json.loads(json.dumps(draw(st.sampled_from(VALID))))
    commit = value["subject"]["commit"]
    for _ in range(draw(st.integers(1, 3))):
        *to, last = draw(st.sampled_from([path for path in places(value) if path]))
        holder: Any = value
        for step in to:
            holder = holder[step]
        match draw(st.sampled_from(["replace", "drop", "add", "edit", "rename"])):
            case "drop":
                del holder[last]
            case "add" if isinstance(holder, dict):
                holder[draw(KEYS)] = draw(ODD)
            case "rename" if isinstance(holder, dict):
                holder[draw(KEYS)] = holder.pop(last)
            case "edit" if isinstance(holder[last], str):
                text = holder[last]
                at = draw(st.integers(0, len(text)))
                holder[last] = (
                    text[:at] + draw(st.text(max_size=2)) + text[at + draw(st.integers(0, 2)) :]
                )
            case _:
                holder[last] = draw(ODD)
    return value, commit


@given(damaged())
def test_what_the_schema_refuses_is_found_without_asking_for_it(
    found: tuple[dict[str, Any], str],
) -> None:
    value, commit = found
    try:
        line = codec.encode(value)
    except codec.NotCanonical:
        return
    at_length = at_fault(line, commit)

    assert checks.wrong_at_a_glance(line, commit) or at_length == []
    record = codec.parse_line(line)
    if record is not None:
        assert bool(checks.wrong(record, commit)) == bool(at_length)


@given(st.sampled_from(VALID), st.data())
def test_no_byte_of_a_line_changes_unseen(value: dict[str, Any], data: st.DataObject) -> None:
    line = codec.encode(value)
    commit = value["subject"]["commit"]
    at = data.draw(st.integers(0, len(line)))
    size = data.draw(st.integers(0, 3))
    put = data.draw(
        st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"\\", b",", b"}", b"0"]))
    )

    changed = line[:at] + put + line[at + size :]

    assert checks.wrong_at_a_glance(changed, commit) or at_fault(changed, commit) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_of_a_prompt_or_a_path_is_known_at_a_glance(prompt: str, path: str) -> None:
    attested = {path: {f"h_{'1' * 14}": "1"}}
    line = codec.encode(whole(prompt=prompt, attestations=attested))
    plain = re.search(r"\\u[0-9a-f]{4}", line.decode()) is None  # other control characters are not

    assert at_fault(line, OID) == []
    assert checks.wrong_at_a_glance(line, OID) is not plain


def test_spaces_and_another_order_of_keys_need_no_validator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = codec.parse_line(json.dumps(whole()).encode())
    assert record is not None
    assert checks.wrong_at_a_glance(record.line, OID)
    monkeypatch.setattr(checks, "against_schema", pytest.fail)

    assert checks.wrong(record, OID) == []


def test_a_line_too_long_to_count_in_is_left_to_the_validator() -> None:
    line = codec.encode(whole(prompt="x" * shape.LONGEST))
    assert checks.wrong_at_a_glance(line, OID)
    assert at_fault(line, OID) == []
    longer = codec.parse_line(codec.encode(whole(prompt="x" * (shape.LONGEST + 1))))
    assert longer is not None
    assert checks.wrong(longer, OID)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "x"},
        {"type": "string", "pattern": "^.*$"},
        {"type": "string", "pattern": r"^\S+$"},
        {"type": "integer", "minimum": 7},
        {"type": "number", "maximum": 7},
        {"type": "array", "items": {}, "minItems": 2},
        {"type": "file"},
    ],
    ids=str,
)
def test_what_a_shape_cannot_say_is_refused_when_it_is_made(schema: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no shape of"):
        shape.of(schema)

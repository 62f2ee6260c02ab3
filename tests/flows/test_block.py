"""A block in a file of somebody else's: what goes in comes out, and nothing else does."""

from hypothesis import example, given
from hypothesis import strategies as st
import pytest

from git_anvcs.flows.wiring import agents, attributes, block
from git_anvcs.flows.wiring.agent_tables import WIRINGS, Wiring

LINES = st.lists(st.text(alphabet="ab =\"'#", max_size=6), max_size=4)
TEXT = st.binary(max_size=60) | st.text(alphabet="a\n\r#[", max_size=20).map(str.encode)


@given(TEXT, LINES, st.sampled_from(["start", "end", "shebang"]))
@example(b"#!/bin/sh", ["x"], "shebang")
def test_taking_out_what_was_put_in_restores_every_byte(
    text: bytes, lines: list[str], at: str
) -> None:
    if block.has(text):
        return
    there = block.put(text, lines, at=at)
    assert block.has(there)
    assert block.inside(there) == lines
    assert block.put(there, lines, at=at) == there
    assert block.take(there, lines) == text
    assert block.take(there) == text


@given(TEXT, LINES, TEXT)
def test_what_others_append_stays_when_the_block_is_taken_out(
    text: bytes, lines: list[str], more: bytes
) -> None:
    if block.has(text) or block.has(more):
        return
    there = block.put(text, lines)
    rest = block.take(there + more)
    assert rest in (text + more, text + b"\n" + more)


def test_a_line_of_anothers_stays_when_it_stands_between_our_markers() -> None:
    there = block.put(b"[a]\n", ["[pull]", "\ttwohead = x", '[b "c"]', "\td = 1"])
    edited = there.replace(b"\ttwohead = x\n", b"\ttwohead = x\n\trebase = true\n")
    edited += b"\te = 2\n[z]\n"
    lines = block.inside(there)
    assert block.take(edited, lines) == b'[a]\n[pull]\n\trebase = true\n[b "c"]\n\te = 2\n[z]\n'


def test_a_begin_line_without_an_end_is_left_alone() -> None:
    text = b"# git-anvcs: begin\nx\n"
    assert block.take(text) == text


@pytest.mark.parametrize(
    "text",
    [
        b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "say hi"}]}]}, "x": 1}',
        b'{\n    "permissions": {"allow": ["Bash(git *)"]}\n}\n',
        b"{}",
    ],
)
@pytest.mark.parametrize("name", [n for n, w in WIRINGS.items() if isinstance(w, Wiring)])
def test_an_agents_other_settings_stay_when_our_hooks_come_and_go(text: bytes, name: str) -> None:
    there = agents.put(text, name, "'/a b/git-anvcs'")
    assert agents.put(there, name, "'/a b/git-anvcs'") == there
    moved = agents.put(there, name, "/new/git-anvcs")
    assert b"/a b/" not in moved
    assert agents.put(moved, name, "/new/git-anvcs") == moved
    assert agents.has_any(moved, name)
    rest = agents.take(moved, name)
    assert (rest is None) == (text == b"{}")
    if rest is not None:
        import json

        wiring = WIRINGS[name]
        base = dict(wiring.base) if isinstance(wiring, Wiring) else {}
        assert json.loads(rest) == {**base, **json.loads(text)}


@pytest.mark.parametrize("text", [b"", b"[", b"[]", b'{"hooks": []}', b'{"hooks": {"Stop": {}}}'])
def test_settings_of_another_form_are_refused(text: bytes) -> None:
    with pytest.raises(agents.NotSettings):
        agents.take(text, "claude")


def test_the_owners_merge_attributes_are_repeated_when_ours_outrank_them() -> None:
    files = {
        "": "*.json text\n*.lock binary\n# *.x merge=x\n[attr]gen -merge linguist-generated\n"
        '"a b.json" merge=ours\n*.yml merge=anvcs\n',
        "src/": "/top.json -merge\n*.json merge=union\n",
        "src/gen/": "* gen\n",
    }
    assert attributes.owners_lines(files) == [
        "*.lock -merge",
        '"a b.json" merge=ours',
        "/src/top.json -merge",
        "/src/**/*.json merge=union",
        "/src/gen/**/* -merge",
    ]

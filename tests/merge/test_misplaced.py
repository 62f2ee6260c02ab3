"""A clean merge by lines that put a change into the wrong entry is not taken."""

from git_anvcs.merge import engine
from git_anvcs.merge.result import Options, Versions

FIELD = "  // alpha\n  {} alpha = 1;\n"


def message(name: str, kind: str = "") -> str:
    return f"message {name} {{\n{FIELD.format(kind) if kind else ''}}}\n\n"


def test_a_change_does_not_slip_into_the_entry_that_replaced_its_own() -> None:
    head = 'syntax = "proto3";\n\n'
    base = head + message("One") + message("Two") + message("Three", "int32")
    ours = head + message("Two") + message("Three", "int64")
    theirs = head + message("Two", "int32")
    merged = engine.merge(
        Versions(base.encode(), ours.encode(), theirs.encode()), Options("x.proto")
    )
    assert [one.kind for one in merged.conflicts] == ["modify/delete"]
    assert message("Two", "int32").strip().encode() in merged.text


def test_an_edit_follows_the_section_that_was_renamed() -> None:
    base = b"[tool.one]\nalpha = 1\nbeta = 2\n\n[tool.two]\nalpha = 1\n"
    ours = base.replace(b"beta = 2", b"beta = 3")
    theirs = base.replace(b"tool.one", b"tool.first")
    merged = engine.merge(Versions(base, ours, theirs), Options("x.toml"))
    assert not merged.conflicts
    assert merged.text.startswith(b"[tool.first]\nalpha = 1\nbeta = 3\n")


def test_an_edit_follows_the_entry_that_was_renamed() -> None:
    base = b"[tool]\nfirst = [\n  1,\n  2,\n  3,\n]\nlast = 1\n"
    ours = base.replace(b"  3,", b"  4,")
    theirs = base.replace(b"first", b"second")
    merged = engine.merge(Versions(base, ours, theirs), Options("x.toml"))
    assert not merged.conflicts
    assert merged.text == base.replace(b"first", b"second").replace(b"  3,", b"  4,")

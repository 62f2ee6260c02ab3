"""Definitions that move between files on one side and change on the other: nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.merge import engine
from git_anvcs.merge.across.moved import replay
from git_anvcs.merge.across.tree import SIDES, Three, other
from git_anvcs.merge.result import Options, Versions

NAMES = ("alpha", "beta", "gamma", "delta")
FILES = ("one.py", "two.py", "three.py")
HEAD = "import os\n"


def function(name: str, changed: str = "") -> str:
    more = f'    {name}_{changed} = os.getenv("{changed}")\n' if changed else ""
    return (
        f"\n\ndef {name}(value):\n    first = value + {len(name)}\n{more}    return {name}, first\n"
    )


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, Three], str, dict[str, str]]:
    """Files by path; the side that moved; where each definition is now (empty: deleted)."""
    side = draw(st.sampled_from(SIDES))
    now = {name: draw(st.sampled_from([*FILES, ""])) for name in NAMES}
    edits = {
        who: {name for name in NAMES if draw(st.booleans()) and draw(st.booleans())}
        for who in SIDES
    }
    base = {"one.py": HEAD + "".join(map(function, NAMES))}
    mover, changer = {}, {}
    for path in FILES:
        held = [name for name in NAMES if now[name] == path]
        text = "".join(function(n, "mine" if n in edits[side] else "") for n in held)
        if held or (path == "one.py" and draw(st.booleans())):
            mover[path] = HEAD + text
    changed = "".join(function(n, "yours" if n in edits[other(side)] else "") for n in NAMES)
    changer["one.py"] = HEAD + changed
    ours, theirs = (mover, changer) if side == "ours" else (changer, mover)
    files = {
        path: Three(*(one[path].encode() if path in one else None for one in (base, ours, theirs)))
        for path in FILES
        if path in mover or path in base
    }
    return files, side, now


@given(trees())
def test_what_was_changed_is_where_its_definition_is_or_still_open(
    drawn: tuple[dict[str, Three], str, dict[str, str]],
) -> None:
    files, side, now = drawn
    done = replay(files, ["one.py"])
    after = {**files, **done.versions}
    held = {path: three.of(side) or b"" for path, three in after.items()}
    for name in NAMES:
        token = f"{name}_yours".encode()
        if token not in (files["one.py"].of(other(side)) or b""):
            continue
        where = [path for path, text in held.items() if token in text]
        at_old = token in (after["one.py"].of(other(side)) or b"")
        assert where == ([] if at_old else [now[name]])
        assert at_old != any(move.where == f"def {name}" for move in done.moves)


@given(trees())
def test_the_mover_keeps_what_it_wrote_and_every_file_can_be_read(
    drawn: tuple[dict[str, Three], str, dict[str, str]],
) -> None:
    files, side, _now = drawn
    done = replay(files, ["one.py"])
    for path, three in {**files, **done.versions}.items():
        mine = three.of(side)
        for line in (files[path].of(side) or b"").splitlines():
            assert mine is not None
            assert line in mine.splitlines()
        for text in three:
            compile(text or b"", path, "exec")
    assert done == replay(files, ["one.py"])


@given(trees())
def test_it_is_the_same_with_the_sides_exchanged(
    drawn: tuple[dict[str, Three], str, dict[str, str]],
) -> None:
    files, _side, _now = drawn
    swapped = {path: Three(three.base, three.theirs, three.ours) for path, three in files.items()}
    one, two = replay(files, ["one.py"]), replay(swapped, ["one.py"])
    assert {move.where for move in one.moves} == {move.where for move in two.moves}
    assert one.gone == two.gone
    assert {
        path: Three(three.base, three.theirs, three.ours) for path, three in two.versions.items()
    } == one.versions


def test_a_change_that_is_replayed_merges_without_a_conflict() -> None:
    base = (HEAD + function("alpha") + function("beta")).encode()
    files = {
        "one.py": Three(base, (HEAD + function("beta")).encode(), base.replace(b"+ 5", b"+ 6")),
        "two.py": Three(None, (HEAD + function("alpha")).encode(), None),
    }
    done = replay(files, ["one.py"])
    three = done.versions["one.py"]
    versions = Versions(three.base or b"", three.ours or b"", three.theirs or b"")
    assert not engine.merge(versions, Options("one.py")).conflicts
    assert b"+ 6" in (done.versions["two.py"].ours or b"")

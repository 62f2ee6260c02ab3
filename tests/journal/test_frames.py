"""Frames play forth and back to the byte, and a replay is read as it was written, or refused."""

import gzip
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import frames, session_replay
from git_anvcs.journal.frames import Frame, Player
from git_anvcs.journal.session_replay import About, Damaged, Packed
from git_anvcs.store.schemas import violations

CASES = Path(__file__).parents[1] / "cases/journal/session-replay"
SCHEMA = Path(session_replay.__file__).with_name("session-replay.schema.json")

TEXT = st.lists(st.sampled_from(["a\n", "b é\n", "😀", "\r\n", "x = 1\n", "a"]), max_size=8).map(
    "".join
)
STORY = st.lists(st.tuples(st.sampled_from(["a.py", "dir/b é.md"]), TEXT), min_size=1, max_size=8)


def told(story: list[tuple[str, str]]) -> list[Frame]:
    now: dict[str, str] = {}
    made = []
    for n, (path, text) in enumerate(story, 1):
        before = now.get(path, "seed\n")
        seed = None if path in now else before
        changed = frames.changes(before, text)
        made.append(
            Frame(n, 1_790_000_000 + n / 8, path, "a:1", "edited", changed, seed, 0o100644, 7)
        )
        now[path] = text
    return made


@given(TEXT, TEXT)
def test_changes_lead_forth_and_back(old: str, new: str) -> None:
    changed = frames.changes(old, new)
    assert frames.forth(old, changed) == new
    assert frames.back(new, changed) == old


@given(STORY, st.lists(st.integers(-1, 9), max_size=6))
def test_a_player_shows_every_place_as_it_was(
    story: list[tuple[str, str]], places: list[int]
) -> None:
    player = Player(told(story))
    forth = [shown for _ in story if (shown := player.forward())]
    assert [shown.after for shown in forth] == [text for _, text in story]
    assert player.forward() is None
    for place in places:
        shown = player.seek(place)
        assert shown == forth[max(1, min(place, len(story))) - 1]
        if player.place > 1:
            assert player.backward() == forth[player.place - 1]
    player.seek(1)
    assert player.backward() is None


@given(STORY)
def test_a_replay_is_read_as_it_was_written(story: list[tuple[str, str]]) -> None:
    about = About("a:1", "a", "some/model", {"a.py": "why"}, 3)
    packed = session_replay.pack(about, told(story))
    assert packed == session_replay.pack(about, told(story))
    found, played = session_replay.unpack(packed)
    assert found == about._replace(
        withheld={"a.py": "why"} if any(path == "a.py" for path, _ in story) else {}
    )
    assert played == told(story)
    schema = json.loads(SCHEMA.read_text())
    assert violations(json.loads(packed.manifest), schema) == []
    for line in gzip.decompress(packed.frames).splitlines():
        assert violations(json.loads(line), schema["$defs"]["frame"]) == []


@given(st.data())
def test_a_replay_that_was_changed_is_refused(data: st.DataObject) -> None:
    packed = session_replay.pack(About("a:1", "a"), told([("a.py", "b\n"), ("b", "c\n")]))
    place = data.draw(st.integers(0, len(packed.frames) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = bytearray(packed.frames)
    changed[place] ^= bit
    with pytest.raises(Damaged):
        session_replay.unpack(packed._replace(frames=bytes(changed)))
    with pytest.raises(Damaged):
        session_replay.unpack(packed._replace(manifest=packed.manifest[:place]))


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "anvcs/session-replay/2"},
        {"files": []},
        {"files": [{"path": "a"}]},
        {"frames": None},
        {"began": "yesterday"},
        {"private": "many"},
    ],
)
def test_a_manifest_that_is_none_is_refused(change: dict[str, object]) -> None:
    packed = session_replay.pack(About("a:1", "a"), told([("a.py", "b\n")]))
    manifest = {**json.loads(packed.manifest), **change}
    with pytest.raises(Damaged):
        session_replay.unpack(packed._replace(manifest=json.dumps(manifest).encode()))


def test_the_replay_of_version_1_plays_for_ever() -> None:
    files = [CASES / "v1" / name for name in (session_replay.MANIFEST, session_replay.FRAMES)]
    about, played = session_replay.unpack(Packed(*(file.read_bytes() for file in files)))
    assert about.session == "claude:7f3a"
    player = Player(played)
    shown = [one for _ in played if (one := player.forward())]
    wanted = json.loads((CASES / "v1/expected.json").read_text())
    assert [[o.frame.path, o.frame.by, o.frame.what, o.after] for o in shown] == wanted

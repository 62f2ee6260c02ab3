"""The benchmark that replays merges: its own conservation check, and a run over a small history."""

import json
from pathlib import Path
import shutil
import sys

from benchmarks.merge_replay import JSON_TOKEN, lost_lines
from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    THEIRS,
    THEIRS_CLASH,
    two_sides,
)
from tests.support.sandbox import Sandbox

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "merge_replay.py"


def rows(text: str) -> bytes:
    return "\n".join(text.split()).encode()


def lost(base: str, ours: str, theirs: str, result: str) -> list[str]:
    return lost_lines(rows(base), rows(ours), rows(theirs), rows(result))


def test_a_line_is_lost_when_nobody_removed_it() -> None:
    assert lost("aa bb", "aa bb", "aa bb cc", "bb cc") == ["aa"]
    assert lost("aa bb", "aa bb cc", "aa bb dd", "aa bb cc") == ["dd"]
    assert lost("aa aa", "aa aa cc", "aa aa", "aa cc") == ["aa"]


def test_a_line_is_not_lost_when_a_side_removed_it_or_both_added_it() -> None:
    assert lost("aa bb", "bb", "aa bb dd", "bb dd") == []
    assert lost("aa", "aa cc", "aa cc", "aa cc") == []
    assert lost("aa bb", "bb", "aa", "") == []


def test_a_history_is_replayed_and_goes_on_where_it_stopped(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.run("git", "merge", "feature")
    repo.commit("by hand", {"a.json": '{"name": "x", "ours": 1, "theirs": 2}\n'})
    repo.git("switch", "-q", "-c", "clash", "HEAD~1")
    repo.commit("theirs", {"a.json": THEIRS_CLASH})
    repo.git("switch", "-q", "main")
    repo.commit("ours", {"a.json": OURS_CLASH})
    repo.run("git", "merge", "clash")
    repo.commit("by hand", {"a.json": OURS_CLASH})

    argv = (sys.executable, str(SCRIPT), "--repo", ".", "--pattern", "*.json", "--json", "-j", "1")
    found = json.loads(repo.ok(*argv, "--state", "../state", "--limit", "1"))
    assert found["merges"] == 1
    found = json.loads(repo.ok(*argv, "--state", "../state"))
    assert found["merges"] == 2
    counts = found["types"][".json"]
    assert (counts["conflicts"], counts["alike"], counts["open"]) == (2, 1, 1)
    assert counts["lost"] == counts["unparsable"] == counts["new"] == 0
    assert repo.git("status", "--porcelain") == ""


def test_the_replay_stops_when_the_driver_is_not_on_the_path(repo: Sandbox) -> None:
    repo.commit("one", {"a.json": BASE})
    git = Path(shutil.which("git", path=repo.env["PATH"]) or "")
    folder = repo.base / "only-git"
    folder.mkdir()
    (folder / "git").symlink_to(git)
    argv = (sys.executable, str(SCRIPT), "--repo", ".", "--pattern", "*.json")
    done = repo.run(*argv, env={"PATH": str(folder)})
    assert done.returncode != 0
    assert "git-ai-merge is not on PATH" in done.stderr


def test_a_value_of_json_counts_whole_when_lists_are_broken_into_lines() -> None:
    base = b'{"a": ["x.json"]}'
    ours = b'{"a": ["y.json"]}'
    theirs = b'{"a": [\n"y.json",\n"x.json"\n]}'
    assert not lost_lines(base, ours, theirs, b'{"a": ["y.json"]}', JSON_TOKEN)
    assert lost_lines(base, ours, theirs, b'{"a": []}', JSON_TOKEN)
    assert lost_lines(base, base, theirs, b'{"a": ["x.json"]}', JSON_TOKEN) == ['"y.json"']

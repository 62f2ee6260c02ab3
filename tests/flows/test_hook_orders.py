"""Payloads in the wrong order, twice, without their other half, or made to hurt: nothing is lost.

For every agent, with its golden payloads and the installed hook, up to the record of a commit.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.provenance.agents.registry import AGENTS
from git_anvcs.provenance.events import EDITS, SHELLS, Event, from_line
from tests.flows.test_agents_story import CASES
from tests.support.sandbox import Sandbox

HALVES = {"pre_edit", "post_edit", "pre_shell", "post_shell"}


def halves(agent: str) -> dict[str, dict[str, Any]]:
    """The first golden payload of this agent for each half of an edit and of a shell command."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((CASES / agent).glob("*.json")):
        case = json.loads(path.read_text())
        kind = (case.get("event") or {}).get("event")
        if kind in HALVES and "windows" not in path.stem:
            found.setdefault(kind, case)
    return found


def send(repo: Sandbox, agent: str, case: dict[str, Any]) -> None:
    text = json.dumps(case["payload"]).replace("/repo", str(repo.root))
    told = ("--event", case["told"]) if "told" in case else ()
    repo.anvcs("hook", agent, *told, stdin=text)


def events(repo: Sandbox) -> list[Event]:
    file = repo.root / ".git/anvcs/spool/lines"
    lines = file.read_text().splitlines() if file.exists() else []
    read = (json.loads(line) for line in lines)
    return [from_line(line) for line in read if line["kind"] == "agent"]


ORDERS = {
    "as-it-is": ("pre_edit", "post_edit", "pre_shell", "post_shell"),
    "backwards": ("post_shell", "pre_shell", "post_edit", "pre_edit"),
    "twice": ("pre_edit", "pre_edit", "post_edit", "post_edit", "pre_shell", "pre_shell"),
    "only-before": ("pre_edit", "pre_shell"),
    "only-after": ("post_edit", "post_shell"),
    "across": ("pre_shell", "pre_edit", "post_shell", "post_edit"),
}


@pytest.mark.parametrize("agent", AGENTS)
def test_every_event_is_kept_with_its_files_whatever_the_order(repo: Sandbox, agent: str) -> None:
    cases = halves(agent)
    for folder in ("packages/ui", "src"):
        (repo.root / folder).mkdir(parents=True)
    repo.commit("start", {"a": "1"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    for name, order in ORDERS.items():
        sent = [cases[half] for half in order if half in cases]
        seen = len(events(repo))
        for number, case in enumerate(sent):
            repo.write("a", f"{name} {number}")
            send(repo, agent, case)
        found = events(repo)[seen:]
        assert [event.event for event in found] == [case["event"]["event"] for case in sent]
        for event in found:
            assert set(event.files) >= (set(event.paths) if event.event in EDITS else {"a"})
            assert not event.cut
        commit = repo.commit(name)
        assert json.loads(repo.anvcs("show", "--json"))["subject"]["commit"] == commit
    assert not list((repo.root / ".git/anvcs/set-aside").glob("*"))


def test_every_agent_has_payloads_from_both_sides() -> None:
    """So that the test above tests something."""
    for agent in AGENTS:
        found = set(halves(agent))
        assert found & {"pre_edit", "pre_shell"}, agent
        assert found & {"post_edit", "post_shell"}, agent


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    (repo.root / ".git/anvcs").mkdir()
    repo.commit("start", {"a.py": "one\n"})
    return repo


def neutral(repo: Sandbox, event: str, **fields: object) -> None:
    payload = {"v": 1, "agent": "x", "session": "s", "event": event, "cwd": str(repo.root)}
    done = repo.run("git-anvcs", "hook", "neutral", stdin=json.dumps({**payload, **fields}))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "path",
    [
        *("/dev/zero", "/proc/self/mem", "../../../../etc/passwd", "a.py/../../x", "/", ".", ""),
        *(".git/index", ".GIT/index", "deep/.git/config", "x" * 5000, "loop/x", "a\0b", "a.py/b"),
    ],
    ids=str,
)
@pytest.mark.parametrize("event", sorted(EDITS))
def test_a_hostile_path_leads_nowhere(ready: Sandbox, path: str, event: str) -> None:
    (ready.root / "loop").symlink_to("loop")
    neutral(ready, event, paths=[path, "a.py"])
    (found,) = events(ready)
    assert "a.py" in found.files
    rest = {name: key for name, key in found.files.items() if name != "a.py"}
    assert set(rest.values()) <= {"", "-"}
    assert all(".git" not in Path(name.lower()).parts for name in found.files)


def test_more_paths_than_are_taken_are_cut_off(ready: Sandbox) -> None:
    neutral(ready, "post_edit", paths=["a.py", *(f"n{number}" for number in range(20_000))])
    (found,) = events(ready)
    assert len(found.files) == len(found.paths) == 1000


def test_paths_in_many_repositories_cost_a_shell_command_one_look(ready: Sandbox) -> None:
    others = []
    for number in range(5):
        ready.git("init", "-q", f"../other{number}")
        (ready.base / f"other{number}/.git/anvcs").mkdir()
        others.append(str(ready.base / f"other{number}/f"))
    neutral(ready, "pre_shell", paths=["a.py", *others], command="make")
    assert not events(ready)[0].cut
    for number in range(5):
        file = ready.base / f"other{number}/.git/anvcs/spool/lines"
        assert from_line(json.loads(file.read_text())).cut


@pytest.mark.parametrize("kind", sorted(SHELLS | EDITS))
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("files", {"/etc/passwd": "a" * 64}),
        ("files", {"../x": ""}),
        ("files", {".git/config": "-"}),
        ("files", {"a": "A" * 64}),
        ("files", {"a": 5}),
        ("files", {"a": None}),
        ("files", {f"n{number}": "-" for number in range(1001)}),
    ],
)
def test_files_that_no_hook_writes_are_dropped_and_the_rest_counts_as_cut(
    kind: str, field: str, value: object
) -> None:
    line = {"event_v": 1, "event": kind, "agent": "x", "session": "s"}
    event = from_line({**line, field: value})
    assert event.cut
    assert len(event.files) in (0, 1000)


@pytest.mark.parametrize("files", [None, [], "x", 7, True])
def test_a_line_that_tells_of_no_files_is_cut(files: object) -> None:
    line = {"event_v": 1, "event": "pre_shell", "agent": "x", "session": "s", "files": files}
    assert from_line(line).cut


def test_odd_commits_and_digests_are_dropped() -> None:
    line = {"event_v": 1, "event": "post_shell", "agent": "x", "session": "s", "files": {}}
    odd = {"head": "HEAD", "stash": "a" * 39, "told": {"a": {"lines": ["x" * 12, "a" * 12, 4]}}}
    event = from_line({**line, **odd})
    assert (event.head, event.stash, event.told) == ("", "", {"a": ("a" * 12,)})


def test_a_hook_in_a_folder_that_is_gone_says_nothing(ready: Sandbox) -> None:
    (ready.base / "gone").mkdir()
    payload = json.dumps({"v": 1, "agent": "x", "session": "s", "event": "pre_shell"})
    script = f"cd {ready.base}/gone && rmdir {ready.base}/gone && git-anvcs hook neutral"
    assert ready.ok("sh", "-c", script, stdin=payload) == ""


def test_hooks_at_the_same_time_lose_no_event_and_no_content(ready: Sandbox) -> None:
    import subprocess

    for number in range(30):
        ready.write(f"f{number}", os.urandom(2000))
    payload = {"v": 1, "agent": "x", "session": "s", "event": "pre_shell", "cwd": str(ready.root)}
    started = [
        subprocess.Popen(
            ["git-anvcs", "hook", "neutral"], cwd=ready.root, env=ready.env, stdin=subprocess.PIPE
        )
        for _ in range(8)
    ]
    for process in started:
        process.communicate(json.dumps(payload).encode())
    found = events(ready)
    assert len(found) == 8
    assert len({tuple(sorted(event.files.items())) for event in found}) == 1
    assert len(found[0].files) == 30

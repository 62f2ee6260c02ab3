"""`radar.warn`: what an agent hears before it edits what somebody else is changing.

Real worktrees, the agents' own payloads (tests/cases/agents), the installed program.
"""

import json
import os
from pathlib import Path
import shutil
import time

import pytest

from tests.support.sandbox import Sandbox

RECORDED = Path(__file__).parents[1] / "cases/agents/claude/edit-before.json"
CODE = "def first(a):\n    return a\n\n\ndef second(b):\n    return b\n"


@pytest.fixture
def pair(repo: Sandbox) -> Sandbox:
    """Two worktrees of a repository that has git-anvcs; the other one is called `topic`."""
    repo.commit("base", {"src/a.py": CODE, "b.txt": "b\n"})
    repo.git("worktree", "add", "-q", "-b", "topic", str(topic(repo)))
    (repo.root / ".git/anvcs").mkdir()
    repo.git("config", "anvcs.radar.warn", "tell")
    return repo


def topic(repo: Sandbox) -> Path:
    return repo.base / "topic"


def payload(where: Path, path: str, event: str = "PreToolUse", session: str = "s-1") -> str:
    """Claude Code's recorded payload, of this edit."""
    said = json.loads(RECORDED.read_text())["payload"]
    inputs = said["tool_input"] | {"file_path": str(where / path)}
    base = {"session_id": session, "hook_event_name": event, "cwd": str(where)}
    return json.dumps(said | base | {"tool_input": inputs})


def hear(repo: Sandbox, path: str = "src/a.py", **how: object) -> str:
    """What Claude Code hears before an edit in the first worktree."""
    done = repo.run("git-anvcs", "hook", "claude", stdin=payload(repo.root, path), **how)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def advice(repo: Sandbox, path: str = "src/a.py") -> str:
    answer = json.loads(hear(repo, path))["hookSpecificOutput"]
    assert answer.keys() == {"hookEventName", "additionalContext"}, "it neither grants nor refuses"
    return str(answer["additionalContext"])


def test_what_another_worktree_changes_and_has_not_committed(pair: Sandbox) -> None:
    assert hear(pair) == "", "nobody is there"
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return b + 1"))

    said = advice(pair)

    assert f"is changing src/a.py too in the worktree {topic(pair)} (topic): def second." in said
    assert "def first" not in said
    assert hear(pair, "b.txt") == ""


def test_what_it_has_committed_counts_and_what_only_we_changed_does_not(pair: Sandbox) -> None:
    pair.write("src/a.py", CODE.replace("return a", "return -a"))
    assert hear(pair) == "", "only ours differs from what both share"
    (topic(pair) / "src/a.py").write_text(CODE.replace("second", "other"))
    pair.git("commit", "-qam", "theirs", cwd=topic(pair))

    assert "def other" in advice(pair)


def test_the_agent_there_is_named_by_what_its_own_hook_said(pair: Sandbox) -> None:
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    told = payload(topic(pair), "src/a.py", "PostToolUse", "other")
    pair.ok("git-anvcs", "hook", "claude", stdin=told)

    assert "claude:other is changing src/a.py too in the worktree" in advice(pair)


def test_two_agents_in_one_worktree(pair: Sandbox) -> None:
    pair.ok(
        "git-anvcs", "hook", "claude",
        stdin=payload(pair.root, "src/a.py", "PostToolUse", "other"),
    )  # fmt: skip

    assert "claude:other is changing src/a.py too in this worktree." in advice(pair)
    own = payload(pair.root, "src/a.py", "PreToolUse", "other")
    assert pair.ok("git-anvcs", "hook", "claude", stdin=own) == "", "nobody hears of themselves"


def test_a_lease_is_told_with_the_time_it_has(pair: Sandbox) -> None:
    pair.anvcs("radar", "--lease", "src", "--as", "codex:7", "--ttl", "30m", cwd=topic(pair))

    said = advice(pair)

    assert "codex:7 has a lease on src/a.py for 29 more min in the worktree" in said
    assert hear(pair, "b.txt") == ""


def test_a_session_is_not_told_of_one_file_again_for_a_while(pair: Sandbox) -> None:
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    (topic(pair) / "b.txt").write_text("other\n")
    assert "def second" in advice(pair)
    assert hear(pair) == ""
    assert "b.txt" in advice(pair, "b.txt"), "of another file it is"
    other = payload(pair.root, "src/a.py", session="s-2")
    assert "def second" in pair.ok("git-anvcs", "hook", "claude", stdin=other)
    for mark in (pair.root / ".git/anvcs/advised").iterdir():
        os.utime(mark, (1, 1))
    assert "def second" in advice(pair)


@pytest.mark.parametrize("how", ["nothing", "off", "ANVCS", "git-anvcs off"])
def test_it_is_silent_unless_somebody_wants_to_hear(pair: Sandbox, how: str) -> None:
    (topic(pair) / "src/a.py").write_text("all new\n")
    if how == "nothing":
        pair.git("config", "--unset", "anvcs.radar.warn")
    if how == "off":
        pair.git("config", "anvcs.radar.warn", "off")
    if how == "git-anvcs off":
        (pair.root / ".git/anvcs/off").touch()
    assert hear(pair, env={"ANVCS": "0"} if how == "ANVCS" else {}) == ""


def test_the_repositorys_file_may_switch_it_on_and_git_wins(pair: Sandbox) -> None:
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    pair.git("config", "--unset", "anvcs.radar.warn")
    pair.write("ai-vcs.config.yaml", "radar:\n  warn: tell\n")
    assert "def second" in advice(pair)
    pair.git("config", "anvcs.radar.warn", "off")
    assert hear(pair) == ""


def test_ask_makes_claude_code_ask_the_user(pair: Sandbox) -> None:
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    pair.git("config", "anvcs.radar.warn", "ask")

    answer = json.loads(hear(pair))["hookSpecificOutput"]

    assert answer["permissionDecision"] == "ask"
    assert answer["permissionDecisionReason"] == answer["additionalContext"]


@pytest.mark.parametrize(
    ("agent", "event", "silence", "key"),
    [
        ("codex", "PreToolUse", "", "hookSpecificOutput"),
        ("gemini", "BeforeTool", "{}\n", "systemMessage"),
        ("cline", "PreToolUse", '{"cancel":false}\n', "contextModification"),
        ("neutral", "pre_edit", "", "warning"),
        ("cursor", "postToolUse", "{}\n", "additional_context"),
        ("copilot", "PreToolUse", "", "hookSpecificOutput"),
        ("copilot", "preToolUse", "", "additionalContext"),
        ("droid", "PreToolUse", "", "systemMessage"),
        ("opencode", "tool.execute.before", "", "warning"),
    ],
)
def test_each_agent_hears_it_in_its_own_protocol(
    pair: Sandbox, agent: str, event: str, silence: str, key: str
) -> None:
    file = str(pair.root / "src/a.py")
    said = {
        "codex": {
            "session_id": "s", "hook_event_name": event, "cwd": str(pair.root), "turn_id": "t",
            "tool_name": "apply_patch", "tool_use_id": "c",
            "tool_input": {"command": f"*** Begin Patch\n*** Update File: {file}\n*** End Patch"},
        },
        "gemini": {
            "session_id": "s", "hook_event_name": event, "cwd": str(pair.root),
            "tool_name": "replace", "tool_input": {"file_path": file},
        },
        "cline": {
            "clineVersion": "4", "hookName": event, "taskId": "1",
            "workspaceRoots": [str(pair.root)],
            "preToolUse": {"toolName": "write_to_file", "parameters": {"path": "src/a.py"}},
        },
        "neutral": {
            "v": 1, "agent": "mytool", "event": event, "session": "s", "cwd": str(pair.root),
            "paths": ["src/a.py"],
        },
        "cursor": {
            "conversation_id": "s", "hook_event_name": event, "cursor_version": "2.4",
            "workspace_roots": [str(pair.root)], "tool_name": "Write", "tool_use_id": "c",
            "tool_input": {"file_path": file},
        },
        "copilot": {
            "sessionId": "s", "hookEventName": event, "cwd": str(pair.root),
            "tool_name": "editFiles", "tool_input": {"files": ["src/a.py"]},
        },
        "droid": {
            "session_id": "s", "hook_event_name": event, "cwd": str(pair.root),
            "tool_name": "Edit", "tool_input": {"file_path": file},
        },
        "opencode": {
            "event": event, "sessionID": "s", "callID": "call", "tool": "edit",
            "args": {"filePath": file}, "cwd": str(pair.root),
        },
    }[agent]  # fmt: skip
    assert pair.ok("git-anvcs", "hook", agent, stdin=json.dumps(said)) == silence
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))

    answer = json.loads(pair.ok("git-anvcs", "hook", agent, stdin=json.dumps(said)))

    assert "def second" in json.dumps(answer[key])
    assert "allow" not in json.dumps(answer)
    assert "deny" not in json.dumps(answer)
    assert answer.get("cancel", False) is False
    assert "ask" not in answer.get("hookSpecificOutput", {}).values()


def test_names_of_branches_and_folders_do_not_reach_the_agent_as_they_are(pair: Sandbox) -> None:
    evil = pair.base / "x\x1b[2Jy"
    pair.git("worktree", "add", "-q", "-b", "evil", str(evil))
    (evil / "src/a.py").write_text(CODE.replace("return b", "return 2"))

    assert "\x1b" not in advice(pair)


def test_a_broken_neighbour_changes_nothing(pair: Sandbox) -> None:
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    (pair.root / ".git/worktrees/topic/HEAD").write_text("nonsense\n")
    (pair.root / ".git/worktrees/empty").mkdir()
    spool = pair.root / ".git/anvcs/spool"
    spool.mkdir(exist_ok=True)
    (spool / "lines").write_bytes(
        b'{"kind":"agent","event":"post_edit"\n\xff edit "kind":"agent"\n'
    )
    begin = time.monotonic()

    assert hear(pair) == ""
    assert time.monotonic() - begin < 30
    lines = (spool / "lines").read_text(errors="replace").splitlines()
    assert any('"event":"pre_edit"' in line for line in lines), "the event itself is written down"


@pytest.mark.skipif(shutil.which("node") is None, reason="the plugin runs in a JavaScript engine")
def test_opencodes_plugin_puts_it_under_what_the_tool_says(pair: Sandbox) -> None:
    pair.anvcs("init", "--agents", "opencode")
    (topic(pair) / "src/a.py").write_text(CODE.replace("return b", "return 2"))
    plugin = pair.base / "plugin.mjs"
    plugin.write_text((pair.root / ".opencode/plugins/git-anvcs.ts").read_text())
    script = f"""
import {{ GitAnvcs }} from {json.dumps(str(plugin))}
const hooks = await GitAnvcs({{ directory: {json.dumps(str(pair.root))} }})
for (const callID of ["call_1", "call_2"]) {{
  const call = {{ tool: "edit", sessionID: "s", callID }}
  const output = {{ output: "done" }}
  const args = {{ filePath: {json.dumps(str(pair.root / "src/a.py"))} }}
  await hooks["tool.execute.before"](call, {{ args }})
  await hooks["tool.execute.after"](call, output)
  console.log(JSON.stringify(output.output))
}}
"""
    told, again = pair.ok("node", "--input-type=module", "-e", script).splitlines()
    assert json.loads(told).startswith("done\n\n")
    assert "def second" in told
    assert again == '"done"'

"""init with agents: their own files, other people's entries in them, and what they then send."""

import json
from pathlib import Path
import re
import shutil
from typing import Any

import pytest

from git_anvcs.flows.wiring import agents
from git_anvcs.flows.wiring.agent_places import AGENTS
from git_anvcs.flows.wiring.agent_tables import WIRINGS, Wiring
from git_anvcs.flows.wiring.pieces import AgentHooks, from_json
from git_anvcs.provenance.agents import registry
from tests.flows.test_install import snapshot
from tests.support.sandbox import Sandbox

JSON_AGENTS = [name for name in AGENTS if isinstance(WIRINGS[name], Wiring)]
CASES = Path(__file__).parents[1] / "cases/agents"


def wiring_of(name: str) -> Wiring:
    found = WIRINGS[name]
    assert isinstance(found, Wiring)
    return found


def files_of(name: str) -> list[str]:
    found = WIRINGS[name]
    return [found.file] if isinstance(found, Wiring) else list(found.files)


def entries(settings: dict[str, Any], event: str) -> list[dict[str, Any]]:
    """Every hook of an event, whether it stands in a group or alone."""
    found = []
    for entry in settings["hooks"].get(event, []):
        found += entry.get("hooks", [entry])
    return found


def command(entry: dict[str, Any]) -> str:
    return str(entry.get("command") or entry.get("bash"))


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_is_wired_untracked_and_every_byte_comes_back(repo: Sandbox, name: str) -> None:
    repo.commit("first", {"a": "1"})
    before = snapshot(repo)
    said = repo.anvcs("init", "--agents", name, "--dry-run")
    assert snapshot(repo) == before
    for file in files_of(name):
        assert file in said
    repo.anvcs("init", "--agents", name)
    assert all((repo.root / file).is_file() for file in files_of(name))
    assert repo.git("status", "--porcelain") == ""
    assert json.loads(repo.anvcs("init", "--json"))["changed"] is False
    repo.anvcs("uninstall")
    assert snapshot(repo) == before


def test_all_agents_are_wired_at_once_and_found_again_when_the_manifest_is_gone(
    repo: Sandbox,
) -> None:
    repo.anvcs("init", "--agents", ",".join(AGENTS))
    (repo.root / ".git/anvcs/install/manifest.json").unlink()
    repo.anvcs("uninstall")
    left = [p for p in repo.root.rglob("*") if p.is_file() and ".git" not in p.parts]
    assert left == []


@pytest.mark.parametrize("name", JSON_AGENTS)
def test_entries_of_others_stay_as_they_are(repo: Sandbox, name: str) -> None:
    wiring = wiring_of(name)
    event, last = wiring.hooks[0].event, wiring.hooks[-1].event
    foreign = {"command": "other-tool hook codex", "bash": "true"}
    settings = {
        "theirs": {"b": 1, "a": [True, None]},
        "hooks": {
            event: [foreign, {"matcher": "x", "hooks": [foreign]}],
            "unheardOf": [foreign],
            last: [],
        },
    }
    text = json.dumps(settings, indent=4)
    repo.write(wiring.file, text)
    repo.anvcs("init", "--agents", name)
    wired = json.loads(repo.read(wiring.file))
    assert list(wired["theirs"]) == ["b", "a"]
    assert wired["hooks"]["unheardOf"] == [foreign]
    assert wired["hooks"][event][:2] == settings["hooks"][event]  # type: ignore[index]
    assert len(entries(wired, event)) == 3
    wired["later"] = 1
    repo.write(wiring.file, json.dumps(wired))
    repo.anvcs("uninstall")
    rest = json.loads(repo.read(wiring.file))
    assert rest == {**settings, **wiring.base, "later": 1, "hooks": rest["hooks"]}
    assert {k: v for k, v in rest["hooks"].items() if v} == {
        k: v
        for k, v in settings["hooks"].items()
        if v  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("name", JSON_AGENTS)
def test_every_event_that_is_wired_is_understood(repo: Sandbox, name: str) -> None:
    """The commands that stand in an agent's settings take the agent's own payloads."""
    repo.anvcs("init", "--agents", name)
    wired = json.loads(repo.read(wiring_of(name).file))
    told = {hook.event for hook in wiring_of(name).hooks}
    assert set(wired["hooks"]) == told
    for case in sorted((CASES / name).glob("*.json")):
        given = json.loads(case.read_text())
        names = ("hook_event_name", "hookEventName", "agent_action_name")
        said = given.get("told") or next(filter(None, map(given["payload"].get, names)), "")
        for hook in entries(wired, said) if given.get("event") else []:
            text = json.dumps(given["payload"]).replace("/repo", str(repo.root))
            done = repo.run("sh", "-c", command(hook), stdin=text)
            agent = registry.load(name)
            assert agent is not None
            assert (done.returncode, done.stdout.strip()) == (0, agent.ANSWER)
    lines = (repo.root / ".git/anvcs/spool/lines").read_text().splitlines()
    kinds = {json.loads(line)["event"] for line in lines if f'"agent":"{name}"' in line}
    assert {"post_edit", "pre_shell"} <= kinds


def test_cline_runs_our_scripts_and_is_answered_when_git_anvcs_is_gone(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "cline")
    case = json.loads((CASES / "cline/replace-after.json").read_text())
    text = json.dumps(case["payload"]).replace("/repo", str(repo.root))
    script = repo.root / ".clinerules/hooks/PostToolUse"
    assert repo.ok(str(script), stdin=text) == '{"cancel":false}\n'
    assert '"post_edit"' in (repo.root / ".git/anvcs/spool/lines").read_text()
    gone = (
        script.read_text().replace("git-anvcs hook", "gone hook").replace("git-anvcs ]", "gone ]")
    )
    script.write_text(gone)
    assert repo.ok(str(script), stdin=text) == '{"cancel":false}\n'


def test_another_tools_script_is_left_alone_and_named(repo: Sandbox) -> None:
    own = repo.write(".clinerules/hooks/PreToolUse", "#!/bin/sh\necho '{}'\n")
    answer = json.loads(repo.anvcs("init", "--agents", "cline", "--json"))
    assert any("PreToolUse is another tool's" in note for note in answer["notes"])
    repo.anvcs("uninstall")
    assert own.read_text() == "#!/bin/sh\necho '{}'\n"
    assert [p.name for p in own.parent.iterdir()] == ["PreToolUse"]


def test_auto_takes_the_agents_that_left_a_folder(repo: Sandbox) -> None:
    (repo.root / ".cursor").mkdir()
    (repo.home / ".codex").mkdir()
    (repo.home / ".config/opencode").mkdir(parents=True)
    answer = json.loads(repo.anvcs("init", "--json"))
    wired = {w["what"] for w in answer["wired"] if w["what"].startswith("agent ")}
    assert wired == {"agent cursor", "agent codex", "agent opencode"}
    assert any("trust" in note for note in answer["notes"])


def test_a_tracked_file_is_written_only_when_its_agent_is_named(repo: Sandbox) -> None:
    repo.commit("settings", {".gemini/settings.json": '{"theme": "x"} // mine\n'})
    repo.anvcs("init")
    repo.commit("settings", {".gemini/settings.json": '{"theme": "\\ud800"}\n'})
    answer = json.loads(repo.anvcs("init", "--json"))
    assert any("Git tracks .gemini/settings.json" in note for note in answer["notes"])
    assert repo.git("status", "--porcelain") == ""
    repo.anvcs("init", "--agents", "gemini")
    assert ".gemini/settings.json" in repo.git("status", "--porcelain")
    repo.anvcs("uninstall")
    assert repo.git("status", "--porcelain") == ""


def test_hooks_that_somebody_committed_are_no_strays_of_ours(repo: Sandbox) -> None:
    text = agents.put(None, "codex", "git-anvcs").decode()
    repo.commit("shared hooks", {".codex/hooks.json": text})
    repo.anvcs("init", "--agents", "none")
    repo.anvcs("uninstall")
    assert repo.git("status", "--porcelain") == ""


def test_doctor_mends_an_agents_file_that_is_gone(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "codex,cline", "--drivers", "none")
    file = ".codex/hooks.json"
    good = repo.read(file)
    (repo.root / file).unlink()
    done = repo.run("git-anvcs", "doctor", "--json", "--runs", "0")
    wrong = [f["wrong"] for f in json.loads(done.stdout)["findings"]]
    assert any(file in said for said in wrong)
    repo.run("git-anvcs", "doctor", "--fix", "--runs", "0")
    assert repo.read(file) == good


def test_the_wiring_of_an_older_manifest_is_understood() -> None:
    old = {"kind": "claude", "command": "'/a b/git-anvcs' hook claude"}
    assert from_json(old) == AgentHooks("claude", "'/a b/git-anvcs'")


@pytest.mark.skipif(shutil.which("node") is None, reason="the plugin runs in a JavaScript engine")
def test_opencodes_plugin_tells_events_and_names_the_session_to_the_shell(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "opencode")
    plugin = repo.root / ".opencode/plugins/git-anvcs.ts"
    (repo.base / "plugin.mjs").write_text(plugin.read_text())
    script = f"""
import {{ GitAnvcs }} from {json.dumps(str(repo.base / "plugin.mjs"))}
const hooks = await GitAnvcs({{ directory: {json.dumps(str(repo.root))} }})
const parts = [{{ type: "text", text: "Fix it" }}, {{ type: "file" }}]
const model = {{ providerID: "anthropic", modelID: "claude-opus-4-6" }}
await hooks["chat.message"]({{ sessionID: "ses_1", model }}, {{ parts }})
const call = {{ tool: "write", sessionID: "ses_1", callID: "call_12345" }}
const args = {{ filePath: {json.dumps(str(repo.root / "a.py"))}, content: "x".repeat(9e6) }}
await hooks["tool.execute.before"](call, {{ args }})
await hooks["tool.execute.after"](call, {{}})
await hooks.event({{ event: {{ type: "session.idle", properties: {{ sessionID: "ses_1" }} }} }})
const output = {{ env: {{}} }}
await hooks["shell.env"]({{ cwd: "/", sessionID: "ses_1" }}, output)
console.log(output.env.ANVCS_SESSION)
"""
    assert repo.ok("node", "--input-type=module", "-e", script) == "opencode:ses_1\n"
    text = (repo.root / ".git/anvcs/spool/lines").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == ["prompt", "pre_edit", "post_edit", "stop"]
    assert lines[0]["model"] == "anthropic/claude-opus-4-6"
    assert lines[2]["paths"] == ["a.py"]


@pytest.mark.parametrize("where", ["../other", "inside/it"])
def test_agents_in_several_worktrees_stay_wired_and_one_uninstall_takes_all_out(
    repo: Sandbox, where: str
) -> None:
    repo.commit("first", {"a": "1"})
    repo.git("worktree", "add", "-q", where)
    other = (repo.root / where).resolve()
    before = snapshot(repo)
    repo.anvcs("init", "--agents", "claude")
    repo.anvcs("init", "--agents", "claude,cline", cwd=other)
    repo.anvcs("init", "--agents", "codex")
    assert (other / ".claude/settings.local.json").is_file()
    assert (other / ".clinerules/hooks/PreToolUse").is_file()
    assert not (repo.root / ".claude/settings.local.json").exists()
    repo.anvcs("uninstall")
    left = [path for path in other.rglob("*") if path.name not in ("a", ".git")]
    assert left == []
    assert snapshot(repo) == before


@pytest.mark.skipif(shutil.which("node") is None, reason="the plugin runs in a JavaScript engine")
def test_amps_plugin_tells_events_and_refuses_nothing(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "amp")
    plugin = repo.root / ".amp/plugins/git-anvcs.ts"
    first, second = plugin.read_text().splitlines()[:2]
    assert first == "// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now"
    assert "written by `git anvcs init`" in second
    (repo.base / "plugin.mjs").write_text(plugin.read_text())
    repo.write("src/a.py", "one\n")
    script = f"""
import plugin from {json.dumps(str(repo.base / "plugin.mjs"))}
import {{ pathToFileURL }} from "node:url"
const on = {{}}
const root = {json.dumps(str(repo.root))}
const helpers = {{
  filesModifiedByToolCall: (e) => e.input.path ? [pathToFileURL(root + "/" + e.input.path)] : null,
  shellCommandFromToolCall: (e) => e.tool === "shell_command" ? {{ command: e.input.cmd }} : null,
}}
const system = {{ workspaceRoot: pathToFileURL(root) }}
plugin({{ on: (name, handler) => {{ on[name] = handler }}, helpers, system }})
const thread = {{ id: "T-1" }}
await on["session.start"]({{ thread }})
await on["agent.start"]({{ thread, message: "Fix it", id: "m1" }})
const input = {{ path: "src/a.py", old_str: "zero", new_str: "one" }}
const edit = {{ thread, tool: "edit_file", toolUseID: "tu-000001", input }}
console.log(JSON.stringify(await on["tool.call"](edit)))
await on["tool.result"]({{ toolUseID: "tu-000001", status: "done" }})
const cmd = "git commit"
const shell = {{ thread, tool: "shell_command", toolUseID: "tu-000002", input: {{ cmd }} }}
console.log(JSON.stringify(await on["tool.call"](shell)))
await on["tool.result"]({{ toolUseID: "tu-000002", status: "error" }})
const broken = {{ thread, get tool() {{ throw new Error("no") }}, toolUseID: "tu-000003" }}
console.log(JSON.stringify(await on["tool.call"](broken)))
await on["tool.result"]({{ toolUseID: "tu-000003", status: "done" }})
await on["agent.end"]({{ thread, status: "done" }})
"""
    answers = repo.ok("node", "--input-type=module", "-e", script).splitlines()
    assert answers == ['{"action":"allow"}'] * 3
    text = (repo.root / ".git/anvcs/spool/lines").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    edits, shells = ["pre_edit", "post_edit"], ["pre_shell", "post_shell"]
    assert [line["event"] for line in lines] == ["session_start", "prompt", *edits, *shells, "stop"]
    assert {line["session"] for line in lines} == {"T-1"}
    assert lines[3]["paths"] == ["src/a.py"]
    assert list(lines[3]["told"]) == ["src/a.py"]
    assert lines[4]["verbs"] == ["commit"]


@pytest.mark.parametrize("name", JSON_AGENTS)
def test_around_a_tool_the_agent_waits_for_the_hook(repo: Sandbox, name: str) -> None:
    repo.anvcs("init", "--agents", name)
    settings = json.loads((repo.root / wiring_of(name).file).read_text())
    around = [
        event for event in settings["hooks"] if re.search(r"(?i)^(pre|post|before|after)", event)
    ]
    told = [entry for event in around for entry in entries(settings, event)]
    assert told
    assert not any(entry.get("async") for entry in told)

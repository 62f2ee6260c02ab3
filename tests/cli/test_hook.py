"""`git anvcs hook`: what agents start, through the installed program."""

import json
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import pytest

from tests.support.sandbox import Sandbox

# What an agent's tool call must not load; the whole hook uses the standard library's light part.
HEAVY = {"argparse", "subprocess", "asyncio", "ruamel", "jsonschema", "rich", "tree_sitter", "ssl"}


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    """A repository in which git-anvcs was set up."""
    (repo.root / ".git/anvcs").mkdir()
    return repo


def hook(repo: Sandbox, payload: object, agent: str = "claude", **how: object) -> None:
    """Run the hook as an agent does; it must end with 0 and say nothing."""
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    done = repo.run("git", "anvcs", "hook", agent, stdin=text, **how)  # type: ignore[arg-type]
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def spooled(repo: Sandbox) -> list[dict[str, object]]:
    file = repo.root / ".git/anvcs/spool/lines"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def complaints(repo: Sandbox) -> str:
    file = repo.root / ".git/anvcs/logs/hook.log"
    return file.read_text() if file.exists() else ""


def payload(repo: Sandbox, event: str, **fields: object) -> dict[str, object]:
    base = {"session_id": "s-1", "cwd": str(repo.root), "hook_event_name": event}
    return {**base, **fields}


def test_edit_is_spooled_with_its_path_in_the_worktree(ready: Sandbox) -> None:
    file = ready.root / "src/a.py"
    hook(
        ready,
        payload(ready, "PostToolUse", tool_name="Edit", tool_input={"file_path": str(file)}),
        cwd=ready.base,
    )
    (line,) = spooled(ready)
    assert (line["kind"], line["git_dir"], line["paths"]) == ("agent", ".", ["src/a.py"])
    assert (line["agent"], line["session"], line["event"]) == ("claude", "s-1", "post_edit")


def test_edit_is_spooled_for_the_worktree_it_touched_when_the_agent_sits_in_another(
    ready: Sandbox,
) -> None:
    ready.commit("start", {"a": "1"})
    ready.git("worktree", "add", "-q", "../other")
    file = ready.base / "other/a"
    hook(
        ready, payload(ready, "PostToolUse", tool_name="Write", tool_input={"file_path": str(file)})
    )
    (line,) = spooled(ready)
    assert (line["git_dir"], line["paths"]) == ("worktrees/other", ["a"])


def test_prompt_is_redacted_before_anything_of_it_is_written(ready: Sandbox) -> None:
    secret = "ghp_" + "Ab3dE5gH" * 5
    hook(ready, payload(ready, "UserPromptSubmit", prompt=f"push with {secret} please"))
    (line,) = spooled(ready)
    assert line["redactions"] == 1
    sidecar = ready.root / ".git/anvcs/prompts" / str(line["prompt_mac"])
    assert sidecar.read_text() == "push with [REDACTED:github-token] please"
    key = ready.root / ".git/anvcs/prompt.key"
    assert [f.stat().st_mode & 0o777 for f in (sidecar, key)] == [0o600, 0o600]
    for file in (ready.root / ".git/anvcs").rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes()


def test_prompts_of_two_agents_share_one_key_when_both_come_first(ready: Sandbox) -> None:
    text = json.dumps(payload(ready, "UserPromptSubmit", prompt="same")).encode()
    started = [
        subprocess.Popen(
            ["git-anvcs", "hook", "claude"], cwd=ready.root, env=ready.env, stdin=subprocess.PIPE
        )
        for _ in range(6)
    ]
    for process in started:
        process.communicate(text)
    assert len({line["prompt_mac"] for line in spooled(ready)}) == 1


def test_shell_command_leaves_only_its_git_verbs(ready: Sandbox) -> None:
    command = "curl -u me:pw https://x && git commit -m x"
    hook(ready, payload(ready, "PreToolUse", tool_name="Bash", tool_input={"command": command}))
    (line,) = spooled(ready)
    assert line["verbs"] == ["commit"]
    assert "curl" not in json.dumps(line)


def test_session_start_names_the_session_to_the_shell_once(ready: Sandbox) -> None:
    env_file = ready.base / "env.sh"
    odd = payload(ready, "SessionStart", session_id="a'; rm -rf /; '")
    for _ in range(2):
        hook(ready, odd, env={"CLAUDE_ENV_FILE": str(env_file)})
    said = ready.ok("sh", "-c", f'. {env_file}; printf %s "$ANVCS_SESSION"')
    assert said == "claude:a'; rm -rf /; '"
    assert env_file.read_text().count("export") == 1


def test_nothing_is_written_when_git_anvcs_was_not_set_up_here(repo: Sandbox) -> None:
    env_file = repo.base / "env.sh"
    hook(repo, payload(repo, "SessionStart"), env={"CLAUDE_ENV_FILE": str(env_file)})
    assert not (repo.root / ".git/anvcs").exists()
    assert not env_file.exists()


def test_nothing_happens_when_switched_off(ready: Sandbox) -> None:
    hook(ready, payload(ready, "Stop"), env={"ANVCS": "0"})
    assert spooled(ready) == []


def test_nothing_happens_outside_of_any_repository(ready: Sandbox) -> None:
    hook(ready, payload(ready, "Stop", cwd=str(ready.base)), cwd=ready.base)
    hook(ready, b"{broken", cwd=ready.base)
    assert spooled(ready) == []


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{broken",
        b"[]",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"session_id": 5, "hook_event_name": "Stop"}',
        b'{"n": ' + b"9" * 10_000 + b"}",
    ],
    ids=["empty", "broken", "array", "binary", "deep", "number-session", "huge-number"],
)
def test_bad_payload_is_one_line_in_the_log(ready: Sandbox, bad: bytes) -> None:
    hook(ready, bad)
    assert spooled(ready) == []
    assert complaints(ready).count("\n") == 1


def test_unknown_agent_is_one_line_in_the_log(ready: Sandbox) -> None:
    hook(ready, payload(ready, "Stop"), agent="nobody")
    assert "no agent of this name" in complaints(ready)


def test_raw_control_characters_and_bad_utf8_are_understood(ready: Sandbox) -> None:
    text = json.dumps(payload(ready, "UserPromptSubmit", prompt="XX")).encode()
    hook(ready, text.replace(b"XX", b"a\tb\x01\xff"))
    (line,) = spooled(ready)
    assert line["event"] == "prompt"


def test_edit_of_a_huge_file_is_kept_when_the_payload_is_over_the_limit(ready: Sandbox) -> None:
    tool_input = {"file_path": str(ready.root / "big.txt"), "content": "x" * (20 << 20)}
    hook(
        ready,
        payload(ready, "PostToolUse", tool_name="Write", tool_use_id="t", tool_input=tool_input),
    )
    (line,) = spooled(ready)
    assert (line["event"], line["paths"]) == ("post_edit", ["big.txt"])
    assert "only its leading fields" in complaints(ready)


def test_memory_stays_bounded_when_the_payload_has_100_megabytes(ready: Sandbox) -> None:
    # Below 100 MB of address space a hook that held the payload would die.
    limit = (
        f"ulimit -v 100000; head -c 100000000 /dev/zero | {sys.executable} -m git_anvcs.cli.start"
    )
    ready.ok("sh", "-c", f"{limit} hook claude")
    assert complaints(ready).count("\n") == 1


def test_files_outside_and_inside_of_git_dirs_are_not_recorded(ready: Sandbox) -> None:
    for path in ("/etc/passwd", f"{ready.root}/.git/config"):
        hook(
            ready,
            payload(ready, "PostToolUse", tool_name="Edit", tool_input={"file_path": path}),
        )
    assert spooled(ready) == []


@pytest.mark.parametrize("tool", ["Edit", "Bash"])
def test_hook_loads_no_heavy_module(ready: Sandbox, tool: str) -> None:
    ready.write("a.py", "x")
    script = (
        "import os, sys; sys.argv = ['git-anvcs', 'hook', 'claude']\n"
        "def end(code): print(*sorted(sys.modules)); sys.stdout.flush(); sys.exit(code)\n"
        "os._exit = end\n"
        "from git_anvcs.cli.start import main; main()"
    )
    tool_input = {"file_path": str(ready.root / "a.py"), "command": "ls"}
    text = json.dumps(payload(ready, "PostToolUse", tool_name=tool, tool_input=tool_input))
    loaded = set(ready.ok(sys.executable, "-c", script, stdin=text).split())
    assert "git_anvcs.drivers.agent_hook" in loaded
    assert not HEAVY & {name.split(".")[0] for name in loaded}
    assert not {"hashlib", "git_anvcs.provenance.redact", "git_anvcs.cli.main"} & loaded
    assert not {"git_anvcs.kernel.process", "git_anvcs.git.repo"} & loaded
    (line,) = spooled(ready)
    assert list(line["files"]) == ["a.py"]  # type: ignore[call-overload]


def test_an_edits_hook_starts_no_process_and_a_shells_hook_one(ready: Sandbox) -> None:
    ready.write("a.py", "x")
    started = ready.base / "started"
    for name in ("git", "sh"):
        fake = ready.base / "watch" / name
        fake.parent.mkdir(exist_ok=True)
        fake.write_text(f'#!/bin/sh\necho {name} >>{started}\nPATH="$REAL" exec {name} "$@"\n')
        fake.chmod(0o755)
    env = {"PATH": f"{ready.base / 'watch'}:{ready.env['PATH']}", "REAL": ready.env["PATH"]}
    for tool, most in (("Edit", 0), ("Bash", 1)):
        given = {"file_path": str(ready.root / "a.py"), "command": "ls"}
        text = payload(ready, "PostToolUse", tool_name=tool, tool_input=given)
        ready.ok("git-anvcs", "hook", "claude", stdin=json.dumps(text), env=env)
        assert len(started.read_text().split() if started.exists() else []) == most


@pytest.mark.parametrize(
    ("agent", "answer"),
    [("gemini", "{}\n"), ("cursor", "{}\n"), ("cline", '{"cancel":false}\n')]
    + [(name, "") for name in ("codex", "copilot", "windsurf", "opencode", "droid", "continue")]
    + [("amp", ""), ("neutral", "")],
)
@pytest.mark.parametrize("said", [b"", b"\xff{", b'{"session_id":"s"}'], ids=["no", "bad", "some"])
@pytest.mark.parametrize("switch", ["1", "0"])
def test_the_answer_is_what_the_agents_protocol_asks_for_whatever_came(
    ready: Sandbox, agent: str, answer: str, said: bytes, switch: str
) -> None:
    done = ready.run("git-anvcs", "hook", agent, stdin=said, env={"ANVCS": switch})
    assert (done.returncode, done.stdout, done.stderr) == (0, answer, "")


def test_raw_control_characters_of_windsurf_are_understood(ready: Sandbox) -> None:
    file = f"{ready.root}/a.py"
    text = (
        '{"agent_action_name":"post_write_code","trajectory_id":"t","tool_info":{"file_path":"'
        + file
        + '","edits":[{"old_string":"a\n\tb\x01","new_string":""}]}}'
    )
    hook(ready, text.encode(), agent="windsurf")
    (line,) = spooled(ready)
    assert (line["agent"], line["event"], line["paths"]) == ("windsurf", "post_edit", ["a.py"])


def test_a_huge_edit_of_another_agent_is_kept_by_its_leading_fields(ready: Sandbox) -> None:
    value = {
        "conversation_id": "c",
        "hook_event_name": "postToolUse",
        "tool_name": "Write",
        "tool_input": {"path": f"{ready.root}/big.txt", "content": "x" * (9 << 20)},
    }
    done = ready.run("git-anvcs", "hook", "cursor", stdin=json.dumps(value))
    assert (done.returncode, done.stdout) == (0, "{}\n")
    (line,) = spooled(ready)
    assert (line["agent"], line["paths"]) == ("cursor", ["big.txt"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_hook_ends_with_0_and_in_silence_when_given_any_bytes(ready: Sandbox, data: bytes) -> None:
    hook(ready, data)


def test_command_explains_itself_when_asked(repo: Sandbox) -> None:
    assert "example" in repo.anvcs("hook", "--help")

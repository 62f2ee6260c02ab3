"""A scripted agent: edits files and tells `git anvcs hook` what it does, as real agents do.

`python -m git_anvcs.flows.demo.agent SCRIPT` in the agent's worktree. A script is a list of
steps: `hook` sends a payload as it stands, `edit` and `shell` do something and send what the
agent's own hooks would send before and after it. `$CWD` and `$HOME` are filled in.
"""

import json
from pathlib import Path
import sys
from typing import Any

from git_anvcs.kernel import process

Json = dict[str, Any]


def main(script: Path) -> int:
    play(json.loads(script.read_text(encoding="utf-8")), Path.cwd())
    return 0


def play(script: Json, worktree: Path) -> None:
    """Do every step in order; what changes something is one line on standard output."""
    base: Json = {}
    agent = script["agent"]
    for step in script["steps"]:
        if "hook" in step:
            filled = {key: _filled(value, worktree) for key, value in step["hook"].items()}
            base = base or filled
            _tell(agent, filled, worktree)
            continue
        _tell(agent, _payload(base, "pre", step), worktree)
        if "edit" in step:
            _edit(worktree / step["edit"], step["old"], step["new"])
            _say(f"edits {step['edit']}")
        else:
            _run(["sh", "-c", step["shell"]], worktree)
            _say(f"runs  {step['shell']}")
        _tell(agent, _payload(base, "post", step), worktree)


def _payload(base: Json, when: str, step: Json) -> Json:
    """What the agent's hook sends: Claude Code's form when the session is one, else the neutral."""
    if "hook_event_name" in base:
        return _claude(base, when, step)
    kept = {key: base[key] for key in ("v", "agent", "session", "cwd", "model")}
    kept["tool_use_id"] = step["tool_use_id"]
    if "edit" in step:
        return {**kept, "event": f"{when}_edit", "paths": [step["edit"]]}
    return {**kept, "event": f"{when}_shell", "cmd": step["shell"]}


def _claude(base: Json, when: str, step: Json) -> Json:
    kept = {key: base[key] for key in ("session_id", "transcript_path", "cwd")}
    kept["hook_event_name"] = "PreToolUse" if when == "pre" else "PostToolUse"
    kept["tool_use_id"] = step["tool_use_id"]
    if "shell" in step:
        return {**kept, "tool_name": "Bash", "tool_input": {"command": step["shell"]}}
    given = {"file_path": f"{base['cwd']}/{step['edit']}"}
    if not step["old"]:
        return {**kept, "tool_name": "Write", "tool_input": {**given, "content": step["new"]}}
    change = {"old_string": step["old"], "new_string": step["new"], "replace_all": False}
    return {**kept, "tool_name": "Edit", "tool_input": {**given, **change}}


def _tell(agent: str, payload: Json, worktree: Path) -> None:
    _run(["git", "anvcs", "hook", agent], worktree, json.dumps(payload).encode())


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8") if old else ""
    path.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")


def _run(argv: list[str], worktree: Path, stdin: bytes = b"") -> None:
    done = process.run(argv, cwd=worktree, stdin=stdin)
    if done.returncode != 0:
        sys.exit(f"{argv} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")


def _filled(value: object, worktree: Path) -> object:
    if not isinstance(value, str):
        return value
    return value.replace("$CWD", str(worktree)).replace("$HOME", str(Path.home()))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

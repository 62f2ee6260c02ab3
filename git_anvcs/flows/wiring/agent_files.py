"""Whole files of ours for agents that load programs instead of settings: OpenCode, Amp, Cline.

A file counts as ours as long as one of its first lines says so; without that line it is somebody
else's, and stays.
"""

import json
from pathlib import Path
import shlex

_MARK = b"git-anvcs: written by `git anvcs init`, taken out by `git anvcs uninstall`"
_PROGRAM = '"@git-anvcs@"'


def plugin(agent: str, program: str) -> bytes:
    """The plugin of `opencode` or `amp`, which starts `program` for each event it passes on."""
    text = Path(__file__).with_name(f"{agent}.ts").read_text(encoding="utf-8")
    return text.replace(_PROGRAM, json.dumps(program)).encode(errors="surrogateescape")


def cline(program: str, event: str) -> bytes:
    """The script for one event. With git-anvcs gone it still answers, so nothing is blocked."""
    word = shlex.quote(program)
    lines = [
        "#!/bin/sh",
        f"# {_MARK.decode()}",
        f"if [ -x {word} ]; then exec {word} hook cline --event {event}; fi",
        "cat >/dev/null",
        "echo '{\"cancel\":false}'",
        "",
    ]
    return "\n".join(lines).encode(errors="surrogateescape")


def is_ours(text: bytes) -> bool:
    """Whether a file says in its first lines that we wrote it."""
    return any(_MARK in line for line in text.split(b"\n", 3)[:3])

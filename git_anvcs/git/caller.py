"""Which git command started this program, where the system shows it (Linux, proc(5))."""

from collections.abc import Sequence
import os
from pathlib import Path

# Options of git itself that take the next word (git(1)).
_TAKE_A_WORD = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env")
_LONGEST = 1 << 16


def command() -> str:
    """The command of the git that is our parent, such as `checkout`; empty when it is not known."""
    try:
        with Path(f"/proc/{os.getppid()}/cmdline").open("rb") as file:
            words = os.fsdecode(file.read(_LONGEST)).split("\0")
    except OSError:
        return ""
    return command_in(words)


def command_in(words: Sequence[str]) -> str:
    """The command in a command line of git; empty when it is none. An alias is as it was typed."""
    name, *rest = words or [""]
    program = name.rpartition("/")[2]
    if program.startswith("git-"):
        return program.removeprefix("git-")
    if program != "git":
        return ""
    left = iter(rest)
    for word in left:
        if word in _TAKE_A_WORD:
            next(left, None)
        elif not word.startswith("-"):
            return word
    return ""

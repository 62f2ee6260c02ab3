"""The lines we put into a Git hook: a few builtins, then our script is read into the same shell.

A hook that is a shell script keeps its name, its `$0` and its own code: our block stands in its
second line. Anything else (a program, a symbolic link) is renamed beside it and started by the
stub with the same arguments and input.
"""

from collections.abc import Sequence
import re
import shlex
from typing import NamedTuple

# Every hook Git may start that a script of ours could be for.
EVENTS = (
    "post-commit",
    "post-rewrite",
    "post-merge",
    "post-applypatch",
    "post-checkout",
    "pre-commit",
    "pre-push",
    "reference-transaction",
)
_READS_STDIN = ("post-rewrite", "pre-push", "reference-transaction")
_MAY_REFUSE = ("pre-push",)  # the script says so in anvcs_refused; it must not end the shell itself
CHAINED = ".before-anvcs"
SHEBANG = b"#!/bin/sh\n"

_SHELL = re.compile(
    rb"#!\s*(?:/\S*/)?(?:env\s+(?:-S\s+)?)?(?:/\S*/)?(?:sh|bash|dash)([ \t][^\n\r]*)?\n"
)


class Programs(NamedTuple):
    """Absolute paths of what a stub needs: the folder `hooks/` we ship, and git-anvcs."""

    hooks: str
    program: str


def takes_block(script: bytes) -> bool:
    """Whether our block may stand inside this hook: a shell script we can read."""
    return script == b"" or _SHELL.match(script) is not None


def lines(
    event: str, programs: Programs, *, script: bytes = b"", chained: bool = False
) -> list[str]:
    """The block for the hook `event`.

    script: the shell script it goes into; chained: a renamed hook is to be started afterwards
    """
    on = '[ "${ANVCS-}" != 0 ] && [ -z "${ANVCS_INTERNAL-}" ]'
    found = _SHELL.match(script)
    strict = bool(found and found.group(1) and found.group(1).strip())
    return [
        f"anvcs_hooks={shlex.quote(programs.hooks)}",
        f"anvcs_program={shlex.quote(programs.program)}",
        f'if {on} && [ -r "$anvcs_hooks/{event}" ]; then',
        *(f"\t{line}" for line in _body(event, strict=strict, more=chained or script != b"")),
        "fi",
        *(_chain(event) if chained else ()),
    ]


def _body(event: str, *, strict: bool, more: bool) -> list[str]:
    """Read our script into this shell, whatever its options; give the input back."""
    read = f'. "$anvcs_hooks/{event}" || :'
    if event not in _READS_STDIN:
        return _relaxed(read) if strict else [read]
    take = "anvcs_stdin=$(cat) || :"
    give = [
        'if [ -n "$anvcs_stdin" ]; then',
        "exec <<-anvcs_end",
        "$anvcs_stdin",
        "anvcs_end",
        "else exec </dev/null; fi",
    ]
    ran = _relaxed(read) if strict else [read]
    if event in _MAY_REFUSE:
        ran = ["anvcs_refused=''", *ran, 'if [ -n "$anvcs_refused" ]; then exit 1; fi']
    return [take, *ran, *(give if more else ())]


def _relaxed(read: str) -> list[str]:
    return [
        "anvcs_flags=$-; set +eu",
        read,
        "case $anvcs_flags in *e*) set -e ;; esac",
        "case $anvcs_flags in *u*) set -u ;; esac",
    ]


def _chain(event: str) -> list[str]:
    name = f"{event}{CHAINED}"
    return [
        f"case $0 in */*) anvcs_next=${{0%/*}}/{name} ;; *) anvcs_next=./{name} ;; esac",
        'if [ -x "$anvcs_next" ]; then exec "$anvcs_next" "$@"; fi',
    ]


def config_lines(events: Sequence[str], folder: str) -> list[str]:
    """Hooks as configuration (Git 2.54 and later): they add to the repository's own hooks.

    folder: where the stubs of `events` are. Git appends `"$@"` to the command; a stub that is
    gone must not fail a push, so the command looks first.
    """
    made: list[str] = []
    for event in events:
        stub = shlex.quote(f"{folder}/{event}")
        command = f"test ! -x {stub} || exec {stub}"
        made += [
            f'[hook "anvcs-{event}"]',
            f"\tevent = {event}",
            f"\tcommand = {config_value(command)}",
        ]
    return made


def config_value(value: str) -> str:
    """`value` as git-config(1) writes it: quoted, with backslashes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

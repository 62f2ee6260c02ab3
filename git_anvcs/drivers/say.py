"""What a command of git-ai-merge is given, and how it answers.

Standard output is the answer, as text or as one JSON object; notes go to standard error.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from functools import cached_property
import json
from pathlib import Path
import sys
from typing import Protocol

from git_anvcs.git.repo import NotARepository, Repo
from git_anvcs.kernel.terminal import safe_text


class Call:
    """One call of one command: its arguments, where it runs, how it answers."""

    def __init__(
        self, args: Namespace, cwd: Path, env: dict[str, str], *, as_json: bool, quiet: bool
    ) -> None:
        self.args = args
        self.cwd = cwd
        self.env = env
        self.as_json = as_json
        self.quiet = quiet

    @cached_property
    def repo(self) -> Repo:
        """The repository of `cwd`, or which GIT_DIR and GIT_WORK_TREE name.

        Raises NotARepository.
        """
        return Repo.discover(self.cwd, self.env)

    @cached_property
    def repo_or_none(self) -> Repo | None:
        """The repository of `cwd`, for what also works outside of one."""
        try:
            return self.repo
        except NotARepository:
            return None

    def answer(self, value: Mapping[str, object], text: str) -> None:
        """Print `value` with --json, else `text`."""
        if self.as_json:
            write_json(value)
        elif text:
            sys.stdout.write(f"{shown(text)}\n")

    def coloured(self, value: Mapping[str, object], text: str) -> None:
        """Print `value` with --json, else `text`, whose maker has made it safe for a terminal."""
        if self.as_json:
            write_json(value)
        elif text:
            sys.stdout.write(f"{text}\n")

    def note(self, text: str) -> None:
        """Say something on the way; silent with -q."""
        if not self.quiet:
            sys.stderr.write(f"{safe_text(text)}\n")


class Command(Protocol):
    """A module of drivers/merge_commands. Its docstring is the help text."""

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, call: Call) -> int: ...


def write_json(value: Mapping[str, object]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.write(f"{text.encode('utf-8', 'replace').decode()}\n")


def shown(text: str) -> str:
    """Text for a terminal: names and keys come from files, and may hold escape sequences."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)


def write_bytes(data: bytes) -> None:
    """Put bytes on standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def counted(number: int, noun: str) -> str:
    """`1 conflict`, `2 conflicts`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""What a subcommand is, and what it is given.

Arguments, directory, environment, output, repository.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from git_anvcs.cli.output import Output
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError


class Command(Protocol):
    """A module of cli/commands. Its docstring is the help text; its first line is the summary.

    A command that hands options on to Git may tell them apart exactly with two values: OPTIONS
    (its own options and how many words follow each) and GIT_TAKES_VALUE (see cli/passing.py).

    The text after a line `Example:` or `Examples:` in the docstring is printed last, as it is.
    """

    def add_arguments(self, parser: ArgumentParser) -> None: ...

    def run(self, call: "Call") -> int:
        """Do it and return the exit code; raise AnvcsError for what the user can mend."""


class Call:
    """One call of one subcommand. (No dataclass: importing those costs every command 10 ms.)

    rest: what the parser did not know, for commands that hand options on to Git
    """

    def __init__(
        self,
        args: Namespace,
        cwd: Path,
        env: Mapping[str, str],
        output: Output,
        rest: list[str] | None = None,
    ) -> None:
        self.args = args
        self.cwd = cwd
        self.env = env
        self.output = output
        self.rest = rest or []

    @cached_property
    def repo(self) -> Repo:
        """The repository of `cwd`. Raises NotARepository, UsageError where GIT_DIR is another."""
        found = Repo.discover(self.cwd)
        named = None if getattr(self.args, "directory", None) else self.env.get("GIT_DIR")
        ours = (found.git_dir, found.common_dir, found.root / ".git")
        if named and (self.cwd / named).resolve() not in [path.resolve() for path in ours]:
            raise UsageError(
                f"GIT_DIR is {named}, and {self.cwd} lies in another repository",
                hint="git-anvcs goes by the folder: git anvcs -C DIR",
            )
        return found

"""What Git or an agent starts loads little: counted in modules, not in seconds."""

from pathlib import Path
import re
import sys

import pytest

from git_anvcs.drivers import launcher
from git_anvcs.provenance.agents.registry import AGENTS
from tests.support.sandbox import Sandbox

HEAVY = {
    "argparse",
    "asyncio",
    "boto3",
    "cryptography",
    "dataclasses",
    "email",
    "http",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "jsonschema",
    "nbformat",
    "platform",
    "pycrdt",
    "pygit2",
    "rich",
    "ruamel",
    "socket",
    "ssl",
    "tree_sitter",
    "typing_extensions",
    "urllib.request",
    "watchdog",
    "yaml",
    "zstandard",
}


def modules_of(repo: Sandbox, *argv: str, stdin: bytes = b"") -> set[str]:
    """The modules that an installed program imported, by its own interpreter's account."""
    done = repo.run(*argv, stdin=stdin, env={"PYTHONPROFILEIMPORTTIME": "1"})
    found = re.findall(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)", done.stderr, re.MULTILINE)
    assert "git_anvcs" in found, done.stderr
    return set(found)


def launched(repo: Sandbox) -> tuple[str, ...]:
    """git-ai-blob as install.sh makes it: without `site`, which loads what it likes."""
    program = repo.base / "git-ai-blob"
    launcher.write(program, Path(sys.executable))
    return (sys.executable, "-IS", "-X", "importtime", str(program))


def heavy(modules: set[str]) -> set[str]:
    return {
        module
        for module in modules
        if any(module == name or module.startswith(f"{name}.") for name in HEAVY)
    }


def three(repo: Sandbox, name: str, base: str, ours: str, theirs: str) -> list[str]:
    """Arguments of the merge driver for three versions of a file."""
    for part, text in (("O", base), ("A", ours), ("B", theirs)):
        repo.write(part, text)
    return ["driver", "O", "A", "B", "7", name]


DRIVER_MODULES = 110
FILTER_MODULES = 74  # 72 on Python 3.11 when the ledger is opened, 28 of them ours
# What a filter with one file to answer has no use for; each costs it milliseconds.
DEAR = {"enum", "ipaddress", "pathlib", "re", "tempfile", "threading", "urllib.parse"}
HOOK_MODULES = 110
DRAIN_MODULES = 200
# Of the standard library, and what starts once a command may load.
STANDARD = {"argparse", "dataclasses", "inspect", "importlib.resources"}


def test_the_driver_is_light_when_lines_merge(repo: Sandbox) -> None:
    lines = "".join(f"{number}\n" for number in range(20))
    args = three(repo, "a.txt", lines, lines.replace("3\n", "three\n", 1), lines + "20\n")
    modules = modules_of(repo, "git-ai-merge", *args)
    assert heavy(modules) == set()
    assert len(modules) <= DRIVER_MODULES


def test_the_driver_is_light_on_a_json_conflict(repo: Sandbox) -> None:
    args = three(repo, "a.json", '{"a": 1}\n', '{"a": 1, "b": 2}\n', '{"a": 1, "c": 3}\n')
    modules = modules_of(repo, "git-ai-merge", *args)
    assert heavy(modules) == set()
    assert len(modules) <= DRIVER_MODULES


@pytest.mark.parametrize(
    ("name", "library"),
    [("a.py", {"tree_sitter", "tree_sitter_python"}), ("a.yaml", {"tree_sitter", "ruamel"})],
)
def test_the_driver_loads_one_formats_library_and_no_other(
    repo: Sandbox, name: str, library: set[str]
) -> None:
    args = three(repo, name, "a: 1\n", "a: 1\nb: 2\n", "a: 1\nc: 3\n")
    modules = modules_of(repo, "git-ai-merge", *args)
    assert {module.partition(".")[0] for module in heavy(modules)} - {"dataclasses"} <= library


def test_the_filter_is_light_as_long_as_nothing_has_to_be_fetched(repo: Sandbox) -> None:
    program = launched(repo)
    pointer = repo.ok("git-ai-blob", "clean", "a.bin", stdin=b"content").encode()
    for command, stdin in (("clean", b"content"), ("clean", b"another"), ("smudge", pointer)):
        modules = modules_of(repo, *program, command, "a.bin", stdin=stdin)
        assert heavy(modules) == set()
        assert modules & DEAR == set()
        assert ("typing" in modules) == (sys.version_info >= (3, 13))
        assert len(modules) <= FILTER_MODULES


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agents_hook_is_light(repo: Sandbox, agent: str) -> None:
    payload = b'{"hook_event_name":"PostToolUse","session_id":"s","cwd":"."}'
    modules = modules_of(repo, "git-anvcs", "hook", agent, stdin=payload)
    assert heavy(modules) == set()
    assert len(modules) <= HOOK_MODULES


def test_a_drain_in_the_background_of_a_commit_loads_no_library(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "none", "--yes")
    repo.commit("one", {"a": "1"})
    modules = modules_of(repo, "git-anvcs", "drain")
    assert heavy(modules) <= STANDARD
    assert len(modules) <= DRAIN_MODULES


def test_records_that_are_as_we_write_them_are_checked_without_a_validator(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "none", "--yes")
    repo.commit("one", {"a": "1"})
    repo.anvcs("drain")
    assert not [m for m in modules_of(repo, "git-anvcs", "meta", "fsck") if "jsonschema" in m]


@pytest.mark.parametrize("program", ["git-merge-anvcs", "git-ai-blob"])
def test_what_git_starts_loads_no_library(repo: Sandbox, program: str) -> None:
    assert heavy(modules_of(repo, program, "--help")) <= STANDARD


def test_what_git_anvcs_needs_for_its_help_is_the_standard_library(repo: Sandbox) -> None:
    modules = modules_of(repo, "git-anvcs", "--help")
    assert heavy(modules) <= STANDARD


def test_hook_scripts_start_no_python_in_the_foreground() -> None:
    hooks = Path(__file__).parents[1] / "hooks"
    for path in hooks.iterdir():
        if path.suffix != ".md":
            for line in path.read_text().splitlines():
                if not line.lstrip().startswith("#") and re.search(r"\bpython3?\b", line):
                    raise AssertionError(f"{path.name}: {line}")

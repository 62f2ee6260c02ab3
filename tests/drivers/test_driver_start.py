"""What the driver loads and starts at each stage: counts, because time would flicker."""

from pathlib import Path
import shutil
import sys

import pytest

from git_anvcs.drivers import launcher
from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    SOLVED,
    THEIRS,
    THEIRS_CLASH,
    two_sides,
    wire,
)
from tests.support.sandbox import Sandbox

HEAVY = {"argparse", "asyncio", "dataclasses", "importlib.metadata", "jsonschema", "pathlib"} | {
    "rich", "ruamel.yaml", "site", "socket", "subprocess", "tempfile", "tree_sitter"
}  # fmt: skip


class Started:
    """One run of the driver: its exit code, the modules it loaded, the git processes it started."""

    def __init__(self, repo: Sandbox, *sides: str, size: str = "7") -> None:
        program = repo.base / "git-ai-merge"
        launcher.write(program, Path(sys.executable))
        for name, text in zip(("O", "A", "B"), sides, strict=True):
            repo.write(name, text)
        log = repo.base / "git.log"
        log.unlink(missing_ok=True)
        counting = repo.base / "counting"
        counting.mkdir(exist_ok=True)
        real = shutil.which("git", path=repo.env["PATH"])
        (counting / "git").write_text(f'#!/bin/sh\necho "$1" >>"{log}"\nexec "{real}" "$@"\n')
        (counting / "git").chmod(0o755)
        argv = (sys.executable, "-I", "-S", "-X", "importtime", str(program))
        env = {"PATH": f"{counting}:{repo.env['PATH']}"}
        done = repo.run(*argv, "driver", "O", "A", "B", size, "a.json", env=env)
        lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
        self.code = done.returncode
        self.modules = {line.rpartition("|")[2].strip() for line in lines[1:]}
        self.git = log.read_text().split() if log.exists() else []


def test_equal_sides_start_no_git_and_load_next_to_nothing(repo: Sandbox) -> None:
    run = Started(repo, BASE, OURS, OURS)
    assert (run.code, run.git) == (0, [])
    assert len(run.modules) < 40
    assert not {"typing", "re", "collections", "json"} & run.modules


def test_virtual_base_starts_one_git_and_loads_next_to_nothing(repo: Sandbox) -> None:
    run = Started(repo, BASE, OURS_CLASH, THEIRS_CLASH, size="9")
    assert (run.code, run.git) == (10, ["merge-file"])
    assert len(run.modules) < 40
    assert not {"typing", "re", "collections", "json"} & run.modules


def test_merge_by_meaning_starts_two_gits_and_loads_nothing_heavy(repo: Sandbox) -> None:
    run = Started(repo, BASE, OURS, THEIRS)
    assert (run.code, run.git) == (0, ["merge-file", "config"])
    assert HEAVY & run.modules == set()
    assert len(run.modules) < 110


@pytest.mark.parametrize("folder", ["plain", "with space"])
def test_launcher_serves_git_when_it_is_the_only_program(repo: Sandbox, folder: str) -> None:
    programs = repo.base / folder
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    text = launcher.text(programs / "python", _packages(), launcher.MODULES["git-ai-merge"])
    (programs / "git-ai-merge").write_text(text)
    (programs / "git-ai-merge").chmod(0o755)
    (repo.base / "bin" / "git-ai-merge").unlink()
    wire(repo)
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    env = {"PATH": f"{programs}:{repo.env['PATH']}"}
    repo.git("merge", "-q", "feature", "-m", "both", env=env)
    assert repo.read("a.json").count("ours") == 1
    assert SOLVED.keys() <= set(repo.read("a.json").replace('"', " ").split())


def _packages() -> tuple[Path, ...]:
    import sysconfig

    return Path(launcher.__file__).parents[2], Path(sysconfig.get_path("purelib"))

"""A driver that is missing, raises, is killed or finds the disk full leaves Git's own markers.

200 runs of the driver with a fault, under real `git merge`; after each the file holds both sides
between markers, Git knows of the conflict, and the rest of the merge is what it should be.
"""

from collections.abc import Iterable
import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    SOLVED,
    THEIRS,
    THEIRS_CLASH,
    has_both_sides,
    two_sides,
    wire,
)
from tests.support.sandbox import Sandbox, newer_git

FAULTY = Path(__file__).with_name("faulty_driver.py")

# Dense where the driver itself works, sparse inside the engine: the numbers are lines of our code.
POINTS = sorted({*range(1, 50), *(int(50 * 1.12**step) for step in range(36))})
KILLS = [f"kill-{point}.json" for point in POINTS]
RAISES = [f"raise-{point}.json" for point in POINTS[::2]]
FULL = [f"full-{limit}.json" for limit in range(24)]
STUCK = [f"stuck-{number}.json" for number in range(4)]
MISSING = [f"missing-{number}.json" for number in range(200 - 85 - 43 - 24 - 4)]


def test_the_suite_has_the_two_hundred_runs() -> None:
    assert len([*KILLS, *RAISES, *FULL, *STUCK, *MISSING]) >= 200


@pytest.fixture
def history(tmp_path: Path) -> Sandbox:
    repo = Sandbox(tmp_path)
    wire(repo)
    return repo


def broken(repo: Sandbox, text: str) -> dict[str, str]:
    """A PATH whose git-ai-merge is the program `text`."""
    folder = repo.base / "faulty"
    folder.mkdir(exist_ok=True)
    program = folder / "git-ai-merge"
    program.write_text(text)
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{repo.env['PATH']}"}


def faulty(repo: Sandbox) -> dict[str, str]:
    return broken(repo, f'#!/bin/sh\nexec "{sys.executable}" "{FAULTY}" "$@"\n')


def merge_with(
    repo: Sandbox, names: Iterable[str], env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Merge clashing files `names`, one that the driver can solve, and one only they changed."""
    names = list(names)
    two_sides(
        repo,
        {**dict.fromkeys(names, BASE), "good.json": BASE, "other.txt": "1\n"},
        {**dict.fromkeys(names, OURS_CLASH), "good.json": OURS},
        {**dict.fromkeys(names, THEIRS_CLASH), "good.json": THEIRS, "other.txt": "2\n"},
    )
    return repo.run("git", "merge", "feature", env=env)


def all_have_markers(repo: Sandbox, names: Iterable[str]) -> None:
    names = list(names)
    assert [name for name in names if not has_both_sides(repo.read(name))] == []
    unmerged = {line.split("\t")[1] for line in repo.git("ls-files", "-u").splitlines()}
    assert set(names) <= unmerged
    assert repo.read("other.txt") == "2\n"
    left = [path.name for path in repo.root.iterdir() if path.name.startswith(".merge_file")]
    assert left == []


@pytest.mark.parametrize("names", [KILLS, RAISES, FULL], ids=["killed", "raising", "disk full"])
def test_markers_stand_when_the_driver_fails(history: Sandbox, names: list[str]) -> None:
    done = merge_with(history, names, faulty(history))
    assert done.returncode == 1
    all_have_markers(history, names)
    assert json.loads(history.read("good.json")) == SOLVED


def test_markers_stand_when_the_driver_takes_too_long(history: Sandbox) -> None:
    env = {**faulty(history), "ANVCS_MERGE_TIMEOUT": "0.3"}
    done = merge_with(history, STUCK, env)
    assert done.returncode == 1
    all_have_markers(history, STUCK)
    assert json.loads(history.read("good.json")) == SOLVED


def test_time_limit_is_read_from_git_config(history: Sandbox) -> None:
    history.git("config", "anvcs.merge.timeout", "0.3")
    merge_with(history, STUCK[:1], faulty(history))
    all_have_markers(history, STUCK[:1])


def test_markers_stand_when_the_driver_is_missing(history: Sandbox) -> None:
    (history.base / "bin" / "git-ai-merge").unlink()
    done = merge_with(history, MISSING[::2], {})
    assert done.returncode == 1
    all_have_markers(history, MISSING[::2])
    assert "not found" not in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "#!/no/such/interpreter\n",
        "#!/bin/sh\nexit 1\n",
        "#!/bin/sh\nexit 129\n",
        '#!/bin/sh\necho half >"$3.x"; mv "$3.x" "$3"; exit 3\n',
        f"#!{sys.executable}\nimport no_such_module\n",
    ],
    ids=["no interpreter", "exit 1", "exit 129", "writes and fails", "import error"],
)
def test_markers_stand_when_the_program_is_broken(history: Sandbox, text: str) -> None:
    names = MISSING[1::2][:5]
    done = merge_with(history, names, broken(history, text))
    assert done.returncode == 1
    all_have_markers(history, [*names])


def test_markers_stand_when_the_shell_of_the_driver_line_dies_too(history: Sandbox) -> None:
    done = merge_with(history, ["shell-1.json"], faulty(history))
    assert done.returncode == 1
    all_have_markers(history, ["shell-1.json"])


def test_markers_stand_with_a_newer_git_when_the_driver_is_killed(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, **newer_git(tmp_path / "newer"))
    wire(repo)
    names = KILLS[::8]
    done = merge_with(repo, names, faulty(repo))
    assert done.returncode == 1
    all_have_markers(repo, names)
    assert "\n>>>>>>> feature\n" in repo.read(names[0])


def test_conflict_style_holds_in_the_fallback(history: Sandbox) -> None:
    history.git("config", "merge.conflictStyle", "diff3")
    merge_with(history, ["kill-30.json"], faulty(history))
    assert "|||||||" in history.read("kill-30.json")


def test_binary_files_keep_ours_when_the_driver_is_missing(history: Sandbox) -> None:
    (history.base / "bin" / "git-ai-merge").unlink()
    two_sides(history, {"a.json": b"\0"}, {"a.json": b"\0ours"}, {"a.json": b"\0theirs"})
    done = history.run("git", "merge", "feature")
    assert done.returncode == 1
    assert (history.root / "a.json").read_bytes() == b"\0ours"
    assert history.git("status", "--porcelain") == "UU a.json\n"

"""A driver that is missing, raises, is killed or finds the disk full leaves Git's own markers.

200 runs of the driver with a fault, under real `git merge`; after each the file holds both sides
between markers, Git knows of the conflict, and the rest of the merge is what it should be.
"""

from collections.abc import Iterable, Iterator
import json
import os
from pathlib import Path
import shutil
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
from tests.support.sandbox import Sandbox, config_hooks, newer_git

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
    if config_hooks():  # Git 2.54 and newer stops the merge as a whole and touches nothing
        assert done.returncode == 2
        assert history.git("status", "--porcelain", "-uno") == ""
        return
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


def test_nothing_is_lost_when_the_driver_dies_over_a_merge_it_could_do(history: Sandbox) -> None:
    names = KILLS[::2]
    two_sides(
        history,
        dict.fromkeys(names, BASE),
        dict.fromkeys(names, OURS),
        dict.fromkeys(names, THEIRS),
    )
    history.run("git", "merge", "feature", env=faulty(history))
    unmerged = {line.split("\t")[1] for line in history.git("ls-files", "-u").splitlines()}
    for name in names:
        text = history.read(name)
        if name in unmerged:
            assert "<<<<<<<" in text
            assert '"ours": 1' in text
            assert '"theirs": 2' in text
        else:
            assert json.loads(text) == SOLVED
    assert len(unmerged) > len(names) / 2, "the faults no longer hit the driver"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 200 KB; needs the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=200k", "none", str(folder))
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("no right to mount a small file system here")
    yield folder
    subprocess.run(("umount", "-l", str(folder)), check=True)


@pytest.mark.parametrize("room", [0, 12, 20, 24, 28, 36, 48])
def test_markers_stand_or_git_gives_up_when_the_disk_is_full(
    history: Sandbox, small_disk: Path, room: int
) -> None:
    """`room` KB are left; each version of the file takes 8."""
    filler = {f"k{number}": number for number in range(300)}
    versions = [json.dumps({**filler, "name": name}, indent=2) + "\n" for name in "bot"]
    ours = versions[1].replace('"o"', '"of ours"')
    theirs = versions[2].replace('"t"', '"of theirs"')
    two_sides(history, {"a.json": versions[0]}, {"a.json": ours}, {"a.json": theirs})
    tree = small_disk / "tree"
    history.git("worktree", "add", "-q", "-b", "other", str(tree), "main")
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(bytes(free - room * 1024))
    done = history.run("git", "merge", "feature", cwd=tree)
    text = (tree / "a.json").read_text()
    if done.returncode == 1:
        assert has_both_sides(text)
    else:  # Git needs room for the three versions before it can call any driver
        assert (done.returncode, room < 24) == (128, True)
        assert text == ours

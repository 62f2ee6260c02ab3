"""What stays open is understood by the tools that people finish a merge with.

The kinds of conflicts: a value, a function, a file that one side deleted, a file that both added,
a function in two files of a package. Each by the driver and by the strategy, where it exists.
"""

from collections.abc import Iterator
from pathlib import Path
import re
import shutil

import pytest

from tests.drivers.support import BASE, OURS_CLASH, THEIRS_CLASH, two_sides, wire
from tests.support.sandbox import Sandbox

CODE = "def f(a):\n    return a\n\n\ndef g(b):\n    return b\n"
GONE = "package shop\n\nfunc Price(a, b int) int {\n\ttotal := a * b\n\treturn total\n}\n"
LIMIT = "package shop\n\n// Limit is the most.\nfunc Limit() int {\n\treturn %d\n}\n"
ATTRIBUTES = "*.json merge=anvcs\n*.py merge=anvcs\n*.go merge=anvcs\n"


@pytest.fixture(scope="module", params=["driver", "strategy"])
def stopped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """In the middle of a merge."""
    found = Sandbox(tmp_path_factory.mktemp(request.param))
    if request.param == "driver":
        wire(found, ATTRIBUTES)
    else:
        found.git("config", "pull.twohead", "anvcs")
    two_sides(
        found,
        {"a.json": BASE, "code.py": CODE, "gone.go": GONE},
        {
            "a.json": OURS_CLASH,
            "code.py": CODE.replace("return a", "return a + 1"),
            "new.py": "a = 1\n",
            "shop/b.go": LIMIT % 1,
        },
        {
            "a.json": THEIRS_CLASH,
            "code.py": CODE.replace("return a", "return a + 2"),
            "new.py": "a = 2\n",
            "gone.go": GONE.replace("a * b", "a * b * 2"),
            "shop/c.go": LIMIT % 2,
        },
    )
    found.git("rm", "-q", "gone.go")
    found.commit("gone")
    assert found.run("git", "merge", "feature", "-m", "both").returncode == 1
    return found


@pytest.fixture
def repo(stopped: Sandbox, tmp_path: Path) -> Sandbox:
    """A copy of that."""
    shutil.copytree(stopped.root, tmp_path / "repo", symlinks=True)
    return Sandbox(tmp_path, init=False)


def open_files(repo: Sandbox) -> dict[str, set[str]]:
    """Path -> stages."""
    found: dict[str, set[str]] = {}
    for row in repo.git("ls-files", "-u").splitlines():
        facts, _, path = row.partition("\t")
        found.setdefault(path, set()).add(facts.split()[2])
    return found


def with_both(repo: Sandbox) -> list[str]:
    return [path for path, stages in open_files(repo).items() if {"2", "3"} <= stages]


def regions(text: str) -> Iterator[dict[str, str]]:
    """The conflicts as VS Code reads them: markers at the start of lines, an optional base.

    https://github.com/microsoft/vscode/blob/main/extensions/merge-conflict/src/mergeConflictParser.ts
    """
    now: dict[str, str] | None = None
    part = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<<"):
            assert now is None, "nested"
            now, part = {"ours": ""}, "ours"
        elif now is not None and line.startswith("|||||||") and part == "ours":
            part, now["base"] = "base", ""
        elif now is not None and line.rstrip("\r\n") == "=======" and part in ("ours", "base"):
            part, now["theirs"] = "theirs", ""
        elif now is not None and line.startswith(">>>>>>>") and part == "theirs":
            yield now
            now = None
        elif now is not None:
            now[part] += line
    assert now is None, "a conflict without an end"


def test_every_open_file_has_the_stages_that_git_gives_it(repo: Sandbox) -> None:
    found = open_files(repo)
    package = {"shop/b.go": {"2", "3"}, "shop/c.go": {"2", "3"}} if "shop/b.go" in found else {}
    assert found == {
        "a.json": {"1", "2", "3"},
        "code.py": {"1", "2", "3"},
        "gone.go": {"1", "3"},
        "new.py": {"2", "3"},
        **package,
    }


def test_an_editor_finds_each_side_between_the_markers(repo: Sandbox) -> None:
    for path in with_both(repo):
        found = list(regions(repo.read(path)))
        assert found, path
        for side, stage in (("ours", 2), ("theirs", 3)):
            whole = repo.git("show", f":{stage}:{path}")
            assert all(region[side] in whole for region in found)


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_checkout_writes_the_conflict_again_in_any_style(repo: Sandbox, style: str) -> None:
    """Git does not tell a driver what stands behind --conflict; it has to be configured."""
    paths = with_both(repo)
    repo.git("-c", f"merge.conflictStyle={style}", "checkout", f"--conflict={style}", *paths)
    for path in paths:
        found = list(regions(repo.read(path)))
        assert len(found) == 1
        assert all(("base" in region) == (style != "merge") for region in found)


def test_checkout_of_a_side_is_its_stage(repo: Sandbox) -> None:
    paths = with_both(repo)
    for side, stage in (("--ours", 2), ("--theirs", 3)):
        repo.git("checkout", side, *paths)
        for path in paths:
            assert repo.read(path) == repo.git("show", f":{stage}:{path}")


def test_mergetool_is_given_the_versions_of_every_file(repo: Sandbox) -> None:
    tool = repo.base / "tool"
    tool.write_text(
        '#!/bin/sh\necho "$3" >>"$SEEN"\ngit show ":2:$3" | cmp - "$1" || exit 1\n'
        'git show ":3:$3" | cmp - "$2" || exit 1\ncat "$1" "$2" >"$3"\n'
    )
    tool.chmod(0o755)
    repo.git("config", "mergetool.mine.cmd", f'{tool} "$LOCAL" "$REMOTE" "$MERGED"')
    repo.git("config", "mergetool.mine.trustExitCode", "true")
    repo.git("config", "mergetool.keepBackup", "false")
    wanted = with_both(repo)
    stages = {path: [repo.git("show", f":{n}:{path}") for n in (2, 3)] for path in wanted}
    seen = repo.base / "seen"
    done = repo.run(
        "git", "mergetool", "-y", "--tool=mine", stdin="m\n" * 9, env={"SEEN": str(seen)}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(seen.read_text().split()) == set(wanted)
    assert all(repo.read(path) == "".join(sides) for path, sides in stages.items())
    assert open_files(repo) == {}
    repo.git("commit", "-q", "--no-edit")


def test_a_diff_of_the_merge_and_its_abort(repo: Sandbox) -> None:
    told = repo.git("diff")
    assert all(
        re.search(rf"^(diff --cc|\* Unmerged path) {path}$", told, re.MULTILINE)
        for path in open_files(repo)
    )
    repo.git("merge", "--abort")
    assert repo.git("status", "--porcelain") == ""

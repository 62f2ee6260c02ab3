"""init and uninstall killed, raced and met by other people's edits: no hook and no line is lost."""

from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import sys

import pytest

from tests.flows.test_install import hook, own_hooks, snapshot
from tests.support.sandbox import Sandbox, config_hooks

# The command, which a kill -9 ends before its step number N.
KILLED = """
import itertools, os, signal, sys
from git_anvcs.flows.wiring import steps
from git_anvcs.cli.main import main
count, do, at = itertools.count(), steps._do, int(sys.argv.pop(1))
def one(step):
    if next(count) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    do(step)
steps._do = one
sys.exit(main())
"""
INIT = ("init", "--agents", "none", "--drivers", "none")


def killed(repo: Sandbox, step: int, *command: str) -> bool:
    """Whether it got as far as that step; when it did, it is dead."""
    done = repo.run(sys.executable, "-c", KILLED, str(step), *command)
    assert done.returncode in (-9, 0), done.stderr
    (repo.root / ".git/config.lock").unlink(missing_ok=True)  # as Git says after a crash of its own
    return done.returncode == -9


def python_hook(repo: Sandbox) -> None:
    hook(repo, "post-commit", '#!/usr/bin/env python3\nopen("ran", "a").write("x")\n')
    hook(repo, "pre-push", "#!/bin/sh\nexit 0\n")


@pytest.mark.parametrize("again", ["init", "uninstall"])
def test_a_killed_init_loses_no_hook(tmp_path: Path, again: str) -> None:
    for step in range(30):
        base = tmp_path / str(step)
        base.mkdir()
        repo = Sandbox(base)
        python_hook(repo)
        before = snapshot(repo)
        dead = killed(repo, step, *INIT)
        repo.anvcs(again)
        if again == "init":
            repo.commit("one")
            assert repo.read("ran") == "x"
            repo.anvcs("uninstall")
        assert hooks_of(snapshot(repo)) == hooks_of(before), f"killed before step {step}"
        if not dead:
            assert step > 5
            return
    pytest.fail("init has more steps than were tried")


def hooks_of(found: dict[str, tuple[int, bytes]]) -> dict[str, tuple[int, bytes]]:
    parts = ("/.git/hooks/", "/.git/config", "/.git/info/")
    return {name: what for name, what in found.items() if any(part in name for part in parts)}


def test_a_killed_uninstall_is_finished_by_the_next(tmp_path: Path) -> None:
    for step in range(30):
        base = tmp_path / str(step)
        base.mkdir()
        repo = Sandbox(base)
        python_hook(repo)
        before = snapshot(repo)
        repo.anvcs(*INIT)
        dead = killed(repo, step, "uninstall")
        repo.anvcs("uninstall")
        assert snapshot(repo) == before, f"killed before step {step}"
        if not dead:
            assert step > 5
            return
    pytest.fail("uninstall has more steps than were tried")


def test_two_inits_at_once_are_one(repo: Sandbox) -> None:
    own_hooks(repo)
    before = snapshot(repo)
    with ThreadPoolExecutor(4) as pool:
        ran = [pool.submit(repo.run, "git-anvcs", "init", "--agents", "none") for _ in range(4)]
    assert [done.result().returncode for done in ran] == [0] * 4, [
        done.result().stderr for done in ran
    ]
    assert json.loads(repo.anvcs("init", "--json"))["changed"] is False
    repo.anvcs("uninstall")
    assert snapshot(repo) == before


@pytest.mark.skipif(config_hooks(), reason="this Git keeps our hooks apart from hook files")
def test_a_hook_is_never_overwritten_when_its_other_name_is_taken(repo: Sandbox) -> None:
    hook(repo, "post-commit", "#!/usr/bin/env python3\nprint(1)\n")
    hook(repo, "post-commit.before-anvcs", "#!/usr/bin/env python3\nprint(2)\n")
    before = snapshot(repo)
    done = repo.run("git-anvcs", "init")
    assert done.returncode == 1
    assert "post-commit.before-anvcs is there already" in done.stderr
    assert snapshot(repo) == before


def test_a_hook_that_its_owner_switched_off_stays_off_and_ours_runs(repo: Sandbox) -> None:
    off = hook(repo, "post-commit", "#!/bin/sh\ntouch ran\n")
    off.chmod(0o644)
    before = snapshot(repo)
    repo.anvcs("init")
    commit = repo.commit("one")
    assert commit in (repo.root / ".git/anvcs/spool/lines").read_text()
    assert not (repo.root / "ran").exists()
    repo.anvcs("uninstall")
    assert hooks_of(snapshot(repo)) == hooks_of(before)


def test_what_git_config_wrote_into_our_block_stays_in_force_when_init_renews_it(
    repo: Sandbox,
) -> None:
    repo.git("remote", "add", "origin", "/nowhere")
    repo.anvcs("init", "--remote", "origin")
    repo.git("config", "remote.origin.pushurl", "/else")
    assert json.loads(repo.anvcs("init", "--json"))["changed"] is False
    repo.anvcs("init", "--strategy")
    assert repo.git("config", "remote.origin.pushurl").strip() == "/else"
    repo.git("config", "include.path", "theirs")  # in the place of ours
    repo.anvcs("init", "--no-strategy")
    paths = repo.git("config", "--get-all", "include.path").split()
    assert "theirs" in paths
    assert any(path.endswith("merge-drivers/gitconfig") for path in paths)
    repo.anvcs("uninstall")
    assert repo.git("config", "remote.origin.pushurl").strip() == "/else"
    assert repo.git("config", "--get-all", "include.path").split() == ["theirs"]
    assert "anvcs" not in repo.read(".git/config")


@pytest.mark.parametrize("marker", ["begin", "end"])
@pytest.mark.parametrize("then", [(), ("init",), ("init", "init")])
def test_a_block_that_lost_a_marker_goes_and_nothing_else(
    repo: Sandbox, marker: str, then: tuple[str, ...]
) -> None:
    before = repo.read(".git/config")
    repo.anvcs("init")
    lines = repo.read(".git/config").splitlines(keepends=True)
    text = "".join(line for line in lines if f"git-anvcs: {marker}" not in line)
    repo.write(".git/config", text + "[alias]\n\tst = status\n")
    for command in then:
        repo.anvcs(command)
        assert repo.git("config", "alias.st").strip() == "status"
    repo.anvcs("uninstall")
    assert repo.read(".git/config") == before + "[alias]\n\tst = status\n"

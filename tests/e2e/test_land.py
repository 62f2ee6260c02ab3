"""Landing when things go wrong: the target moves, two land at once, a kill, wild checks."""

from collections.abc import Callable, Iterator
import json
import os
from pathlib import Path
import signal
import subprocess
import time

import pytest

from tests.flows.test_land import aside, branch, land, landed, sealed, tidy
from tests.support.sandbox import Sandbox, hear_interrupts

PATIENCE = 60.0


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    found = sealed(tmp_path)
    branch(found, "a", {"a.txt": "a\n"})
    return found


def configure(repo: Sandbox, **check: object) -> None:
    repo.git("config", "anvcs.merge.guard.checks", json.dumps([check]))


def head(repo: Sandbox, name: str = "main") -> str:
    return repo.git("rev-parse", name).strip()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def started(repo: Sandbox) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a landing and does not wait; it is gone when the test ends."""
    running = []

    def start(*args: str) -> subprocess.Popen[str]:
        running.append(
            subprocess.Popen(
                ("git-anvcs", "land", *args),
                cwd=repo.root,
                env=repo.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=hear_interrupts,  # noqa: PLW1509 - no threads here
            )
        )
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


def test_the_target_moves_while_the_checks_run(repo: Sandbox) -> None:
    move = (
        f'test -f {repo.base}/moved || {{ touch {repo.base}/moved; cd "$ANVCS_CHECKOUT" &&'
        " echo new >new.txt && git add new.txt && git commit -q -m meanwhile; }"
    )
    said = land(repo, "a", "--gate", move)
    assert (landed(said), said["attempts"]) == (["a"], 2)
    assert repo.git("log", "--format=%s", "--first-parent").split("\n")[:2] == [
        "Merge branch 'a'",
        "meanwhile",
    ]
    assert said["tree"] == head(repo, "main^{tree}")
    tidy(repo)


def test_what_meanwhile_changed_where_the_branch_does_is_merged_not_in_the_way(
    repo: Sandbox,
) -> None:
    """The worktree that has the target stands on what is newer than what was tested."""
    branch(repo, "edit", {"app.py": "# edited\n" + repo.read("app.py")})
    move = (
        f'test -f {repo.base}/moved || {{ touch {repo.base}/moved; cd "$ANVCS_CHECKOUT" &&'
        " echo '# more' >>app.py && git commit -q -a -m meanwhile; }"
    )
    said = land(repo, "edit", "--gate", move)
    assert (landed(said), said["attempts"]) == (["edit"], 2)
    text = repo.read("app.py")
    assert (text.startswith("# edited\n"), text.endswith("# more\n")) == (True, True)
    tidy(repo)


def test_a_lock_of_the_target_that_nobody_holds_is_told_and_not_called_a_move(
    repo: Sandbox,
) -> None:
    branch(repo, "edit", {"app.py": repo.read("app.py") + "# more\n"})
    before = head(repo)
    lock = repo.root / ".git/refs/heads/main.lock"
    lock.touch()
    done = repo.run("git-anvcs", "land", "edit", "--gate", f"echo >>{repo.base}/runs")
    assert (done.returncode, str(lock) in done.stderr) == (1, True), done.stderr
    assert "moved" not in done.stderr
    assert (repo.base / "runs").read_text() == "\n"
    lock.unlink()
    assert head(repo) == before
    tidy(repo)


def test_a_target_that_never_stands_still_is_left_alone(repo: Sandbox) -> None:
    move = (
        'cd "$ANVCS_CHECKOUT" && echo x >>new.txt && git add new.txt && git commit -q -m meanwhile'
    )
    done = repo.run("git-anvcs", "land", "a", "--gate", move)
    assert (done.returncode, "main moved 3 times" in done.stderr) == (1, True)
    assert repo.git("log", "--format=%s", "--first-parent").split() == ["meanwhile"] * 3 + ["base"]
    tidy(repo)


def test_the_second_of_two_landings_says_so(
    repo: Sandbox, started: Callable[..., subprocess.Popen[str]]
) -> None:
    go, there = repo.base / "go", repo.base / "there"
    first = started("a", "--gate", f"touch {there}; while ! test -f {go}; do sleep 0.05; done")
    until(there.exists)
    done = repo.run("git-anvcs", "land", "a")
    assert done.returncode == 1
    assert "another `git anvcs land` is landing on main" in done.stderr
    go.touch()
    assert first.wait(PATIENCE) == 0
    assert (repo.root / "a.txt").exists()
    tidy(repo)


def test_killed_while_the_checks_run_nothing_moved_and_the_next_one_cleans_up(
    repo: Sandbox, started: Callable[..., subprocess.Popen[str]]
) -> None:
    before, there = repo.git("show-ref"), repo.base / "there"
    first = started("a", "--gate", f"echo $$ >{there}.new; mv {there}.new {there}; sleep 60")
    until(there.exists)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(PATIENCE)
    check = int(there.read_text())
    until(lambda: not running(check))
    assert repo.git("show-ref") == before
    assert list((repo.base / "temporary").glob("anvcs-scratch-*"))

    assert landed(land(repo, "a")) == ["a"]
    assert not list((repo.base / "temporary").glob("anvcs-scratch-*"))
    assert not list((repo.root / ".git/anvcs/scratch").iterdir())


def running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("far", ["all", "half"])
def test_killed_when_the_worktree_had_gone_ahead_it_is_put_back(repo: Sandbox, far: str) -> None:
    """What is left when the power goes between the worktree and the ref, by plain Git."""
    old, old_status = head(repo), repo.git("status", "--porcelain")
    branch(repo, "b", {"app.py": "changed\n", "new/b.txt": "b\n", "test_app.py": ""})
    new = repo.git("commit-tree", "b^{tree}", "-p", "main", "-p", "b", "-m", "m").strip()
    if far == "all":
        repo.git("read-tree", "-m", "-u", old, new)
    else:
        repo.write("app.py", "changed\n")
        repo.write("new/b.txt", "b\n")
    note = repo.root / ".git/anvcs/landing/refs%2Fheads%2Fmain.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"v": 1, "old": old, "new": new}))

    said = land(repo, "a")

    assert landed(said) == ["a"]
    assert repo.git("status", "--porcelain") == old_status
    assert not (repo.root / "new").exists()
    assert not note.exists()


def test_interrupted_while_the_worktree_goes_ahead_it_is_put_back(
    repo: Sandbox, started: Callable[..., subprocess.Popen[str]]
) -> None:
    there, before = repo.base / "there", head(repo)
    branch(
        repo, "b", {"app.py": "b = 1\n", "z.slow": "z\n", ".gitattributes": "*.slow filter=slow"}
    )
    repo.git("config", "filter.slow.smudge", f"test -d .git && touch {there} && sleep 60; cat")
    first = started("b")
    until(there.exists)
    first.send_signal(signal.SIGINT)
    first.wait(PATIENCE)
    assert (repo.read("app.py"), head(repo)) == ("b = 1\n", before)

    assert landed(land(repo, "a")) == ["a"]
    assert repo.read("app.py") != "b = 1\n"
    assert repo.git("status", "--porcelain") == ""


def test_a_sparse_worktree_is_put_back_too(repo: Sandbox) -> None:
    repo.commit("folders", {"seen/x": "x\n", "hidden/x": "x\n"})
    branch(repo, "b", {"seen/x": "b\n", "seen/y": "b\n", "hidden/x": "b\n", "hidden/y": "b\n"})
    repo.git("sparse-checkout", "set", "seen")
    old, status = head(repo), repo.git("status", "--porcelain")
    repo.git("read-tree", "-m", "-u", old, "b")
    note = repo.root / ".git/anvcs/landing/refs%2Fheads%2Fmain.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"v": 1, "old": old, "new": head(repo, "b")}))
    assert landed(land(repo, "a")) == ["a"]
    assert repo.git("status", "--porcelain") == status
    assert (repo.read("seen/x"), (repo.root / "hidden").exists()) == ("x\n", False)


def test_a_worktree_on_a_disk_that_is_away_keeps_its_branch(repo: Sandbox) -> None:
    other, away = repo.base / "other", repo.base / "away"
    repo.git("switch", "-q", "-c", "mine")
    repo.git("worktree", "add", "-q", str(other), "main")
    repo.git("worktree", "lock", str(other))
    other.rename(away)
    done = repo.run("git-anvcs", "land", "a", "--onto", "main")
    assert (done.returncode, "locked and not there" in done.stderr) == (1, True)
    away.rename(other)
    assert landed(land(repo, "a", "--onto", "main")) == ["a"]
    assert repo.git("status", "--porcelain", cwd=other) == ""


def test_a_worktree_that_somebody_worked_in_since_is_not_put_back(repo: Sandbox) -> None:
    old = head(repo)
    branch(repo, "b", {"app.py": "changed\n"})
    repo.git("read-tree", "-m", "-u", old, "b")
    repo.write("app.py", "changed\nand mine\n")
    note = repo.root / ".git/anvcs/landing/refs%2Fheads%2Fmain.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"v": 1, "old": old, "new": head(repo, "b")}))
    done = repo.run("git-anvcs", "land", "a")
    assert (done.returncode, "not committed" in done.stderr) == (1, True)
    assert repo.read("app.py") == "changed\nand mine\n"


@pytest.mark.parametrize("path", ["app.py", "a.txt", "gone.txt"])
def test_what_was_edited_after_a_killed_landing_stays(repo: Sandbox, path: str) -> None:
    """A file that the landing changes, one that it brings, one that it takes away."""
    repo.commit("gone", {"gone.txt": "gone\n"})
    before = head(repo)
    repo.git("switch", "-q", "-c", "edit")
    repo.git("rm", "-q", "gone.txt")
    repo.commit("edit", {"app.py": repo.read("app.py") + "# more\n"})
    repo.git("switch", "-q", "main")
    repo.ok("git-anvcs", "land", "a", "edit")
    after = head(repo)
    repo.git("update-ref", "refs/heads/main", before)  # as a kill before that would leave it
    facts = {"v": 1, "old": before, "new": after}
    note = repo.root / ".git/anvcs/landing/refs%2Fheads%2Fmain.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(facts))
    repo.write(path, "mine\n")
    repo.run("git-anvcs", "land", "a", "--dry-run")
    assert repo.read(path) == "mine\n"


def test_a_branch_that_is_being_rebased_does_not_move(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit("other", {"app.py": "other = 1\n"})
    repo.git("switch", "-q", "main")
    repo.commit("main", {"app.py": "main = 1\n"})
    before = head(repo)
    assert repo.run("git", "rebase", "-q", "other").returncode
    done = repo.run("git-anvcs", "land", "a", "--onto", "main")
    assert done.returncode
    assert "being rebased" in done.stderr
    assert head(repo) == before


def test_a_lock_in_the_way_leaves_the_worktree_as_it_was(repo: Sandbox) -> None:
    branch(repo, "edit", {"app.py": repo.read("app.py") + "# more\n"})
    before = head(repo)
    lock = repo.root / ".git/index.lock"
    lock.touch()
    assert repo.run("git-anvcs", "land", "edit").returncode
    lock.unlink()
    assert head(repo) == before
    assert repo.git("status", "--porcelain") == ""


def test_a_check_that_cannot_start_says_so_and_nothing_moves(repo: Sandbox) -> None:
    before = repo.git("show-ref")
    done = repo.run("git-anvcs", "land", "a", "--gate", "no-such-program --all")
    assert done.returncode == 3
    said = "git-anvcs: the check no-such-program --all cannot be started: "
    assert [line for line in done.stderr.splitlines() if line.startswith(said)]
    assert repo.git("show-ref") == before
    tidy(repo)


def test_a_new_way_to_fail_beside_an_old_one_is_the_branchs_fault(repo: Sandbox) -> None:
    """Killed by a signal, or hidden in more output than is kept, where the target fails as well."""
    for name in ("kill", "long"):
        branch(repo, name, {name: "x\n"})
    old = "echo 'FAILED tests/a.py::test_one - x'"
    gate = f"{old}; test ! -f kill || kill -9 $$; test ! -f long || yes | head -c 300000; exit 1"
    said = land(repo, "kill", "long", "a", "--gate", gate, expect=4)
    assert (landed(said), aside(said)) == (["a"], dict.fromkeys(("kill", "long"), "tests-fail"))
    assert [one["check"]["differs"] for one in said["set_aside"]] == [
        "it fails on main too, but with exit code 1, not 137",
        "it fails on main too, but it prints too much to tell what fails",
    ]
    assert said["checks"][0]["failed_before"] is True


def test_a_check_that_only_the_branch_breaks_is_the_branchs_fault(repo: Sandbox) -> None:
    repo.commit("script", {"run.sh": "exit 0\n"})
    repo.git("switch", "-q", "-c", "gone")
    (repo.root / "run.sh").unlink()
    repo.commit("no script")
    repo.git("switch", "-q", "main")
    said = land(repo, "gone", "a", "--gate", "chmod +x run.sh; ./run.sh", expect=4)
    assert (landed(said), aside(said)) == (["a"], {"gone": "tests-fail"})


def test_a_check_that_hangs_on_the_target_as_well_says_nothing(repo: Sandbox) -> None:
    configure(repo, name="slow", command="sleep 60", timeout=0.3)
    done = repo.run("git-anvcs", "land", "a", "--keep-going")
    assert done.returncode == 3
    assert "slow does not end within 0.3 seconds, not even on main" in done.stderr
    tidy(repo)


def test_a_branch_that_makes_a_check_hang_is_found_only_when_asked(repo: Sandbox) -> None:
    branch(repo, "endless", {"endless.txt": "x\n"})
    configure(repo, name="loop", command="! test -f endless.txt || sleep 60", timeout=1)
    before = repo.git("show-ref")
    done = repo.run("git-anvcs", "land", "endless", "a")
    assert (done.returncode, "--keep-going" in done.stderr) == (3, True)
    assert repo.git("show-ref") == before
    said = land(repo, "endless", "a", "--keep-going", expect=4)
    assert (landed(said), aside(said)) == (["a"], {"endless": "tests-fail"})
    assert "does not end within 1 seconds" in said["set_aside"][0]["says"]
    tidy(repo)


def test_a_flaky_check_does_not_cost_a_branch_its_landing(repo: Sandbox) -> None:
    seen = repo.base / "seen"
    said = land(repo, "a", "--gate", f"test -f {seen} || {{ touch {seen}; exit 1; }}")
    assert (landed(said), said["checks"][0]["flaky"]) == (["a"], True)


def test_what_a_check_does_to_its_checkout_hurts_nobody(repo: Sandbox) -> None:
    branch(repo, "b", {"b.txt": "b\n"})
    harm = (
        "test ! -f left && touch left && echo x >app.py && git commit -qam harm &&"
        " git branch -q -f main HEAD~1 && git update-ref -d refs/heads/a &&"
        " git gc -q --prune=now && rm -rf .git/refs"
    )
    before = repo.git("fsck", "--no-dangling"), head(repo, "a")
    bad = "test ! -f b.txt"
    said = land(repo, "a", "b", "--gate", bad, "--gate", harm, expect=4)
    assert (landed(said), aside(said)) == (["a"], {"b": "tests-fail"})
    assert (repo.git("fsck", "--no-dangling"), head(repo, "a")) == before
    tidy(repo)


def test_what_a_check_sets_or_hides_in_its_checkout_is_gone_for_the_next_one(
    repo: Sandbox,
) -> None:
    branch(repo, "b", {"b.txt": "b\n"})
    gate = (
        'test "$(cat app.py)" != mine && test -z "$(git tag)$(git config core.autocrlf)" || exit 9;'
        " git tag mine; git config core.autocrlf true; git update-index --skip-worktree app.py;"
        " echo mine >app.py; test ! -f b.txt"
    )
    said = land(repo, "a", "b", "--gate", gate, expect=4)
    assert (landed(said), aside(said)) == (["a"], {"b": "tests-fail"})


def test_a_check_sees_a_shallow_clone_as_one(repo: Sandbox) -> None:
    repo.write(".git/shallow", head(repo) + "\n")
    repo.git("commit", "-q", "--allow-empty", "-m", "more")
    repo.write(".git/shallow", head(repo) + "\n")
    branch(repo, "b", {"b.txt": "b\n"})
    gate = 'test "$(git rev-list --count HEAD)" -le 3'
    assert landed(land(repo, "b", "--gate", gate)) == ["b"]


def test_a_check_sees_nothing_but_the_tree(repo: Sandbox) -> None:
    repo.write("untracked.txt", "mine\n")
    repo.write(".git/info/exclude", "untracked.txt\nignored.txt\n")
    repo.write("ignored.txt", "mine\n")
    gate = 'test "$(ls -A | sort | tr "\\n" " ")" = ".git a.txt app.py test_app.py "'
    assert landed(land(repo, "a", "--gate", gate)) == ["a"]


def test_a_full_disk_for_the_scratch_folder_loses_nothing(repo: Sandbox) -> None:
    """No file may be larger than 32 KiB: git cannot write the branch's file there."""
    branch(repo, "large", {"large.txt": "0123456789abcdef\n" * 10_000})
    before = repo.git("show-ref")
    limited = 'ulimit -f 64; exec git-anvcs land large --gate "test -f a.txt"'
    done = repo.run("sh", "-c", limited)
    assert done.returncode == 1, done.stderr
    assert "cannot be checked out to a scratch folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert repo.git("show-ref") == before
    tidy(repo)

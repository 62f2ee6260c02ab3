"""Whoever watches learns of every change, and starts no program while there is none."""

from collections.abc import Callable

import pytest

from git_anvcs.flows import watching
from git_anvcs.git.repo import Repo
from tests.support.records import write_record
from tests.support.sandbox import Sandbox, newer_git

QUIET = 50


def seen(repo: Repo, steps: list[Callable[[], object]]) -> list[int]:
    """Between which steps it was said that something changed; each step waits QUIET looks."""
    looks = 0
    done = 0

    def wait(_: float) -> bool:
        nonlocal looks, done
        looks += 1
        if looks % QUIET == 0:
            if done == len(steps):
                return False
            steps[done]()
            done += 1
        return True

    return [done for _ in watching.changes(repo, wait)]


def story(repo: Sandbox) -> dict[str, Callable[[], object]]:
    """Everything that must be noticed, by name."""
    return {
        "commit": lambda: repo.commit("next"),
        "branch": lambda: repo.git("branch", "topic"),
        "nested branch": lambda: repo.git("branch", "a/b/c"),
        "switch": lambda: repo.git("switch", "-q", "topic"),
        "detach": lambda: repo.git("checkout", "-q", "--detach"),
        "tag": lambda: repo.git("tag", "v1"),
        "amend": lambda: repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "other"),
        "record": lambda: write_record(repo, "HEAD"),
        "deleted branch": lambda: repo.git("branch", "-D", "a/b/c"),
        "reset": lambda: repo.git("reset", "-q", "--hard", "v1"),
    }


def test_every_change_is_noticed_once(repo: Sandbox) -> None:
    repo.commit("first")
    steps = story(repo)

    assert seen(Repo.discover(repo.root), list(steps.values())) == list(range(len(steps) + 1))


def test_every_change_is_noticed_with_packed_refs_and_in_a_worktree(repo: Sandbox) -> None:
    repo.commit("first")
    repo.git("branch", "a/b/c")
    repo.git("pack-refs", "--all")
    steps = list(story(repo).values())
    del steps[2]  # it is there already
    assert seen(Repo.discover(repo.root), steps) == list(range(len(steps) + 1))

    repo.git("switch", "-q", "main")
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", str(tree), "-b", "side")
    moves = [
        lambda: repo.git("commit", "-q", "--allow-empty", "-m", "there", cwd=tree),
        lambda: repo.git("checkout", "-q", "--detach", cwd=tree),
        lambda: repo.commit("here"),
    ]
    assert seen(Repo.discover(tree), moves) == [0, 1, 2, 3]


def test_every_change_is_noticed_with_reftable(repo: Sandbox) -> None:
    other = Sandbox(repo.base, name="reftable", init=False, **newer_git(repo.base / "newer"))
    other.root.mkdir()
    other.git("init", "-q", "-b", "main", "--ref-format=reftable")
    other.commit("first")
    steps = story(other)

    # The git that runs the tests may not know this kind of repository.
    git_dir = other.root / ".git"
    found = Repo(other.root, git_dir, git_dir, bare=False)
    assert seen(found, list(steps.values())) == list(range(len(steps) + 1))


def test_what_waits_to_be_recorded_is_noticed_and_what_cannot_matter_is_not(
    repo: Sandbox,
) -> None:
    repo.commit("first", {"a": "1\n"})
    spool = repo.root / ".git/anvcs/spool"

    def spooled() -> None:
        spool.mkdir(parents=True, exist_ok=True)
        with (spool / "lines").open("a") as lines:
            lines.write("{}\n")

    nothing = [
        lambda: repo.write("a", "2\n"),
        lambda: repo.git("add", "a"),
        lambda: repo.git("status"),
        lambda: (spool.parent / "locks").mkdir(parents=True),
        lambda: repo.git("config", "a.b", "c"),
        (repo.root / ".git/refs/heads/main.lock").touch,
    ]

    assert seen(Repo.discover(repo.root), [spooled, *nothing, spooled]) == [0, 1, 8]


def test_no_program_is_started_while_nothing_changes(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("first")
    trace = repo.base / "trace"
    watched = Repo.discover(repo.root)
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(trace))
    left = 500

    def wait(_: float) -> bool:
        nonlocal left
        left -= 1
        return left > 0

    assert len(list(watching.changes(watched, wait))) == 1
    assert left == 0
    assert not trace.exists()


def test_what_the_watcher_does_itself_is_no_news(repo: Sandbox) -> None:
    repo.commit("first")
    left = 20

    def wait(_: float) -> bool:
        nonlocal left
        left -= 1
        return left > 0

    def prepare() -> None:
        repo.git("update-ref", "refs/anvcs/meta", repo.commit("more"))

    watched = Repo.discover(repo.root)
    assert len(list(watching.changes(watched, wait, prepare=prepare))) == 1

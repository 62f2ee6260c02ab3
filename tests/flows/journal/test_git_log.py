"""What Git did is told, operation by operation, and each can be taken back alone."""

from collections.abc import Iterator
import os
from pathlib import Path
import shutil
import subprocess

import pytest

from git_anvcs.flows.journal import moments, undo
from git_anvcs.flows.journal.observe import observe
from git_anvcs.flows.journal.opened import Opened, opened
from git_anvcs.git.repo import Repo
from git_anvcs.git.tips_seen import INDEX
from git_anvcs.journal.bursts import Span
from git_anvcs.journal.moves import Moves, unpack
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.kernel import clock
from tests.flows.journal.test_undo import Held, held
from tests.support.sandbox import Sandbox

GC = "git reflog expire --expire=now --all && git gc -q --prune=now"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three commits, two branches, two tags, a stash, and work: staged, not staged, both."""
    repo = Sandbox(tmp_path_factory.mktemp("origin"))
    repo.commit("one", {"a": "1\n" * 20, "b": "b\n", "dir/c": "c\n", "both": "committed\n"})
    repo.commit("two", {"a": "2\n" + "1\n" * 20})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("side", {"side": "s\n"})
    repo.git("tag", "-a", "-m", "annotated", "v1")
    repo.git("switch", "-q", "main")
    repo.commit("three", {"b": "b\nthree\n"})
    repo.write("dir/c", "stashed\n")
    repo.git("stash", "-q")
    return repo.base


@pytest.fixture
def here(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Sandbox, Opened]]:
    shutil.copytree(origin, tmp_path / "copy", symlinks=True)
    repo = Sandbox(tmp_path / "copy", init=False)
    monkeypatch.setattr(os, "environ", {**os.environ, **repo.env})
    times = iter(range(1_790_000_000, 1_790_900_000, 3600))
    monkeypatch.setattr(clock, "now", lambda: float(next(times)))
    with opened(Repo.discover(repo.root)) as found:
        repo.write("both", "staged, and nowhere else\n")
        repo.git("add", "both")
        repo.write("both", "on the disk\n")
        repo.write("a", repo.read("a") + "not staged\n")
        repo.write("new", "never added\n")
        observe(found.repo, found.journal, found.texts)
        yield repo, found


class State:
    """Everything that a command of Git can change."""

    def __init__(self, repo: Sandbox) -> None:
        self.files: Held = held(repo.root)
        self.refs = repo.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash")
        self.head = [
            repo.run("git", *ask, "HEAD").stdout
            for ask in (["rev-parse", "-q", "--verify"], ["symbolic-ref"])
        ]
        self.index = repo.git("ls-files", "--stage")
        self.stashes = repo.git("stash", "list", "--format=%H")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.refs)


def does(repo: Sandbox, found: Opened, command: str) -> list[Moves]:
    """What one command was seen to do."""
    subprocess.run(["sh", "-c", command], cwd=repo.root, env=repo.env, check=True)
    made = observe(found.repo, found.journal, found.texts)
    return [unpack(found.journal.payload(e.n)) for e in made if e.op.kind is Kind.GIT]


COMMANDS = [
    ("git commit -q -m four", "commit: four"),
    ("git commit -q -a -m four", "commit: four"),
    ("git commit -q --amend -m better", "commit (amend): better"),
    (f"git commit -q --amend -m better && {GC}", "HEAD: moved"),
    ("git add a new", "index: changed"),
    ("git rm -q --cached b", "index: changed"),
    ("git reset -q", "reset: moving to HEAD"),
    ("git reset -q --hard", "reset: moving to HEAD"),
    ("git reset -q --hard HEAD~2", "reset: moving to HEAD~2"),
    (f"git reset -q --hard HEAD~2 && {GC}", "HEAD: moved"),
    ("git reset -q --soft HEAD~1", "reset: moving to HEAD~1"),
    ("git branch new topic", "branch: created new"),
    ("git branch -q -D topic", "branch: deleted topic"),
    (f"git branch -q -D topic && git tag -d v1 && {GC}", "branch: deleted topic"),
    ("git branch -q -f topic main", "topic: branch: Reset to main"),
    ("git branch -q -m topic renamed", "branch: created renamed"),
    ("git tag v2", "tag: created v2"),
    ("git tag -d v1", "tag: deleted v1"),
    ("git stash push -q", "stash: saved"),
    ("git stash push -q -u", "stash: saved"),
    ("git reset -q --hard && git stash pop -q", "stash: dropped"),
    ("git stash drop -q", "stash: dropped"),
    (f"git stash clear && {GC}", "stash: dropped"),
    ("git checkout -q -f topic", "checkout: moving from main to topic"),
    ("git checkout -q -f --detach HEAD~1", "checkout: moving from main to HEAD~1"),
    ("git checkout -q -f --orphan fresh", "HEAD: moved"),
    ("git reset -q --hard && git rebase -q topic", "rebase (finish)"),
    ("git reset -q --hard && git merge -q --no-edit topic", "merge topic"),
    ("git reset -q --hard && git cherry-pick topic >/dev/null", "cherry-pick: side"),
    ("git update-ref refs/heads/topic main~1", "branch: moved topic"),
]


@pytest.mark.parametrize(("command", "said"), COMMANDS)
def test_an_operation_of_git_is_told_and_taken_back_alone(
    here: tuple[Sandbox, Opened], command: str, said: str
) -> None:
    repo, found = here
    before = State(repo)
    moved = does(repo, found, command)
    assert any(text.startswith(said) for one in moved for text in one.said), moved
    assert State(repo) != before
    n = found.journal.last()
    planned = undo.operation(found, n)
    assert planned.left == {}
    assert undo.apply(found, planned).left == {}
    assert vars(State(repo)) == vars(before)
    repo.git("fsck", "--connectivity-only", "--no-dangling")


def test_what_something_depends_on_stays_as_a_whole_and_says_on_what(
    here: tuple[Sandbox, Opened],
) -> None:
    repo, found = here
    does(repo, found, "git commit -q -a -m four && git branch -q -D topic")
    n = found.journal.last()
    does(repo, found, "git commit -q --allow-empty -m five")
    after = State(repo)
    planned = undo.operation(found, n)
    assert (planned.files, planned.refs) == ((), {})
    assert "commit: five" in planned.left["HEAD"]
    assert undo.apply(found, planned).left == planned.left
    assert State(repo) == after


def test_a_commit_made_and_left_behind_between_two_looks_comes_back(
    here: tuple[Sandbox, Opened],
) -> None:
    repo, found = here
    does(repo, found, "git commit -q -a -m four && git reset -q --hard HEAD~1")
    undo.apply(found, undo.last_burst(found))
    assert repo.git("log", "-1", "--format=%s") == "four\n"
    assert repo.read("both") == "on the disk\n"


def test_a_reset_to_the_same_commit_is_a_moment(here: tuple[Sandbox, Opened]) -> None:
    repo, found = here
    before = State(repo)
    does(repo, found, "git reset -q --hard")
    n = moments.resolve(found, "before:reset")
    planned = undo.plan(found, Span(n, found.journal.last()), all_since=True)
    assert undo.apply(found, planned).left == {}
    assert State(repo) == before


@pytest.mark.parametrize(
    "command",
    [
        "git reset -q",
        "git rm -q --cached -f both",
        "git checkout -q HEAD -- both",
        "git restore -S .",
    ],
)
def test_what_was_only_staged_is_lost_and_comes_back(
    here: tuple[Sandbox, Opened], command: str
) -> None:
    repo, found = here
    before = State(repo)
    [moved] = does(repo, found, command)
    assert INDEX in moved.lost
    repo.git("gc", "-q", "--prune=now")
    undo.apply(found, undo.last_burst(found))
    assert vars(State(repo)) == vars(before)
    assert repo.git("show", ":both") == "staged, and nowhere else\n"


@pytest.mark.parametrize(
    "command", ["git add new && git reset -q new", "git add both", "git add a"]
)
def test_staging_is_no_destruction(here: tuple[Sandbox, Opened], command: str) -> None:
    repo, found = here
    last = found.journal.last()
    for part in command.split(" && "):
        does(repo, found, part)
    ops = found.journal.between(found.lane, last, found.journal.last())
    assert not any(entry.op.flags & Flag.LOST for entry in ops)


def test_refs_of_ours_are_as_many_as_there_are_tips(here: tuple[Sandbox, Opened]) -> None:
    repo, found = here
    for n in range(5):
        does(repo, found, f"git add a && git commit -q --allow-empty -m c{n}")
    tips = repo.git("for-each-ref", "--format=%(objectname)", "refs/anvcs/tips").split()
    refs = repo.git(
        "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags", "refs/stash"
    )
    index = (
        [found.journal.refs(found.lane)[INDEX]] if INDEX in found.journal.refs(found.lane) else []
    )
    assert set(tips) == {*refs.split(), *index}
    assert repo.git("for-each-ref", "refs/anvcs/kept") == ""


def test_the_timeline_shows_what_git_did_and_undo_takes_a_line_back(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.git("branch", "topic")
    repo.ok("git-anvcs", "journal", "look")
    repo.git("branch", "-D", "topic")
    repo.write("a", "2\n")
    repo.ok("git-anvcs", "journal", "look")
    said = repo.ok("git-anvcs", "timeline", "--git", "-n", "1").splitlines()
    assert "branch: deleted topic" in said[0]
    assert said[1].strip().startswith("refs/heads/topic: ")
    assert said[1].endswith("-> nothing")
    n = said[0].split()[0].removeprefix("#")
    repo.ok("git-anvcs", "undo", "--op", n, "--yes")
    assert repo.git("branch", "--list", "topic").strip() == "topic"
    assert repo.read("a") == "2\n"
    assert repo.run("git-anvcs", "undo", "--op", "999").returncode == 2
    assert repo.run("git-anvcs", "undo", "--op", n, "--yes").returncode == 1

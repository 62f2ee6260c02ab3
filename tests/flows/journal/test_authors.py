"""Whose an operation is: by what agents' hooks said, with a daemon, without one, and in doubt."""

import json

import pytest

from git_anvcs.flows.capture import capture
from git_anvcs.flows.journal.observe import Look, lane_of, observe
from git_anvcs.git.repo import Repo
from git_anvcs.journal import history
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.journal.texts import Texts
from git_anvcs.provenance.events import Event
from git_anvcs.provenance.told import Wrote
from git_anvcs.store.paths import Paths
from tests.support.sandbox import START, Sandbox

A, B = "claude:0001", "codex:0002"
BASE = "".join(f"line {number}\n" for number in range(8))


class Desk:
    """A repository that people and agents work in, by a clock of its own."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.repo = Repo.discover(box.root)
        self.now = float(START + 60)  # the base is committed then
        self.calls = 0
        (box.root / ".git/anvcs").mkdir(exist_ok=True)
        box.commit("base", {"f.py": BASE, "g.py": BASE})
        self.look()

    def look(self, by: str = "") -> None:
        self.now += 1
        with Journal(Paths(self.repo.common_dir)) as journal:
            observe(self.repo, journal, Texts(journal), Look(by, seconds=self.now))

    def tell(
        self, who: str, kind: str, call: str, *paths: str, wrote: str = "", **more: object
    ) -> None:
        self.now += 1
        agent, _, session = who.partition(":")
        told = tuple(Wrote(path, wrote) for path in paths) if wrote else ()
        event = Event(agent, kind, session, cwd=str(self.box.root), paths=paths, tool_use_id=call,
                      wrote=told, **more)  # type: ignore[arg-type]  # fmt: skip
        capture(event, self.box.root, self.now)

    def call(self) -> str:
        self.calls += 1
        return f"call-{self.calls:06}"

    def edit(self, who: str, path: str, text: str, *, watched: bool) -> None:
        call = self.call()
        self.tell(who, "pre_edit", call, path)
        self.save(path, text, watched=watched)
        self.tell(who, "post_edit", call, path)
        if watched:
            self.look()

    def save(self, path: str, text: str, *, watched: bool) -> None:
        self.now += 1
        self.box.write(path, text)
        if watched:
            self.look()

    def told(self, path: str) -> list[tuple[str, str]]:
        """What the file held after each of its operations, and whose that was."""
        self.look()
        with Journal(Paths(self.repo.common_dir)) as journal:
            entries = journal.of_path(lane_of(self.repo), path)
            texts = Texts(journal)
            found = []
            for entry in entries:
                held = history.content(journal, texts, entry)
                text = held.data.decode() if held else entry.op.kind.name.lower()
                found.append((text.removeprefix(BASE), entry.by))
        return found


@pytest.fixture
def desk(repo: Sandbox) -> Desk:
    return Desk(repo)


WATCHED = pytest.mark.parametrize("watched", [True, False], ids=["watched", "found later"])


@WATCHED
def test_two_agents_and_a_person_edit_one_file_in_turn(desk: Desk, watched: bool) -> None:
    desk.edit(A, "f.py", f"{BASE}a\n", watched=watched)
    desk.save("f.py", f"{BASE}a\nme\n", watched=watched)
    desk.edit(B, "f.py", f"{BASE}a\nme\nb\n", watched=watched)
    assert desk.told("f.py") == [("a\n", A), ("a\nme\n", ""), ("a\nme\nb\n", B)]


@WATCHED
def test_a_shell_command_has_made_what_changed_while_it_ran(desk: Desk, watched: bool) -> None:
    desk.save("g.py", f"{BASE}me\n", watched=watched)
    call = desk.call()
    desk.tell(A, "pre_shell", call, command="make", verbs=())
    desk.save("f.py", f"{BASE}a\n", watched=watched)
    desk.save("new.py", "a\n", watched=watched)
    desk.save("g.py", f"{BASE}me\na\n", watched=watched)
    desk.tell(A, "post_shell", call, command="make", verbs=())
    desk.save("f.py", f"{BASE}a\nme\n", watched=watched)
    assert desk.told("f.py") == [("a\n", A), ("a\nme\n", "")]
    assert desk.told("new.py") == [("a\n", A)]
    assert desk.told("g.py") == [("me\n", ""), ("me\na\n", A)]


@WATCHED
def test_what_a_person_saved_just_before_an_agents_edit_stays_theirs(
    desk: Desk, watched: bool
) -> None:
    desk.save("f.py", f"{BASE}me\n", watched=False)
    desk.edit(A, "f.py", f"{BASE}me\na\n", watched=watched)
    assert desk.told("f.py") == [("me\n", ""), ("me\na\n", A)]


def test_edits_that_overlap_are_told_apart_by_what_the_agents_say_they_wrote(desk: Desk) -> None:
    one, two = desk.call(), desk.call()
    desk.tell(A, "pre_edit", one, "f.py")
    desk.tell(B, "pre_edit", two, "f.py")
    desk.save("f.py", f"{BASE}of a\n", watched=True)
    desk.save("f.py", f"{BASE}of a\nof b\n", watched=True)
    desk.tell(A, "post_edit", one, "f.py", wrote="of a\n")
    desk.tell(B, "post_edit", two, "f.py", wrote="of b\n")
    assert desk.told("f.py") == [("of a\n", A), ("of a\nof b\n", B)]


def test_edits_that_overlap_and_say_nothing_are_nobodys(desk: Desk) -> None:
    one, two = desk.call(), desk.call()
    desk.tell(A, "pre_edit", one, "f.py")
    desk.tell(B, "pre_edit", two, "f.py")
    desk.save("f.py", f"{BASE}of a\n", watched=True)
    desk.tell(A, "post_edit", one, "f.py")
    desk.save("f.py", f"{BASE}of a\nof b\n", watched=True)
    desk.tell(B, "post_edit", two, "f.py")
    assert {by for _, by in desk.told("f.py")} == {""}


def test_a_line_nobody_said_they_wrote_makes_an_edit_nobodys(desk: Desk) -> None:
    call = desk.call()
    desk.tell(A, "pre_edit", call, "f.py")
    desk.save("f.py", f"{BASE}of a\nof a person\n", watched=False)
    desk.tell(A, "post_edit", call, "f.py", wrote="of a\n")
    assert desk.told("f.py") == [("of a\nof a person\n", "")]


def test_another_agents_edit_during_a_shell_command_is_not_the_commands(desk: Desk) -> None:
    call = desk.call()
    desk.tell(A, "pre_shell", call, command="make", verbs=())
    desk.edit(B, "f.py", f"{BASE}b\n", watched=True)
    desk.save("f.py", f"{BASE}b\na\n", watched=True)
    desk.save("g.py", f"{BASE}a\n", watched=True)
    desk.tell(A, "post_shell", call, command="make", verbs=())
    assert desk.told("f.py") == [("b\n", B), ("b\na\n", "")]
    assert desk.told("g.py") == [("a\n", A)]


def test_two_shell_commands_at_once_are_nobodys(desk: Desk) -> None:
    one, two = desk.call(), desk.call()
    desk.tell(A, "pre_shell", one, command="make", verbs=())
    desk.tell(B, "pre_shell", two, command="make", verbs=())
    desk.save("f.py", f"{BASE}whose\n", watched=True)
    desk.tell(B, "post_shell", two, command="make", verbs=())
    desk.tell(A, "post_shell", one, command="make", verbs=())
    assert desk.told("f.py") == [("whose\n", "")]


def test_an_edit_that_was_told_only_afterwards_is_nobodys(desk: Desk) -> None:
    call = desk.call()
    desk.save("f.py", f"{BASE}late\n", watched=False)
    desk.tell(A, "pre_edit", call, "f.py")
    desk.tell(A, "post_edit", call, "f.py")
    assert desk.told("f.py") == [("late\n", "")]


def test_what_a_person_did_and_undid_after_an_edit_stays_theirs(desk: Desk) -> None:
    desk.edit(A, "f.py", f"{BASE}a\n", watched=True)
    for text in ("a\nme\n", "a\n", ""):
        desk.save("f.py", BASE + text, watched=True)
    desk.edit(A, "f.py", f"{BASE}a\n", watched=True)
    found = desk.told("f.py")
    assert [by for text, by in found if text == "a\nme\n"] == [""]
    assert found[0] == found[-1] == ("a\n", A)
    assert [by for _, by in found].count(A) == 2


def test_an_agent_in_another_worktree_has_nothing_to_do_with_this_one(desk: Desk) -> None:
    other = desk.box.base / "other"
    desk.box.git("worktree", "add", "-q", str(other))
    call = desk.call()
    desk.tell(A, "pre_edit", call, str(other / "f.py"))
    (other / "f.py").write_text(f"{BASE}a\n")
    desk.save("f.py", f"{BASE}a\n", watched=True)
    desk.tell(A, "post_edit", call, str(other / "f.py"))
    assert desk.told("f.py") == [("a\n", "")]


def test_what_is_told_of_another_worktree_is_read_but_not_written_down_here(desk: Desk) -> None:
    other = desk.box.base / "other"
    desk.box.git("worktree", "add", "-q", str(other))
    desk.edit(A, "f.py", f"{BASE}a\n", watched=True)
    lane = lane_of(desk.repo)
    with Journal(Paths(desk.repo.common_dir)) as journal:
        before = journal.recall(f"told {lane}")
    for _ in range(3):
        desk.tell(A, "pre_edit", desk.call(), str(other / "f.py"))
        desk.look()
    with Journal(Paths(desk.repo.common_dir)) as journal:
        assert before == journal.recall(f"told {lane}") != b""
    desk.edit(B, "f.py", f"{BASE}a\nb\n", watched=False)
    assert desk.told("f.py") == [("a\n", A), ("a\nb\n", B)]


def test_events_that_the_drain_took_away_unread_leave_nobody_in_doubt(desk: Desk) -> None:
    call = desk.call()
    desk.tell(B, "pre_edit", desk.call(), "f.py")  # under way, and not read
    spool = Paths(desk.repo.common_dir).spool
    (spool / "lines").replace(spool / "lines.1")
    (spool / "lines.1").replace(spool / "lines.2")
    desk.tell(A, "pre_edit", call, "f.py")
    desk.save("f.py", f"{BASE}whose\n", watched=True)
    desk.tell(A, "post_edit", call, "f.py")
    (spool / "lines.2").write_bytes(b"")
    assert desk.told("f.py") == [("whose\n", "")]


def test_a_damaged_line_and_a_snapshot_that_is_gone_disturb_nobody(desk: Desk) -> None:
    spool = Paths(desk.repo.common_dir).spool
    spool.mkdir(parents=True, exist_ok=True)
    with (spool / "lines").open("ab") as file:
        file.write(b'{"v":1,"kind":"agent"}\nno JSON\n\xff\n')
    call = desk.call()
    desk.tell(A, "pre_edit", call, "f.py")
    desk.save("f.py", f"{BASE}a\n", watched=False)
    desk.tell(A, "post_edit", call, "f.py")
    for file in Paths(desk.repo.common_dir).snapshots.glob("??/*"):
        file.unlink()
    desk.edit(B, "f.py", f"{BASE}a\nb\n", watched=True)
    assert desk.told("f.py")[-1] == ("a\nb\n", B)


def test_the_timeline_tells_whose_and_chooses_by_it(desk: Desk) -> None:
    desk.edit(A, "f.py", f"{BASE}a\n", watched=True)
    desk.save("g.py", f"{BASE}me\n", watched=True)
    desk.save("tool.py", "x\n", watched=False)
    desk.look(by=B)
    for who, paths in ((A, ["f.py"]), ("claude", ["f.py"]), (B, ["tool.py"])):
        looks = json.loads(desk.box.anvcs("timeline", "--by", who, "--json"))["looks"]
        assert [file["path"] for look in looks for file in look["files"]] == paths
        assert all(file["by"].startswith(who) for look in looks for file in look["files"])
    assert f"({A})" in desk.box.anvcs("timeline", "f.py")
    done = desk.box.run("git-anvcs", "timeline", "--by", "nobody")
    assert (done.returncode, "claude:0001" in done.stderr) == (2, True)
    done = desk.box.run("git-anvcs", "journal", "look", "--by", "a b")
    assert done.returncode == 2
    assert Kind.CLAIM.name.lower() not in desk.box.anvcs("timeline")


def test_each_line_of_a_file_that_is_not_committed_has_its_author(desk: Desk) -> None:
    desk.edit(A, "f.py", f"a = [1, 2]\n{BASE}", watched=True)
    desk.save("f.py", f"a = [1, 2]\n{BASE}me = 1\n", watched=True)
    desk.edit(B, "f.py", f"a = [1, 2]\n{BASE}me = 1\nb = 2\n", watched=True)
    said = desk.box.anvcs("at", "-0s", "--who", "f.py").split("\n")
    assert said[0].startswith(A)
    assert said[10].startswith(B)
    desk.save("f.py", f"a = [1,2,]\n{BASE}    me = 1\nb = 3\n", watched=False)
    desk.look(by="tool:0003")
    rows = json.loads(desk.box.anvcs("at", "-0s", "--who", "f.py", "--json"))["lines"]
    assert [row["by"] for row in rows] == ["tool:0003", *[None] * 9, "tool:0003"]
    done = desk.box.run("git-anvcs", "at", "-0s", "--who", "g.py")
    assert (done.returncode, "as HEAD has it" in done.stderr) == (1, True)

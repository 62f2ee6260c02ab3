"""Whose the lines of a commit are, by agents' hooks, plain Git and `git anvcs blame`."""

import json
import os
from pathlib import Path

import pytest

from tests.support.agents import Claude, Neutral
from tests.support.sandbox import Sandbox

A, B = "8c35adc1-0000-4000-8000-00000000000a", "8c35adc1-0000-4000-8000-00000000000b"


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    repo.commit("start", {"f.txt": "one\ntwo\nthree\nfour\nfive\n"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return repo


def agent(repo: Sandbox, session: str = A, where: Path | None = None) -> Claude:
    return Claude(repo, where or repo.root, session, "claude-opus-5")


def whose(repo: Sandbox, name: str = "f.txt", *more: str) -> list[tuple[str, str]]:
    """(text, the session's last letter, or the kind) of each line of a file."""
    found = json.loads(repo.anvcs("blame", "--json", *more, "--", name))
    return [(line["text"], (line.get("session") or line["kind"])[-1]) for line in found["lines"]]


def owned(repo: Sandbox, name: str = "f.txt", *more: str) -> list[tuple[str, str]]:
    """The same, without the lines nobody is known for."""
    return [line for line in whose(repo, name, *more) if line[1] in "ab"]


def test_a_commit_tells_two_agents_and_a_person_apart(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "one\ntwo\nthree\nby a\nfour\nfive\n")
    ready.write("f.txt", "typed\none\ntwo\nthree\nby a\nfour\nfive\n")
    agent(ready, B).edit("f.txt", "typed\none\ntwo\nthree\nby a\nfour\nby b\nfive\n")
    ready.write("g.txt", "typed too\n")
    ready.commit("all of them")
    assert owned(ready) == [("by a", "a"), ("by b", "b")]
    assert owned(ready, "g.txt") == []


def test_a_part_of_a_file_is_committed_and_then_the_rest(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "a 1\none\ntwo\nthree\nfour\nfive\na 2\n")
    ready.git("add", "-p", stdin="s\ny\nn\n")
    ready.ticks += 1
    ready.git("commit", "-q", "-m", "a part")
    assert owned(ready, "f.txt", "HEAD") == [("a 1", "a")]
    ready.commit("the rest")
    assert owned(ready) == [("a 1", "a"), ("a 2", "a")]


def test_a_stash_brings_lines_back_as_whose_they_are(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "one\ntwo\nthree\nby a\nfour\nfive\n")
    ready.write("f.txt", "one\ntyped\ntwo\nthree\nby a\nfour\nfive\n")
    other = agent(ready, B)
    other.shell("git", "stash", "-q")
    ready.commit("meanwhile", {"h.txt": "x\n"})
    other.shell("git", "stash", "pop", "-q")
    other.edit("f.txt", "one\ntyped\ntwo\nthree\nby a\nfour\nfive\nby b\n")
    ready.commit("popped")
    assert owned(ready) == [("by a", "a"), ("by b", "b")]


def test_a_stash_made_later_tells_nothing_of_what_was_before(ready: Sandbox) -> None:
    waiting = ready.root / ".git/anvcs/spool/drainer"
    waiting.write_text(f"{os.getpid()}\n")  # nobody drains before all has happened
    one = agent(ready)
    for text in ("one\ntwo\nby a\nthree\nfour\nfive\n", "one\ntwo\nby a\nthree\nfour\nfive\n2\n"):
        one.edit("f.txt", text)
        ready.commit("by a")
    ready.write("f.txt", f"typed\n{text}")
    ready.ticks += 1
    ready.git("stash", "-q")
    assert owned(ready) == [("by a", "a"), ("2", "a")]


def test_an_edit_that_was_taken_back_is_nobodys(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "one\ntwo\nthree\nby a\nfour\nfive\n")
    ready.git("checkout", "-q", "--", "f.txt")
    ready.write("f.txt", "one\ntwo\nthree\nfour\nfive\ntyped\n")
    ready.commit("by a person")
    assert owned(ready) == []
    assert json.loads(ready.anvcs("show", "--json"))["agent_id"] == "untracked"


def test_a_formatter_takes_no_line_away(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "one\ntwo\ncall(a, 'b')\nfour\nfive\n")
    ready.write("f.txt", 'one\ntwo\n  call(\n    a,\n    "b",\n  )\nfour\nfive\n')
    ready.commit("formatted")
    assert [who for _, who in owned(ready)] == ["a"] * 4


def test_a_shell_command_writes_and_a_script_brings_back(ready: Sandbox) -> None:
    ready.write("typed.txt", "typed\n")
    one = agent(ready)
    one.shell("sh", "-c", "echo by a >>f.txt; echo by a >new.txt; mv typed.txt moved.txt")
    ready.commit("written by a command")
    assert owned(ready) == [("by a", "a")]
    assert owned(ready, "new.txt") == [("by a", "a")]
    assert owned(ready, "moved.txt") == []


def test_a_command_that_writes_and_commits(ready: Sandbox) -> None:
    ready.write("f.txt", "typed\none\ntwo\nthree\nfour\nfive\n")
    agent(ready).shell("sh", "-c", "echo by a >>f.txt; git commit -qam both")
    assert owned(ready) == [("by a", "a")]
    assert json.loads(ready.anvcs("show", "--json"))["agent_id"] == f"claude:{A}"


def test_a_conflict_resolved_by_an_agent(ready: Sandbox) -> None:
    ready.git("switch", "-q", "-c", "side")
    ready.commit("side", {"f.txt": "one\nside\nthree\nfour\nfive\n"})
    ready.git("switch", "-q", "main")
    ready.commit("main", {"f.txt": "one\nmain\nthree\nfour\nfive\n"})
    one = agent(ready)
    assert ready.run("git", "merge", "-q", "side").returncode == 1
    one.edit("f.txt", "one\nmain\nresolved\nside\nthree\nfour\nfive\n")
    ready.commit("merged")
    assert owned(ready) == [("resolved", "a")]


def test_lines_that_a_conflict_held_twice_are_not_new_when_they_are_moved(ready: Sandbox) -> None:
    ready.git("switch", "-q", "-c", "side")
    ready.commit("side", {"f.txt": "one\nside\nthree\nfour\nfive\n"})
    ready.git("switch", "-q", "main")
    typed = "typed 1\ntyped 2\ntyped 3\n"
    ready.write("f.txt", f"one\n{typed}two\nthree\nfour\nfive\n")
    ready.git("config", "merge.conflictStyle", "diff3")
    ready.git("switch", "-q", "-m", "side")
    text = ready.read("f.txt")
    assert text.count("<<<<<<<") == 1
    conflict = f"one\n<<<<<<< a\n{typed}=======\n{typed}side\n>>>>>>> b\nthree\nfour\nfive\n"
    ready.write("f.txt", conflict)
    resolved = "one\nside\ntyped 3\nby a\ntyped 2\ntyped 1\nthree\nfour\nfive\n"
    agent(ready).edit("f.txt", resolved)
    ready.commit("resolved")
    assert owned(ready) == [("by a", "a")]


def test_squashing_the_work_of_two_keeps_both(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "by a\none\ntwo\nthree\nfour\nfive\n")
    ready.commit("a's")
    agent(ready, B).edit("f.txt", "by a\none\ntwo\nthree\nfour\nfive\nby b\n")
    ready.commit("b's")
    ready.write("f.txt", "by a\none\ntwo\ntyped\nthree\nfour\nfive\nby b\n")
    ready.commit("a person's")
    ready.git("reset", "-q", "--soft", "HEAD~3")
    ready.ticks += 1
    ready.git("commit", "-q", "-m", "all at once")
    assert owned(ready) == [("by a", "a"), ("by b", "b")]


def test_lines_move_with_a_rebase_and_a_conflict_in_it(ready: Sandbox) -> None:
    ready.git("switch", "-q", "-c", "topic")
    one = agent(ready)
    one.edit("f.txt", "one\ntwo\nthree\nfour\nfive\na 1\na 2\n")
    ready.commit("topic")
    ready.git("switch", "-q", "main")
    ready.commit("main", {"f.txt": "zero\none\ntwo\nthree\nfour\nfive\nnine\n"})
    ready.git("switch", "-q", "topic")
    assert ready.run("git", "rebase", "-q", "main").returncode == 1
    agent(ready, B).edit("f.txt", "zero\none\ntwo\nthree\nfour\nfive\nnine\na 1\nb\na 2\n")
    ready.git("add", "f.txt")
    ready.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
    assert owned(ready) == [("a 1", "a"), ("b", "b"), ("a 2", "a")]


def test_a_commit_taken_apart_keeps_its_lines(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "a 1\none\ntwo\nthree\nfour\nfive\na 2\n")
    ready.commit("both")
    ready.git("reset", "-q", "HEAD~1")
    ready.git("add", "-p", stdin="s\ny\nn\n")
    ready.ticks += 1
    ready.git("commit", "-q", "-m", "first")
    ready.commit("second")
    assert owned(ready) == [("a 1", "a"), ("a 2", "a")]


def test_lines_that_were_committed_stay_their_owners_when_they_are_formatted_or_moved(
    ready: Sandbox,
) -> None:
    agent(ready).edit("f.txt", "one\ntwo\nby_a(1)\nby_a(2)\nby_a(3)\nthree\nfour\nfive\n")
    ready.commit("by a")
    formatted = "  by_a( 1 )\n  by_a( 2 )\n  by_a( 3 )\n"
    ready.write("f.txt", f"one\ntwo\n{formatted}three\nfour\nfive\ntyped(3)\n")
    ready.commit("formatted by a person")
    assert owned(ready) == [(line, "a") for line in formatted.splitlines()]
    moved = "  by_a( 2 )\n  by_a( 3 )\none\ntwo\n  by_a( 1 )\n  typed(3)\nfour\nby b\n"
    agent(ready, B).edit("f.txt", moved)
    ready.commit("moved by an agent")
    expected = [(f"  by_a( {n} )", "a") for n in (2, 3, 1)] + [("by b", "b")]
    assert owned(ready) == expected
    ready.write("f.txt", "emptied\n")
    ready.commit("emptied by a person")
    ready.git("revert", "--no-edit", "HEAD")
    assert owned(ready) == expected


def test_a_line_like_others_is_nobodys_when_it_seems_to_have_moved(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "return 1\none\ntwo\nthree\nfour\nfive\nreturn 1\n")
    ready.commit("by a")
    ready.write("f.txt", "return 1\none\nreturn 1\ntwo\nthree\nfour\nfive\n")
    ready.commit("typed in one place, deleted in another")
    assert owned(ready) == [("return 1", "a")]


def test_an_agent_that_amends_a_renamed_file_is_not_credited_with_it(ready: Sandbox) -> None:
    ready.git("mv", "f.txt", "g.txt")
    ready.write("g.txt", "one\ntwo\nthree\nfour\nfive\ntyped\n")
    ready.commit("renamed by a person")
    agent(ready).shell("git", "commit", "-q", "--amend", "--no-edit")
    assert owned(ready, "g.txt") == []


def test_a_command_that_takes_a_commit_apart_is_not_credited_with_it(ready: Sandbox) -> None:
    ready.commit("typed", {"f.txt": "one\ntwo\ntyped\nthree\nfour\nfive\n", "g.txt": "typed\n"})
    split = "git reset -q HEAD^; git add f.txt; git commit -qm first; git add .; git commit -qm 2"
    ready.write("split.sh", split)
    agent(ready).shell("sh", "split.sh")
    assert owned(ready) == []
    assert owned(ready, "g.txt") == []


def test_a_checkpoint_of_nobody_is_no_begin_of_a_call_with_an_id(ready: Sandbox) -> None:
    other = Neutral(ready, ready.root, "scripted", "conversation-1", "acme/coder-1")
    other.send("human", will_edit_filepaths=["f.txt"])
    ready.write("f.txt", "one\ntwo\ntyped\nthree\nfour\nfive\n")
    said = {"agent": "acme", "session": "session-b", "cwd": str(ready.root), "paths": ["f.txt"]}
    said |= {"event": "post_edit", "tool_use_id": "call-00001"}
    ready.anvcs("hook", "neutral", stdin=json.dumps(said))
    ready.commit("typed by a person")
    assert owned(ready) == []


def test_an_edit_that_a_commit_falls_into_is_nobodys(ready: Sandbox) -> None:
    other = Neutral(ready, ready.root, "scripted", "conversation-a", "acme/coder-1")
    other.send("human", will_edit_filepaths=["f.txt"])
    ready.commit("typed", {"f.txt": "one\ntwo\ntyped\nthree\nfour\nfive\n"})
    ready.write("f.txt", "one\ntwo\ntyped\ntyped, too\nthree\nfour\nfive\n")
    other.send("ai_agent", edited_filepaths=["f.txt"])
    ready.commit("typed again")
    assert owned(ready) == []


def test_the_snapshots_that_nobody_needs_are_forgotten(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", "one\ntwo\n")
    ready.commit("done")
    ready.anvcs("drain")
    folder = ready.root / ".git/anvcs/snapshots"
    kept = [file for file in folder.glob("??/*") if file.is_file()]
    assert kept
    for file in kept:
        ready.ok("touch", "-d", "3 days ago", str(file))
    (folder / "swept").unlink()
    ready.commit("more", {"h": "h\n"})
    ready.anvcs("drain")
    assert not [file for file in folder.glob("??/*") if file.is_file()]

"""Versions of files between commits: what changed inside an agent's own two snapshots is its."""

from collections.abc import Sequence
from typing import Any

import pytest

from git_anvcs.provenance import lines
from git_anvcs.provenance.events import Event
from git_anvcs.provenance.pending import ALONE_SECONDS, Pending
from git_anvcs.provenance.told import digest
from git_anvcs.provenance.versions import Version

A, B = "claude:a", "codex:b"


class World:
    """One worktree in memory: files, what is committed, and what hooks tell of it."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.commits: dict[str, dict[str, str]] = {"h": {}}
        self.files: dict[str, str] = {}
        self.here = Pending({})
        self.now = 0.0

    def content(self, key: str) -> Sequence[bytes] | None:
        return lines.split(self.kept[key].encode()) if key in self.kept else None

    def committed(self, commit: str, path: str) -> Sequence[bytes] | None:
        return lines.split(self.commits.get(commit, {}).get(path, "").encode())

    def filtered(self, path: str) -> bool:
        return path.endswith(".filtered")

    def tell(self, who: str, kind: str, call: str, *paths: str, **fields: Any) -> None:
        self.now += 1
        tool, _, session = who.partition(":")
        held = {path: self._snapshot(path) for path in paths}
        event = Event(tool, kind, session, self.now, tool_use_id=call, files=held, **fields)
        self.here.fold(event, self)
        self.here = Pending(self.here.value)  # as if it had been saved

    def edit(self, who: str, path: str, text: str, call: str = "call-000") -> None:
        self.tell(who, "pre_edit", f"{call}{self.now}", path)
        before = self.now - 1
        self.files[path] = text
        self.tell(who, "post_edit", f"{call}{before}", path)

    def shell(self, who: str, verbs: tuple[str, ...] = (), **files: str | None) -> None:
        call = f"shell-{self.now}-call"
        dirty = [p for p in {*self.files} if self.files[p] != self.commits["h"].get(p)]
        self.tell(who, "pre_shell", call, *dirty, verbs=verbs, head="h")
        for path, text in files.items():
            if text is None:
                del self.files[path]
            else:
                self.files[path] = text
        both = {*self.files, *self.commits["h"]}
        changed = [p for p in both if self.files.get(p) != self.commits["h"].get(p)]
        self.tell(who, "post_shell", call, *changed, verbs=verbs, head="h")

    def owners(self, path: str) -> list[tuple[str, str]]:
        """(text, owner) of each line of the newest version."""
        newest = self.here.working.files[path][-1]
        text = self.content(newest.key) or []
        whose = lines.owners(len(text), newest.own)
        return [(line.decode(), owner) for line, owner in zip(text, whose, strict=True)]

    def _snapshot(self, path: str) -> str:
        if path not in self.files:
            return ""
        key = f"{self.files[path]!r}"
        self.kept[key] = self.files[path]
        return key


def test_what_an_agent_changed_is_its_and_what_stood_there_is_not() -> None:
    world = World()
    world.files["f"] = "human\n"
    world.edit(A, "f", "human\none\n")
    world.files["f"] += "typed\n"
    world.edit(B, "f", "two\nhuman\none\ntyped\n")
    assert world.owners("f") == [("two", B), ("human", ""), ("one", A), ("typed", "")]


def test_what_was_brought_back_is_nobodys_new_work() -> None:
    world = World()
    world.files["f"] = "human\n"
    world.edit(A, "f", "human\none\ntwo\n")
    world.files["f"] = ""
    world.edit(B, "f", "one\ntwo\nhuman\nnew\n")
    assert world.owners("f") == [("one", A), ("two", A), ("human", ""), ("new", B)]


def test_one_line_that_was_brought_back_alone_is_nobodys() -> None:
    world = World()
    world.files["f"] = "human\n"
    world.edit(A, "f", "human\none\n")
    world.files["f"] = ""
    world.edit(B, "f", "one\nhuman\nnew\n")
    assert world.owners("f") == [("one", ""), ("human", ""), ("new", B)]


@pytest.mark.parametrize("key", ["-", "f" * 64])
def test_nothing_is_new_in_a_file_that_was_not_kept(key: str) -> None:
    world = World()
    world.tell(A, "pre_shell", "call-0001", head="h")
    world.here.working.files["f"] = [Version(key, {}, 1.0)]
    world.files["f"] = "human\n"
    world.tell(A, "post_shell", "call-0001", "f", head="h")
    assert world.owners("f") == [("human", "")]


def test_nothing_is_new_in_a_file_that_git_keeps_in_another_form() -> None:
    world = World()
    world.commits["h"] = {"f.filtered": "HUMAN\n"}
    world.files["f.filtered"] = "human\n"
    world.tell(A, "pre_shell", "call-0001", head="h")
    world.files["f.filtered"] += "by a\n"
    world.tell(A, "post_shell", "call-0001", "f.filtered", head="h")
    assert world.owners("f.filtered") == [("human", ""), ("by a", "")]


@pytest.mark.parametrize("told", [{}, {"f": (digest(b"human"), digest(b"agent"))}])
def test_an_edit_without_its_begin_is_nobodys(told: dict[str, tuple[str, ...]]) -> None:
    """What was told holds whole files, with lines that stood there before."""
    world = World()
    world.files["f"] = "human\nagent\n"
    world.tell(A, "post_edit", "call-0001", "f", told=told)
    assert world.owners("f") == [("human", ""), ("agent", "")]


def test_a_begin_of_another_call_does_not_count() -> None:
    world = World()
    world.tell(A, "pre_edit", "call-0001", "f")
    world.files["f"] = "human\n"
    world.tell(A, "post_edit", "call-0002", "f")
    assert world.owners("f") == [("human", "")]


def test_a_late_end_is_confined_to_what_was_told() -> None:
    world = World()
    world.tell(A, "pre_edit", "call-0001", "f")
    world.files["f"] = "agent\nhuman\n"
    world.tell(A, "post_edit", "call-0001", "f", told={"f": (digest(b"agent"),)})
    assert world.owners("f") == [("agent", A), ("human", "")]


def test_an_edit_that_added_nothing_owns_nothing() -> None:
    world = World()
    world.files["f"] = "human\nold\n"
    world.tell(A, "pre_edit", "call-0001", "f")
    world.files["f"] = "human\ntyped\n"
    world.tell(A, "post_edit", "call-0001", "f", told={"f": ()})
    assert world.owners("f") == [("human", ""), ("typed", "")]


def test_edits_that_overlap_on_a_file_are_nobodys() -> None:
    world = World()
    world.tell(A, "pre_edit", "call-000a", "f")
    world.tell(B, "pre_edit", "call-000b", "f")
    world.files["f"] = "a or b\n"
    world.tell(A, "post_edit", "call-000a", "f")
    world.files["f"] += "b\n"
    world.tell(B, "post_edit", "call-000b", "f")
    assert world.owners("f") == [("a or b", ""), ("b", "")]
    world.edit(A, "f", "a or b\nb\nafterwards\n")
    assert world.owners("f")[-1] == ("afterwards", A)


def test_a_checkpoint_of_nobody_is_the_begin_of_the_next_edit() -> None:
    world = World()
    world.files["f"] = "human\n"
    world.tell("", "pre_edit", "", "f")
    world.files["f"] += "agent\n"
    world.tell(A, "post_edit", "", "f")
    assert world.owners("f") == [("human", ""), ("agent", A)]


def test_what_a_shell_command_changed_is_its_sessions() -> None:
    world = World()
    world.commits["h"] = {"clean": "1\n", "moved": "m\n"}
    world.files = {"clean": "1\n", "dirty": "human\n", "moved": "m\n"}
    world.shell(A, clean="1\n2\n", dirty="human\nagent\n", new="n\n", moved=None, there="m\nx\n")
    assert world.owners("clean") == [("1", ""), ("2", A)]
    assert world.owners("dirty") == [("human", ""), ("agent", A)]
    assert world.owners("new") == [("n", A)]
    assert world.owners("there") == [("m", ""), ("x", A)]
    assert world.here.working.files["moved"][-1].by == A


@pytest.mark.parametrize("verb", ["stash", "checkout", "merge", "pull", "apply"])
def test_what_git_may_have_brought_is_nobodys(verb: str) -> None:
    world = World()
    world.shell(A, (verb,), f="from somewhere\n")
    assert world.owners("f") == [("from somewhere", "")]


@pytest.mark.parametrize("seconds", [ALONE_SECONDS + 1, -ALONE_SECONDS - 3])
def test_a_person_may_type_while_a_command_runs_for_long(seconds: float) -> None:
    world = World()
    world.tell(A, "pre_shell", "call-0001", head="h")
    world.now += seconds
    world.files["f"] = "human\n"
    world.tell(A, "post_shell", "call-0001", "f", head="h")
    assert world.owners("f") == [("human", "")]


def test_shell_commands_of_two_sessions_at_once_prove_nothing() -> None:
    world = World()
    world.tell(A, "pre_shell", "shell-00a", head="h")
    world.tell(B, "pre_shell", "shell-00b", head="h")
    world.files["f"] = "whose\n"
    world.tell(B, "post_shell", "shell-00b", "f", head="h")
    world.files["f"] += "more\n"
    world.tell(A, "post_shell", "shell-00a", "f", head="h")
    assert world.owners("f") == [("whose", ""), ("more", "")]


@pytest.mark.parametrize("change", [{"cut": True}, {"head": "other"}, {"stash": "s"}])
def test_a_shell_command_that_was_not_seen_whole_proves_nothing(change: dict[str, Any]) -> None:
    world = World()
    world.tell(A, "pre_shell", "shell-00a", head="h")
    world.files["f"] = "whose\n"
    world.tell(A, "post_shell", "shell-00a", "f", **{"head": "h", **change})
    assert world.owners("f") == [("whose", "")]


def test_a_stash_keeps_the_owners_of_its_lines() -> None:
    world = World()
    world.files["f"] = "human\n"
    world.edit(A, "f", "human\nagent\n")
    world.commits["s"] = {"f": world.files["f"]}
    world.here.working.stash("s", ["f"], world)
    held = world.here.working.stashes
    assert held == {"s": {"f": {A: "2"}}}
    world.here = Pending({})
    world.here.working.stashes = held
    world.tell(B, "pre_edit", "call-0001", "f")
    assert ("agent", A) in world.owners("f")


def test_a_commit_takes_up_what_it_holds_and_leaves_the_rest() -> None:
    world = World()
    world.edit(A, "f", "1\n2\n")
    world.edit(A, "g", "1\n")
    world.here.working.committed("f", [b"1"], world)
    world.here.working.committed("g", [b"1"], world)
    assert world.owners("f") == [("1", A), ("2", A)]
    assert "g" not in world.here.working.files


def test_damaged_state_is_dropped_not_believed() -> None:
    damaged = {
        "files": {"a": [{"key": 1}, {"key": "k", "ts": 1, "own": {A: "x"}}], "b": 7},
        "open": {"a": {"c": {"who": 1}, "d": 3}},
    }
    here = Pending({"working": damaged})
    assert here.value == {"working": {"files": {"a": [{"key": "k", "ts": 1.0}]}}}

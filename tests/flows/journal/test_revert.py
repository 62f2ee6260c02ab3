"""What one session did is taken back to the byte, and nothing of what others did meanwhile."""

import json
import sys
from typing import Any

from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo
from tests.flows.journal.test_undo import held
from tests.flows.journal.test_who_story import FORMATTER
from tests.support.agents import Claude
from tests.support.sandbox import Sandbox
from tests.support.wired import wire

ONE, TWO = "claude:7f3a", "codex:91be"


def look(repo: Sandbox, by: str = "", ignored: tuple[str, ...] = ()) -> None:
    """As `git anvcs journal look --by` does it, in this process: there are many."""
    with opened(Repo.discover(repo.root), by=by, ignored=ignored):
        pass


def edit(repo: Sandbox, by: str, name: str, old: str, new: str) -> None:
    """One save of a session: `old`, which is there once, becomes `new`."""
    text = repo.read(name)
    assert text.count(old) == 1, (text, old)
    repo.write(name, text.replace(old, new))
    look(repo, by)


def revert(repo: Sandbox, *args: str, code: int = 0) -> dict[str, Any]:
    done = repo.run("git-anvcs", "sessions", "revert", "--json", *args)
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


LINES = "".join(f"line {number}\n" for number in range(1, 9))


def test_two_agents_in_one_file_and_one_is_taken_back(repo: Sandbox) -> None:
    work_of_both(repo)
    before = held(repo.root)
    shown = repo.anvcs("sessions", "revert", ONE, "--dry-run")
    assert "-    and more" not in shown
    assert "    -and more" in shown
    assert "    +line 7" in shown
    done = revert(repo, "7f3a", "--yes")
    assert sorted(file["path"] for file in done["files"]) == [
        "a.py", "gone.txt", "one/new.txt", "run.sh", "x.bin",
    ]  # fmt: skip
    wanted = LINES.replace("line 5", "line 5 by two") + "line 9 by two\n"
    assert repo.read("a.py") == wanted
    assert not (repo.root / "one").exists()
    assert repo.read("gone.txt") == "gone\n"
    assert not (repo.root / "run.sh").stat().st_mode & 0o111
    assert (repo.root / "x.bin").read_bytes() == bytes(range(256))
    assert repo.read("two.txt") == "made by two\n"
    assert f"revert of {ONE}" in repo.anvcs("timeline")
    assert revert(repo, ONE, "--yes", code=1)["files"] == []
    repo.ok("git-anvcs", *done["back"].replace("git anvcs ", "").replace("'", "").split(), "--yes")
    assert held(repo.root) == before


def work_of_both(repo: Sandbox) -> None:
    """Edits in turns, a file made, one deleted, a program made one, bytes; a commit between."""
    data = bytes(range(256))
    repo.commit("one", {"a.py": LINES, "gone.txt": "gone\n", "run.sh": "#!\n", "x.bin": data})
    look(repo)
    edit(repo, ONE, "a.py", "line 2\n", "line 2 by one\nand more\n")
    edit(repo, TWO, "a.py", "line 5\n", "line 5 by two\n")
    repo.write("one/new.txt", "made by one\n")
    (repo.root / "gone.txt").unlink()
    (repo.root / "run.sh").chmod(0o755)
    repo.write("x.bin", data[::-1])
    look(repo, ONE)
    repo.commit("work of both")
    look(repo)
    edit(repo, ONE, "a.py", "line 7\n", "")
    edit(repo, TWO, "a.py", "line 8\n", "line 8\nline 9 by two\n")
    repo.write("two.txt", "made by two\n")
    look(repo, TWO)


def test_what_others_built_on_stays_and_is_shown(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES, "b.py": LINES})
    look(repo)
    edit(repo, ONE, "a.py", "line 2\n", "def new():\n    pass\n")
    edit(repo, ONE, "a.py", "line 8\n", "line eight\n")
    repo.write("made.py", "x = 1\n")
    look(repo, ONE)
    edit(repo, TWO, "a.py", "    pass\n", "    return 2\n")
    edit(repo, TWO, "made.py", "x = 1\n", "x = 1\ny = 2\n")
    said = repo.anvcs("sessions", "revert", ONE, "--dry-run")
    assert "a.py: others built on it in a place" in said
    assert "line 2:" in said
    assert "made.py: it was made there, and others wrote in it since" in said
    done = revert(repo, ONE, "--yes", code=4)
    assert set(done["left"]) == {"a.py", "made.py"}
    text = LINES.replace("line 2\n", "def new():\n    return 2\n")
    assert repo.read("a.py") == text
    assert repo.read("made.py") == "x = 1\ny = 2\n"
    assert done["conflicts"]["a.py"] == [
        {"now": "def new():\n    return 2\n", "before": "line 2\n"}
    ]
    revert(repo, ONE, "a.py", "--markers", "--yes", code=4)
    marked = repo.read("a.py").splitlines()
    assert marked[1] == "<<<<<<< now"
    assert f">>>>>>> before {ONE}" in marked


def test_a_revert_that_is_killed_can_be_taken_back(repo: Sandbox) -> None:
    repo.commit("one", {f"{name}.txt": LINES for name in "abcd"})
    look(repo)
    for name in "abcd":
        repo.write(f"{name}.txt", LINES.replace("line 3", "three"))
    look(repo, ONE)
    program = f"""
import os
from pathlib import Path
from git_anvcs.flows.journal import put_back, revert
from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo

written, write = [], put_back.write

def dying(*args):
    if len(written) == 2:
        os._exit(9)
    written.append(args)
    write(*args)

put_back.write = dying
with opened(Repo.discover(Path({str(repo.root)!r}))) as here:
    revert.apply(here, revert.plan(here, {ONE!r}))
"""
    assert repo.run(sys.executable, "-c", program).returncode == 9
    assert sum(repo.read(f"{name}.txt") == LINES for name in "abcd") == 2
    repo.anvcs("undo", "--to", "before:revert", "--yes")
    assert {repo.read(f"{name}.txt") for name in "abcd"} == {LINES.replace("line 3", "three")}
    revert(repo, ONE, "--yes")
    assert {repo.read(f"{name}.txt") for name in "abcd"} == {LINES}


def test_work_that_was_stashed_and_work_before_the_journal(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES})
    repo.write("a.py", LINES + "unseen before\n")
    look(repo)
    edit(repo, ONE, "a.py", "line 3\n", "three\n")
    repo.git("stash")
    look(repo)
    repo.git("stash", "pop")
    look(repo)
    edit(repo, TWO, "a.py", "line 6\n", "six\n")
    revert(repo, ONE, "--yes")
    assert repo.read("a.py") == LINES.replace("line 6", "six") + "unseen before\n"


def test_a_file_that_was_renamed_gets_its_name_back_with_what_others_did(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES, "b.py": LINES.replace("line", "row")})
    look(repo)
    edit(repo, TWO, "a.py", "line 1\n", "first\n")
    edit(repo, ONE, "a.py", "line 3\n", "three\n")
    for old, new in (("a.py", "dir/new.py"), ("b.py", "c.py")):
        repo.write(new, repo.read(old).replace("4", "four"))
        (repo.root / old).unlink()
    look(repo, ONE)
    edit(repo, TWO, "dir/new.py", "line 7\n", "seven\n")
    repo.write("b.py", "of two\n")
    look(repo, TWO)
    assert revert(repo, ONE, "--yes", code=4)["left"].keys() == {"b.py", "c.py"}
    assert not (repo.root / "dir").exists()
    assert repo.read("a.py") == LINES.replace("line 1", "first").replace("line 7", "seven")
    assert repo.read("b.py") == "of two\n"
    assert repo.read("c.py") == LINES.replace("line", "row").replace("4", "four")


def test_work_that_was_merged_from_another_worktree(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES, "gone.txt": "gone\n"})
    look(repo)
    repo.git("worktree", "add", "-q", "-b", "topic", "../topic")
    there = Sandbox(repo.base, name="topic", init=False)
    look(there)
    edit(there, ONE, "a.py", "line 2\n", "two\nand more\n")
    edit(there, TWO, "a.py", "line 4\n", "four\n")
    there.write("made.py", "x = 1\n")
    (there.root / "gone.txt").unlink()
    look(there, ONE)
    there.commit("work")
    look(there)
    edit(there, ONE, "a.py", "line 6\n", "not committed\n")
    assert revert(repo, ONE, "--yes", code=1)["elsewhere"] == ["worktrees/topic"]
    repo.commit("here", {"a.py": LINES + "here\n"})
    repo.git("merge", "-q", "--no-edit", "topic")
    look(repo)
    edit(repo, TWO, "a.py", "line 8\n", "eight\n")
    revert(repo, ONE, "--yes")
    assert (
        repo.read("a.py") == LINES.replace("line 4", "four").replace("line 8", "eight") + "here\n"
    )
    assert not (repo.root / "made.py").exists()
    assert repo.read("gone.txt") == "gone\n"
    assert "not committed" in there.read("a.py")
    assert revert(repo, ONE, "--yes", code=1)["left"] == {}


def test_the_sessions_are_listed(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES})
    look(repo)
    edit(repo, ONE, "a.py", "line 3\n", "three\nand more\n")
    edit(repo, TWO, "a.py", "line 6\n", "")
    found = json.loads(repo.anvcs("sessions", "list", "--json"))["sessions"]
    assert [(s["session"], s["added"], s["removed"], s["files"]) for s in found] == [
        (TWO, 0, 1, 1),
        (ONE, 2, 1, 1),
    ]
    assert [line.split()[0] for line in repo.anvcs("sessions", "list").splitlines()] == [TWO, ONE]
    assert json.loads(repo.anvcs("sessions", "list", "--json", "--since", "2099-01-01")) == {
        "sessions": []
    }
    done = repo.run("git-anvcs", "sessions", "revert", "nobody", "--yes")
    assert done.returncode == 1
    assert "no session is called 'nobody'" in done.stderr


def test_a_session_is_shown_with_what_is_left_of_it(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": LINES})
    look(repo)
    edit(repo, ONE, "a.py", "line 3\n", "three\nand more\n\nlast\n")
    edit(repo, TWO, "a.py", "last\n", "by two\n")
    edit(repo, TWO, "a.py", "three\n", "three and two\n")
    found = json.loads(repo.anvcs("sessions", "show", "7f3a", "--json"))
    assert found["changed"] == [
        {"worktree": ".", "path": "a.py", "saves": 1, "added": 4, "removed": 1, "alive": 2}
    ]
    assert [look["files"][0]["by"] for look in found["looks"]] == [ONE]
    assert found["steps"] == []
    said = repo.anvcs("sessions", "show", ONE)
    assert "a.py     1 save       +4      -1  2 still there" in said


def test_agents_with_hooks_a_formatter_and_a_commit(repo: Sandbox) -> None:
    """Whose each save is comes from the agents' own events; a form that changed is nobody's."""
    wire(repo)
    repo.commit("base", {"app.py": "base = 0\n"})
    repo.write(".git/hooks/pre-commit", FORMATTER).chmod(0o755)
    one = Claude(repo, repo.root, "11111111-aaaa-bbbb-cccc-000000000001", "opus")
    two = Claude(repo, repo.root, "22222222-aaaa-bbbb-cccc-000000000002", "opus")
    one.prompt("add a and c")
    text = "base = 0\n"
    for agent, line in ((one, "a=1\n"), (two, "b=2\n"), (one, "c=3\n")):
        text += line
        agent.edit("app.py", text)
        repo.anvcs("journal", "look")
    repo.commit("all of it")
    shown = json.loads(repo.anvcs("sessions", "show", one.session, "--json"))
    assert (shown["model"], shown["alive"], shown["added"]) == ("opus", 2, 2)
    assert shown["prompt"] == "add a and c"
    revert(repo, one.session, "--yes")
    assert repo.read("app.py") == "base = 0\nb = 2\n"

"""The lines that a person reads: one for what happened at once, none empty, pages without a gap."""

from datetime import UTC, datetime
import json
import re
from typing import Any

from tests.support.sandbox import Sandbox


def lines(repo: Sandbox, *args: str) -> list[str]:
    return repo.ok("git-anvcs", "timeline", *args).splitlines()


def looks(repo: Sandbox, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(repo.anvcs("timeline", "--json", *args))["looks"]
    return found


def test_an_undo_is_one_line_and_no_line_is_empty(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "a = 1\n"})
    repo.write("b.txt", "never added\n")
    repo.write("a.py", "a = 2\n")
    repo.anvcs("journal", "look")
    repo.git("reset", "-q", "--hard")
    repo.git("clean", "-qfd")
    repo.anvcs("undo", "--yes")
    [undone, lost, *_] = lines(repo)
    assert re.fullmatch(r"#\d+  [-\d]+ [:\d]+  undo of #\d+-#\d+; edited a.py, b.txt  .*", undone)
    assert lost.endswith("something was lost")
    [first, *_] = looks(repo)
    assert (first["lost"], first["unfinished"]) == (False, False)
    assert [file["path"] for file in first["files"]] == ["a.py", "b.txt"]
    repo.anvcs("undo", "--to", f"#{first['undid'][0]}", "--yes")
    repo.anvcs("undo", "--to", "before:undo", "--yes")
    assert all(re.fullmatch(r"#\d+  [-\d]+ [:\d]+  \S.*", line) for line in lines(repo))
    assert len([line for line in lines(repo) if "undo of" in line]) == 3


def test_pages_tell_each_line_once(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    for number in (2, 3):
        repo.write("a.py", f"a = {number}\n")
        repo.write("b.py", f"b = {number}\n")
        repo.anvcs("journal", "look")
    repo.git("checkout", "-q", ".")
    repo.anvcs("undo", "--yes")
    whole, paged = lines(repo), []
    page = lines(repo, "-n", "1")
    while page:
        paged += page
        page = lines(repo, "-n", "1", "--before", page[0].split()[0].removeprefix("#"))
    assert paged == whole


def test_what_cannot_be_counted_or_found_is_said(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "a = 1\n"})
    for args in ("timeline -n -3", "timeline -n x", "sessions list -n -1", "sessions"):
        done = repo.run("git-anvcs", *args.split())
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), args
    assert "list, show, revert" in done.stderr
    done = repo.run("git-anvcs", "timeline", "nofile")
    assert (done.returncode, done.stdout) == (0, "")
    assert "nofile" in done.stderr
    done = repo.run("git-anvcs", "undo", "--to", "", "--yes")  # as of a variable that is not set
    assert (done.returncode, "'' is no moment" in done.stderr) == (2, True)
    done = repo.run("git-anvcs", "undo", "--into", "x", "--yes")
    assert (done.returncode, "needs --worktree" in done.stderr) == (2, True)
    assert "\n" not in repo.run("git-anvcs", "snapshot", "--style").stdout.strip()
    done = repo.run("git-anvcs", "journal", "look", "--by", "codex")
    assert (done.returncode, "codex:SESSION" in done.stderr) == (2, True)
    repo.git("init", "-q", "--bare", "bare.git")
    for name in ("undo", "timeline"):
        done = repo.run("git-anvcs", "-C", "bare.git", name)
        assert (done.returncode, "git worktree list" in done.stderr) == (2, True)


def test_a_tool_without_hooks_says_whose_the_daemon_s_saves_are(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    repo.anvcs("journal", "look")
    began = datetime.now(UTC).isoformat()
    repo.write("a.py", "a = 2\n")
    repo.anvcs("journal", "look")  # as a daemon does it, before the tool has ended
    repo.write("b.py", "b = 2\n")
    repo.anvcs("journal", "look", "--by", "claude:1")
    said = repo.anvcs("journal", "look", "--by", "sed:2", "--since", began, "--json")
    assert json.loads(said)["claimed"] == 1
    whose = {f["path"]: f["by"] for look in looks(repo) for f in look["files"]}
    assert whose == {"a.py": "sed:2", "b.py": "claude:1"}
    assert repo.run("git-anvcs", "journal", "look", "--since", "5m").returncode == 2

"""Churn of real work: saves of two sessions, commits, a reset, a rename, and time before it all."""

import json
from typing import Any

from tests.support.sandbox import Sandbox
from tests.support.wired import wire


def churn(repo: Sandbox, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("churn", "--json", *args))
    return found


def rows(found: dict[str, Any], kind: str = "session") -> dict[str | None, tuple[int, int, int]]:
    return {row[kind]: (row["written"], row["own"], row["others"]) for row in found["rows"]}


def look(repo: Sandbox, by: str) -> None:
    repo.anvcs("journal", "look", "--by", by)


def save(repo: Sandbox, by: str, name: str, text: str) -> None:
    repo.write(name, text)
    look(repo, by)


def test_who_rewrites_whose_lines(repo: Sandbox) -> None:
    repo.commit("base", {"f": "1\n2\n3\n4\n"})
    repo.anvcs("journal", "look")
    save(repo, "claude:a", "f", "1\na\nb\nc\n3\n4\n")  # three lines, one of nobody's went
    save(repo, "codex:b", "f", "1\na\nB\n3\n4\n")  # one of a's rewritten, one taken out
    assert rows(churn(repo)) == {"claude:a": (3, 0, 2), "codex:b": (1, 0, 0)}
    assert rows(churn(repo, "--by", "agent"), "agent") == {"claude": (3, 0, 2), "codex": (1, 0, 0)}
    assert rows(churn(repo, "--by", "path"), "path") == {"f": (4, 0, 2)}
    assert rows(churn(repo, "--by", "lane"), "lane") == {".": (4, 0, 2)}
    assert churn(repo)["total"]["share"] == 0.5
    # One's own line again at once is drafting. A commit writes nothing.
    save(repo, "codex:b", "f", "1\na\nBB\n3\n4\n")
    assert rows(churn(repo))["codex:b"] == (1, 0, 0)
    repo.git("commit", "-qam", "all")
    look(repo, "")
    save(repo, "claude:a", "f", "1\na\nx\n3\n4\n")
    assert rows(churn(repo)) == {"claude:a": (4, 0, 2), "codex:b": (1, 0, 1)}
    # Git takes something away and brings it back; a rename moves lines.
    repo.git("checkout", "-q", "--", "f")
    look(repo, "")
    repo.anvcs("undo", "--yes")
    before = rows(churn(repo))
    assert before == {"claude:a": (4, 0, 2), "codex:b": (1, 0, 1)}
    save(repo, "claude:a", "g", "new\n")
    (repo.root / "g").rename(repo.root / "h")
    look(repo, "claude:a")
    save(repo, "codex:b", "h", "newer\n")
    assert rows(churn(repo)) == {"claude:a": (5, 0, 3), "codex:b": (2, 0, 1)}


def test_what_is_committed_in_part_stays_whose_it_is(repo: Sandbox) -> None:
    repo.commit("base", {"f": "1\n2\n"})
    repo.anvcs("journal", "look")
    save(repo, "claude:a", "f", "1\n2\na\n")
    repo.git("add", "f")
    save(repo, "codex:b", "f", "1\n2\na\nb\n")
    repo.git("commit", "-qm", "a alone")
    save(repo, "codex:b", "f", "1\n2\nA\nb\n")
    assert rows(churn(repo)) == {"claude:a": (1, 0, 1), "codex:b": (2, 0, 0)}


def test_windows_and_words(repo: Sandbox) -> None:
    repo.commit("base", {"f": "1\n"})
    assert "total" in repo.anvcs("churn")
    for wrong in ("7", "0d", "d", "-1d"):
        done = repo.run("git-anvcs", "churn", f"--window={wrong}")
        assert (done.returncode, "is no duration" in done.stderr) == (2, True)


def test_before_the_journal_commits_stand_in(repo: Sandbox) -> None:
    wire(repo)
    now = int(repo.ok("date", "+%s"))

    def commit(days: int, session: str, files: dict[str, str], *more: str) -> None:
        date = {"GIT_AUTHOR_DATE": f"@{now - days * 86400} +0000"}
        date["GIT_COMMITTER_DATE"] = date["GIT_AUTHOR_DATE"]
        for name, text in files.items():
            repo.write(name, text)
        repo.git("add", "-A")
        who = ("--agent", session, "--model", "anthropic/x") if session else ()
        repo.anvcs("commit", "-qm", "c", *who, *more, env=date)

    commit(60, "", {"f": "1\n2\n3\n"})
    commit(20, "claude:a", {"f": "1\na\nb\nc\n", "odd \tname": "x\ny\n"})
    repo.git("mv", "odd \tname", "plain")
    commit(18, "codex:b", {"f": "1\na\nB\nc\n", "plain": "x\nz\n"})
    commit(2, "claude:a", {"f": "1\nA\nB\nc\n"})  # its own of 18 days ago: out of the window
    found = churn(repo)
    assert rows(found) == {"claude:a": (6, 0, 2), "codex:b": (2, 0, 0)}
    assert rows(churn(repo, "--window", "4w")) == {"claude:a": (6, 1, 2), "codex:b": (2, 0, 0)}
    assert rows(churn(repo, "--since", "10d")) == {"claude:a": (1, 0, 0)}
    assert found["journal_since"] is not None or repo.anvcs("journal", "status")
    # From now on the journal tells of what is written; what was before is still followed.
    save(repo, "codex:b", "f", "1\nA\nB\nC\nD\n")
    assert rows(churn(repo))["codex:b"] == (4, 0, 0)
    commit(0, "codex:b", {})
    assert rows(churn(repo, "--window", "4w"))["claude:a"] == (6, 1, 3)

"""Commits put together: the same tree, every record, nothing touched, and back again."""

import json
from pathlib import Path

import pytest

from tests.support.sandbox import Sandbox
from tests.support.wired import wire


def agent_commits(repo: Sandbox, number: int, session: str, *, prompt: str = "p") -> str:
    repo.ticks += 1
    text = (repo.root / "f").read_text() if (repo.root / "f").exists() else "top\n"
    repo.write("f", f"{text}line {number}\n")
    repo.git("add", "f")
    how = ("--agent", f"claude:{session}", "--model", "anthropic/x", "--prompt", prompt)
    repo.anvcs("commit", "-q", "-m", f"step {number}", *how)
    return repo.git("rev-parse", "HEAD").strip()


def tidied(repo: Sandbox, *args: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(repo.anvcs("tidy", "--json", *args))
    return found


@pytest.fixture
def work(repo: Sandbox) -> Sandbox:
    """A published commit, then five of two sessions; something staged, something not."""
    wire(repo)
    repo.commit("base", {"f": "top\n", "g": "g\n", "h": "h\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    for number, session in enumerate(("one", "one", "two", "two", "two")):
        agent_commits(repo, number, session)
    repo.write("g", "staged\n")
    repo.git("add", "g")
    repo.write("h", "not staged\n")
    return repo


@pytest.mark.story
def test_sessions_become_milestones_and_nothing_else_changes(work: Sandbox) -> None:
    before, tree = work.git("rev-parse", "HEAD", "HEAD^{tree}").split()
    index = (work.root / ".git/index").read_bytes()
    status = work.git("status", "--porcelain")
    whose = json.loads(work.anvcs("blame", "f", "--json"))["totals"]
    plan = tidied(work, "--by", "session", "--dry-run")
    assert [len(one["commits"]) for one in plan["milestones"]] == [2, 3]  # type: ignore[index,union-attr]
    assert work.git("rev-parse", "HEAD").strip() == before
    done = tidied(work, "--by", "session", "--yes")
    assert done["records"] == 2
    assert work.git("rev-parse", "HEAD^{tree}").strip() == tree
    assert (work.root / ".git/index").read_bytes() == index
    assert work.git("status", "--porcelain") == status
    assert work.git("log", "--format=%s|%an", "--reverse").split("\n")[:3] == [
        "base|A U Thor",
        "step 0|A U Thor",
        "step 2|A U Thor",
    ]
    assert "- step 3\n- step 4\n" in work.git("log", "-1", "--format=%B")
    assert json.loads(work.anvcs("blame", "f", "--json"))["totals"] == whose
    shown = json.loads(work.anvcs("show", "--json"))
    assert shown["agent_id"] == "claude:two"
    assert [len(step["from"]) for step in shown["lineage"]] == [3]
    assert "tidy: 5 commits into 2" in work.git("reflog", "-1")
    # A drain later, with all that the reflog tells, changes nothing.
    work.anvcs("drain")
    assert json.loads(work.anvcs("show", "--json")) == shown
    command = str(done["back"]).replace("'", "").split()[2:]
    work.anvcs(*command, "--yes")
    assert work.git("rev-parse", "HEAD").strip() == before
    assert work.git("status", "--porcelain") == status


def test_the_old_commits_outlive_gc(work: Sandbox) -> None:
    before = work.git("rev-parse", "HEAD").strip()
    tidied(work, "--into", "1", "--yes")
    work.git("reflog", "expire", "--expire=now", "--all")
    work.git("gc", "-q", "--prune=now")
    assert work.git("cat-file", "-t", before).strip() == "commit"


def test_what_follows_the_range_is_made_anew_with_its_record(work: Sandbox) -> None:
    old = work.git("rev-parse", "HEAD").strip()
    base = work.git("rev-parse", "HEAD~5").strip()
    done = tidied(work, f"{base}..HEAD~3", "--yes")
    assert len(done["rebuilt"]) == 3  # type: ignore[arg-type]
    assert work.git("log", "--format=%s").split("\n")[:4] == [
        "step 4",
        "step 3",
        "step 2",
        "step 0",
    ]
    assert work.git("diff", old, "HEAD") == ""
    assert json.loads(work.anvcs("show", "--json"))["agent_id"] == "claude:two"


def test_different_authors_stay_apart_unless_asked(work: Sandbox) -> None:
    work.git("reset", "-q")
    who = {"GIT_AUTHOR_NAME": "Else", "GIT_AUTHOR_EMAIL": "else@example.com"}
    work.git("commit", "-qam", "by hand", env=who)
    done = work.run("git-anvcs", "tidy", "--into", "1", "--yes")
    assert done.returncode == 2
    assert "would melt them" in done.stderr
    assert "--mix-authors" in done.stderr
    tidied(work, "--into", "1", "--mix-authors", "--yes")
    assert "Co-authored-by: Else <else@example.com>" in work.git("log", "-1", "--format=%B")


def test_published_shared_and_merged_commits_are_refused(work: Sandbox) -> None:
    done = work.run("git-anvcs", "tidy", "HEAD~5^..", "--yes")
    assert done.returncode == 2  # the root has no parent: no such range
    work.git("update-ref", "refs/remotes/origin/main", "HEAD~2")
    done = work.run("git-anvcs", "tidy", "HEAD~4", "--yes")
    assert (done.returncode, "is published" in done.stderr) == (3, True)
    assert len(tidied(work, "--dry-run")["milestones"]) == 1  # type: ignore[arg-type]
    work.git("branch", "other", "HEAD~1")
    done = work.run("git-anvcs", "tidy", "HEAD~2", "--yes")
    assert (done.returncode, "on another branch" in done.stderr) == (3, True)
    work.git("branch", "-D", "other")
    work.git("switch", "-q", "-c", "side", "HEAD~5")
    work.commit("aside", {"new": "n\n"})
    work.git("switch", "-q", "main")
    work.git("merge", "-q", "--no-edit", "side")
    done = work.run("git-anvcs", "tidy", "HEAD~1", "--yes")
    assert (done.returncode, "is a merge" in done.stderr) == (3, True)
    (work.root / ".git/MERGE_HEAD").write_text(work.git("rev-parse", "side"))
    done = work.run("git-anvcs", "tidy", "--yes")
    assert (done.returncode, "a merge is in progress" in done.stderr) == (3, True)


def test_the_plan_can_be_edited_as_a_rebase(work: Sandbox, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i -e 's/^pick/squash/; 1s/^squash/pick/; /^|/d' \"$1\"\n")
    editor.chmod(0o755)
    done = work.run("git-anvcs", "tidy", "--edit", "--yes")  # the sandbox's editor is `false`
    assert (done.returncode, "the editor ended with 1" in done.stderr) == (1, True)
    assert work.git("rev-list", "--count", "origin/main..").strip() == "5"
    env = {"GIT_EDITOR": str(editor)}
    work.anvcs("tidy", "--edit", "--yes", "--by", "session", env=env)
    assert work.git("rev-list", "--count", "origin/main..").strip() == "1"


def test_a_root_commit_and_a_repository_without_records(repo: Sandbox) -> None:
    for number in range(3):
        repo.commit(f"c{number}", {"f": f"{number}\n"})
    repo.git("commit", "-q", "--allow-empty", "-m", "fixup! c2")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    repo.anvcs("tidy", "--yes")
    assert repo.git("log", "--format=%s").split() == ["c2", "c1", "c0"]
    repo.anvcs("tidy", "--into", "1", "--yes")
    assert repo.git("log", "--format=%s|%P").strip() == "c0|"
    assert repo.git("rev-parse", "HEAD^{tree}") == tree
    assert "one commit is not published yet" in repo.anvcs("tidy")


def test_commits_of_form_alone_stay_apart(repo: Sandbox) -> None:
    code = "def f(a,b):\n    return {'x':a,'y':b}\n"
    repo.commit("base", {"a.py": code, "b.py": code})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.commit("work", {"a.py": code.replace("a,", "c,")})
    formatted = 'def f(a, b):\n    return {"x": a, "y": b}\n'
    repo.commit("format b", {"b.py": formatted})
    repo.commit("format a", {"a.py": formatted.replace("a,", "c,")})
    repo.commit("more", {"b.py": formatted.replace("b", "d")})
    repo.anvcs("tidy", "--style", "--yes")
    assert repo.git("log", "--format=%s").split("\n")[:4] == [
        "more",
        "style: format b",
        "work",
        "base",
    ]
    done = repo.run("git-anvcs", "tidy", "--style", "--into", "1", "--yes")
    assert (done.returncode, "of form alone" in done.stderr) == (2, True)

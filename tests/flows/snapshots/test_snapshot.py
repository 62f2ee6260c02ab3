"""A session's own changes become a commit, and nobody else's: by hand and as the policy says."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import Sandbox
from tests.support.wired import wire

BASE = "".join(f"{number}\n" for number in range(1, 10))
ONE, TWO = "claude:one", "codex:two"


def save(repo: Sandbox, by: str, name: str, text: str | bytes | None) -> None:
    if text is None:
        (repo.root / name).unlink()
    else:
        repo.write(name, text)
    repo.anvcs("journal", "look", "--by", by)


def snapshot(repo: Sandbox, *args: str, **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("snapshot", "--json", *args, **how))
    return found


def said(repo: Sandbox, event: str, session: str = "one") -> None:
    """The agent's hook tells an event."""
    payload = {"hook_event_name": event, "session_id": session, "cwd": str(repo.root)}
    payload |= {"prompt": "go on"} if event == "UserPromptSubmit" else {}
    repo.anvcs("hook", "claude", stdin=json.dumps(payload))


def committed(repo: Sandbox) -> list[str]:
    return repo.git("show", "--format=", "--name-only").split()


@pytest.fixture
def work(repo: Sandbox) -> Sandbox:
    """Two sessions and a person in one worktree."""
    wire(repo)
    repo.commit("base", dict.fromkeys(("mine", "both", "same", "theirs", "gone", "idx"), BASE))
    repo.anvcs("journal", "look")
    for name, text in (("mine", "2"), ("both", "2"), ("same", "5")):
        repo.write(name, BASE.replace(f"{text}\n", "one's\n"))
    (repo.root / "gone").unlink()
    repo.write("idx", BASE + "staged\n")
    repo.git("add", "idx")
    save(repo, ONE, "new", "new\n")
    repo.write("both", BASE.replace("2\n", "one's\n").replace("8\n", "eight\n"))
    repo.write("same", BASE.replace("5\n", "FIVE\n"))
    save(repo, TWO, "theirs", "theirs\n")
    save(repo, "", "nobody", "typed\n")
    save(repo, ONE, "idx", BASE + "staged\nmore\n")
    return repo


@pytest.mark.story
def test_only_what_is_the_sessions_alone_is_committed(work: Sandbox) -> None:
    held = {path.name: path.read_bytes() for path in work.root.iterdir() if path.is_file()}
    staged = work.git("diff", "--cached")
    done = work.run("git-anvcs", "snapshot", "--yes")
    assert (done.returncode, "several have changes here" in done.stderr) == (2, True)
    plan = snapshot(work, "--session", ONE, "--dry-run")
    assert {file["path"]: file["partly"] for file in plan["files"]} == {
        "both": True,
        "gone": False,
        "mine": False,
        "new": False,
    }
    assert plan["left"].keys() == {"idx", "same"}
    made = snapshot(work, "--session", ONE, "-m", "Mine alone", "--yes")
    assert sorted(committed(work)) == ["both", "gone", "mine", "new"]
    assert work.git("show", "HEAD:both") == BASE.replace("2\n", "one's\n")
    assert work.git("log", "-1", "--format=%s").strip() == "Mine alone"
    assert json.loads(work.anvcs("show", "--json"))["agent_id"] == ONE
    # No file, and nothing that was staged, has changed.
    assert {p.name: p.read_bytes() for p in work.root.iterdir() if p.is_file()} == held
    assert work.git("diff", "--cached") == staged
    status = work.git("status", "--porcelain").split("\n")
    assert status == [" M both", "MM idx", " M same", " M theirs", "?? nobody", ""]
    # The others' turn; then it is all taken back.
    assert [file["path"] for file in snapshot(work, "--session", TWO, "--yes")["files"]] == [
        "both",
        "theirs",
    ]
    work.anvcs(*str(made["back"]).replace("'", "").split()[2:], "--yes")
    assert work.git("log", "-1", "--format=%s").strip() == "base"
    assert {p.name: p.read_bytes() for p in work.root.iterdir() if p.is_file()} == held


def test_hooks_that_refuse_and_hooks_that_would_see_others_work(work: Sandbox) -> None:
    hook = Path(work.git("rev-parse", "--git-path", "hooks/pre-commit").strip())
    hook = work.root / hook
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before, index = work.git("rev-parse", "HEAD"), work.git("ls-files", "-s")
    done = work.run("git-anvcs", "snapshot", "--session", ONE, "--yes")
    assert (done.returncode, "not the session's" in done.stderr) == (3, True)
    work.git("reset", "-q", "--hard")
    work.git("clean", "-fdq")
    save(work, ONE, "mine", "again\n")
    done = work.run("git-anvcs", "snapshot", "--session", ONE, "--yes")
    assert (done.returncode, "nothing was committed" in done.stderr) == (1, True)
    assert work.git("rev-parse", "HEAD") == before
    assert work.git("ls-files", "-s") != index  # idx is as HEAD has it again
    assert work.git("diff", "--cached") == ""
    # A hook that formats what it commits is heeded.
    hook.write_text("#!/bin/sh\necho formatted >> mine; git add mine\n")
    snapshot(work, "--session", ONE, "--yes")
    assert work.git("show", "HEAD:mine") == "again\nformatted\n"
    assert work.git("status", "--porcelain") == ""


def test_never_in_the_middle_of_something(work: Sandbox) -> None:
    (work.root / ".git/MERGE_HEAD").write_text(work.git("rev-parse", "HEAD"))
    done = work.run("git-anvcs", "snapshot", "--session", ONE, "--yes")
    assert (done.returncode, "a merge is in progress" in done.stderr) == (3, True)
    (work.root / ".git/MERGE_HEAD").unlink()
    work.git("checkout", "-q", "--detach")
    done = work.run("git-anvcs", "snapshot", "--session", ONE, "--yes")
    assert (done.returncode, "on no branch" in done.stderr) == (3, True)


def policy(repo: Sandbox, **settings: str) -> dict[str, Any]:
    for name, value in settings.items():
        repo.git("config", f"anvcs.commits.{name}", value)
    return snapshot(repo, "--due")


def test_a_task_that_ended_is_proposed_and_accepted(work: Sandbox) -> None:
    assert policy(work)["due"] == []
    assert policy(work, policy="per-task")["due"] == []
    said(work, "UserPromptSubmit")
    said(work, "Stop")
    [due] = policy(work)["due"]
    assert (due["session"], due["files"], due["commit"], due["problem"]) == (ONE, 4, None, "")
    assert f"{ONE}: 4 files, its task has ended" in work.anvcs("status")
    snapshot(work, "--accept")
    assert "Snapshot of claude:one: both, gone and 2 more" in work.git("log", "-1", "--format=%s")
    assert "its task has ended" not in work.anvcs("status")


def test_commits_are_made_where_that_is_allowed(work: Sandbox) -> None:
    said(work, "Stop")
    [due] = policy(work, policy="per-task", mode="make")["due"]
    assert due["problem"] == "main is the default branch"
    work.git("switch", "-q", "-c", "agent/one")
    [due] = policy(work)["due"]
    assert "agent/one is not in commits.branches" in due["problem"]
    [due] = policy(work, branches="agent/*")["due"]
    assert due["commit"] == work.git("rev-parse", "HEAD").strip()
    assert policy(work)["due"] == []


def test_the_policy_of_a_clone_makes_nothing_until_it_is_approved(work: Sandbox) -> None:
    text = "commits:\n  policy: per-task\n  mode: make\n  branches: [main]\n"
    save(work, "", "ai-vcs.config.yaml", text)
    said(work, "Stop")
    [due] = snapshot(work, "--due")["due"]
    assert (due["commit"], due["problem"]) == (None, "")
    work.anvcs("trust", "approve")
    [due] = snapshot(work, "--due")["due"]
    assert due["commit"] == work.git("rev-parse", "HEAD").strip()


def test_the_tree_that_was_tested_is_the_tree_that_is_committed(work: Sandbox) -> None:
    check = "! grep -q bad new"
    work.git("config", "anvcs.merge.guard.checks", check)
    said(work, "Stop")
    [due] = policy(work, policy="ci-validated")["due"]
    assert due["problem"] == ""
    save(work, ONE, "new", "newer\n")
    done = work.run("git-anvcs", "snapshot", "--accept")
    assert (done.returncode, "changed since they were tested" in done.stderr) == (3, True)
    save(work, ONE, "new", "bad\n")
    [due] = policy(work)["due"]
    assert due["problem"] == f"the check {check} failed"
    save(work, ONE, "new", "good\n")
    policy(work)
    tested = snapshot(work, "--accept")["commit"]
    assert work.git("show", f"{tested}:new") == "good\n"
    assert work.git("show", f"{tested}:both") == BASE.replace("2\n", "one's\n")


def test_a_worktree_of_the_sessions_own(repo: Sandbox) -> None:
    wire(repo)
    repo.commit("base", {"f": BASE})
    repo.git("worktree", "add", "-q", "-b", "task", "../task")
    there = repo.base / "task"
    (there / "f").write_text(BASE + "more\n")
    repo.anvcs("journal", "look", "--by", ONE, cwd=there)
    repo.git("config", "anvcs.commits.policy", "time-boxed")
    repo.git("config", "anvcs.commits.mode", "make")
    assert snapshot(repo, "--due", cwd=there)["due"] == []
    repo.git("config", "anvcs.commits.policy", "per-task")
    payload = {"hook_event_name": "SessionEnd", "session_id": "one", "cwd": str(there)}
    repo.anvcs("hook", "claude", stdin=json.dumps(payload), cwd=there)
    [due] = snapshot(repo, "--due", cwd=there)["due"]
    assert due["commit"] == repo.git("rev-parse", "task").strip()
    assert repo.git("status", "--porcelain", cwd=there) == ""


def test_what_only_changes_form_is_one_line_and_a_commit_of_its_own(repo: Sandbox) -> None:
    wire(repo)
    code = "def f(a,b):\n    return {'x':a,'y':b}\n"
    repo.commit("base", {"a.py": code, "b.py": code, "c.py": code})
    repo.anvcs("journal", "look")
    save(repo, ONE, "c.py", code.replace("a,", "c,"))
    formatted = 'def f(a, b):\n    return {"x": a, "y": b}\n'
    save(repo, "", "a.py", formatted)
    save(repo, "", "b.py", formatted)
    save(repo, "", "c.py", formatted.replace("a,", "c,"))
    [look, *_] = json.loads(repo.anvcs("timeline", "--json"))["looks"]
    assert [file["path"] for file in look["files"]] == ["a.py", "b.py", "c.py"]
    assert "formatted a.py, b.py, c.py" in repo.anvcs("timeline", "-n", "1")
    repo.git("config", "anvcs.commits.format-window", "0")
    assert len(json.loads(repo.anvcs("timeline", "--json"))["looks"]) >= 4
    assert rows_of_churn(repo) == {ONE: 2}
    made = snapshot(repo, "--style", "--yes")
    assert [file["path"] for file in made["files"]] == ["a.py", "b.py"]
    assert repo.git("log", "-1", "--format=%s").strip() == "style: a.py, b.py"
    assert json.loads(repo.anvcs("show", "--json"))["agent_id"] != ONE
    # A formatter's run takes nothing from the session, and what undo brings back is no session's.
    repo.write("a.py", "")
    save(repo, "", "b.py", "")
    repo.anvcs("undo", "--yes")
    assert [file["path"] for file in snapshot(repo, "--yes")["files"]] == ["c.py"]
    assert repo.git("status", "--porcelain") == ""


def rows_of_churn(repo: Sandbox) -> dict[str, int]:
    found = json.loads(repo.anvcs("churn", "--json"))
    return {row["session"]: row["written"] for row in found["rows"]}


def test_a_commit_that_somebody_makes_meanwhile_is_not_taken_back(repo: Sandbox) -> None:
    repo.commit("base", {"other": "1\n", ".gitattributes": "*.slow filter=slow\n"})
    armed = repo.base / "armed"
    slow = repo.base / "slow.sh"
    slow.write_text(
        f"#!/bin/sh\nif rm {armed} 2>/dev/null; then\n"
        f"  cd {repo.root} && echo 2 >other && git commit -qm theirs other >&2\nfi\nexec cat\n"
    )
    slow.chmod(0o755)
    repo.git("config", "filter.slow.clean", str(slow))
    repo.anvcs("journal", "look")
    save(repo, ONE, "x.slow", "x\n")
    armed.touch()
    done = repo.run("git-anvcs", "snapshot", "--session", ONE, "--yes")
    assert (done.returncode, armed.exists()) == (1, False)
    assert "HEAD was moved meanwhile" in done.stderr
    assert repo.git("log", "--format=%s").split() == ["theirs", "base"]
    assert repo.git("status", "--short") == "?? x.slow\n"
    assert snapshot(repo, "--session", ONE, "--yes")["commit"]
    assert repo.git("show", "HEAD:other") == "2\n"

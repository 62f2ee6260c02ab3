"""The acceptance story: thirty commits by two agents, rewritten in every common way.

Run on a generated history by tests/e2e/test_story.py, on a real clone by benchmarks/real_story.py.
"""

import json
from typing import NamedTuple

from tests.support.agents import Claude, Neutral
from tests.support.sandbox import Sandbox


class Report(NamedTuple):
    """What the story found. Every list is empty when all is well."""

    commits: int
    without_record: list[str]
    wrong_agent: list[str]
    without_note: list[str]
    fsck: dict[str, object]
    changed_by_uninstall: list[str]


def tell(box: Sandbox) -> Report:
    """init, two agents, amend, rebase, cherry-pick, squash, fsck, uninstall in `box`."""
    before = snapshot(box)
    base = box.git("rev-parse", "HEAD").strip()
    box.anvcs("init", "--yes", "--agents", "claude")
    expected = _thirty_commits(box)
    box.anvcs("drain")
    commits = box.git("rev-list", "--branches=story/*", f"^{base}").split()
    without_record, wrong = _judge(box, commits, expected)
    notes = box.git(
        "log", "--notes=anvcs", "--format=%H%x00%N%x01", "--branches=story/*", f"^{base}"
    )
    shown = dict(entry.strip().split("\0") for entry in notes.split("\x01") if entry.strip())
    without_note = [commit for commit in commits if "am_" not in shown.get(commit, "")]
    fsck = json.loads(box.anvcs("meta", "fsck", "--json"))
    for name in ("one", "two"):
        box.git("worktree", "remove", "--force", str(box.base / name))
    box.git("switch", "-q", "--detach", base)
    for branch in box.git("for-each-ref", "--format=%(refname:short)", "refs/heads/story").split():
        box.git("branch", "-q", "-D", branch)
    box.git("switch", "-q", "main")
    box.anvcs("uninstall")
    after = snapshot(box)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Report(len(commits), without_record, wrong, without_note, fsck, changed)


def snapshot(box: Sandbox) -> dict[str, bytes]:
    """Every byte that `uninstall` must leave as `init` found it."""
    git = box.root / ".git"
    kept = [git / "config", *(git / "info").glob("*"), *(git / "hooks").glob("*")]
    kept += [box.root / ".gitattributes", box.root / ".gitignore"]
    kept += [path for path in (box.root / ".claude").rglob("*") if path.is_file()]
    kept += [path for path in box.home.rglob("*") if path.is_file()]
    files = {str(path): path.read_bytes() for path in kept if path.is_file()}
    modes = {f"{path} mode": b"%o" % path.stat().st_mode for path in kept if path.is_file()}
    folders = {
        f"{git / 'info'}": b"".join(
            sorted(p.name.encode() for p in git.iterdir() if p.name in ("hooks", "info"))
        )
    }
    status = box.git("status", "--porcelain", "--ignored", "-uall").encode()
    return {**files, **modes, **folders, "git status": status}


def _thirty_commits(box: Sandbox) -> dict[str, set[str]]:
    """Make the history; returns for each subject line the agents its record must name."""
    for name in ("one", "two"):
        box.git("worktree", "add", "-q", "-b", f"story/{name}", str(box.base / name), "HEAD")
    claude = Claude(box, box.base / "one", "8c35adc1-0000-4000-8000-000000000001", "claude-opus-5")
    other = Neutral(box, box.base / "two", "scripted", "conv-42", "acme/coder-1")
    expected: dict[str, set[str]] = {}
    for number in range(13):
        claude.prompt(f"Write part {number} of one")
        claude.edit(f"story_one/part{number}.txt", f"one {number}\n")
        claude.shell("git", "add", "-A")
        claude.shell("git", "commit", "-q", "-m", f"one {number}")
        expected[f"one {number}"] = {"claude"}
        other.edit(f"story_two/part{number}.txt", f"two {number}\n")
        other.shell("git", "add", "-A")
        other.shell("git", "commit", "-q", "-m", f"two {number}")
        expected[f"two {number}"] = {"scripted"}
    return expected | _rewrite_them(claude, other)


def _rewrite_them(claude: Claude, other: Neutral) -> dict[str, set[str]]:
    expected: dict[str, set[str]] = {}
    claude.edit("story_one/part12.txt", "one 12, amended\n")
    claude.shell("git", "commit", "-q", "-a", "--amend", "--no-edit")
    other.shell("git", "commit", "-q", "--amend", "-m", "two 12 reworded")
    expected["two 12 reworded"] = {"scripted"}
    claude.edit("story_one/part3.txt", "one 3, fixed up\n")
    claude.shell("git", "commit", "-q", "-a", "--fixup", ":/^one 3")
    claude.shell(
        "git", "-c", "sequence.editor=true", "rebase", "-q", "-i", "--autosquash", "HEAD~12"
    )
    other.shell("git", "branch", "story/before-rebase")
    other.shell("git", "rebase", "-q", "--onto", "HEAD~6", "HEAD~4")
    other.shell("git", "branch", "story/picked", "HEAD~10")
    other.shell("git", "switch", "-q", "story/picked")
    other.shell("git", "cherry-pick", "story/one~2", "story/one~1")
    other.shell("git", "merge", "-q", "--squash", "story/before-rebase~1")
    other.shell("git", "commit", "-q", "-m", "squashed")
    expected["squashed"] = {"scripted"}
    other.shell("git", "merge", "-q", "--no-ff", "-m", "merged one", "story/one~6")
    expected["merged one"] = {"scripted"}
    return expected


def _judge(
    box: Sandbox, commits: list[str], expected: dict[str, set[str]]
) -> tuple[list[str], list[str]]:
    without: list[str] = []
    wrong: list[str] = []
    for commit in commits:
        done = box.run("git-anvcs", "show", "--json", commit)
        if done.returncode != 0:
            without.append(commit)
            continue
        record = json.loads(done.stdout)
        subject = box.git("log", "-1", "--format=%s", commit).strip()
        named = {str(record["agent_id"]).split(":")[0]}
        named |= {session["agent_id"]["tool"] for session in record.get("sessions", {}).values()}
        if record["subject"]["commit"] != commit or not expected[subject] <= named:
            wrong.append(f"{commit[:10]} {subject}: {sorted(named)}")
    return without, wrong

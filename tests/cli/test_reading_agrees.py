"""blame, trace and stats never disagree about whose a line is, whatever the history."""

from collections import Counter
import json
import random
import re

import pytest

from git_anvcs.provenance.claim import session_key
from tests.support.agents import Claude, Neutral
from tests.support.records import write_record
from tests.support.sandbox import Sandbox

NAMES = ["claude-code:one", "codex:two", "cursor:three"]
SESSIONS = {
    session_key(name): {
        "agent_id": {"tool": name.partition(":")[0], "id": name.partition(":")[2], "model": "m"}
    }
    for name in NAMES
}
KEYS = [*SESSIONS, "h_00000000000001"]


def history(repo: Sandbox, chosen: random.Random) -> None:
    """Commits of random makers; records attest random ones of the lines that Git says were added.

    No two lines are the same, so that no diff has a choice.
    """
    files = {name: [] for name in ("a", "b", "deep/c")}  # type: dict[str, list[str]]
    for number in range(14):
        if number == 7:
            files["moved"] = files.pop("a")
            repo.git("mv", "a", "moved")
        for name in chosen.sample(sorted(files), 2):
            lines = files[name]
            for _ in range(chosen.randint(1, 3)):
                at = chosen.randint(0, len(lines))
                lines[at : at + chosen.randint(0, 3)] = [
                    f"{chosen.getrandbits(60):x}" for _ in range(chosen.randint(0, 5))
                ]
        commit = repo.commit(str(number), {n: "".join(f"{x}\n" for x in files[n]) for n in files})
        maker = chosen.choice([*NAMES, "human", "untracked", ""])
        if maker:
            attested = {
                name: claim
                for name in files
                if chosen.random() < 0.6 and (claim := claims(repo, commit, name, chosen))
            }
            fields = {"attestations": attested} if attested else {}
            write_record(repo, commit, number, agent_id=maker, sessions=SESSIONS, **fields)
    repo.git("checkout", "-q", "-b", "topic", "HEAD~3")
    write_record(repo, repo.commit("topic", {"t": "t\n"}), 90, agent_id=NAMES[0])
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")


def claims(repo: Sandbox, commit: str, name: str, chosen: random.Random) -> dict[str, str]:
    """Random owners for some of the lines that a commit added to a file."""
    patch = repo.git("show", "-U0", "--format=", "-M", commit, "--", ":/")
    part = next((p for p in patch.split("diff --git ") if f" b/{name}\n" in f" {p}"), "")
    owned: dict[str, list[int]] = {}
    for start, size in re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", part, re.MULTILINE):
        for line in range(int(start), int(start) + int(size or 1)):
            if chosen.random() < 0.7:
                owned.setdefault(chosen.choice(KEYS), []).append(line)
    trace = "::t_00000000000001"
    return {
        key + (trace if key in SESSIONS else ""): ",".join(map(str, lines))
        for key, lines in owned.items()
    }


def by_blame(repo: Sandbox) -> Counter[tuple[str, str | None]]:
    """Lines of HEAD by class and session, as `git anvcs blame` gives them."""
    counted: Counter[tuple[str, str | None]] = Counter()
    for path in repo.git("ls-files", "-z").split("\0")[:-1]:
        for line in json.loads(repo.anvcs("blame", "--json", path))["lines"]:
            name = f"{line['agent']}:{line['session']}" if line["session"] else None
            counted[line["kind"], name] += 1
    return counted


@pytest.mark.parametrize("seed", range(4))
def test_what_is_still_there_is_what_blame_says(repo: Sandbox, seed: int) -> None:
    history(repo, random.Random(seed))
    blamed = by_blame(repo)

    stats = json.loads(repo.anvcs("stats", "--json", "--survival", "--by", "session"))
    alive = {
        (row["kind"], row["session"]): sum(row["alive"].values())
        for row in stats["rows"]
        if any(row["alive"].values())
    }
    assert alive == blamed

    written = {(row["kind"], row["session"]): sum(row["added"].values()) for row in stats["rows"]}
    for name in NAMES:
        if written.get(("agent", name)) is not None:
            totals = json.loads(repo.anvcs("trace", "--json", name))["totals"]
            assert totals["alive"] == blamed["agent", name], name
            assert totals["lines"] == written["agent", name], name
    listed = repo.git("log", "--numstat", "-M", "--format=").split("\n")
    assert stats["git_diff_added_lines"] == sum(
        int(line.split("\t")[0]) for line in listed if "\t" in line
    )


def test_a_session_is_traced_through_hooks_amend_rebase_and_squash(repo: Sandbox) -> None:
    repo.commit("base", {"README": "1\n"})
    repo.anvcs("init", "--yes", "--agents", "claude")
    claude = Claude(repo, repo.root, "8c35adc1-0000-4000-8000-000000000001", "claude-opus-5")
    other = Neutral(repo, repo.root, "scripted", "conv-42", "acme/coder-1")
    repo.git("switch", "-q", "-c", "work")
    for number, agent in enumerate((claude, other, claude)):
        if isinstance(agent, Claude):
            agent.prompt(f"Write part {number}")
        agent.edit(f"part{number}", f"{number}\n" * 3)
        agent.shell("git", "add", "-A")
        agent.shell("git", "commit", "-q", "-m", f"part {number}")
    claude.shell("git", "commit", "-q", "--amend", "-m", "part 2, better")
    repo.git("switch", "-q", "main")
    repo.commit("beside", {"beside": "1\n"})
    repo.git("rebase", "-q", "main", "work")

    said = json.loads(repo.anvcs("trace", "--json", "8c35adc1"))

    assert said["session"].endswith(":8c35adc1-0000-4000-8000-000000000001")
    assert [c["subject"] for c in said["commits"]] == ["part 0", "part 2, better"]
    assert [c["prompt"] for c in said["commits"]] == ["Write part 0", "Write part 2"]
    assert {c["place"] for c in said["commits"]} == {"here"}
    assert said["totals"]["alive"] == said["totals"]["lines"] == 6
    assert said["totals"]["rewritten"] >= 2
    assert all(c["lineage"] for c in said["commits"])

    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--squash", "work")
    repo.git("commit", "-q", "-m", "all of it")
    squashed = json.loads(repo.anvcs("trace", "--json", "conv-42", "--at", "main"))
    assert squashed["session"] == "scripted:conv-42"
    assert "all of it" in [c["subject"] for c in squashed["commits"]]

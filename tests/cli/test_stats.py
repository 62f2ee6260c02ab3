from collections import Counter
import json
import re

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import tally
from git_anvcs.provenance.claim import session_key
from git_anvcs.provenance.summary import Who
from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox, newer_git

MINE, OTHER = session_key("claude-code:8f21"), session_key("codex:77")
SESSIONS = {
    MINE: {"agent_id": {"tool": "claude-code", "id": "8f21", "model": "claude-opus-4"}},
    OTHER: {"agent_id": {"tool": "codex", "id": "77", "model": "openai/gpt-5"}},
}
TRACE = "::t_00000000000001"
STATES = {"passed": 0, "failed": 0, "stale": 0, "unknown": 0}


def numbers(*ranges: range) -> str:
    return "".join(f"{number}\n" for each in ranges for number in each)


def story(repo: Sandbox) -> None:
    """12 lines of nobody; 7 of one agent, 3 of another; then a person takes 5 away, adds 1."""
    repo.commit("base", {"a": numbers(range(10)), "b": "x\ny\n"})
    commit = repo.commit("one", {"a": numbers(range(20))})
    write_record(
        repo,
        commit,
        1,
        sessions=SESSIONS,
        attestations={"a": {MINE + TRACE: "11-17", OTHER + TRACE: "18-20"}},
        **ran_tests(repo),
    )
    repo.git("switch", "-qc", "topic")
    commit = repo.commit("two", {"a": numbers(range(3, 17), range(19, 20)), "b": "x\ny\nz\n"})
    step = {"op": "rebase", "from": ["1" * 40], "match": "declared", "at": "2026-09-21T14:15:00Z"}
    subject = {"ref": "refs/heads/topic"}
    record = write_record(repo, commit, 2, agent_id="human", lineage=[step])
    record["subject"].update(subject)  # type: ignore[attr-defined]
    write_record(repo, commit, 2, **record)


def counted(repo: Sandbox, *args: str, **how: object) -> dict[str, object]:
    said = json.loads(repo.anvcs("stats", "--json", *args, **how))
    assert isinstance(said, dict)
    return said


def rows(repo: Sandbox, by: str, *args: str) -> dict[tuple[object, ...], dict[str, object]]:
    said = counted(repo, "--by", by, *args)
    return {tuple(row[name] for name in said["by"]): row for row in said["rows"]}  # type: ignore[attr-defined]


def test_a_table_with_bars(repo: Sandbox) -> None:
    story(repo)

    said = repo.anvcs("stats").splitlines()
    assert [re.sub(" +", " ", line) for line in said] == [
        "agent commits rewritten added deleted ✓ ✗ ~ –",
        "untracked 1 0 12 0 ···················· 0 0 0 1",
        "claude-code 1 0 7 0 ████████████ 1 0 0 0",
        "codex 0 0 3 0 █████ 0 0 0 0",
        "human 1 1 1 5 ▒▒ 0 0 0 1",
        "total 3 1 23 5 1 0 0 2",
        "",
        "█ agent ▒ human · untracked (added lines)",
    ]
    marks = [line.rindex(mark) for line, mark in zip(said[:2], "–1", strict=True)]
    assert marks[0] == marks[1]
    assert "====" not in repo.anvcs("stats", "--ascii")
    assert "## " in repo.anvcs("stats", "--ascii").splitlines()[2]


def test_survival_and_the_names_of_git_ai(repo: Sandbox) -> None:
    story(repo)

    said = counted(repo, "--survival")

    assert {key: said[key] for key in list(said)[-7:]} == {
        "human_additions": 1,
        "unknown_additions": 12,
        "ai_additions": 10,
        "ai_accepted": 8,
        "git_diff_added_lines": 23,
        "git_diff_deleted_lines": 5,
        "tool_model_breakdown": {
            "claude-code::claude-opus-4": {"ai_additions": 7, "ai_accepted": 7},
            "codex::gpt-5": {"ai_additions": 3, "ai_accepted": 1},
        },
    }
    assert said["alive"] == {"agent": 8, "human": 1, "untracked": 9}
    assert said["survival"]["files"] == 2  # type: ignore[index]
    assert "8  80 %" not in repo.anvcs("stats")
    assert "       7 100 %" in repo.anvcs("stats", "--survival")
    assert counted(repo)["ai_accepted"] is None


def test_rows_by_each_dimension_and_by_several(repo: Sandbox) -> None:
    story(repo)

    assert set(rows(repo, "model")) == {("anthropic/claude-opus-4",), ("openai/gpt-5",), (None,)}
    sessions = [row["session"] for row in counted(repo, "--by", "session")["rows"]]  # type: ignore[attr-defined]
    assert sessions == [None, "claude-code:8f21", "codex:77", None]
    assert {key: row["commits"] for key, row in rows(repo, "lane").items()} == {
        ("main",): 1,
        ("topic",): 1,
        (None,): 1,
    }
    assert set(rows(repo, "author")) == {("A U Thor <author@example.com>",)}
    assert set(rows(repo, "day")) == {("2026-09-21",)}
    assert set(rows(repo, "week")) == {("2026-W39",)}
    (month,) = rows(repo, "month").values()
    assert month["added"] == {"agent": 10, "human": 1, "untracked": 12}
    assert month["tests"] == {**STATES, "passed": 1, "unknown": 2}
    assert month["rewritten"] == 1
    both = counted(repo, "--by", "month,agent")["rows"]
    assert [(row["month"], row["agent"], row["kind"]) for row in both] == [  # type: ignore[attr-defined]
        ("2026-09", None, "untracked"),
        ("2026-09", "claude-code", "agent"),
        ("2026-09", "codex", "agent"),
        ("2026-09", None, "human"),
    ]
    assert counted(repo, "--by", "month", "--by", "agent") == counted(repo, "--by", "month,agent")


def test_commits_are_chosen_by_range_date_filter_and_path(repo: Sandbox) -> None:
    story(repo)
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("alone", {"z": "1\n"})
    repo.git("switch", "-q", "topic")

    assert counted(repo, "main..topic")["commits"] == 1
    assert counted(repo, "HEAD~1")["commits"] == 2
    assert counted(repo, "--all")["commits"] == 4
    assert counted(repo, "--filter", "tests:passed")["commits"] == 1
    assert counted(repo, "--filter", "path:b")["git_diff_added_lines"] == 3
    assert counted(repo, "--since", "2026-09-21T14:15:30Z")["commits"] == 1
    assert counted(repo, "--until", "2026-09-20")["commits"] == 0
    said = counted(repo, "main..topic", "--survival")
    assert said["alive"] == {"agent": 0, "human": 1, "untracked": 0}
    said = counted(repo, "--since", "2026-09-21T14:14:30Z", "--survival")
    assert said["alive"] == {"agent": 8, "human": 1, "untracked": 0}


def test_wrong_arguments_are_one_sentence_and_a_hint(repo: Sandbox) -> None:
    assert repo.run("git-anvcs", "stats").returncode == 1
    story(repo)

    for args in (
        ["nothing"],
        ["a"],
        ["HEAD^{tree}"],
        ["main", "--all"],
        ["--all", "--survival"],
        ["main...topic", "--survival", "--by", "week,century"],
        ["--by", ""],
        ["--since", "soon"],
        ["--filter", "agent"],
    ):
        done = repo.run("git-anvcs", "stats", *args)
        assert done.returncode == 2, (args, done.stderr)
        assert "hint: " in done.stderr, args
        assert "Traceback" not in done.stderr


def test_lines_of_a_file_renamed_in_the_range_are_found(repo: Sandbox) -> None:
    write_record(repo, repo.commit("make", {"old": numbers(range(30))}), 1)
    repo.git("mv", "old", "new")
    repo.commit("move")

    assert counted(repo, "--survival")["ai_accepted"] == 30


@pytest.mark.parametrize("options", [[], ["--ref-format=reftable"], ["--object-format=sha256"]])
def test_works_in_every_kind_of_repository(repo: Sandbox, options: list[str]) -> None:
    other = Sandbox(repo.base, name="other", init=False, **newer_git(repo.base / "newer"))
    other.root.mkdir()
    other.git("init", "-q", "-b", "main", *options)
    story(other)

    assert counted(other, "--survival")["ai_accepted"] == 8
    other.git("clone", "-q", "--mirror", ".", str(repo.base / "bare"))
    assert counted(other, "--survival", cwd=repo.base / "bare")["ai_accepted"] == 8


def test_the_number_of_git_processes_does_not_grow_with_the_history(repo: Sandbox) -> None:
    counts = []
    for number in range(2):
        for _ in range(1 + 120 * number):
            repo.commit("x", {"a": f"{repo.ticks}\n"})
        trace = repo.base / f"trace{number}"
        repo.anvcs("stats", env={"GIT_TRACE2_EVENT": str(trace)})
        counts.append(trace.read_text().count('"event":"start"'))

    assert counts[0] == counts[1] <= 6, counts


whos = st.sampled_from([Who("human"), Who("untracked"), Who("agent", "a", "1", "p/m")])
commits = st.builds(
    tally.Commit,
    oid=st.just("0" * 40),
    author=st.sampled_from(["A", "B"]),
    date=st.sampled_from(["2026-01-01", "2026-01-04", "2026-02-01", "0001-01-01", "99999-01-01"]),
    record=st.none(),
    lines=st.dictionaries(whos, st.integers(1, 9)).map(Counter),
    deleted=st.integers(0, 9),
)


@given(st.lists(commits, max_size=8), st.permutations(tally.DIMENSIONS), st.integers(1, 8))
def test_rows_add_up_to_the_total(
    found: list[tally.Commit], dimensions: list[str], size: int
) -> None:
    counts = tally.Tally(dimensions[:size])
    for commit in found:
        counts.add(commit)
        for who, count in commit.lines.items():
            counts.survived(commit, who, count)

    ordered = counts.ordered()
    assert sum((row for _, row in ordered), Counter()) == +counts.total
    assert len(ordered) == len(counts.rows)
    assert tally.added(counts.total) == sum(commit.lines.total() for commit in found)
    assert tally.alive(counts.total) == tally.added(counts.total)

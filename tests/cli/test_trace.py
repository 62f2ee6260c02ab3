import json
from pathlib import Path

import pytest

from git_anvcs.provenance.claim import session_key
from tests.support.records import ran_tests, record_of, write_record, write_texts
from tests.support.sandbox import Sandbox, newer_git

MINE, OTHER = session_key("claude-code:8f21"), session_key("codex:77")
SESSIONS = {
    MINE: {"agent_id": {"tool": "claude-code", "id": "8f21", "model": "claude-opus-4"}},
    OTHER: {
        "agent_id": {"tool": "codex", "id": "77", "model": "openai/gpt-5"},
        "parent_session": MINE,
    },
}
TRACE = "::t_00000000000001"


def numbers(*ranges: range) -> str:
    return "".join(f"{number}\n" for each in ranges for number in each)


def story(repo: Sandbox) -> dict[str, str]:
    """A session makes a commit with another one's lines in it; a person commits one line of it."""
    made = {"base": repo.commit("base", {"a": numbers(range(10))})}
    made["one"] = repo.commit("one", {"a": numbers(range(20)), "b": "x\ny\n"})
    write_record(
        repo,
        made["one"],
        1,
        sessions=SESSIONS,
        attestations={"a": {MINE + TRACE: "11-15", OTHER + TRACE: "16-18"}},
        prompt="count further",
        **ran_tests(repo),
    )
    made["two"] = repo.commit("two", {"a": numbers(range(5, 13), range(14, 20)), "b": "x\ny\nw\n"})
    mine = {MINE: SESSIONS[MINE]}
    attested = {"b": {MINE + TRACE: "3"}}
    write_record(repo, made["two"], 2, agent_id="human", sessions=mine, attestations=attested)
    return made


def traced(repo: Sandbox, *args: str, **how: object) -> dict[str, object]:
    said = json.loads(repo.anvcs("trace", "--json", *args, **how))
    assert isinstance(said, dict)
    return said


def subjects(repo: Sandbox, *args: str) -> list[str]:
    return [c["subject"] for c in traced(repo, *args)["commits"]]  # type: ignore[attr-defined]


def test_commits_lines_tests_and_what_is_left_are_shown(repo: Sandbox) -> None:
    made = story(repo)

    assert repo.anvcs("trace", "8f21").splitlines() == [
        "session claude-code:8f21",
        f"  key      {MINE}",
        "  model    anthropic/claude-opus-4",
        "  started  codex:77",
        "  commits  2, 2026-09-21 14:15 to 2026-09-21 14:16; 1 of them made by others",
        "  lines    8 written, 6 of them attested one by one; 7 (87 %) still in HEAD",
        "  tests    ✓ 1  – 1",
        "",
        f"{made['one'][:9]} 2026-09-21 14:15 ✓ main  one",
        "  prompt   count further",
        "  a     +10     -0  5 its own  4 still there",
        "  b      +2     -0  2 still there",
        "",
        f"{made['two'][:9]} 2026-09-21 14:16 – main  two  (made by human)",
        "  b      +1     -0  1 its own  1 still there",
    ]


def test_json_has_each_commit_with_its_files(repo: Sandbox) -> None:
    made = story(repo)

    said = traced(repo, "codex:77")

    assert (said["session"], said["agent"], said["id"]) == ("codex:77", "codex", "77")
    assert (said["parent"], said["children"]) == ("claude-code:8f21", [])
    assert said["models"] == ["openai/gpt-5"]
    assert said["totals"] == {"commits": 1, "lines": 3, "attested": 3, "alive": 3, "rewritten": 0}
    survival = {"rev": "HEAD", "commit": made["two"], "files": 1, "unseen": []}
    assert said["survival"] == survival
    (commit,) = said["commits"]  # type: ignore[misc]
    assert (commit["commit"], commit["made"], commit["place"]) == (made["one"], False, "here")
    assert commit["prompt"] is None  # the prompt was another session's
    assert commit["files"] == [
        {"path": "a", "added": 10, "deleted": 0, "attested": 3, "lines": 3, "alive": 3},
        {"path": "b", "added": 2, "deleted": 0, "attested": None, "lines": 0, "alive": 0},
    ]


@pytest.mark.parametrize(
    "words", ["claude-code:8f21", "8f21", "claude-c", "8f", "21", MINE, MINE[:6], MINE + TRACE]
)
def test_a_session_has_many_names(repo: Sandbox, words: str) -> None:
    story(repo)

    assert traced(repo, words, "--no-survival")["session"] == "claude-code:8f21"


def test_several_sessions_are_listed_and_none_is_said(repo: Sandbox) -> None:
    story(repo)
    write_record(repo, repo.commit("x"), 5, agent_id="codex:8f21")
    write_record(repo, repo.commit("y"), 6, agent_id="claude-code:unknown")

    for words, code, said in (
        ("8f21", 2, "2 sessions are called '8f21': claude-code:8f21, codex:8f21"),
        ("c", 2, "3 sessions are called 'c'"),
        ("claude-code:8f2x", 1, "did you mean claude-code:8f21"),
        ("unknown", 1, "the last sessions are "),
        (" ", 2, "which session?"),
    ):
        done = repo.run("git-anvcs", "trace", words)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert "hint: " in done.stderr
    assert traced(repo, "codex:8f21")["session"] == "codex:8f21"


def test_commits_are_chosen_by_record_path_and_date(repo: Sandbox) -> None:
    story(repo)

    assert subjects(repo, "8f21", "--filter", "tests:passed") == ["one"]
    assert subjects(repo, "8f21", "--filter", "class:human") == ["two"]
    assert subjects(repo, "8f21", "--filter", "path:b") == ["one", "two"]
    assert subjects(repo, "8f21", "--since", "2026-09-21T14:15:30Z") == ["two"]
    assert subjects(repo, "8f21", "--until", "2026-09-20") == []
    assert repo.run("git-anvcs", "trace", "8f21", "--since", "soon").returncode == 2


def test_a_rewritten_commit_is_told_once_with_what_it_was(repo: Sandbox) -> None:
    old = repo.commit("draft", {"a": "1\n"})
    write_record(repo, old, 1)
    repo.git("commit", "-q", "--amend", "-m", "done")
    new = repo.git("rev-parse", "HEAD").strip()
    step = {"op": "amend", "from": [old], "match": "declared", "at": "2026-09-21T14:15:00Z"}
    write_record(repo, new, 1, rev=2, lineage=[step])

    said = traced(repo, "8f21")

    assert [c["commit"] for c in said["commits"]] == [new]  # type: ignore[attr-defined]
    assert said["totals"]["rewritten"] == 1  # type: ignore[index]
    assert f"{old[:12]} before the amend" in repo.anvcs("trace", "8f21")


def test_a_cherry_pick_leaves_two_commits(repo: Sandbox) -> None:
    first = repo.commit("first", {"a": "1\n"})
    write_record(repo, first, 1)
    second = repo.commit("second", {"b": "1\n"})
    step = {"op": "cherry-pick", "from": [first], "match": "declared", "at": "2026-09-21T14:15:00Z"}
    write_record(repo, second, 2, lineage=[step])

    assert subjects(repo, "8f21") == ["first", "second"]


def test_lines_follow_a_file_to_its_new_name(repo: Sandbox) -> None:
    commit = repo.commit("make", {"old": numbers(range(30))})
    write_record(repo, commit, 1)
    repo.git("mv", "old", "new")
    repo.commit("move")

    (file,) = traced(repo, "8f21")["commits"][0]["files"]  # type: ignore[index]
    assert (file["path"], file["lines"], file["alive"]) == ("old", 30, 30)


def test_lines_are_looked_for_at_another_commit_or_not_at_all(repo: Sandbox) -> None:
    made = story(repo)

    assert traced(repo, "8f21", "--at", "HEAD~1")["totals"]["alive"] == 7  # type: ignore[index]
    places = [c["place"] for c in traced(repo, "8f21", "--at", "HEAD~1")["commits"]]  # type: ignore[attr-defined]
    assert places == ["here", "elsewhere"]
    assert traced(repo, "8f21", "--at", made["base"])["totals"]["alive"] == 0  # type: ignore[index]
    said = traced(repo, "8f21", "--no-survival")
    assert said["survival"] is None
    assert said["commits"][0]["files"][0]["alive"] is None  # type: ignore[index]
    assert repo.run("git-anvcs", "trace", "8f21", "--at", "nothing").returncode == 2


def test_a_commit_that_is_not_here_is_known_by_its_record(repo: Sandbox) -> None:
    story(repo)
    gone = record_of(repo, "HEAD", 7)
    gone["subject"]["commit"] = "12" * 20  # type: ignore[index]
    write_texts(repo, {"12" * 20: json.dumps(gone) + "\n"})

    said = traced(repo, "8f21")["commits"]

    assert [c["place"] for c in said].count("gone") == 1  # type: ignore[attr-defined]
    assert "(not in this clone)" in repo.anvcs("trace", "8f21")


def test_commits_of_one_second_stand_in_their_order(repo: Sandbox) -> None:
    story(repo)
    made = []
    for number in range(8):
        repo.git("commit", "-q", "--allow-empty", "-m", str(number))
        commit = repo.git("rev-parse", "HEAD").strip()
        made.append(str(number))
        write_record(repo, commit, 90 - number, agent_id="codex:fast")

    assert subjects(repo, "codex:fast") == made


def test_attestations_that_contradict_or_do_not_parse_never_name_the_wrong_one(
    repo: Sandbox,
) -> None:
    commit = repo.commit("one", {"a": numbers(range(6)), "b": "1\n2\n"})
    claims = {MINE + TRACE: "1-4", OTHER + TRACE: "3-6"}
    attested = {"a": claims, "b": {OTHER + TRACE: "1-9000000"}}
    write_record(repo, commit, agent_id="human", sessions=SESSIONS, attestations=attested)

    for words, lines in (("8f21", 2), ("codex:77", 2)):
        said = traced(repo, words)
        assert (said["totals"]["lines"], said["totals"]["alive"]) == (lines, lines), words  # type: ignore[index]


def test_a_foreign_spelling_of_json_is_found(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})
    text = json.dumps(record_of(repo, commit)).replace("8f21", "8f\\u00321")
    write_texts(repo, {commit: text + "\n"})

    assert traced(repo, "claude-code:8f21")["totals"]["lines"] == 1  # type: ignore[index]


def test_of_very_many_files_those_with_most_lines_are_looked_at(repo: Sandbox) -> None:
    files = {f"f{number}": "1\n" for number in range(203)}
    write_record(repo, repo.commit("many", {**files, "large": "1\n2\n"}))

    said = traced(repo, "8f21")

    assert said["totals"]["lines"] == 205  # type: ignore[index]
    assert said["totals"]["alive"] == 201  # type: ignore[index]
    survival, (commit,) = said["survival"], said["commits"]  # type: ignore[misc]
    assert (survival["files"], len(survival["unseen"])) == (200, 4)  # type: ignore[index]
    alive = {file["path"]: file["alive"] for file in commit["files"]}
    assert alive["large"] == 2
    assert [path for path, count in alive.items() if count is None] == survival["unseen"]  # type: ignore[index]
    assert "4 files not looked at" in repo.anvcs("trace", "8f21")


def test_where_only_notes_were_fetched_they_are_read(repo: Sandbox) -> None:
    story(repo)
    repo.git("update-ref", "-d", "refs/anvcs/meta")

    assert subjects(repo, "8f21") == ["one", "two"]


def test_works_bare_and_before_the_first_commit_and_with_newer_git(repo: Sandbox) -> None:
    assert repo.run("git-anvcs", "trace", "x").returncode == 1
    story(repo)
    repo.git("clone", "-q", "--mirror", ".", str(repo.base / "bare"))

    assert traced(repo, "8f21", cwd=repo.base / "bare")["totals"]["alive"] == 7  # type: ignore[index]
    for options in ([], ["--ref-format=reftable"], ["--object-format=sha256"]):
        name = "".join(options) or "plain"
        other = Sandbox(repo.base, name=name, init=False, **newer_git(repo.base / "newer"))
        other.root.mkdir()
        other.git("init", "-q", "-b", "main", *options)
        story(other)
        assert traced(other, "8f21")["totals"]["alive"] == 7, name  # type: ignore[index]


def test_a_partial_clone_that_cannot_fetch_says_so(repo: Sandbox) -> None:
    story(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.base / "clone"
    repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.root}", str(clone))
    repo.git("fetch", "-q", "origin", "refs/anvcs/meta:refs/anvcs/meta", cwd=clone)
    repo.root.rename(repo.base / "gone")

    done = repo.run("git-anvcs", "trace", "8f21", cwd=clone)

    assert (done.returncode, "partial clone" in done.stderr) == (5, True), done.stderr


def test_the_number_of_git_processes_grows_with_files_only(repo: Sandbox) -> None:
    counts = []
    for number in range(2):
        for _ in range(1 + 8 * number):
            write_record(repo, repo.commit("x", {"a": f"{repo.ticks}\n"}), repo.ticks)
        trace: Path = repo.base / f"trace{number}"
        repo.anvcs("trace", "8f21", env={"GIT_TRACE2_EVENT": str(trace)})
        counts.append(trace.read_text().count('"event":"start"'))

    assert counts[0] == counts[1] <= 16, counts

import json

import pytest

from git_anvcs.flows import reading
from git_anvcs.git.repo import Repo
from tests.support.records import ran_tests, write_record, write_texts
from tests.support.sandbox import Sandbox


def test_json_is_the_record_itself(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})
    record = write_record(repo, commit, **ran_tests(repo))

    assert json.loads(repo.anvcs("show", "--json")) == record


def test_text_says_who_with_what_and_what_was_tested(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})
    write_record(
        repo,
        commit,
        **ran_tests(repo),
        coverage=91.25,
        prompt="add the file\nwith one line",
        prompt_info={"policy": "inline"},
        env={"digest": f"sha256:{'0' * 64}", "os": "debian 12", "python": "3.11.7"},
        artifacts=[
            {
                "name": "junit.xml",
                "type": "report",
                "storage": "local",
                "key": "k",
                "sha256": "ab" * 32,
                "size": 4200,
            }
        ],
        lineage=[
            {
                "op": "rebase",
                "from": ["c" * 40],
                "match": "declared",
                "at": "2026-09-21T14:14:00.000Z",
            }
        ],
    )

    assert repo.anvcs("show").splitlines() == [
        f"commit {commit[:12]}  (HEAD -> main)  one",
        "  author   A U Thor, 2026-09-21 14:14:20 +0000",
        "  agent    claude-code",
        "  session  8f21",
        "  model    anthropic/claude-opus-4",
        "  lane     main",
        "  prompt   add the file",
        "           with one line",
        "  tests    ✓ passed (12 tests) on this very tree",
        "  coverage 91.25 %",
        "  env      debian 12 · python 3.11.7 (sha256:000000000000…)",
        "  artifact junit.xml  report, 4.2 KB, local abababababab",
        "  was      cccccccccccc before the rebase (matched by declared) 2026-09-21T14:14:00.000Z",
        "  record   am_00000000000000000000000001 revision 1 · change I00000000000",
    ]


def test_a_commit_is_found_by_record_id_and_by_change_id(repo: Sandbox) -> None:
    first = repo.commit("one", {"a": "1\n"})
    repo.commit("two", {"a": "2\n"})
    record = write_record(repo, first, 7)

    for name in (record["meta_id"], record["change_id"], "HEAD~1", first[:9]):
        assert json.loads(repo.anvcs("show", "--json", str(name))) == record


def test_the_newest_revision_is_found_when_a_rewrite_left_two(repo: Sandbox) -> None:
    first = repo.commit("one", {"a": "1\n"})
    second = repo.commit("two", {"a": "2\n"})
    write_record(repo, first, 7)
    write_record(repo, second, 7, rev=2)

    found = json.loads(repo.anvcs("show", "--json", "am_00000000000000000000000007"))

    assert found["subject"]["commit"] == second


def test_two_changes_of_one_id_are_named(repo: Sandbox) -> None:
    first = repo.commit("one", {"a": "1\n"})
    second = repo.commit("two", {"a": "2\n"})
    write_record(repo, first, 1, change_id="I" + "a" * 40)
    write_record(repo, second, 2, change_id="I" + "a" * 40)

    done = repo.run("git-anvcs", "show", "I" + "a" * 40)

    assert done.returncode == 2
    assert first[:12] in done.stderr
    assert second[:12] in done.stderr


def test_tests_of_another_tree_prove_nothing(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})
    write_record(repo, commit, tests_passed=True, tests={"ran_on_tree": "d" * 40})

    said = repo.anvcs("show")

    assert "✓" not in said
    assert "~ claimed for another tree (dddddddddddd)" in said


def test_exit_code_is_1_and_one_sentence_when_there_is_no_record(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})

    done = repo.run("git-anvcs", "show", "--json")

    assert done.returncode == 1
    assert done.stderr.startswith(f"git-anvcs: commit {commit[:12]} has no record")
    assert json.loads(done.stdout)["error"]["exit_code"] == 1


def test_an_empty_repository_is_said(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "show")

    assert done.returncode == 1
    assert done.stderr.startswith("git-anvcs: there are no commits yet\n")


def test_an_unknown_revision_is_wrong_usage(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})

    for name in ("nothing", "--", "am_00000000000000000000000009", "-x"):
        done = repo.run("git-anvcs", "show", "--", name)
        assert done.returncode == 2, name
        assert "Traceback" not in done.stderr


def test_hostile_texts_reach_no_terminal_and_broken_records_no_traceback(repo: Sandbox) -> None:
    commit = repo.commit("evil \x1b]0;title\x07 \u202esubject", {"a": "1\n"})
    write_record(
        repo,
        commit,
        agent_id="\x1b[2Jclaude:\x9b31m",
        model="a/b\rc",
        prompt="x\x1b[8mhidden\n\u202egnp",
        env={"os": 5, "tools": "x", "digest": None, "python": {}},
        artifacts=["x", {"name": 1, "size": "big"}],
        lineage=[{"from": "abc", "op": 1}, 4],
        tests={"total": "x"},
        tests_passed=True,
        sessions=[],
        ext={"a.b": 1},
    )

    said = repo.anvcs("show")

    assert not set(said) & {"\x1b", "\x07", "\x9b", "\r", "\u202e"}
    assert "\\x1b[2Jclaude" in said


def test_a_text_that_is_no_record_counts_as_none(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1\n"})
    write_texts(repo, {commit: b"\xff not json\n"})

    assert repo.run("git-anvcs", "show").returncode == 1


def test_a_record_is_there_right_after_a_plain_commit(repo: Sandbox) -> None:
    repo.anvcs("init", "--yes", "--agents", "none")
    repo.anvcs("context", "set", "--agent", "codex:7", "--model", "openai/gpt-5")
    commit = repo.commit("one", {"a": "1\n"})

    for args in (["show"], ["log", "-1"], ["graph"], ["why", "a:1"], ["blame", "a"]):
        assert "codex" in repo.anvcs(*args), args
    assert json.loads(repo.anvcs("show", "--json"))["subject"]["commit"] == commit


def test_what_cannot_be_drained_is_said_and_reading_goes_on(repo: Sandbox) -> None:
    repo.anvcs("init", "--yes", "--agents", "none")
    first = repo.commit("one", {"a": "1\n"})
    repo.anvcs("show")
    repo.ok("rm", "-rf", ".git/anvcs/locks")
    repo.write(".git/anvcs/locks", "in the way")
    repo.commit("two", {"a": "2\n"})

    done = repo.run("git-anvcs", "show", "--json", first)

    assert (done.returncode, json.loads(done.stdout)["subject"]["commit"]) == (0, first)
    assert done.stderr.startswith("some records wait to be written: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_who_may_not_write_is_told_so_once(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.anvcs("init", "--yes", "--agents", "none")
    here = Repo.discover(repo.root)
    notes: list[str] = []
    monkeypatch.setattr("os.access", lambda path, mode: False)

    reading.ready(here, notes.append)

    home = repo.root / ".git/anvcs"
    said = f"only the records that are made already are shown: {home} cannot be written"
    assert notes == [said]

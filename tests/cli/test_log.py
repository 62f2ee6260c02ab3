import json
import re

import pytest

from tests.support.records import ran_tests, record_of, write_record, write_texts
from tests.support.sandbox import Sandbox


def story(repo: Sandbox) -> list[str]:
    """Three commits: by an agent, by a person, by nobody known; newest last."""
    first = repo.commit("agent\n\nbody of it", {"a": "1\n"})
    write_record(repo, first, 1, **ran_tests(repo))
    second = repo.commit("person", {"a": "2\n", "b": "1\n"})
    write_record(repo, second, 2, agent_id="human", **ran_tests(repo, passed=False))
    third = repo.commit("unknown", {"b": "2\n"})
    return [first, second, third]


def test_each_commit_has_one_line_about_its_record(repo: Sandbox) -> None:
    first, second, third = story(repo)

    assert repo.anvcs("log", "--oneline") == (
        f"{third[:7]} untracked –  unknown\n"
        f"{second[:7]} human ✗ main  person\n"
        f"{first[:7]} claude-code · claude-opus-4 ✓ main  agent\n"
    )
    assert repo.anvcs("log", "-1", first) == (
        f"commit {first}\n"
        "Author: A U Thor <author@example.com>\n"
        "Date:   Mon Sep 21 14:14:20 2026 +0000\n"
        "Agent:  claude-code · claude-opus-4 ✓ main\n"
        "\n"
        "    agent\n"
        "    \n"
        "    body of it\n"
    )


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-p"],
        ["--stat"],
        ["--pretty=fuller"],
        ["--pretty=full", "--patch"],
        ["--pretty=short"],
        ["--reverse"],
        ["-n", "2", "--skip=1"],
        ["--", "b"],
        ["--pretty=fuller", "--date=iso", "--name-status"],
    ],
)
def test_without_our_line_it_is_gits_own_log(repo: Sandbox, options: list[str]) -> None:
    story(repo)
    repo.git("switch", "-qc", "side", "HEAD~1")
    repo.commit("side", {"c": "1\n"})
    repo.git("merge", "-q", "main", "-m", "both")

    ours = repo.anvcs("log", *options)
    git = repo.git("log", *options)

    without = re.sub(r"^[*|\\/ ]*Agent: .*\n", "", ours, flags=re.MULTILINE)
    assert _stripped(without) == _stripped(git)


def _stripped(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_own_formats_and_format_pretty_get_the_record_at_the_end_of_the_line(repo: Sandbox) -> None:
    *_, third = story(repo)

    assert repo.anvcs("log", "-1", "--format=%h") == f"{third[:7]} untracked –\n"
    repo.git("config", "format.pretty", "oneline")
    assert repo.anvcs("log", "-1") == f"{third} untracked –  unknown\n"
    done = repo.run("git-anvcs", "log", "--pretty=raw")
    assert (done.returncode, "no place for a record" in done.stderr) == (2, True)


def test_json_has_facts_record_and_whatever_else_git_prints(repo: Sandbox) -> None:
    first, second, _ = story(repo)

    said = json.loads(repo.anvcs("log", "--json", "--stat", "-2", "HEAD~1"))["commits"]

    assert [commit["commit"] for commit in said] == [second, first]
    assert said[1]["record"] == record_of(repo, first, 1, **ran_tests(repo, first))
    assert said[1]["agent"] == "claude-code"
    assert said[1]["tests"] == "passed"
    assert said[1]["body"] == "body of it\n"
    assert said[1]["extra"].startswith(" a | 1 +\n")
    assert said[0]["parents"] == [first]


def test_filters_choose_before_n_counts(repo: Sandbox) -> None:
    first, second, third = story(repo)

    def chosen(*args: str) -> list[str]:
        return [c["commit"] for c in json.loads(repo.anvcs("log", "--json", *args))["commits"]]

    assert chosen("--filter", "agent:claude-code", "-n1") == [first]
    assert chosen("--filter", "!class:untracked", "-1") == [second]
    assert chosen("--filter", "path:b") == [third, second]
    assert chosen("--filter", "path:b,tests:failed", "--max-count=5") == [second]
    said = repo.anvcs("log", "-p", "--filter", "agent:claude-code")
    assert said.count("commit ") == 1
    assert said.count("diff --git") == 1


def test_wrong_arguments_are_one_sentence(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "log")
    assert (done.returncode, "no commits yet" in done.stderr) == (1, True)
    story(repo)

    for args in (
        ["nothing"],
        ["--frob"],
        ["--filter", "x"],
        ["--filter", "agent:x", "--graph"],
        ["--json", "--graph"],
        ["--filter", "agent:x", "-n", "x"],
    ):
        done = repo.run("git-anvcs", "log", *args)
        assert done.returncode == 2, args
        assert done.stderr.startswith("git-anvcs: "), done.stderr
        assert "Traceback" not in done.stderr


def test_hostile_texts_are_made_safe(repo: Sandbox) -> None:
    repo.git("config", "user.name", "ignored")
    commit = repo.commit("\x1b[31mred \x1b]0;t\x07 \x01+x\x01 \u202e", {"a": "1\n"})
    write_texts(
        repo, {commit: json.dumps(record_of(repo, commit, agent_id="evil\x1b[2J:1")) + "\n"}
    )

    for options in ([], ["--oneline"], ["--graph"], ["--format=%s"]):
        said = repo.anvcs("log", *options)
        assert not set(said.replace("\x1b[31m", "")) & {"\x1b", "\x07", "\x01", "\u202e"}, options
    assert "\x1b" not in repo.anvcs("log")


def test_a_long_history_keeps_its_marks_across_every_chunk(repo: Sandbox) -> None:
    stream = ["commit refs/heads/main\ncommitter T <t@e> 1790000000 +0000\ndata 2\n0\n"]
    for number in range(1, 1500):
        text = f"{number} " + "x" * (number % 97)
        stream.append(
            f"commit refs/heads/main\ncommitter T <t@e> {1790000000 + number} +0000\n"
            f"data {len(text)}\n{text}\n"
        )
    repo.ok("git", "fast-import", "--quiet", stdin="\n".join(stream))

    said = repo.anvcs("log", "--oneline")

    git = repo.git("log", "--oneline")
    assert said.replace(" untracked – ", "") == git

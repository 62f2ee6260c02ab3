import json

import pytest

from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox


def story(repo: Sandbox) -> dict[str, str]:
    """An agent's branch merged into a person's."""
    made = {"base": repo.commit("base", {"a": "1\n"})}
    repo.git("switch", "-qc", "topic")
    made["topic"] = repo.commit("topic", {"b": "1\n"})
    write_record(repo, made["topic"], 1, **ran_tests(repo))
    repo.git("switch", "-q", "main")
    made["mine"] = repo.commit("mine", {"a": "2\n"})
    write_record(repo, made["mine"], 2, agent_id="human")
    repo.ticks += 1
    repo.git("merge", "-q", "topic", "-m", "both")
    made["both"] = repo.git("rev-parse", "HEAD").strip()
    return made


def test_lanes_agents_tests_and_refs_are_drawn(repo: Sandbox) -> None:
    ids = {name: oid[:9] for name, oid in story(repo).items()}

    assert repo.anvcs("graph").splitlines() == [
        f"◦  {ids['both']} 2026-09-21 – untracked                 both  (HEAD -> main)",
        "├─╮",
        f"│ ●  {ids['topic']} 2026-09-21 ✓ claude-code · claude-op…  topic  (topic)",
        f"○ │  {ids['mine']} 2026-09-21 – human                     mine",
        "├─╯",
        f"◦  {ids['base']} 2026-09-21 – untracked                 base",
    ]
    assert repo.anvcs("graph", "--ascii").splitlines()[1:3] == [
        "+-.",
        f"| *  {ids['topic']} 2026-09-21 ✓ claude-code · claude-op…  topic  (topic)",
    ]


def test_json_has_edges_refs_and_facts(repo: Sandbox) -> None:
    ids = story(repo)

    said = json.loads(repo.anvcs("graph", "--json"))["commits"]

    assert [c["commit"] for c in said] == [ids[n] for n in ("both", "topic", "mine", "base")]
    assert said[0]["parents"] == [ids["mine"], ids["topic"]]
    assert said[0]["refs"] == ["HEAD -> main"]
    assert [c["column"] for c in said] == [0, 1, 0, 0]
    assert said[1]["agent"] == "claude-code"
    assert said[1]["tests"] == "passed"


def chosen(repo: Sandbox, *args: str) -> list[str]:
    return [c["subject"] for c in json.loads(repo.anvcs("graph", "--json", *args))["commits"]]


def test_commits_are_chosen_by_record_path_date_number_and_start(repo: Sandbox) -> None:
    story(repo)

    assert chosen(repo, "--filter", "agent:claude-*") == ["topic"]
    assert chosen(repo, "--filter", "class:untracked", "-n", "1") == ["both"]
    assert chosen(repo, "b") == ["topic"]
    assert chosen(repo, "--filter", "path:a") == ["mine", "base"]
    assert chosen(repo, "-n", "2") == ["both", "topic"]
    assert chosen(repo, "-n", "0") == []
    assert chosen(repo, "--from", "topic") == ["topic", "base"]
    assert chosen(repo, "--since", "2026-09-21T14:15:30Z") == ["both", "mine"]
    assert chosen(repo, "--until", "2026-09-21") == ["both", "topic", "mine", "base"]
    assert chosen(repo, "--until", "2026-09-20") == []
    assert chosen(repo, "--since", "9999w") == ["both", "topic", "mine", "base"]


def test_hidden_commits_leave_a_dotted_line(repo: Sandbox) -> None:
    for number in range(3):
        commit = repo.commit(str(number), {"a": f"{number}\n"})
        if number != 1:
            write_record(repo, commit, number)

    said = repo.anvcs("graph", "--filter", "class:agent").splitlines()

    assert [line[0] for line in said] == ["●", "┆", "●"]


def test_all_shows_every_branch_but_none_of_our_own_refs(repo: Sandbox) -> None:
    story(repo)
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("alone", {"z": "1\n"})

    assert chosen(repo) == ["alone"]
    assert chosen(repo, "--all") == ["alone", "both", "topic", "mine", "base"]


def test_refs_are_shown_but_not_ours(repo: Sandbox) -> None:
    ids = story(repo)
    repo.git("update-ref", "refs/anvcs/wip/x", ids["both"])
    repo.git("tag", "v1")

    assert json.loads(repo.anvcs("graph", "--json", "-n1"))["commits"][0]["refs"] == [
        "HEAD -> main",
        "tag: v1",
    ]


def test_a_parent_with_a_later_date_is_still_below(repo: Sandbox) -> None:
    repo.ticks = 100
    repo.commit("parent", {"a": "1\n"})
    repo.ticks = 1
    repo.commit("child", {"a": "2\n"})

    assert chosen(repo) == ["child", "parent"]


def test_wrong_arguments_are_one_sentence_and_a_hint(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "graph", "--json")
    assert (done.returncode, "no commits yet" in done.stderr) == (1, True)
    assert json.loads(done.stdout)["error"]["exit_code"] == 1
    assert repo.run("git-anvcs", "graph", "--all").returncode == 1
    story(repo)

    for args in (
        ["--since", "soon"],
        ["--until", "2026-13-01"],
        ["--filter", "agent"],
        ["--from", "nothing"],
        ["-n", "-1"],
        ["-n", "x"],
    ):
        done = repo.run("git-anvcs", "graph", *args)
        assert done.returncode == 2, args
        assert "hint: " in done.stderr, args
        assert "Traceback" not in done.stderr


def test_hostile_names_and_subjects_are_made_safe(repo: Sandbox) -> None:
    commit = repo.commit("\x1b[2Jsubject\r\u202e", {"a": "1\n"})
    write_record(repo, commit, agent_id="\x1b[31mclaude:1", model="a/\x07b")

    said = repo.anvcs("graph")

    assert not set(said) & {"\x1b", "\r", "\u202e", "\x07"}
    assert "\\x1b[2Jsubject\\x0d\\u202e" in said


def test_works_bare_detached_shallow_and_in_a_worktree(repo: Sandbox) -> None:
    story(repo)
    base = repo.base
    repo.git("clone", "-q", "--mirror", ".", str(base / "bare"))
    repo.git("clone", "-q", "--depth=1", f"file://{repo.root}", str(base / "shallow"))
    repo.git("worktree", "add", "-q", "--detach", str(base / "tree"), "topic")

    for where, subjects in (
        ("bare", ["both", "topic", "mine", "base"]),
        ("shallow", ["both"]),
        ("tree", ["topic", "base"]),
    ):
        said = json.loads(repo.anvcs("graph", "--json", cwd=base / where))["commits"]
        assert [c["subject"] for c in said] == subjects, where


@pytest.mark.parametrize(
    "command", [["graph"], ["log"], ["log", "--json"], ["blame", "a"], ["show"]]
)
def test_the_number_of_git_processes_does_not_grow_with_the_history(
    repo: Sandbox, command: list[str]
) -> None:
    counts = []
    for number in range(2):
        for round_ in range(1 + 8 * number):
            commit = repo.commit("x", {"a": "".join(f"{number}{n}\n" for n in range(round_ + 1))})
        write_record(repo, commit, number)
        trace = repo.base / f"trace{number}"
        repo.anvcs(*command, env={"GIT_TRACE2_EVENT": str(trace)})
        counts.append(trace.read_text().count('"event":"start"'))

    assert counts[0] == counts[1] <= 7, counts


def test_the_first_page_does_not_wait_for_the_rest_of_the_history(repo: Sandbox) -> None:
    stream = [
        f"commit refs/heads/main\ncommitter T <t@e> {1790000000 + number} +0000\n"
        f"data <<E\n{number}\nE\n"
        for number in range(3000)
    ]
    repo.ok("git", "fast-import", "--quiet", stdin="\n".join(stream))
    trace = repo.base / "trace"

    said = repo.anvcs("graph", "-n", "5", env={"GIT_TRACE2_EVENT": str(trace)})

    assert said.count("\n") == 5
    assert '"--max-count=261"' in trace.read_text()


def test_a_partial_clone_fetches_records_and_says_when_it_cannot(repo: Sandbox) -> None:
    write_record(repo, story(repo)["both"], 3, agent_id="human")
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    source = f"file://{repo.root}"
    for name in ("online", "offline"):
        clone = repo.base / name
        repo.git("clone", "-q", "--filter=blob:none", source, str(clone))
        repo.git("fetch", "-q", "origin", "refs/anvcs/meta:refs/anvcs/meta", cwd=clone)

    said = json.loads(repo.anvcs("graph", "--json", cwd=repo.base / "online"))["commits"]
    assert [c["agent"] for c in said if c["agent"]] == ["claude-code"]

    repo.root.rename(repo.base / "gone")
    for words in (["graph"], ["log"], ["show", "HEAD^1"]):
        done = repo.run("git-anvcs", *words, cwd=repo.base / "offline")
        assert done.returncode == 5, done.stderr
        assert "hint: this is a partial clone" in done.stderr
        assert "Traceback" not in done.stderr
        assert "untracked" not in done.stdout

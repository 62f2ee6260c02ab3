import json
from pathlib import Path

from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox


def story(repo: Sandbox) -> tuple[str, str, str]:
    """One file by an agent, a person and somebody unknown; the last line not committed."""
    first = repo.commit("agent", {"f.py": "a = 1\nb = 2\nc = 3\n"})
    write_record(repo, first, 1, **ran_tests(repo))
    second = repo.commit("person", {"f.py": "a = 1\nb = 20\nc = 3\n"})
    write_record(repo, second, 2, agent_id="human", model=None)
    third = repo.commit("unknown", {"f.py": "a = 1\nb = 20\nc = 30\n"})
    repo.write("f.py", "a = 1\nb = 20\nc = 30\nd\n")
    return first, second, third


def test_every_line_has_its_class_agent_model_and_tests(repo: Sandbox) -> None:
    first, second, third = story(repo)

    said = repo.anvcs("blame", "f.py").splitlines()

    assert said[:3] == [
        f"^{first[:8]} claude-code · claude-opus-4 ✓ 2026-09-21 1│a = 1",
        f"{second[:9]} A U Thor · human            – 2026-09-21 2│b = 20",
        f"{third[:9]} A U Thor · untracked        – 2026-09-21 3│c = 30",
    ]
    assert said[3].startswith("000000000 not committed yet           – ")
    assert said[3].endswith(" 4│d")


def test_json_says_the_same_with_stable_keys(repo: Sandbox) -> None:
    first, _, third = story(repo)

    said = json.loads(repo.anvcs("blame", "--json", "f.py"))

    assert said["totals"] == {"agent": 1, "human": 1, "untracked": 1, "uncommitted": 1}
    assert said["lines"][0] == {
        "line": 1,
        "commit": first,
        "original_line": 1,
        "original_path": "f.py",
        "kind": "agent",
        "agent": "claude-code",
        "session": "8f21",
        "model": "anthropic/claude-opus-4",
        "exact": False,
        "text": "a = 1",
    }
    assert said["commits"][first]["tests"] == "passed"
    assert said["commits"][first]["summary"] == "agent"
    assert said["commits"][third]["kind"] == "untracked"


def test_porcelain_is_gits_own_with_header_lines_of_ours(repo: Sandbox) -> None:
    story(repo)

    said = repo.anvcs("blame", "--porcelain", "f.py").splitlines()
    git = repo.git("blame", "--porcelain", "f.py").splitlines()

    without = [line for line in said if not line.startswith("anvcs-")]
    times = ("author-time", "committer-time")  # of the line that is not committed: now
    assert [x for x in without if not x.startswith(times)] == [
        x for x in git if not x.startswith(times)
    ]
    at = said.index("\ta = 1")
    assert said[at - 6 : at] == [
        "anvcs-kind agent",
        "anvcs-agent claude-code",
        "anvcs-session 8f21",
        "anvcs-model anthropic/claude-opus-4",
        "anvcs-tests passed",
        "anvcs-exact false",
    ]


def test_gits_options_and_revisions_pass_through(repo: Sandbox) -> None:
    story(repo)
    repo.git("mv", "-f", "f.py", "g.py")
    repo.commit("move", {"g.py": "  a = 1\nb = 20\nc = 30\n"})

    said = json.loads(repo.anvcs("blame", "--json", "-w", "-C", "-L", "1,2", "HEAD", "--", "g.py"))

    assert [line["original_path"] for line in said["lines"]] == ["f.py", "f.py"]
    assert [line["kind"] for line in said["lines"]] == ["agent", "human"]
    old = json.loads(repo.anvcs("blame", "--json", "HEAD~2", "--", "f.py"))
    assert [line["kind"] for line in old["lines"]] == ["agent", "human", "agent"]


def test_attested_lines_stay_exact_when_later_commits_move_them(repo: Sandbox) -> None:
    first = repo.commit("both", {"dir/f": "agent\nperson\nnobody\n"})
    session = "s_0123456789abcd"
    write_record(
        repo,
        first,
        sessions={session: {"agent_id": {"tool": "cursor", "id": "x", "model": "claude-opus-4"}}},
        attestations={"dir/f": {f"{session}::t_0123456789abcd": "1", "h_0123456789abcd": "2"}},
    )
    repo.commit("above", {"dir/f": "new\nnew\nagent\nperson\nnobody\n"})

    said = json.loads(repo.anvcs("blame", "--json", "f", cwd=repo.root / "dir"))

    found = [(line["kind"], line["agent"], line["exact"]) for line in said["lines"][2:]]
    assert found == [
        ("agent", "cursor", True),
        ("human", None, True),
        ("untracked", None, True),
    ]
    assert said["lines"][2]["model"] == "anthropic/claude-opus-4"


def test_the_directory_option_stands_before_the_name(repo: Sandbox, tmp_path: Path) -> None:
    story(repo)

    assert "a = 1" in repo.anvcs("-C", str(repo.root), "blame", "f.py", cwd=tmp_path)


def test_strange_names_and_contents_are_read_and_made_safe(repo: Sandbox) -> None:
    for number, name in enumerate(("with space", "new\nline", 'tab\t"q"', "ümlaut", "-dash")):
        commit = repo.commit(name, {name: b"x\x1b[2J\xff\r\n"})
        write_record(repo, commit, number)

        assert repo.anvcs("blame", "--", name).endswith("1│x\\x1b[2J\\xff\\x0d\n")
        said = json.loads(repo.anvcs("blame", "--json", "--", name))
        assert said["lines"][0]["original_path"] == name
        assert said["lines"][0]["text"] == "x\x1b[2J\ufffd\r"


def test_wrong_arguments_are_one_sentence_and_a_hint(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "blame", "f")
    assert (done.returncode, "no commits yet" in done.stderr) == (1, True)
    repo.commit("one", {"f": "1\n"})
    repo.write("new", "1\n")

    for args in (["nothing"], ["new"], ["-L", "9,9", "f"], ["--frob", "f"], [], ["f", "g", "h"]):
        done = repo.run("git-anvcs", "blame", *args)
        assert done.returncode == 2, args
        assert done.stderr.count("\n") <= 2, done.stderr
        assert "hint: " in done.stderr, done.stderr


def test_works_in_a_bare_repository(repo: Sandbox) -> None:
    first, *_ = story(repo)
    repo.git("clone", "-q", "--mirror", ".", "../bare.git")

    said = repo.anvcs("blame", "HEAD", "--", "f.py", cwd=repo.base / "bare.git")

    assert said.startswith(f"^{first[:8]} claude-code")


def test_an_empty_file_has_no_lines(repo: Sandbox) -> None:
    repo.commit("empty", {"f": ""})

    assert repo.anvcs("blame", "f") == ""
    assert json.loads(repo.anvcs("blame", "--json", "f"))["lines"] == []

"""git anvcs meta and drain, as people and programs call them."""

import json
import sys

import pytest

from tests.support.records import record_of, write_record, write_texts
from tests.support.sandbox import Sandbox
from tests.support.wired import wire


@pytest.fixture
def repo(repo: Sandbox) -> Sandbox:
    wire(repo)
    repo.commit("one", {"a": "1"})
    return repo


def test_what_is_set_is_read_back_one_revision_on(repo: Sandbox) -> None:
    repo.anvcs(
        "meta", "set", "HEAD", "agent_id=claude:s1", "model=anthropic/opus", "tests_passed=true",
        "coverage=91.5", "prompt_info.policy=withheld", "ext.example.tool=[1]",
    )  # fmt: skip
    [found] = json.loads(repo.anvcs("meta", "get", "--json"))["records"]
    assert (found["rev"], found["agent_id"], found["coverage"]) == (2, "claude:s1", 91.5)
    assert found["tests"]["ran_on_tree"] == found["subject"]["tree"]
    assert found["ext"]["example.tool"] == [1]
    assert json.loads(repo.anvcs("meta", "get")) == found


@pytest.mark.parametrize(
    "pair",
    ["model=none", "coverage=200", "rev=9", "subject.commit=x", "nonsense=1", "prompt.x=1", "bare"],
)
def test_what_the_schema_forbids_is_one_sentence_and_changes_nothing(
    repo: Sandbox, pair: str
) -> None:
    before = repo.anvcs("meta", "get")
    done = repo.run("git-anvcs", "meta", "set", "HEAD", pair)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert repo.anvcs("meta", "get") == before


def test_a_dry_run_shows_the_record_and_writes_nothing(repo: Sandbox) -> None:
    before = repo.anvcs("meta", "get")
    shown = repo.anvcs("meta", "set", "HEAD", "agent_id=x:y", "--dry-run", "--json")
    assert json.loads(shown)["record"]["agent_id"] == "x:y"
    assert repo.anvcs("meta", "get") == before


def test_records_exported_here_are_taken_in_elsewhere(repo: Sandbox) -> None:
    repo.commit("two", {"a": "2"})
    lines = repo.anvcs("meta", "export")
    assert len(lines.splitlines()) == 2
    other = Sandbox(repo.base, name="other")
    done = other.run("git-anvcs", "meta", "import", "-", "--json", stdin=lines + "{broken\n")
    assert done.returncode == 4
    assert len(json.loads(done.stdout)["refused"]) == 1
    assert other.anvcs("meta", "export") == lines
    assert json.loads(other.anvcs("meta", "fsck", "--json"))["findings"] == []


def test_a_file_is_attached_by_hash_and_size_once(repo: Sandbox) -> None:
    repo.write("report.xml", "<x/>\n")
    for _ in range(2):
        repo.anvcs("meta", "attach", "HEAD", "report.xml")
    [found] = json.loads(repo.anvcs("meta", "get", "--json"))["records"]
    [artifact] = found["artifacts"]
    assert (artifact["name"], artifact["size"], artifact["type"]) == ("report.xml", 5, "report")
    assert repo.run("git-anvcs", "meta", "attach", "HEAD", "no such").returncode == 2


def test_a_record_of_a_newer_version_is_not_changed(repo: Sandbox) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    repo.env["ANVCS"] = "0"
    newer = (
        '{"schema":"anvcs/commit-meta/2","meta_id":"am_01BX5ZZKBKACTAV9WEVGEMMVRZ","rev":7,'
        f'"agent_id":"x:y","subject":{{"commit":"{commit}"}}}}'
    )
    repo.anvcs("meta", "import", "-", stdin=newer)
    done = repo.run("git-anvcs", "meta", "set", "HEAD", "agent_id=a:b")
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert newer in repo.anvcs("meta", "get")
    assert repo.run("git-anvcs", "meta", "fsck", "--schema").returncode == 0


def test_fsck_finds_and_mends(repo: Sandbox) -> None:
    repo.anvcs("meta", "get")
    repo.git("update-ref", "-d", "refs/notes/anvcs")
    assert repo.run("git-anvcs", "meta", "fsck").returncode == 1
    assert repo.run("git-anvcs", "meta", "fsck", "--repair", "--dry-run").returncode == 1
    assert "all agree" in repo.anvcs("meta", "fsck", "--repair")


@pytest.mark.parametrize("words", [["set"], ["attach", "HEAD"], ["import"], ["get", "a", "b"]])
def test_a_call_that_lacks_something_is_wrong_usage(repo: Sandbox, words: list[str]) -> None:
    done = repo.run("git-anvcs", "meta", *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


# What a terminal acts on: ESC and BEL, the CSI of C1 (8 bits), and what turns the order around.
HOSTILE = "\x1b]0;x\x07\x9b2J\u202e"


def test_records_of_others_cannot_write_to_the_terminal(repo: Sandbox) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    ranges = {HOSTILE: {HOSTILE: "1"}}
    write_record(
        repo, commit, 1, attestations=ranges, agent_id=f"a{HOSTILE}:b", env={"os": HOSTILE}
    )

    found = repo.run("git-anvcs", "meta", "fsck", "--schema")

    assert found.returncode == 1
    assert "attestations." in found.stdout
    texts = [found.stdout, repo.run("git-anvcs", "doctor", "--runs", "0").stdout]
    said = repo.anvcs("meta", "get", "--json")
    assert json.loads(said)["records"][0]["agent_id"] == f"a{HOSTILE}:b"
    texts += [said, *(repo.anvcs(name, "--json") for name in ("show", "log", "graph", "stats"))]
    for text in texts:
        assert not set(text) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("words", [("get",), ("export",), ("export", "HEAD", "--format=git-ai")])
def test_stored_lines_are_byte_for_byte_but_on_a_terminal(
    repo: Sandbox, words: tuple[str, ...]
) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    record = record_of(repo, commit, attestations={"a\u202e": {"h_00000000000000": "1"}})
    write_texts(repo, {commit: json.dumps(record, ensure_ascii=False) + "\n"})

    piped = repo.anvcs("meta", *words)

    assert "\u202e" in piped
    spawn = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
    drawn = repo.ok(sys.executable, "-c", spawn, "git-anvcs", "meta", *words)
    assert "\u202e" not in drawn
    assert "\\u202e" in drawn

"""Records in the words of other standards, and back where there is a way back."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import codec
from git_anvcs.provenance.exchange import git_ai
from tests.support.records import record_of, write_record
from tests.support.sandbox import Sandbox

SESSION, TRACE, HUMAN = "s_" + "c" * 14, "t_" + "9" * 14, "h_" + "3" * 14
ATTESTED = {
    "src/main.py": {f"{SESSION}::{TRACE}": "1-10,15-20", HUMAN: "42-50"},
    'a "b" c.txt': {"0123456789abcdef": "3"},
}
SESSIONS = {
    SESSION: {
        "agent_id": {"tool": "cursor", "id": "conversation", "model": "x/y"},
        "human_author": "dev@example.com",
        "custom_attributes": {"team": "backend"},
    }
}
HUMANS = {HUMAN: {"author": "Dev <dev@example.com>"}}
FIELDS = {"attestations": ATTESTED, "sessions": SESSIONS, "humans": HUMANS}


def exported(repo: Sandbox, form: str) -> str:
    return repo.anvcs("meta", "export", "HEAD", "--format", form)


def exported_of(repo: Sandbox, commit: str) -> str:
    return repo.anvcs("meta", "export", commit, "--format", "git-ai")


def test_a_git_ai_note_comes_back_as_it_went_out(repo: Sandbox) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    write_record(repo, commit, **FIELDS)
    note = exported(repo, "git-ai")
    assert note.startswith('"a "b" c.txt"\n  0123456789abcdef 3\nsrc/main.py\n  h_')
    repo.git("notes", "--ref=ai", "add", "-F", "-", commit, stdin=note)
    repo.git("update-ref", "-d", "refs/anvcs/meta")
    repo.git("update-ref", "-d", "refs/notes/anvcs")
    repo.anvcs("meta", "import", "--format", "git-ai")
    [found] = json.loads(repo.anvcs("meta", "get", "--json"))["records"]
    assert {key: found[key] for key in FIELDS} == FIELDS
    assert (found["agent_id"], found["model"]) == ("cursor:conversation", "x/y")
    again = json.loads(repo.anvcs("meta", "import", "--format", "git-ai", "--json"))
    assert again["commits"] == []


def test_older_prompts_are_kept_without_the_conversation(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    prompts = {"0123456789abcdef": {"agent_id": {"tool": "t"}, "messages": ["secret"]}}
    metadata = {"schema_version": "authorship/3.0.0", "base_commit_sha": "x", "prompts": prompts}
    note = f"f\n  0123456789abcdef 1\n---\n{json.dumps(metadata)}\n"
    repo.git("notes", "--ref=ai", "add", "-F", "-", stdin=note)
    repo.anvcs("meta", "import", "--format", "git-ai")
    assert "secret" not in repo.anvcs("meta", "get")
    assert '"0123456789abcdef": {' in exported(repo, "git-ai")


@pytest.mark.parametrize(
    "note",
    ["no note", "f\n  x 1\n---\n{}", "---\n[]", '---\n{"schema_version":"authorship/9"}',
     'f\n  bad 1\n---\n{"schema_version":"authorship/3.0.0"}',
     '---\n{"schema_version":"authorship/3.0.0","sessions":{"x":1}}',
     '---\n{"schema_version":"authorship/3.0.0","humans":[1]}'],
)  # fmt: skip
def test_a_note_that_is_none_is_refused_with_a_sentence(repo: Sandbox, note: str) -> None:
    repo.commit("one", {"f": "1\n"})
    repo.git("notes", "--ref=ai", "add", "-F", "-", stdin=note)
    done = repo.run("git-anvcs", "meta", "import", "--format", "git-ai")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "note",
    [b"", b"\0" * 100, b"\xff\xfe", b" " * (git_ai.LARGEST + 1), b"x" * 9_000_000,
     b"f\0g\n  0123456789abcdef 1\n---\n{}",
     b'---\n{"schema_version":"authorship/3.0.0","prompts":' + b"[" * 100_000,
     b'---\n{"schema_version":"authorship/3.0.0","x":' + b"[" * 900 + b"]" * 900 + b',"prompts":1}',
     b"<<<<<<< a\nf\n  0123456789abcdef 1\n---\n" + b'{"schema_version":"authorship/3.0.0"}'],
    ids=["empty", "NULs", "no UTF-8", "blanks", "huge", "a NUL in a path", "deep", "less deep",
         "markers"],
)  # fmt: skip
def test_a_hostile_note_is_refused_and_the_others_come_in(repo: Sandbox, note: bytes) -> None:
    good = repo.commit("one", {"f": "1\n"})
    bad = repo.commit("two", {"f": "2\n"})
    write_record(repo, good, **FIELDS)
    repo.git("notes", "--ref=ai", "add", "-F", "-", good, stdin=exported_of(repo, good))
    repo.git("update-ref", "-d", "refs/anvcs/meta")
    repo.git("update-ref", "-d", "refs/notes/anvcs")
    blob = repo.git("hash-object", "-w", "--stdin", stdin=note).strip()
    repo.git("notes", "--ref=ai", "add", "--allow-empty", "-C", blob, bad)
    done = repo.run("git-anvcs", "meta", "import", "--format", "git-ai", "--json")
    assert done.returncode == 4, done.stderr
    found = json.loads(done.stdout)
    assert found["commits"] == [good]
    [refusal] = found["refused"]
    assert refusal.startswith(bad[:12])
    assert len(refusal) < 200


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_refused(text: bytes) -> None:
    try:
        assert isinstance(git_ai.read(text), dict)
    except git_ai.NotANote:
        return


def test_an_agent_trace_names_files_ranges_and_contributors(repo: Sandbox) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    write_record(repo, commit, **FIELDS)
    trace = json.loads(exported(repo, "agent-trace"))
    assert trace["vcs"] == {"type": "git", "revision": commit}
    assert {"version", "id", "timestamp", "files"} <= trace.keys()
    [human, agent] = trace["files"][1]["conversations"]
    assert human["contributor"] == {"type": "human"}
    assert agent["contributor"] == {"type": "ai", "model_id": "x/y"}
    assert agent["ranges"] == [
        {"start_line": 1, "end_line": 10},
        {"start_line": 15, "end_line": 20},
    ]


def test_a_statement_is_about_commit_and_tree_and_tells_no_prompt(repo: Sandbox) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    write_record(repo, commit, prompt="secret")
    done = repo.run("git-anvcs", "meta", "export", "HEAD", "--format", "in-toto")
    assert "not signed" in done.stderr
    statement = json.loads(done.stdout)
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    assert [s["digest"] for s in statement["subject"]] == [{"gitCommit": commit}, {"gitTree": tree}]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert "secret" not in done.stdout


def test_a_record_that_attests_nothing_makes_an_empty_note(repo: Sandbox) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    record = codec.record(record_of(repo, commit))
    assert git_ai.read(git_ai.write(record).encode()) == {}

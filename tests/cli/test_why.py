import json
import shutil

import pytest

from git_anvcs.cli.commands.why import place_of
from git_anvcs.provenance import prompts
from git_anvcs.store.paths import Paths
from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox


def test_a_line_is_explained_by_the_commit_that_wrote_it(repo: Sandbox) -> None:
    repo.commit("base", {"f.py": "a = 1\n"})
    commit = repo.commit("add b", {"f.py": "a = 1\nb = 2\n"})
    lineage = [{"op": "rebase", "from": ["c" * 40], "match": "patch-id", "at": "2026-09-21"}]
    mac = prompts.keep(Paths(repo.root / ".git"), "please add b\nand nothing else").mac
    info = {"policy": "hash-only", "hmac_sha256": mac}
    write_record(repo, commit, 1, **ran_tests(repo), prompt_info=info, lineage=lineage)

    for words in (["f.py:2"], ["f.py", "2"], ["f.py:2", "HEAD"], ["f.py", "2-2", "main"]):
        assert repo.anvcs("why", *words).splitlines() == [
            "f.py:2  b = 2",
            f"  commit   {commit[:12]}  add b",
            "  author   A U Thor, 2026-09-21 14:15:20 +0000",
            "  agent    claude-code",
            "  session  8f21",
            "  model    anthropic/claude-opus-4",
            "  lane     main",
            "  prompt   please add b",
            "           and nothing else",
            "  tests    ✓ passed (12 tests) on this very tree",
            "  signed   not signed",
            "  was      cccccccccccc before the rebase (matched by patch-id) 2026-09-21",
        ], words


def test_a_prompt_of_another_machine_is_withheld(repo: Sandbox) -> None:
    commit = repo.commit("one", {"f": "1\n"})
    info = {"policy": "hash-only", "hmac_sha256": "ab" * 32}
    write_record(repo, commit, prompt_info=info)

    assert "  prompt   withheld (hash abababababab…, not given on this machine)\n" in repo.anvcs(
        "why", "f:1"
    )
    said = json.loads(repo.anvcs("why", "--json", "f:1"))["reasons"][0]
    assert said["prompt"] is None
    assert said["prompt_withheld"].startswith("withheld (hash abababababab")


def test_neighbours_of_one_commit_are_one_reason(repo: Sandbox) -> None:
    first = repo.commit("one", {"f": "1\n2\n3\n4\n"})
    second = repo.commit("two", {"f": "1\n2\nx\n4\n"})
    write_record(repo, second, 1)
    repo.write("f", "1\n2\nx\n4\nnew\n")

    said = json.loads(repo.anvcs("why", "--json", "f:1-5"))["reasons"]

    assert [(r["from"], r["to"], r["commit"]) for r in said] == [
        (1, 2, first),
        (3, 3, second),
        (4, 4, first),
        (5, 5, None),
    ]
    assert said[1]["kind"] == "agent"
    assert said[3]["kind"] == "uncommitted"
    assert said[0]["signature"] == "not signed"


def test_the_history_of_a_line_follows_it_through_moves_and_renames(repo: Sandbox) -> None:
    first = repo.commit("one", {"f": "a\nline one\nz\n"})
    second = repo.commit("two", {"f": "a\nline two\nz\n"})
    write_record(repo, second, 1)
    third = repo.commit("three", {"f": "new\nnew\na\nline three\nz\n"})
    repo.git("mv", "f", "g")
    repo.commit("move")

    said = json.loads(repo.anvcs("why", "--json", "--history", "g:4"))["reasons"][0]

    assert said["commit"] == third
    assert [(past["commit"], past["kind"]) for past in said["history"]] == [
        (second, "agent"),
        (first, "untracked"),
    ]
    text = repo.anvcs("why", "--history", "g:4")
    assert f"  before   {second[:12]} 2026-09-21 – claude-code · claude-opus-4  two\n" in text


def test_a_function_is_found_by_its_name(repo: Sandbox) -> None:
    repo.commit("one", {"f.py": "def first():\n    pass\n\n\ndef second(a):\n    return a\n"})

    said = json.loads(repo.anvcs("why", "--json", "f.py#second"))["reasons"]

    assert said[0]["from"] == 5
    assert said[0]["text"] == ["def second(a):", "    return a"]
    done = repo.run("git-anvcs", "why", "f.py#thi(rd")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_what_cannot_be_explained_is_one_sentence_and_a_hint(repo: Sandbox) -> None:
    assert repo.run("git-anvcs", "why", "f:1").returncode == 1
    repo.commit("one", {"f": "1\n"})
    repo.write("new", "1\n")
    repo.write("f", "1\n2\n")

    for words, code, said in (
        (["f:2"], 1, "f:2 is not committed yet"),
        (["f:3"], 2, "has only 2 lines"),
        (["f:0"], 2, ""),
        (["new:1"], 2, "no such path"),
        (["nothing:1"], 2, ""),
        (["f"], 2, "which line?"),
        (["f:1", "nothing"], 2, "no commit is called 'nothing'"),
        (["f:1", "HEAD", "x"], 2, "what is 'x'?"),
        ([], 2, ""),
    ):
        done = repo.run("git-anvcs", "why", *words)
        assert done.returncode == code, (words, done.stderr)
        assert said in done.stderr
        assert "hint: " in done.stderr, (words, done.stderr)
        assert "Traceback" not in done.stderr


def test_places_are_read_in_every_form() -> None:
    assert place_of("a:b:3", [])[:2] == ("a:b", "3,3")
    assert place_of("a b:3-5", ["HEAD"]) == ("a b", "3,5", "HEAD")
    assert place_of("a", ["3,5"])[:2] == ("a", "3,5")
    assert place_of("a#x", [])[:2] == ("a", ":x")
    assert place_of("a\nb:7", [])[:2] == ("a\nb", "7,7")


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH to sign")
def test_signatures_are_told(repo: Sandbox) -> None:
    key = repo.base / "key"
    repo.ok("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    public = key.with_suffix(".pub").read_text()
    (repo.base / "allowed").write_text(f"author@example.com {public}")
    repo.git("config", "gpg.format", "ssh")
    repo.git("config", "user.signingKey", str(key))
    repo.git("config", "gpg.ssh.allowedSignersFile", str(repo.base / "allowed"))
    repo.git("config", "commit.gpgSign", "true")
    repo.commit("signed", {"f": "1\n"})

    assert "  signed   good signature (author@example.com)\n" in repo.anvcs("why", "f:1")


def test_a_line_of_another_is_not_explained_by_the_makers_prompt(repo: Sandbox) -> None:
    commit = repo.commit("squashed", {"f": "1\n2\n3\n"})
    attested = {"s_11111111111111::t_11111111111111": "1", "s_22222222222222": "2"}
    sessions = {
        "s_11111111111111": {"agent_id": {"tool": "codex", "id": "7", "model": "gpt-5"}},
        "s_22222222222222": {"agent_id": {"tool": "claude-code", "id": "8f21", "model": "other"}},
    }
    info = {"policy": "inline", "redactions": 0}
    write_record(
        repo, commit, prompt="add three lines", prompt_info=info, sessions=sessions,
        attestations={"f": attested},
        ext={"anvcs.intake": {"confidence": "high"}, "anvcs.lines": {"v": 1}},
    )  # fmt: skip

    said = json.loads(repo.anvcs("why", "--json", "f:1-3"))["reasons"]

    assert [(r["agent"], r["prompt"], r["prompt_withheld"]) for r in said] == [
        ("codex", None, "not known (the commit's is claude-code:8f21's)"),
        ("claude-code", "add three lines", None),
        (None, None, None),
    ]
    assert "confidence" not in repo.anvcs("why", "f:1") + repo.anvcs("why", "f:3")
    assert "confidence: high" in repo.anvcs("why", "f:2")
    assert "prompt" not in repo.anvcs("why", "f:3")

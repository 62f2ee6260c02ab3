"""git-ai-blob of this version: bytes pass through, commands are found, and missing ones told."""

import pytest

from tests.support.sandbox import Sandbox


def test_contents_pass_unchanged_when_git_uses_it_as_a_filter(repo: Sandbox) -> None:
    repo.git("config", "filter.anvcs.clean", "git-ai-blob clean %f")
    repo.git("config", "filter.anvcs.smudge", "git-ai-blob smudge %f")
    repo.git("config", "filter.anvcs.required", "true")
    data = bytes(range(256)) * 5000
    repo.commit(
        "base", {".gitattributes": "*.bin filter=anvcs\n", "a b.bin": data, "empty.bin": ""}
    )
    (repo.root / "a b.bin").unlink()
    repo.git("checkout", "--", "a b.bin")
    assert (repo.root / "a b.bin").read_bytes() == data
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("words", [("nothing",), ("process",), ("clean", "a", "b")])
def test_a_call_that_is_not_there_is_told_in_one_sentence(
    repo: Sandbox, words: tuple[str, ...]
) -> None:
    done = repo.run("git-ai-blob", *words)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 2
    assert "git-ai-blob --help" in done.stderr


def test_help_says_what_it_does(repo: Sandbox) -> None:
    assert "not part of this version" in repo.ok("git-ai-blob", "--help")
    assert "  describe" in repo.ok("git-ai-blob")

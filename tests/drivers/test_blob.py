"""The program git-ai-blob: its words are found, and what is not there is told in one sentence."""

import pytest

from git_anvcs.drivers.blob_merge import decide
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize(
    "words", [("nothing",), ("process", "a"), ("clean", "a", "b"), ("merge", "a")]
)
def test_a_call_that_is_not_there_is_told_in_one_sentence(
    repo: Sandbox, words: tuple[str, ...]
) -> None:
    done = repo.run("git-ai-blob", *words)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 2
    assert "git-ai-blob" in done.stderr


def test_help_says_what_it_does(repo: Sandbox) -> None:
    said = repo.ok("git-ai-blob", "--help")
    assert said == repo.ok("git-ai-blob")
    for word in ("process", "clean", "smudge", "merge", "track", "status", "describe"):
        assert f" {word}" in said
    for word in ("process", "merge"):
        assert repo.ok("git-ai-blob", word, "--help") == said
    # Git hands over names of files, and waits for a content.
    assert "usage" not in repo.ok("git-ai-blob", "clean", "--help", stdin=b"content")


A, B, C = (b"version anvcs-blob/1\noid sha256:%b\nsize 7\n" % (c * 64) for c in (b"a", b"b", b"c"))
PINNED_A, PINNED_B = A + b"storage s3\nversion_id 1\n", B + b"storage s3\nversion_id 2\n"


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (A, A, B, B),
        (A, B, A, B),
        (A, B, B, B),
        (A, B, C, None),
        (b"", A, B, None),
        (A, PINNED_A, B, B),
        (A, B, PINNED_A, B),
        (A, B, PINNED_B, PINNED_B),
        (A, PINNED_B, B, PINNED_B),
        (A, PINNED_B, B + b"storage nfs\n", PINNED_B),
        (A, B, b"content", None),
        (A, b"", B, None),
    ],
)
def test_pointers_are_merged_whole_or_not_at_all(
    base: bytes, ours: bytes, theirs: bytes, merged: bytes | None
) -> None:
    assert decide(base, ours, theirs) == merged

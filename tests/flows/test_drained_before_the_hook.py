"""Somebody reads between a commit and the line of its hook: nothing known of it gets lost."""

import json
import os

import pytest

from tests.flows.test_line_attribution import A, B, agent, owned, ready
from tests.support.sandbox import Sandbox

__all__ = ["ready"]

# Git runs it when HEAD has moved, which is before it runs post-commit.
READS = """\
#!/bin/sh
[ "$1" = committed ] && [ -n "$READS" ] || exit 0
while read -r old new ref; do
	if [ "$ref" = HEAD ]; then
		unset GIT_DIR GIT_INDEX_FILE
		eval "$READS"
		git-anvcs drain >/dev/null
	fi
done
"""


@pytest.fixture
def read_early(ready: Sandbox) -> Sandbox:
    """Nobody drains but the one who reads before the hook. Commits say that they are old."""
    (ready.root / ".git/anvcs/spool/drainer").write_text(f"{os.getpid()}\n")
    hook = ready.root / ".git/hooks/reference-transaction"
    hook.write_text(READS)
    hook.chmod(0o755)
    return ready


def test_what_resolved_a_conflict_of_a_rebase_is_known_still(read_early: Sandbox) -> None:
    repo = read_early
    repo.git("switch", "-q", "-c", "topic")
    agent(repo).edit("f.txt", "one\ntwo\nthree\nfour\nfive\na 1\na 2\n")
    repo.commit("topic")
    repo.git("switch", "-q", "main")
    repo.commit("main", {"f.txt": "zero\none\ntwo\nthree\nfour\nfive\nnine\n"})
    repo.git("switch", "-q", "topic")
    assert repo.run("git", "rebase", "-q", "main").returncode == 1
    agent(repo, B).edit("f.txt", "zero\none\ntwo\nthree\nfour\nfive\nnine\na 1\nb\na 2\n")
    repo.git("add", "f.txt")
    repo.git("rebase", "--continue", env={"GIT_EDITOR": "true", "READS": ":"})
    assert owned(repo) == [("a 1", "a"), ("b", "b"), ("a 2", "a")]


@pytest.mark.parametrize("first", [":", "git repack -adq"], ids=["loose", "packed"])
def test_the_lines_of_two_and_who_made_the_commit_are_known_still(
    read_early: Sandbox, first: str
) -> None:
    repo = read_early
    agent(repo).edit("f.txt", "one\ntwo\nby a\nthree\nfour\nfive\n")
    agent(repo, B).edit("f.txt", "one\ntwo\nby a\nthree\nfour\nfive\nby b\n")
    env = {"READS": first, "ANVCS_SESSION": f"claude:{A}"}
    repo.git("commit", "-q", "-a", "-m", "both", env=env)
    assert owned(repo) == [("by a", "a"), ("by b", "b")]
    assert json.loads(repo.anvcs("show", "--json"))["agent_id"] == f"claude:{A}"


def test_an_edit_after_a_commit_without_hooks_is_for_the_next_one(read_early: Sandbox) -> None:
    repo = read_early
    repo.write("f.txt", "typed\n")
    repo.git("commit", "-q", "-a", "-m", "by hand", env={"ANVCS": "0"})
    said = {"agent": "acme", "session": "session-a", "cwd": str(repo.root), "paths": ["f.txt"]}
    repo.write("f.txt", "typed\nby an agent\n")
    repo.anvcs("hook", "neutral", stdin=json.dumps(said | {"event": "post_edit"}))
    repo.anvcs("drain")
    assert json.loads(repo.anvcs("show", "--json"))["agent_id"] == "untracked"
    repo.commit("next")
    assert json.loads(repo.anvcs("show", "--json"))["agent_id"] == "acme:session-a"

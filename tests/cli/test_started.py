"""What is forked answers as what is installed (tests/support/started.py)."""

import os
import subprocess

import pytest

from tests.support import started
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--version",), 0),
        (("config", "--json"), 0),
        (("no-such-command",), 2),
        (("status", "--no-such-option"), 2),
        (("log", "-1", "no-such-commit"), 2),
        (("hook", "neutral"), 0),
    ],
)
def test_a_forked_command_says_what_an_installed_one_says(
    repo: Sandbox, words: tuple[str, ...], code: int
) -> None:
    repo.commit("one", {"a": "1\n"})
    said = []
    for forked in (False, True):
        started.allow(forked=forked)
        done = repo.run("git-anvcs", *words, stdin="{}")
        said.append((done.returncode, done.stdout, done.stderr))
    assert said[0] == said[1]
    assert said[0][0] == code


ARGV = (str(started.PROGRAM), "--version")


def test_a_forked_command_that_takes_too_long_is_ended_and_the_next_one_runs(repo: Sandbox) -> None:
    ready = started.starter()
    with pytest.raises(subprocess.TimeoutExpired):
        ready.run(ARGV, repo.root, repo.env, b"", -1.0)
    assert ready.run(ARGV, repo.root, repo.env, b"", 60)[0] == 0


@pytest.mark.skipif(started.INSTALLED in os.environ, reason="nothing is forked")
def test_what_python_reads_at_its_start_is_read_by_a_start(repo: Sandbox) -> None:
    assert started.may_run(ARGV, repo.root, repo.env)
    assert not started.may_run(ARGV, repo.root, {**repo.env, "PYTHONUTF8": "0"})
    assert not started.may_run(ARGV, repo.root, {**repo.env, "LC_ALL": "C"})
    assert not started.may_run(("/bin/true",), repo.root, repo.env)

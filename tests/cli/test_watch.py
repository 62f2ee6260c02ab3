from itertools import pairwise
import json
import os
import pty
import select
import signal
import subprocess

import pytest

from tests.support.records import write_record
from tests.support.sandbox import Sandbox, hear_interrupts

# Far more than anything takes: a test that hangs fails.
LONG = 60
TAKE, GIVE_BACK = "\x1b[?1049h", "\x1b[?1049l"


class Watcher:
    """A running `git anvcs graph --watch`, whose output is read as it comes."""

    def __init__(self, repo: Sandbox, *args: str, terminal: bool = False, **env: str) -> None:
        outer, inner = pty.openpty() if terminal else os.pipe()
        self.program = subprocess.Popen(
            ("git-anvcs", "graph", "--watch", *args),
            cwd=repo.root,
            env={**repo.env, "TERM": "xterm", **env},
            stdout=inner,
            stderr=subprocess.PIPE,
            process_group=0,  # a group that nobody would continue is never stopped
            preexec_fn=hear_interrupts,  # noqa: PLW1509 - no threads here
        )
        os.close(inner)
        self.output = outer
        self.text = ""

    def until(self, words: str) -> str:
        """Everything up to and with `words`; what comes after is kept for the next call."""
        while words not in self.text:
            ready, _, _ = select.select([self.output], [], [], LONG)
            assert ready, self.text
            self.text += self._read()
        end = self.text.index(words) + len(words)
        said, self.text = self.text[:end], self.text[end:]
        return said

    def object(self) -> dict[str, list[dict[str, object]]]:
        """The next line, as JSON."""
        said = json.loads(self.until("\n"))
        assert isinstance(said, dict)
        return said

    def end(self, number: int | None = None) -> tuple[int, str, str]:
        """Send a signal, if any; exit code, the rest of the output, standard error."""
        if number is not None:
            self.program.send_signal(number)
        while True:
            ready, _, _ = select.select([self.output], [], [], LONG)
            assert ready, "it does not end"
            chunk = self._read()
            if not chunk:
                break
            self.text += chunk
        os.close(self.output)
        _, complaints = self.program.communicate(timeout=LONG)
        return self.program.returncode, self.text, complaints.decode()

    def _read(self) -> str:
        try:
            return os.read(self.output, 1 << 16).decode()
        except OSError:  # how Linux says that the other end of a terminal was closed
            return ""


def test_json_is_one_object_a_change(repo: Sandbox) -> None:
    first = repo.commit("first")
    watcher = Watcher(repo, "--json")

    assert [c["commit"] for c in watcher.object()["commits"]] == [first]
    second = repo.commit("second")
    said = watcher.object()["commits"]
    assert [(c["commit"], c["agent"]) for c in said] == [(second, None), (first, None)]
    write_record(repo, second)
    assert [c["agent"] for c in watcher.object()["commits"]] == ["claude-code", None]
    repo.git("pack-refs", "--all")  # moves files, says nothing new
    repo.git("tag", "v1")
    assert watcher.object()["commits"][0]["refs"] == ["HEAD -> main", "tag: v1"]

    code, rest, complaints = watcher.end(signal.SIGINT)
    assert (code, rest) == (130, "")
    assert "Traceback" not in complaints


def test_no_git_runs_while_nothing_changes(repo: Sandbox) -> None:
    """Each drawing starts as many as the one before, however long the wait in between."""
    repo.commit("first")
    trace = repo.base / "trace"
    watcher = Watcher(repo, "--json", GIT_TRACE2_EVENT=str(trace))
    counts = []
    for number in range(4):
        watcher.object()
        counts.append(trace.read_text().count('"event":"start"'))
        repo.commit(str(number))
    watcher.object()
    watcher.end(signal.SIGTERM)

    steps = {after - before for before, after in pairwise(counts)}
    assert len(steps) == 1, counts
    assert steps.pop() <= 4


@pytest.mark.parametrize("terminal", [False, True])
def test_it_ends_when_nobody_reads(repo: Sandbox, terminal: bool) -> None:
    repo.commit("first")
    watcher = Watcher(repo, terminal=terminal)
    watcher.until("first")
    os.close(watcher.output)

    _, complaints = watcher.program.communicate(timeout=LONG)
    assert (watcher.program.returncode, complaints) == (0, b"")


def test_text_without_a_terminal_is_drawn_again_below(repo: Sandbox) -> None:
    repo.commit("first")
    watcher = Watcher(repo)

    assert watcher.until("first  (HEAD -> main)\n").startswith("◦  ")
    repo.commit("second")
    said = watcher.until("first\n")
    assert said.startswith("\n◦  ")
    assert "second  (HEAD -> main)" in said
    code, rest, _ = watcher.end(signal.SIGTERM)
    assert (code, rest, "\x1b" in said) == (-signal.SIGTERM, "", False)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_the_terminal_is_given_back(repo: Sandbox, number: int, code: int) -> None:
    write_record(repo, repo.commit("first"))
    watcher = Watcher(repo, terminal=True)

    begin = watcher.until("^C ends")
    assert begin.startswith(TAKE)
    assert "\x1b[38;5;" in begin
    repo.commit("second")
    assert "second" in watcher.until("^C ends")
    ended, rest, complaints = watcher.end(number)
    assert ended == code, complaints
    assert rest.endswith(GIVE_BACK)
    assert "\x1b[?25h" in rest  # the cursor
    assert "\x1b[?7h" in rest  # wrapping
    assert "Traceback" not in complaints


def test_a_terminal_that_was_stopped_is_given_back_and_taken_again(repo: Sandbox) -> None:
    repo.commit("first")
    watcher = Watcher(repo, terminal=True)
    watcher.until("^C ends")

    watcher.program.send_signal(signal.SIGTSTP)
    watcher.until(GIVE_BACK)
    _, status = os.waitpid(watcher.program.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    watcher.program.send_signal(signal.SIGCONT)
    watcher.until(TAKE)
    assert "first" in watcher.until("^C ends")
    assert watcher.end(signal.SIGINT)[0] == 130


def test_without_colour_agents_are_told_apart_by_a_symbol(repo: Sandbox) -> None:
    for number, agent in enumerate(("claude-code:1", "codex:1", "cursor:1", "human", "other:1")):
        write_record(repo, repo.commit(agent), number, agent_id=agent)
    watcher = Watcher(repo, terminal=True, NO_COLOR="1")

    said = watcher.until("^C ends")
    watcher.end(signal.SIGINT)

    assert "\x1b[3" not in said
    symbols = [
        line.split("  ")[0][-1] for line in said.partition("\x1b[H")[2].split("\x1b[K\r")[:5]
    ]
    assert symbols[1:] == ["○", "▲", "◆", "●"]
    assert symbols[0] not in "○▲◆●"


def test_a_dumb_terminal_is_not_taken(repo: Sandbox) -> None:
    repo.commit("first")
    watcher = Watcher(repo, terminal=True, TERM="dumb")

    assert "\x1b" not in watcher.until("(HEAD -> main)")
    assert watcher.end(signal.SIGINT)[0] == 130


def test_a_history_that_is_not_there_yet_is_waited_for(repo: Sandbox) -> None:
    watcher = Watcher(repo, "--json")

    assert watcher.object()["error"]["exit_code"] == 1  # type: ignore[call-overload]
    commit = repo.commit("first")
    assert [c["commit"] for c in watcher.object()["commits"]] == [commit]
    repo.root.rename(repo.base / "elsewhere")
    code, _, complaints = watcher.end()
    assert (code, "is gone" in complaints) == (1, True), complaints


def test_a_wrong_option_is_told_at_once_and_leaves_the_terminal(repo: Sandbox) -> None:
    repo.commit("first")

    for args in (["--from", "nothing"], ["--since", "soon"]):
        code, said, complaints = Watcher(repo, *args, terminal=True).end()
        assert code == 2
        assert "hint: " in complaints
        assert said.endswith(GIVE_BACK)


def test_options_choose_what_is_watched(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n"})
    watcher = Watcher(repo, "--json", "-n", "1", "--from", "main", "a")

    assert [c["subject"] for c in watcher.object()["commits"]] == ["first"]
    repo.commit("beside", {"b": "1\n"})
    repo.commit("second", {"a": "2\n"})
    assert [c["subject"] for c in watcher.object()["commits"]] == ["second"]
    watcher.end(signal.SIGINT)

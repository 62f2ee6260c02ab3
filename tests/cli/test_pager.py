import os
import pty
import subprocess

from tests.support.records import write_record
from tests.support.sandbox import Sandbox


def on_a_terminal(repo: Sandbox, *argv: str, **env: str) -> tuple[int, str]:
    """Run a program with a terminal as standard output; its exit code and what was shown."""
    outer, inner = pty.openpty()
    program = subprocess.Popen(
        argv, cwd=repo.root, env={**repo.env, "TERM": "xterm", **env}, stdout=inner
    )
    os.close(inner)
    shown = b""
    try:
        while chunk := os.read(outer, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end was closed
        pass
    os.close(outer)
    return program.wait(), shown.decode()


def story(repo: Sandbox) -> str:
    commit = repo.commit("one", {"a": "1\n"})
    write_record(repo, commit)
    return commit


def test_a_terminal_gets_colours_and_the_users_pager(repo: Sandbox) -> None:
    commit = story(repo)

    for command in ("log", "graph", "blame"):
        args = ["a"] if command == "blame" else []
        code, shown = on_a_terminal(repo, "git-anvcs", command, *args, GIT_PAGER="sed s/^/PAGED:/")
        assert code == 0
        assert shown.startswith("PAGED:"), shown
        assert "\x1b[33m" in shown
        assert commit[:7] in shown


def test_no_colour_and_no_pager_when_they_are_not_wanted(repo: Sandbox) -> None:
    story(repo)

    code, shown = on_a_terminal(repo, "git-anvcs", "log", GIT_PAGER="cat", NO_COLOR="1")

    assert code == 0
    assert shown.startswith("commit ")
    assert "\x1b" not in shown


def test_core_pager_is_asked_and_a_pager_that_stops_early_is_no_error(repo: Sandbox) -> None:
    story(repo)
    for number in range(30):
        repo.write("a", "".join(f"{number} {line}\n" for line in range(500)))
        repo.commit(str(number))
    repo.git("config", "core.pager", "head -1 | sed s/^/CORE:/")
    del repo.env["GIT_PAGER"]

    for command in (["log", "-p"], ["graph"], ["blame", "a"]):
        code, shown = on_a_terminal(repo, "git-anvcs", *command)
        assert code == 0, shown
        assert shown.startswith("CORE:")
        assert shown.count("\n") == 1, shown


def test_colours_of_a_long_patch_are_never_cut_in_two(repo: Sandbox) -> None:
    for number in range(6):
        repo.commit(str(number), {"a": "".join(f"{number} ü€ {line}\n" for line in range(3000))})

    code, shown = on_a_terminal(repo, "git-anvcs", "log", "-p", GIT_PAGER="cat")

    assert code == 0
    assert "\\x" not in shown
    assert shown.count("\x1b[32m") > 3000

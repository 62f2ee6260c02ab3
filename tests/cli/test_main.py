import json
import os
import subprocess

from tests.support.sandbox import Sandbox


def test_help_lists_every_command_without_loading_any(repo: Sandbox) -> None:
    from git_anvcs.cli.main import COMMANDS

    said = repo.anvcs("--help")

    for name in COMMANDS:
        assert f"  {name} " in said


def test_the_alias_is_the_same_program(repo: Sandbox) -> None:
    assert repo.ok("ai-vcs", "--version") == repo.anvcs("--version")


def test_git_finds_the_program_as_a_subcommand(repo: Sandbox) -> None:
    assert repo.git("anvcs", "--version").startswith("git-anvcs ")


def test_an_unknown_command_gets_a_near_one_as_hint(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "blam")

    assert done.returncode == 2
    assert done.stderr == (
        "git-anvcs: there is no command 'blam'\nhint: did you mean `git anvcs blame`?\n"
    )


def test_errors_are_json_too(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "--json", "-C", str(repo.base), "show")

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2


def test_a_closed_pipe_ends_quietly(repo: Sandbox) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            ["git-anvcs", "--help"],
            env=repo.env,
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == 0
    assert done.stderr == b""

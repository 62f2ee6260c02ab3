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


def test_a_folder_that_is_gone_is_said_and_no_bug(repo: Sandbox) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && git-anvcs "$@"'

    done = repo.run("sh", "-c", script, "sh", "status")

    assert done.returncode == 2
    assert done.stderr.startswith("git-anvcs: the current folder is gone\nhint: ")
    repo.ok("sh", "-c", script, "sh", "status", "-C", str(repo.root))


def test_what_git_was_told_with_c_holds_for_the_git_that_we_start(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1"})
    env = {name: "" for name in repo.env if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    said = ("-c", "user.name=Zed", "-c", "user.email=zed@example.com")
    unset = [word for name in env for word in ("-u", name)]

    repo.ok("env", *unset, "git", *said, "anvcs", "commit", "-q", "--allow-empty", "-m", "two")

    assert repo.git("log", "-1", "--format=%an %ae") == "Zed zed@example.com\n"


def test_another_repository_in_git_dir_is_refused_not_ignored(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    other = Sandbox(repo.base, name="other")
    here = {"GIT_DIR": str(repo.root / ".git")}

    done = other.run("git-anvcs", "show", env=here)

    assert done.returncode == 2
    assert "lies in another repository" in done.stderr
    assert "-C DIR" in done.stderr
    for env in (here, {"GIT_DIR": ".git"}):
        assert commit in repo.anvcs("graph", "--json", env=env)
        assert commit in other.anvcs("graph", "--json", "-C", str(repo.root), env=env)

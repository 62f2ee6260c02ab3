"""Completion scripts do in real shells what they promise."""

import os
from pathlib import Path
import shutil
import subprocess

import pytest

from git_anvcs.cli.pages import completion_script
from tests.support.sandbox import Sandbox

BARE = {"bash": "--norc", "zsh": "-f", "fish": "--no-config"}


def shell(name: str, script: str, tmp_path: Path, of: str = "git-anvcs") -> list[str]:
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    path = tmp_path / "completion"
    path.write_text(completion_script(name, of))
    done = subprocess.run(
        [
            program,
            *({"zsh": ["-f"], "bash": ["--norc"], "fish": ["--no-config"]}[name]),
            "-c",
            script,
        ],
        cwd=tmp_path,
        env={
            "PATH": os.defpath,
            "HOME": str(tmp_path),
            "file": str(path),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def bash(words: str, tmp_path: Path) -> list[str]:
    script = f"source $file; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); "
    return shell("bash", f'{script}_git_anvcs; echo "${{COMPREPLY[@]}}"', tmp_path)


@pytest.mark.parametrize("call", ["git-anvcs comp", "git anvcs comp", "git-anvcs -C .. comp"])
def test_bash_completes_a_command(call: str, tmp_path: Path) -> None:
    assert bash(call, tmp_path) == ["completion"]


def test_bash_completes_choices_and_options(tmp_path: Path) -> None:
    assert bash("git-anvcs completion z", tmp_path) == ["zsh"]
    assert bash("git-anvcs completion --js", tmp_path) == ["--json"]


def test_bash_completes_through_the_installed_command(repo: Sandbox) -> None:
    script = 'eval "$(git anvcs completion bash)"; complete -p git-anvcs'
    assert "-F _git_anvcs git-anvcs" in repo.ok("bash", "--norc", "-c", script)


def test_zsh_loads_the_script_and_knows_its_function(tmp_path: Path) -> None:
    script = "autoload -U compinit; compinit -u -D; source $file; print $_comps[git-anvcs]"
    assert shell("zsh", script, tmp_path) == ["_git-anvcs"]


def test_zsh_completes_a_command_at_its_prompt(tmp_path: Path) -> None:
    """A real interactive zsh in a pseudo-terminal types Tab."""
    script = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; source $file"
# The prompt itself says that keys are read now, and not before: what is typed and echoed says
# neither word.
zpty -w shell 'bindkey "^I" complete-word; PS1=R""EADY'
zpty -r -m shell seen '*READY*'
zpty -w -n shell $'git-anvcs complet\t z\t; print D""ONE\n'
zpty -r -m shell seen '*DONE*'
print -r -- $seen
"""
    assert "completion" in " ".join(shell("zsh", script, tmp_path))


@pytest.mark.parametrize("call", ["git-anvcs comp", "ai-vcs comp", "git anvcs comp"])
def test_fish_completes_a_command(call: str, tmp_path: Path) -> None:
    found = shell("fish", f"source $file; complete -C '{call}'", tmp_path)
    assert found[0] == "completion"


def test_fish_completes_choices(tmp_path: Path) -> None:
    assert shell("fish", "source $file; complete -C 'git-anvcs completion z'", tmp_path)[0] == "zsh"


def test_git_ai_merge_is_completed_too(tmp_path: Path) -> None:
    script = "source $file; COMP_WORDS=(git ai-merge sol); COMP_CWORD=2; _git_ai_merge; "
    assert shell("bash", script + "echo $COMPREPLY", tmp_path, "git-ai-merge") == ["solve"]
    found = shell("fish", "source $file; complete -C 'git-ai-merge sol'", tmp_path, "git-ai-merge")
    assert found[0] == "solve"
    script = "autoload -U compinit; compinit -u -D; source $file; print $_comps[git-ai-merge]"
    assert shell("zsh", script, tmp_path, "git-ai-merge") == ["_git-ai-merge"]

"""Print the completion script of a shell.

The script is static text made from the parsers: pressing Tab starts no program. install.sh puts
the scripts where the shells look for them; this command is for other ways of installing.

Example:
  eval "$(git anvcs completion bash)"                                     # ~/.bashrc
  eval "$(git anvcs completion bash --program git-ai-merge)"              # its sibling
  git anvcs completion zsh > "${fpath[1]}/_git-anvcs"                     # once, then compinit
  git anvcs completion fish > ~/.config/fish/completions/git-anvcs.fish   # once
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.cli.completions import SHELLS


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(SHELLS), help="the shell to write for")
    parser.add_argument(
        "--program",
        choices=("git-anvcs", "git-ai-merge"),
        default="git-anvcs",
        help="the program to complete (default: %(default)s)",
    )


def run(call: Call) -> int:
    from git_anvcs.cli.pages import completion_script

    shell, program = call.args.shell, call.args.program
    text = completion_script(shell, program)
    answer = {"shell": shell, "program": program, "script": text}
    call.output.answer(answer, text.rstrip("\n"))
    return 0

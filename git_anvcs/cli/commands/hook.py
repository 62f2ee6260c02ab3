"""Take one event of an agent from standard input.

Agents run this on every tool call, prompt and session start; `git anvcs init` writes it into
their settings. It appends one line to the spool of the repository the event happened in, keeps
what the files of an edit hold, or around a shell command those that differ from HEAD, and never
disturbs the agent: the exit code is 0, and standard output holds nothing, or the empty JSON answer
that Gemini CLI, Cursor and Cline ask for, whatever it was given. With `radar.warn` on it advises an
agent that is about to edit what somebody else is changing. What could not be used is a line in
`.git/anvcs/logs/hook.log`.

AGENT is `claude`, `codex`, `cursor`, `gemini`, `copilot`, `windsurf`, `opencode`, `droid`,
`continue`, `cline`, `amp` or `neutral` (our own documented format, and git-ai's agent-v1). Prompts
are redacted before anything of them is written; `ANVCS=0` switches the hook off.

Example:
  $ echo '{"v":1,"agent":"mytool","event":"post_edit","session":"42",
           "cwd":"/home/me/project","paths":["a.py"]}' | git anvcs hook neutral
"""

from argparse import ArgumentParser
import os

from git_anvcs.cli.command import Call
from git_anvcs.drivers import agent_hook


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "agent", metavar="AGENT", help="whose payload it is: claude, codex, …, or neutral"
    )
    parser.add_argument(
        "--event", default="", metavar="E", help="the event's name, when the payload has none"
    )


def run(call: Call) -> int:
    os.chdir(call.cwd)
    return agent_hook.run(call.args.agent, call.args.event, call.env)

"""Where git-anvcs starts: an agent's hook takes the short way, everything else the whole command.

An agent waits for its hook at every tool call; argparse and the table of commands would cost it
more than the work itself.
"""

import gc
import os
import sys
from typing import NoReturn

from git_anvcs.kernel import brief


def main() -> int:
    """Entry point of git-anvcs and ai-vcs; returns the exit code."""
    hook = _hook(sys.argv[1:])
    if hook is not None:
        _run_hook(*hook)
    brief.begin()
    from git_anvcs.cli.main import main as whole

    return whole()


def _run_hook(agent: str, event: str) -> NoReturn:
    """Take one event and end the process.

    Without the garbage collector and the interpreter's tidying up at exit, 5 of 30 ms: nothing is
    buffered, no file is open, the process owns nothing that outlives it.
    """
    gc.disable()
    from git_anvcs.drivers.agent_hook import run

    os._exit(run(agent, event, os.environ))


def _hook(argv: list[str]) -> tuple[str, str] | None:
    """Agent and event of exactly `hook AGENT [--event E]`; any other form goes the whole way."""
    match argv:
        case ["hook", agent] if not agent.startswith("-"):
            return agent, ""
        case ["hook", agent, "--event", event] if not agent.startswith("-"):
            return agent, event
    return None


if __name__ == "__main__":
    sys.exit(main())

"""git-merge-anvcs with a fault: the real program, broken before the line of our code that
`ANVCS_FAULT` names: `kill-40`, or `raise-40` for an exception there. `install-kill-40` counts only
the lines of the module that writes index and worktree."""

import itertools
import os
import signal
import sys
import types

*where, fault, number = os.environ["ANVCS_FAULT"].split("-")
counted = "/git_anvcs/git/install_tree.py" if where else "/git_anvcs/"
lines = itertools.count(1)


def break_here(frame: types.FrameType, event: str, argument: object) -> object:
    if counted not in frame.f_code.co_filename:
        return None
    if event == "line" and next(lines) == int(number):
        if fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("a fault on purpose")
    return break_here


from git_anvcs.drivers.strategy import main  # noqa: E402 - counted lines begin in the program

sys.settrace(break_here)
sys.exit(main())

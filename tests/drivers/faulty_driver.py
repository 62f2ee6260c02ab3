"""git-ai-merge with a fault: the real program, broken at a point that the file's name asks for.

`kill-40.json`: SIGKILL before the 40th line of our code runs; `raise-40.json`: an exception there;
`full-40.json`: no file may grow beyond 40 bytes; `stuck-1.json`: endless C code in the engine;
`shell-1.json`: the shell of the driver line and the program die once the line merge is in place.
"""

import itertools
import os
from pathlib import Path
import re
import resource
import signal
import sys
import types

fault, _, rest = Path(sys.argv[6]).name.partition("-")
number = int(rest.partition(".")[0]) if rest else 0
lines = itertools.count(1)


def kill_or_raise(frame: types.FrameType, event: str, argument: object) -> object:
    if "/git_anvcs/" not in frame.f_code.co_filename:
        return None
    if event == "line" and next(lines) == number:
        if fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise RuntimeError("a fault on purpose")
    return kill_or_raise


def on_engine(frame: types.FrameType, event: str, argument: object) -> None:
    if not frame.f_code.co_filename.endswith("merge/engine.py") or frame.f_code.co_name != "merge":
        return
    if fault == "shell":
        os.kill(os.getppid(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
    re.match(r"(a+)+$", "a" * 60 + "b")


from git_anvcs.drivers.merge import main  # noqa: E402 - counted lines begin in the program itself

if fault in ("kill", "raise"):
    sys.settrace(kill_or_raise)
elif fault in ("stuck", "shell"):
    sys.settrace(on_engine)  # type: ignore[arg-type]
elif fault == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (number, number))
sys.exit(main())

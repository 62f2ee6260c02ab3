"""The program git-ai-merge: the driver that Git starts, and the commands a person starts.

`driver` is looked at first and by hand: it must begin its work before argparse would be loaded.
"""

import os
import sys

from git_anvcs.kernel import brief

PROGRAM = "git-ai-merge"


def main() -> int:
    """Entry point; returns the exit code."""
    brief.begin()
    words = sys.argv[1:]
    # Only a lone word asks for help: `--help` behind others is the name of a file, and to answer
    # with help and 0 would tell Git that it is merged.
    if words[:1] == ["driver"] and words[1:] not in (["-h"], ["--help"]):
        from git_anvcs.drivers.one_file import drive

        return drive(words[1:], dict(os.environ))
    from git_anvcs.drivers.merge_program import run
    from git_anvcs.kernel.errors import run_program

    return run_program(PROGRAM, lambda: run(words))


if __name__ == "__main__":
    sys.exit(main())

"""The errors a person can mend, and the one place that prints an exception."""

from collections.abc import Callable
import os
import sys

DONE = 0
NO = 1
USAGE = 2
REFUSED = 3
PARTLY = 4
OFFLINE = 5
BUG = 70
INTERRUPTED = 130


class AnvcsError(Exception):
    """Something the user can act on: one sentence and a hint, never a traceback."""

    exit_code = NO

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AnvcsError):
    """The command was called in a way it does not understand."""

    exit_code = USAGE


class PolicyDenied(AnvcsError):
    """A policy or a guard refused."""

    exit_code = REFUSED


class PartlyDone(AnvcsError):
    """Some items were set aside; the rest is done."""

    exit_code = PARTLY


class Offline(AnvcsError):
    """Not available without the network; queued."""

    exit_code = OFFLINE


def run_program(program: str, main: Callable[[], int]) -> int:
    """Run `main` and return its exit code; whatever it raises is printed here and nowhere else.

    AnvcsError becomes its message and hint; ^C becomes 130; a closed pipe ends quietly as a
    well-behaved filter does; anything else is a bug of ours: traceback, 70.
    """
    try:
        code = main()
        sys.stdout.flush()
    except AnvcsError as error:
        print_error(program, error)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit (library/signal.html#note-on-sigpipe).
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    except Exception:
        import traceback  # 3 ms that only a bug pays for

        traceback.print_exc()
        print(
            f"{program}: this is a bug of git-anvcs; your repository is safe\n"
            "hint: report it with the lines above",
            file=sys.stderr,
        )
        return BUG
    return code


def print_error(program: str, error: AnvcsError) -> None:
    """Message and hint; what they quote of files and arguments may be hostile.

    Further lines are indented, so that a name with a newline cannot say a line of ours.
    """
    from git_anvcs.kernel.terminal import safe_text

    lines = [f"{program}: {error.message}", f"hint: {error.hint}"]
    for line in lines if error.hint else lines[:1]:
        first, *more = safe_text(line).split("\n")
        more = [text if text.startswith("  ") else f"  {text}" for text in more]
        print("\n".join((first, *more)), file=sys.stderr)

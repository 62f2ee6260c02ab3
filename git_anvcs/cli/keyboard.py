"""Keys as they are pressed, without waiting for the end of a line."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
import select
import sys
import termios
import tty

# What terminals send for them (ctlseqs of xterm).
_NAMES = {b"\x1b[C": "right", b"\x1b[D": "left", b"\x1b[A": "up", b"\x1b[B": "down",
          b"\x1b[H": "home", b"\x1b[F": "end", b"\x1b": "escape", b"\r": "enter",
          b"\n": "enter"}  # fmt: skip


@contextmanager
def listening() -> Iterator[None]:
    """The terminal gives every key at once while the block runs; ^C and ^Z stay what they are."""
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def pressed(seconds: float | None) -> str:
    """The next key: its character or its name; empty when none is pressed in that time.

    None: wait as long as it takes. Raises EOFError when the terminal is gone.
    """
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    if not ready:
        return ""
    data = os.read(sys.stdin.fileno(), 16)
    if not data:
        raise EOFError
    return _NAMES.get(data) or data[:1].decode("ascii", "replace")

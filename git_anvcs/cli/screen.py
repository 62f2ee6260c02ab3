"""A terminal taken over for a while, and given back as it was however the program ends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
import os
import select
import signal
import sys

# ctlseqs of xterm: the alternate screen, the cursor, the wrapping of long lines.
_TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_GIVE_BACK = "\x1b[?7h\x1b[?25h\x1b[?1049l"


class Screen:
    """The whole terminal, while the block of `taken` runs."""

    def __init__(self) -> None:
        self._resumed = 0

    def draw(self, lines: Sequence[str]) -> None:
        """These lines and nothing else; drawn over what is there, it does not flicker."""
        _write("\x1b[H" + "\x1b[K\r\n".join(lines) + "\x1b[K\x1b[J")

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        try:
            columns, lines = os.get_terminal_size(1)
        except OSError:
            return 80, 24
        return columns or 80, lines or 24

    def state(self) -> object:
        """Another one when everything is to be drawn again: after a resize, after ^Z."""
        return self.size, self._resumed

    def stop(self, *_: object) -> None:
        """^Z: the shell gets the terminal as it was, and we get it again with `fg`."""
        _write(_GIVE_BACK)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self.stop)
        self._resumed += 1
        _write(_TAKE)


@contextmanager
def taken() -> Iterator[Screen]:
    """Take the terminal. ^C, SIGTERM and SIGHUP end the block and give it back first."""
    screen = Screen()
    handlers: dict[signal.Signals, Callable[[int, object], None]]
    handlers = {signal.SIGTERM: _end, signal.SIGHUP: _end, signal.SIGTSTP: screen.stop}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        _write(_TAKE)
        yield screen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        with suppress(OSError):  # it may be gone
            _write(_GIVE_BACK)


def wait(seconds: float) -> bool:
    """Wait; False at once when nobody reads our output any more."""
    poll = select.poll()
    poll.register(1, 0)  # only that the other end was closed is told
    return not poll.poll(seconds * 1000)


def _write(text: str) -> None:
    """Straight to the terminal: Python's own buffer must not be used in a signal handler."""
    rest = text.encode(sys.stdout.encoding, "backslashreplace")
    try:
        while rest:
            rest = rest[os.write(1, rest) :]
    except OSError as error:  # the terminal was closed
        raise BrokenPipeError(error.errno, error.strerror) from error


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)

"""How a command speaks.

Text for people, one JSON object for programs, notes and progress on stderr.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
import json
import sys
from typing import TypeVar

from git_anvcs.kernel.terminal import safe_json, safe_text
from git_anvcs.kernel.terminal import styled as styled  # noqa: PLC0414 - where commands look for it

Item = TypeVar("Item")


class Output:
    """Standard output is the answer; everything said on the way goes to standard error.

    as_json: print the answer as one JSON object instead of text
    verbosity: -1 quiet, 0 normal, 1 and more verbose
    colour: whether the answer may be coloured (a terminal, NO_COLOR unset, no --json)
    progress: whether progress bars may be drawn
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        verbosity: int = 0,
        colour: bool = False,
        progress: bool = False,
    ) -> None:
        self.as_json = as_json
        self.verbosity = verbosity
        self.colour = colour
        self._progress = progress

    def answer(self, value: Mapping[str, object], text: str | Callable[[], str]) -> None:
        """Print the answer: `value` with --json, else `text` (built only when it is wanted)."""
        if self.as_json:
            print(as_json(value, indent=2))
            return
        said = text if isinstance(text, str) else text()
        if said:
            print(said)

    def text_of_records(self, value: Mapping[str, object], text: str) -> None:
        """Print an answer that programs want byte for byte; on a terminal it is made safe."""
        self.answer(value, lambda: safe_text(text) if sys.stdout.isatty() else text)

    def stream(
        self,
        key: str,
        items: Iterable[Mapping[str, object]],
        head: Mapping[str, object] | None = None,
    ) -> None:
        """Print one JSON object, `{**head, key: [items]}`, an item a line, none of them kept."""
        opening = as_json(head or {}).removesuffix("}")
        comma = ", " if head else ""
        before = f"{opening}{comma}{as_json(key)}: [\n"
        for item in items:  # the first one may raise: nothing is printed before it is there
            print(before + as_json(item), end="")
            before = ",\n"
        print("\n]}" if before == ",\n" else f"{before}]}}")

    def note(self, text: str) -> None:
        """Say something on the way; silent with -q."""
        if self.verbosity >= 0:
            print(text, file=sys.stderr)

    def detail(self, text: str) -> None:
        """Say something only -v wants to know."""
        if self.verbosity >= 1:
            print(text, file=sys.stderr)

    def confirm(self, question: str) -> bool:
        """Ask yes or no on the terminal; without one the answer is no."""
        if not sys.stdin.isatty():
            return False
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")

    @contextmanager
    def working(self, label: str) -> Iterator[None]:
        """Show that something long goes on, where a bar may be drawn."""
        if not self._progress:
            yield
            return
        from rich.console import Console

        with Console(stderr=True).status(label):
            yield

    def each(self, items: Iterable[Item], label: str) -> Iterator[Item]:
        """Go through `items` with a progress bar where one may be drawn."""
        if not self._progress:
            yield from items
            return
        from rich.console import Console
        from rich.progress import track

        total = len(items) if isinstance(items, Sized) else None
        yield from track(items, label, total=total, console=Console(stderr=True), transient=True)


def as_json(value: object, *, indent: int | None = None) -> str:
    """A value as JSON that is safe to print; Unicode stays readable."""
    return safe_json(json.dumps(value, ensure_ascii=False, indent=indent))

"""The commit graph while it changes: on a terminal's whole screen, as lines, or as JSON Lines."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
import sys

from git_anvcs.cli import drawn, screen
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import as_json, styled
from git_anvcs.cli.screen import Screen
from git_anvcs.flows import read_graph, reading, watching
from git_anvcs.flows.read_graph import Node, Wanted
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe

# Without -n and without a screen that says how much there is to see.
_MOST = 100

_Draw = Callable[[Iterator[Node]], Iterator[str]]


def graph(call: Call, wanted: Wanted, *, plain: bool) -> None:
    """Show the graph again whenever it is another one. Ends when nobody reads it any more."""
    draw = partial(drawn.text, colour=call.output.colour, plain=plain)
    if call.output.as_json:
        _follow(call, wanted, _json_line, between="")
    elif sys.stdout.isatty() and call.env.get("TERM") != "dumb":
        with screen.taken() as whole:
            _on_screen(call, wanted, draw, whole)
    else:
        _follow(call, wanted, lambda nodes: "\n".join(draw(nodes)), between="\n")


def _follow(
    call: Call, wanted: Wanted, say: Callable[[Iterator[Node]], str], *, between: str
) -> None:
    """Without a screen: each state of the graph once, `between` before all but the first."""
    wanted = wanted._replace(limit=_MOST if wanted.limit is None else wanted.limit)
    last = None
    prepare = partial(_ready, call, call.output.note)
    for _ in watching.changes(call.repo, screen.wait, prepare=prepare):
        try:
            said = say(_read(call, wanted))
        except AnvcsError as error:
            said = _refused(call, error, first=last is None)
        if said != last:
            print(said if last is None else between + said, flush=True)
        last = said


def _on_screen(call: Call, wanted: Wanted, draw: _Draw, whole: Screen) -> None:
    """As many commits as there is room for, and a line that says how to leave."""
    notes: list[str] = []
    first = True
    prepare = partial(_ready, call, notes.append)
    for _ in watching.changes(call.repo, screen.wait, prepare=prepare, also=whole.state):
        room = whole.size[1] - 1
        fitting = wanted._replace(limit=room if wanted.limit is None else wanted.limit)
        try:
            lines = list(islice(draw(_read(call, fitting)), room))
        except AnvcsError as error:
            lines = [_refused(call, error, first=first)]
        first = False
        status = safe("  ".join(["^C ends", *notes]))
        notes.clear()
        lines += [""] * (room - len(lines))
        whole.draw([*lines, styled(status, "dim", colour=call.output.colour)])


def _ready(call: Call, note: Callable[[str], None]) -> None:
    """Records first; what cannot be recorded is said beside the graph, not across it."""
    if call.repo.common_dir.is_dir():
        reading.ready(call.repo, note)


def _read(call: Call, wanted: Wanted) -> Iterator[Node]:
    if not call.repo.common_dir.is_dir():
        raise _Gone(f"{call.repo.common_dir} is gone")
    return read_graph.read(call.repo, call.cwd, wanted)


class _Gone(AnvcsError):
    """There is nothing to watch any more."""


def _refused(call: Call, error: AnvcsError, *, first: bool) -> str:
    """What is shown instead of the graph: a branch that is not there now may come back."""
    if isinstance(error, _Gone) or (first and isinstance(error, UsageError)):
        raise error
    if not call.output.as_json:
        return safe(f"{error.message} ({error.hint})" if error.hint else error.message)
    facts = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
    return as_json({"error": facts})


def _json_line(nodes: Iterator[Node]) -> str:
    return as_json({"commits": list(drawn.as_json(nodes))})

"""How far the drain is, saved in one file so that a crash finds all of it old or all of it new."""

from collections.abc import Mapping
import json
from typing import Any, NamedTuple, cast

from git_anvcs.flows.intake import Pending
from git_anvcs.flows.made import Made, oids
from git_anvcs.git import reflog
from git_anvcs.store import atomic, spool
from git_anvcs.store.paths import Paths

_VERSION = 1


class State(NamedTuple):
    """Where the next drain begins.

    mark: in the spool
    reflogs: worktree -> place in its HEAD's reflog
    pending: what agents did that no commit has taken up yet (flows/intake.py)
    held: commits made in worktrees where a rebase is still going on
    squashes: worktree -> HEAD when `git merge --squash` ran there, then what it put together
    """

    mark: spool.Mark = spool.Mark()
    reflogs: Mapping[str, reflog.Mark] = {}
    pending: Pending = {}  # noqa: RUF012 - never changed in place
    held: tuple[Made, ...] = ()
    squashes: Mapping[str, tuple[str, ...]] = {}


def load(paths: Paths) -> State | None:
    """The saved state; None before the first drain, or when the file is damaged.

    Starting over is safe: lines seen before find their records in place.
    """
    try:
        value = json.loads((paths.spool / "state.json").read_bytes())
        return _decode(value) if value["v"] == _VERSION else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(paths: Paths, state: State) -> None:
    """Raises CannotWrite."""
    value = {
        "v": _VERSION,
        "mark": state.mark,
        "reflogs": state.reflogs,
        "pending": state.pending,
        "held": [made._asdict() for made in state.held],
        "squashes": state.squashes,
    }
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    atomic.write(paths.spool / "state.json", text.encode() + b"\n", mode=0o600)


def _decode(value: Any) -> State:
    return State(
        spool.Mark(*map(int, value["mark"])),
        {str(k): reflog.Mark(int(v[0]), str(v[1])) for k, v in value["reflogs"].items()},
        cast(Pending, dict(value["pending"])),
        tuple(Made.from_json(m) for m in value["held"]),
        {str(k): oids(v) for k, v in value["squashes"].items()},
    )

"""The outbox: what has to reach another machine and could not yet, one small file each.

An item says what is to be done, not what is to be sent: doing it sends whatever is due then. So
an item put in twice is one, doing it twice is harmless, and a crash leaves it in place.
"""

from collections.abc import Mapping
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.kernel import clock
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

_VERSION = 1


class Item(NamedTuple):
    """One thing to do: its kind (`records`, `push`), its facts, when it was put in."""

    path: Path
    kind: str
    facts: Mapping[str, Any]
    since: float


def put(paths: Paths, kind: str, facts: Mapping[str, Any]) -> None:
    """Keep it until `done`; it is on disk on return. Raises CannotWrite."""
    path = _place(paths, kind, facts)
    if path.exists():
        return
    value = {"v": _VERSION, "kind": kind, "facts": facts, "since": clock.now()}
    atomic.write(path, json.dumps(value, sort_keys=True).encode() + b"\n", mode=0o600)


def done(paths: Paths, kind: str, facts: Mapping[str, Any]) -> None:
    """It reached its place, or there is no point any more."""
    _place(paths, kind, facts).unlink(missing_ok=True)


def waiting(paths: Paths) -> list[Item]:
    """Everything that waits, oldest first; a file that cannot be read is left alone."""
    found = []
    for path in paths.outbox.glob("*.json"):
        try:
            value = json.loads(path.read_bytes())
            if value["v"] != _VERSION or not isinstance(value["facts"], dict):
                continue
            found.append(Item(path, str(value["kind"]), value["facts"], float(value["since"])))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda item: (item.since, item.path.name))


def _place(paths: Paths, kind: str, facts: Mapping[str, Any]) -> Path:
    name = json.dumps([kind, facts], sort_keys=True).encode(errors="surrogatepass")
    return paths.outbox / f"{kind}-{hashlib.sha256(name).hexdigest()[:16]}.json"

"""Commits that a policy proposes and nobody has made yet: one file, a proposal a session."""

from collections.abc import Mapping
from contextlib import suppress
import json
from typing import NamedTuple

from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

_VERSION = 1


class Proposal(NamedTuple):
    """lane: the worktree; files: how many; seconds: when, since the epoch; why: of the policy

    tree: what was tested, and must be committed as it is; empty: nothing was
    failed: why it is not proposed though it is due; it is kept, so that it is not tested again
    """

    lane: str
    session: str
    files: int
    seconds: float
    why: str
    tree: str = ""
    failed: str = ""


def read(paths: Paths) -> list[Proposal]:
    """All of them; what cannot be read counts as none."""
    found = []
    with suppress(OSError, ValueError, TypeError, KeyError):
        value = json.loads(paths.due.read_bytes())
        found = [Proposal(**one) for one in value["due"]] if value["v"] == _VERSION else []
    return found


def put(paths: Paths, one: Proposal) -> None:
    """Instead of what was proposed for that session in that worktree. Raises CannotWrite."""
    _write(paths, [*_without(paths, one.lane, one.session), one])


def drop(paths: Paths, lane: str, session: str) -> None:
    """Raises CannotWrite."""
    left = _without(paths, lane, session)
    if len(left) != len(read(paths)):
        _write(paths, left)


def _without(paths: Paths, lane: str, session: str) -> list[Proposal]:
    return [one for one in read(paths) if (one.lane, one.session) != (lane, session)]


def _write(paths: Paths, all_of: list[Proposal]) -> None:
    value: Mapping[str, object] = {"v": _VERSION, "due": [one._asdict() for one in all_of]}
    atomic.write(paths.due, json.dumps(value).encode() + b"\n", mode=0o600)

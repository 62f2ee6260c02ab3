"""Proposals as they are kept: one file each below `<common Git dir>/anvcs/proposals/`.

The newest 256 are kept; docs/formats/proposals.md says what is in them.
"""

from collections.abc import Iterator
from contextlib import suppress
import json
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.merge import lines, markers, places
from git_anvcs.merge.places import Place, Standing
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

VERSION = 1
OFFERED, REFUSED, PUT_IN = "offered", "refused", "put in"
_KEPT = 256
_NEWER = ("was", "now")  # fields that files of older versions do not have


class Proposal(NamedTuple):
    """An answer to the open conflict with this id (flows/review/items.py).

    state: `offered`; `refused`, with `why`; `put in` the file by a person or after checks
    text: the lines; block: the conflict that they stand for; whole: the file with them in it, and
    start: the first of them there, from 0, once they were put in
    prompt_sha256: of the task and the question that were sent; redacted: secrets taken out of it
    by: who put it in, `a person` or the names of the checks
    was, now: of one in a notebook's cell, once it was put in, the lines of the file that were
    replaced, and those that are there since; `start` is of these
    """

    id: str
    path: str
    state: str
    why: str = ""
    text: str = ""
    block: str = ""
    left_out: tuple[str, ...] = ()
    proposer: str = ""
    prompt_sha256: str = ""
    redacted: int = 0
    at: str = ""
    by: str = ""
    start: int = 0
    whole: str = ""
    was: str = ""
    now: str = ""


def standing(proposal: Proposal, now: bytes, size: int = 7) -> tuple[Place, Standing] | None:
    """Where the lines of a proposal that was put in stand in a text; None where they do not.

    size: of conflict markers
    """
    wrote = (proposal.text, proposal.block)
    try:
        sides = markers.parse(proposal.block.encode(), size).versions()
    except ValueError:
        return None
    if proposal.was:
        wrote = (proposal.now, proposal.was)
    text, block = (tuple(lines.split(one.encode())) for one in wrote)
    start = proposal.start
    place = Place(proposal.id, start, start + len(text), block, text, sides)
    whole = lines.split(proposal.whole.encode())
    [found] = places.standings(whole, [place], lines.split(now), size)
    return (place, found) if found.state == places.STANDS else None


def keep(repo: Repo, proposal: Proposal) -> None:
    """Write it down, over an older one for the same conflict. Raises CannotWrite."""
    folder = Paths(repo.common_dir).proposals
    facts = {"v": VERSION, **proposal._asdict()}
    text = json.dumps(facts, sort_keys=True)
    atomic.write(folder / f"{proposal.id}.json", text.encode() + b"\n", mode=0o600)
    files = sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime)
    for old in files[:-_KEPT]:
        old.unlink(missing_ok=True)


def read(repo: Repo) -> dict[str, Proposal]:
    """All of them by the ids of their conflicts; unreadable ones are passed over."""
    return {one.id: one for one in _all(repo)}


def _all(repo: Repo) -> Iterator[Proposal]:
    for file in Paths(repo.common_dir).proposals.glob("*.json"):
        with suppress(OSError, ValueError, TypeError, KeyError):
            facts = json.loads(file.read_bytes())
            known = {**dict.fromkeys(_NEWER, ""), **facts}
            known = {name: known[name] for name in Proposal._fields}
            kinds = {name: type(default) for name, default in Proposal._field_defaults.items()}
            right = all(
                isinstance(known[name], (list if kind is tuple else kind))
                for name, kind in kinds.items()
            )
            if right and facts["v"] == VERSION:
                yield Proposal(**{**known, "left_out": tuple(map(str, known["left_out"]))})

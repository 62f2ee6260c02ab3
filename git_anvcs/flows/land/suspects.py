"""Which decision of a rule makes a merge fail its tests: they are undone one by one.

The most doubtful first (merge/reasons.py). Undone means that one side's lines stand where the rule
combined both; where the tests pass then, the rule was wrong, or a person has to choose.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from git_anvcs.flows.guard.bench import Shown
from git_anvcs.flows.land.fold import Folder, Step
from git_anvcs.merge import lines, places, reasons
from git_anvcs.merge.places import Place

MOST_RUNS = 12


class Suspect(NamedTuple):
    """A decision without which the tests pass: where (line from 1), by which rule, and why.

    side: `ours` or `theirs`, whose version stood there when they passed
    """

    path: str
    line: int
    rule: str
    why: str
    side: str


class _Trial(NamedTuple):
    """One file with one decision undone."""

    doubt: int
    suspect: Suspect
    text: bytes


def find(folder: Folder, step: Step, passes: Callable[[Shown], bool]) -> Suspect | None:
    """The decision to blame; None where no single one is, or too many had to be tried."""
    trials = sorted(_trials(step), key=lambda trial: -trial.doubt)
    for trial in trials[:MOST_RUNS]:
        if passes(folder.with_text(step, trial.suspect.path, trial.text)):
            return trial.suspect
    return None


def _trials(step: Step) -> Iterator[_Trial]:
    for versions, options, merged in step.decided:
        for place in places.places(versions, merged.text, options, merged.resolutions):
            if place.resolutions:
                yield from _undone(options.path, merged.text, place)


def _undone(path: str, merged: bytes, place: Place) -> Iterator[_Trial]:
    reason = reasons.of_place(place.resolutions)
    now = lines.split(merged)
    here = places.Standing(places.STANDS, place.start, place.end)
    for side, text in (("ours", place.versions.ours), ("theirs", place.versions.theirs)):
        instead = b"".join(places.exchanged(now, here, lines.split(text)))
        if instead != merged:
            rule = place.resolutions[0].rule
            suspect = Suspect(path, place.start + 1, rule, reason.words, side)
            yield _Trial(reason.doubt, suspect, instead)

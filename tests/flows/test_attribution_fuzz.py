"""A share of the attribution fuzzer (benchmarks/attribution_fuzz.py runs 2,000 histories)."""

from collections import Counter
from pathlib import Path
import re

import pytest

from git_anvcs.flows import read_blame
from git_anvcs.provenance import blame
from git_anvcs.provenance.blame import Attribution, Line
from git_anvcs.provenance.summary import Who
from tests.support import fuzz
from tests.support.fuzz_judge import RIGHT
from tests.support.fuzz_world import Manner

SHARES = 12
HISTORIES = 60


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fuzz.make_template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize("share", range(SHARES))
def test_no_line_is_given_to_somebody_who_did_not_write_it(template: Path, share: int) -> None:
    told = Counter[str]()
    for seed in range(share, HISTORIES, SHARES):
        outcome = fuzz.play(fuzz.history(seed), template)
        found = [*outcome.wrong, *outcome.wrong_by_commit, *outcome.problems]
        assert not found, f"python -m benchmarks.attribution_fuzz --seed {seed} --shrink"
        told += outcome.tally.agents if outcome.well else Counter()
    # Silence is no proof: agents that tell what they do are mostly named.
    assert told[RIGHT] >= 0.8 * told.total()


def test_a_history_through_the_installed_programs(template: Path) -> None:
    manner = Manner(well=True, executables=True, background=True)
    outcome = fuzz.play(fuzz.history(7), template, how=manner)
    assert not [*outcome.wrong, *outcome.wrong_by_commit, *outcome.problems]
    assert outcome.tally.agents[RIGHT] > 0


def test_the_same_seed_gives_the_same_history(template: Path) -> None:
    first, second = (fuzz.play(fuzz.history(3), template) for _ in range(2))
    assert without_ids(first.trace) == without_ids(second.trace)
    assert first.tally.agents == second.tally.agents


def without_ids(trace: tuple[str, ...]) -> list[str]:
    """A trace without commits and temporary folders, which differ from one run to the next."""
    return [re.sub(r"[0-9a-f]{7,40}|/\S*", "", row) for row in trace]


def test_an_attribution_that_lies_is_noticed(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lying(_: object, __: Line) -> Attribution:
        return Attribution(Who("agent", "acme", "session-0000000042"), exact=True)

    monkeypatch.setattr(blame.Attributor, "__call__", lying)
    outcome = fuzz.play(fuzz.history(5), template)
    assert any("human's" in said for said in outcome.wrong)
    assert any("claude" in said for said in outcome.wrong)


def test_a_bad_history_shrinks_to_the_steps_that_make_it_bad() -> None:
    told = fuzz.History(1, tuple(range(40)))
    small = fuzz.shrunk(told, lambda fewer: {7, 23} <= set(fewer.steps))
    assert small.steps == (7, 23)


def test_the_flow_that_is_judged_is_the_one_behind_the_command() -> None:
    from git_anvcs.cli.commands import blame as command

    assert command.read_blame is read_blame
    assert command.Attributor is blame.Attributor

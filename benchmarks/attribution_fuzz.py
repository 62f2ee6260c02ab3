"""Random histories by three agents and a human: does blame ever name the wrong one?

Every line is a character that is used once, so the truth needs no record (tests/support/fuzz.py).
Prints what was checked, what was found, and what stayed unattributed by what we were told of it.

Example:
    python -m benchmarks.attribution_fuzz --histories 2000 --jobs 2
    python -m benchmarks.attribution_fuzz --seed 17 --trace
    python -m benchmarks.attribution_fuzz --seed 17 --shrink
"""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
import json
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time

from tests.support import fuzz
from tests.support.fuzz import History, Outcome
from tests.support.fuzz_judge import RIGHT, UNATTRIBUTED, WRONG, WRONG_BY_COMMIT

_SHARE = 5
_CAUSES = 12
_SHOWN = 20


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, help="only this history")
    parser.add_argument("--steps", default="", help="of it only these steps: 3,7,9")
    parser.add_argument("--trace", action="store_true", help="with --seed: print every step")
    parser.add_argument("--shrink", action="store_true", help="with --seed: leave steps out")
    parser.add_argument("--missed", action="store_true", help="with --seed: silence is bad, too")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        template = fuzz.make_template(Path(folder))
        if args.seed is not None:
            told = fuzz.history(args.seed)
            if args.steps:
                told = told._replace(steps=tuple(int(word) for word in args.steps.split(",")))
            return one(told, template, args)
        started = time.monotonic()
        seeds = range(args.first, args.first + args.histories)
        total = Total()
        for outcome in played(seeds, template, args.jobs):
            total.add(outcome)
        took = time.monotonic() - started
    print(json.dumps(total.facts(took), indent=2) if args.json else total.text(took))
    return 1 if total.bad else 0


def one(told: History, template: Path, args: Namespace) -> int:
    """Play one history; print what is bad in it."""
    if args.shrink:
        told = smallest(told, template, missed=args.missed)
    outcome = fuzz.play(told, template)
    if args.trace or args.shrink:
        print("\n".join(outcome.trace))
    said = [*outcome.wrong, *outcome.wrong_by_commit, *outcome.problems]
    said += outcome.missed if args.missed else []
    print("\n".join(said) or f"nothing wrong; {dict(outcome.tally.agents)}")
    print(f"python -m benchmarks.attribution_fuzz {told}")
    return 1 if said else 0


def smallest(told: History, template: Path, *, missed: bool) -> History:
    """The history shrunk as long as its worst kind of finding is still there.

    Drains in the background come when they like, so there one good outcome proves nothing.
    """
    tries = 3 if fuzz.manner(told.seed).background else 1
    kind = _worst(fuzz.play(told, template), missed=missed)

    def is_bad(fewer: History) -> bool:
        played = (fuzz.play(fewer, template) for _ in range(tries))
        return any(kind == _worst(outcome, missed=missed) for outcome in played)

    return fuzz.shrunk(told, is_bad) if kind else told


def played(seeds: range, template: Path, jobs: int) -> Iterator[Outcome]:
    """The outcomes in the order of the seeds, from several processes."""
    shares = [seeds[at : at + _SHARE] for at in range(0, len(seeds), _SHARE)]
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_share, share, template) for share in shares]
        for share in running:
            yield from share.result()


def _share(seeds: range, template: Path) -> list[Outcome]:
    return [fuzz.play(fuzz.history(seed), template)._replace(trace=()) for seed in seeds]


def _worst(outcome: Outcome, *, missed: bool) -> str:
    kinds = {
        "wrong": outcome.wrong,
        "problems": outcome.problems,
        "by commit": outcome.wrong_by_commit,
        "missed": outcome.missed if missed else [],
    }
    return next((name for name, found in kinds.items() if found), "")


class Total:
    """Sums over histories."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.commands: Counter[tuple[str, bool]] = Counter()
        self.agents: Counter[str] = Counter()
        self.humans: Counter[str] = Counter()
        self.well: Counter[str] = Counter()
        self.gaps: Counter[tuple[str, str]] = Counter()
        self.told: Counter[tuple[str, str]] = Counter()
        self.operations: Counter[str] = Counter()
        self.bad: list[str] = []

    def add(self, outcome: Outcome) -> None:
        """Count one history."""
        tally = outcome.tally
        self.counts += Counter(histories=1, steps=len(outcome.history.steps))
        self.commands += outcome.commands
        self.agents += tally.agents
        self.humans += tally.humans
        self.gaps += tally.gaps
        self.told += tally.told
        self.operations += tally.operations
        if outcome.well:
            self.well += tally.agents
        said = [*outcome.wrong, *outcome.wrong_by_commit, *outcome.problems]
        if said:
            self.bad.append(f"--seed {outcome.history.seed}: {len(said)}, such as {said[0]}")
            print(self.bad[-1], file=sys.stderr, flush=True)

    def facts(self, took: float) -> dict[str, object]:
        """All of it as plain values."""
        return {
            **self.counts,
            "seconds": round(took, 1),
            "commands": dict(self._succeeded().most_common()),
            "lines_of_agents": dict(self.agents),
            "lines_of_the_human": dict(self.humans),
            "lines_of_agents_in_well_behaved_histories": dict(self.well),
            "operations": dict(self.operations),
            "by_way": {f"{how}: {said}": count for (how, said), count in self.told.items()},
            "unattributed": {f"{how}, {step}": n for (how, step), n in self.gaps.most_common()},
            "bad": self.bad,
        }

    def text(self, took: float) -> str:
        """The table."""
        n = self.counts
        run = self.commands.total()
        head = f"{n['histories']:,} histories, {n['steps']:,} steps, {run:,} Git commands"
        ways = sorted({how for how, _ in self.told})
        rows = [
            _row("lines of", "checked", RIGHT, UNATTRIBUTED, WRONG, WRONG_BY_COMMIT, "right %"),
            _counted("agents", self.agents),
            _counted("agents, all well", self.well),
            _counted("the human", self.humans),
            _counted("operations", self.operations),
            "",
            _row("agents, told by", "checked", RIGHT, UNATTRIBUTED, WRONG, WRONG_BY_COMMIT, ""),
            *(_counted(how, Counter({s: self.told[how, s] for s in _VERDICTS})) for how in ways),
            "",
            "unattributed, and what made the commit: "
            + ", ".join(f"{h}/{s} {c}" for (h, s), c in self.gaps.most_common(_CAUSES)),
            "",
            "Git commands that did something: "
            + ", ".join(f"{verb} {count:,}" for verb, count in self._succeeded().most_common()),
            *(["", f"{len(self.bad)} bad:", *self.bad[:_SHOWN]] if self.bad else []),
        ]
        return "\n".join([f"{head}, {took:.0f} s", "", *rows])

    def _succeeded(self) -> Counter[str]:
        return Counter({verb: count for (verb, well), count in self.commands.items() if well})


_VERDICTS = (RIGHT, UNATTRIBUTED, WRONG, WRONG_BY_COMMIT)


def _counted(name: str, counts: Counter[str]) -> str:
    total = sum(counts.values())
    wrong = sum(count for said, count in counts.items() if said.startswith(WRONG))
    share = f"{100 * counts[RIGHT] / total:.1f}" if total else ""
    cells = (counts[RIGHT], counts[UNATTRIBUTED], wrong, counts[WRONG_BY_COMMIT])
    return _row(name, f"{total:,}", *(f"{cell:,}" for cell in cells), share)


def _row(first: str, *cells: str) -> str:
    return f"{first:<18}" + "".join(f"{cell:>15}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())

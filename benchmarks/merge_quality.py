"""What merges of real histories are worth: ours beside plain Git and other tools.

Every file that Git conflicts on in the merges of a history is merged again, and compared with what
people committed: as a whole, but for formatting, and in the regions of Git's conflicts only. Our
own merges are also held against the laws that every merge must obey.

    python -m benchmarks.merge_quality --repo PATH/TO/clone --types py,js --limit 500
"""

from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator
import json
import os
from pathlib import Path
import platform
import resource
from statistics import median
import sys
import tempfile
from typing import NamedTuple

from benchmarks.merge_cases import Case, History, Structural
from benchmarks.merge_judge import judged, loses_a_line, parses, stream
from benchmarks.merge_ways import Result, Way, ours, ways
from git_anvcs.merge.registry import format_of, load_format
from git_anvcs.merge.result import NotUnderstood, Options, Versions

OURS = "git-anvcs"
PEERS = "git,git-anvcs,mergiraf,nbdime,git-json-merge"
# Percent of the files that Git conflicts on, and of those that are resolved; of notebooks the
# clean ones with people's cells are 70 percent of all.
GOALS = {".json": (60, 80), ".ipynb": (70, 100)}
GOAL = (40, 85)
ROWS = {
    "files": "files Git conflicts on",
    "structural": "of these no content to merge (delete, rename)",
    "resolved": "resolved",
    "bytes": "  equal to the human's",
    "formatting": "  equal but for formatting",
    "regions": "  equal where Git had conflicts",
    "order": "  the same, or the same lines in another order",
    "changes": "  data: every change of a side as the human has it",
    "pure": "  where people only merged",
    "pure_equal": "    equal where Git had conflicts",
    "pure_order": "    the same, or in another order",
    "open": "unresolved",
    "unparsable": "resolved, does not parse",
    "lost": "resolved, loses a line",
    "clean": "files both changed, Git without conflict",
    "clean_open": "  conflict here",
    "clean_other": "  resolved in another way than Git's",
    "clean_human": "    as people committed it",
    "asymmetric": "not symmetric",
    "unstable": "not deterministic",
    "uneven": "sides swapped: another number of conflicts (a hint)",
    "returning": "theirs once more on the old base: not the same (a hint)",
}
MEASURES = ("bytes", "formatting", "regions", "order", "pure", "changes")
WHOLES = {  # what a count is a part of
    **dict.fromkeys(MEASURES, "resolved"),
    **dict.fromkeys(("pure_equal", "pure_order"), "pure"),
    "resolved": "files",
}
TOP = 10


class Counts(NamedTuple):
    """What was found of one way in files of one type.

    causes: why results differ; reasons: why files stay open
    times: what a file that Git conflicts on took, in seconds of processor time
    """

    rows: Counter[str]
    causes: Counter[str]
    reasons: Counter[str]
    times: list[float]


Found = dict[tuple[str, str], Counts]  # by type and way


def main() -> None:
    args = arguments()
    types = set(filter(None, args.types.split(",")))
    found: Found = defaultdict(lambda: Counts(Counter(), Counter(), Counter(), []))
    with tempfile.TemporaryDirectory(prefix="anvcs-quality-") as folder:
        others = ways(args.peers.split(","), Path(folder))
        history = History(args.repo, Path(folder))
        merges = history.merges(args.limit)
        missing = 0
        for merge in progress(merges):
            try:
                cases = [
                    one
                    for one in history.cases(merge, types, bool(args.clean))
                    if known(one) and not (args.clean == "only" and in_git_conflict(one))
                ]
            except OSError:
                missing += 1
                continue
            for case in cases:
                for line in counted(found, case, others, laws=not args.no_laws):
                    if args.list:
                        print(line, flush=True)
        history.close()
    report(found, others, f"{len(merges)} merges, {missing} of them not replayable", args)


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--types", default="", help="extensions or names of files: py,js,go.mod")
    parser.add_argument("--limit", type=int, help="only the newest N merges")
    parser.add_argument("--peers", default=PEERS, help="NAME or NAME=PROGRAM, with commas")
    parser.add_argument(
        "--clean",
        nargs="?",
        const="also",
        choices=("also", "only"),
        help="also files that Git merges alone, or only those",
    )
    parser.add_argument("--no-laws", action="store_true", help="merge once: hold against no law")
    parser.add_argument("--list", action="store_true", help="print a line a file and way")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def known(case: Case | Structural) -> bool:
    return format_of(case.path) != "text"


def progress(merges: list[list[str]]) -> Iterator[list[str]]:
    if not sys.stderr.isatty():
        yield from merges
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(merges, "merges", console=Console(stderr=True), transient=True)


def in_git_conflict(case: Case | Structural) -> bool:
    return isinstance(case, Structural) or case.conflicting


def counted(
    found: Found, case: Case | Structural, others: list[Way], *, laws: bool
) -> Iterator[str]:
    """Count one file for every way; a line for each, for `--list`."""
    for way in others:
        counts = found[case.type, way.name]
        if isinstance(case, Structural):
            counts.rows.update(("files", "structural"))
            continue
        before = spent()
        result = way.merge(case)
        if result is None:
            continue
        if case.conflicting:
            counts.times.append(spent() - before)
        verdict = by_git_alone if not case.conflicting else in_conflict
        words = verdict(counts, case, result)
        if way.name == OURS and (case.conflicting or result.text != case.git):
            broken = broken_laws(case) if laws else []
            counts.rows.update(broken)
            words += broken
            if not result.clean:
                reason = why_open(case)
                counts.reasons[reason] += 1
                words.append(reason)
        yield " ".join((case.merge[:12], way.name, case.path, *words))


def spent() -> float:
    """Processor time of this process and of those it waited for, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_conflict(counts: Counts, case: Case, result: Result) -> list[str]:
    """Judge a file that Git conflicts on."""
    counts.rows["files"] += 1
    if not result.clean:
        counts.rows["open"] += 1
        return ["open"]
    verdict = judged(case, result.text)
    names = ["resolved", *(name for name in MEASURES if getattr(verdict, name))]
    if verdict.pure:
        names += ["pure_equal"] * verdict.regions + ["pure_order"] * verdict.order
    names += flaws(case, result.text)
    counts.rows.update(names)
    if verdict.cause:
        counts.causes[verdict.cause] += 1
        names.append(f"({verdict.cause})")
    return names


def flaws(case: Case, result: bytes) -> list[str]:
    """What no merge may do, whatever people committed."""
    found = []
    if all(parses(case.path, side) for side in (case.ours, case.theirs)):
        found += [] if parses(case.path, result) else ["unparsable"]
    return found + (["lost"] if loses_a_line(case, result) else [])


def by_git_alone(counts: Counts, case: Case, result: Result) -> list[str]:
    """Judge a file that Git merges without a conflict."""
    names = ["clean"]
    if not result.clean:
        names.append("clean_open")
    elif result.text != case.git:
        names += ["clean_other", *flaws(case, result.text)]
        if result.text == case.human:
            names.append("clean_human")
    counts.rows.update(names)
    return names


def broken_laws(case: Case) -> list[str]:
    """The laws that our merge of a case breaks, and hints that it may be wrong.

    Symmetric: with the sides swapped as clean, and then the same words and signs but for layout.
    Deterministic: the same bytes again. The hints: another number of conflicts with the sides
    swapped; theirs merged into the result once more, on the old base, finds something to do.
    """
    merged, again = ours(case), ours(case)
    swapped = ours(case._replace(ours=case.theirs, theirs=case.ours))
    found = []
    words = [Counter(stream(case.path, one.text)) for one in (merged, swapped)]
    if bool(merged.conflicts) != bool(swapped.conflicts) or (
        not merged.conflicts and words[0] != words[1]
    ):
        found.append("asymmetric")
    elif len(merged.conflicts) != len(swapped.conflicts):
        found.append("uneven")
    if merged != again:
        found.append("unstable")
    if not merged.conflicts and ours(case._replace(ours=merged.text)).text != merged.text:
        found.append("returning")
    return found


def why_open(case: Case) -> str:
    """Why we leave a file open: what its merge by meaning says, or the kinds of its conflicts."""
    versions = Versions(case.base, case.ours, case.theirs)
    try:
        merged = load_format(format_of(case.path)).merge(versions, Options(case.path))
    except NotUnderstood as error:
        return f"not understood: {error}"
    except Exception as error:  # noqa: BLE001 - as the engine, which falls back to lines
        return f"failed: {type(error).__name__}"
    kinds = sorted({one.kind for one in merged.conflicts})
    return ", ".join(kinds) if kinds else "refused by the engine's checks"


def report(found: Found, others: list[Way], summary: str, args: Namespace) -> None:
    versions = ", ".join(f"{way.name} ({way.version})" for way in others)
    where = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    if args.json:
        said = [
            {
                "type": end,
                "way": way,
                **{row: counts.rows[row] for row in ROWS},
                "causes": dict(counts.causes.most_common()),
                "reasons": dict(counts.reasons.most_common()),
                "milliseconds": middle(counts),
            }
            for (end, way), counts in found.items()
        ]
        print(
            json.dumps({"where": where, "ways": versions, "what": summary, "types": said}, indent=2)
        )
        return
    print(f"{summary}\n{versions}\n{where}")
    for end in sorted({end for end, _way in found}):
        table(end, {way.name: found[end, way.name] for way in others if (end, way.name) in found})


def table(end: str, found: dict[str, Counts]) -> None:
    """The counts of one type, a column a way, and why goals are missed."""
    print(f"\n{end:48}", *(f"{name:>14}" for name in found))
    for row, words in ROWS.items():
        if any(counts.rows[row] for counts in found.values()):
            print(f"{words:48}", *(f"{share(counts.rows, row):>14}" for counts in found.values()))
    print(f"{'median ms (processor)':48}", *(f"{middle(one):>14}" for one in found.values()))
    for name, counts in found.items():
        for title, reasons in (("differ", counts.causes), ("stay open", counts.reasons)):
            if reasons:
                print(f"  {name}, why results {title}:")
            for reason, count in reasons.most_common(TOP):
                print(f"{count:8} {reason}")
        missed = goals_missed(end, counts.rows)
        if name == OURS and missed:
            print(f"  {name} misses: {', '.join(missed)}")


def middle(counts: Counts) -> int:
    """The median of the times, in milliseconds."""
    return round(1000 * median(counts.times)) if counts.times else 0


def goals_missed(end: str, rows: Counter[str]) -> list[str]:
    """What is worse than the goals of the type, in words."""
    goals = dict(zip(("resolved", "formatting"), GOALS.get(end, GOAL), strict=True))
    least = [row for row in goals if percent(rows, row) < goals[row]]
    most = [row for row in ("unparsable", "lost") if rows[row]]
    found = [f"{ROWS[row].strip()} {percent(rows, row):.0f} of {goals[row]} %" for row in least]
    return found + [f"{ROWS[row]} {rows[row]}" for row in most]


def percent(rows: Counter[str], row: str) -> float:
    """The share of a count in what it is part of; all, where that is nothing."""
    whole = WHOLES[row]
    total = rows[whole] - (rows["structural"] if whole == "files" else 0)
    return 100 * rows[row] / total if total else 100


def share(rows: Counter[str], row: str) -> str:
    if row not in WHOLES or not rows[WHOLES[row]]:
        return str(rows[row])
    return f"{rows[row]} ({percent(rows, row):.0f} %)"


if __name__ == "__main__":
    main()

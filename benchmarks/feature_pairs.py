"""Features that two agents write side by side on one base: do both test suites pass when merged?

`benchmarks/features/` holds a small library with its tests, and patches: one feature each, with
tests of its own, all of them made for the same base. Every pair is merged by plain Git and by ours.
A merge counts when it is clean, still has every test that either side has, and all of them pass.
Then `git anvcs land` takes both behind the gate "all tests pass": what it lands must pass.

    python -m benchmarks.feature_pairs --pairs 100 --seed 1

With `--repo` the pairs are made of a history's own commits (`pairs_of_history`); PROGRAM is a
Python in which that library's requirements are installed, or `go`.

    python -m benchmarks.feature_pairs --repo PATH/TO/clone --commits 200 --program PROGRAM
"""

from argparse import ArgumentParser, Namespace
import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
import json
import os
from pathlib import Path
import platform
import random
import subprocess
import sys
import tempfile
from typing import NamedTuple

from benchmarks.pairs_of_history import LANGUAGES, History

FEATURES = Path(__file__).with_name("features")
PROGRAMS = Path(sys.executable).parent
GIT, OURS = "git merge", "git merge, our strategy"
PASSES, FAILS, CONFLICT = "both suites pass", "clean, but a test fails", "conflict"
OUTCOMES = (PASSES, FAILS, CONFLICT)
TESTS = (sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
GO = ("GOMODCACHE", "GOCACHE", "GOFLAGS", "GOPROXY")  # what `go` may go on using
IDENTITY = {"NAME": "A", "EMAIL": "a@example.com", "DATE": "1700000000 +0000"}


class Merge(NamedTuple):
    """What became of one pair: its outcome, and the files that were left with conflicts."""

    pair: tuple[str, str]
    outcome: str
    open: tuple[str, ...]


class Checkout:
    """A repository with a branch for each feature, and the one way in which it merges."""

    def __init__(self, folder: Path, way: str) -> None:
        self.folder = folder
        self.env = sealed(folder.with_name(f"{folder.name}-home"))
        subprocess.run(("cp", "-R", str(FEATURES / "library"), str(folder)), check=True)
        self.git("init", "-q", "-b", "base")
        self._commit("base")
        for feature in features():
            self.git("checkout", "-q", "-b", feature, "base")
            self.git("apply", "--index", str(FEATURES / f"{feature}.patch"))
            self._commit(feature)
        self.git("checkout", "-q", "base")
        if way == OURS:
            self.git("anvcs", "init", "--strategy")

    def git(self, *args: str, check: bool = True) -> str:
        done = subprocess.run(
            ("git", *args),
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"git {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def merge(self, pair: tuple[str, str]) -> Merge:
        """Merge the second feature into the first one, as anybody would."""
        self.git("checkout", "-q", "-f", "--detach", pair[0])
        self.git("merge", "-q", "--no-edit", pair[1], check=False)
        unmerged = self.git("diff", "--name-only", "--diff-filter=U").split()
        if unmerged or self.git("status", "--porcelain"):
            self.git("reset", "-q", "--hard")
            return Merge(pair, CONFLICT, tuple(unmerged))
        return Merge(pair, PASSES if self.passes(pair) else FAILS, ())

    def land(self, pair: tuple[str, str]) -> list[str]:
        """Land both on a new branch behind all tests; the features that are in it afterwards."""
        self.git("checkout", "-q", "-f", "--detach", "base")
        self.git("branch", "-f", "target", "base")
        gate = " ".join(TESTS)
        self.git("anvcs", "land", *pair, "--onto", "target", "--gate", gate, check=False)
        self.git("checkout", "-q", "-f", "--detach", "target")
        landed = self.git("branch", "--format=%(refname:short)", "--merged", "target").split()
        return [feature for feature in pair if feature in landed]

    def passes(self, pair: tuple[str, ...]) -> bool:
        """Whether what is checked out has the tests of all these features, and passes them."""
        return verdict(self, self.git("rev-parse", "HEAD^{tree}").strip(), pair)

    def _commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)


def sealed(home: Path) -> dict[str, str]:
    """Variables for git and for tests, with an empty home."""
    (home / "tmp").mkdir(parents=True)  # pytest clears what older runs left where it works
    who = {f"GIT_{p}_{k}": v for p in ("AUTHOR", "COMMITTER") for k, v in IDENTITY.items()}
    return {
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        **who,
    }


_verdicts: dict[tuple[str, tuple[str, ...]], bool] = {}


def verdict(checkout: Checkout, tree: str, pair: tuple[str, ...]) -> bool:
    """The verdict on a tree, which is the same whoever merged it."""
    if (tree, pair) not in _verdicts:
        there = tests_in(checkout.folder)
        wanted = frozenset().union(*(tests_of(checkout, feature) for feature in pair))
        run = subprocess.run(
            TESTS, cwd=checkout.folder, env=checkout.env, capture_output=True, check=False
        )
        _verdicts[tree, pair] = run.returncode == 0 and wanted <= there
    return _verdicts[tree, pair]


_tests: dict[str, frozenset[str]] = {}


def tests_of(checkout: Checkout, feature: str) -> frozenset[str]:
    """The tests of a feature's branch."""
    if feature not in _tests:
        paths = checkout.git("ls-tree", "--name-only", feature, "tests/").split()
        texts = {path: checkout.git("show", f"{feature}:{path}") for path in paths}
        _tests[feature] = frozenset(tests_within(texts))
    return _tests[feature]


def tests_in(folder: Path) -> frozenset[str]:
    """The tests of a worktree, as `file::function`."""
    paths = (folder / "tests").glob("*.py")
    return frozenset(tests_within({f"tests/{path.name}": path.read_text() for path in paths}))


def tests_within(texts: Mapping[str, str]) -> Iterator[str]:
    for path, text in texts.items():
        try:
            module = ast.parse(text)
        except SyntaxError:
            continue
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path}::{node.name}"


@cache
def features() -> tuple[str, ...]:
    """The names of all features."""
    return tuple(sorted(path.stem for path in FEATURES.glob("*.patch")))


def pairs(most: int, seed: int) -> list[tuple[str, str]]:
    """All pairs in both orders of merging, or so many of them drawn by this seed."""
    names = features()
    every = [(one, two) for one in names for two in names if one < two]
    chosen = random.Random(seed)
    drawn = every if most >= len(every) else chosen.sample(every, most)
    return [pair if chosen.random() < 0.5 else (pair[1], pair[0]) for pair in drawn]


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=10_000, help="so many, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-land", action="store_true", help="leave the gate out")
    parser.add_argument("--list", action="store_true", help="name each pair that does not pass")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--repo", type=Path, help="take the features from a history")
    parser.add_argument("--commits", type=int, default=200, help="of its newest so many")
    parser.add_argument("--language", choices=tuple(LANGUAGES), default="python")
    parser.add_argument("--program", default=sys.executable, help="what runs its tests")
    args = parser.parse_args()
    if args.repo:
        of_a_history(args)
        return
    chosen = pairs(args.pairs, args.seed)
    with tempfile.TemporaryDirectory(prefix="anvcs-pairs-") as folder:
        found, landed = measured(Path(folder), chosen, land=not args.no_land)
    git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    where = f"{git.strip()}, Python {platform.python_version()}, {len(features())} features"
    if args.json:
        rows = {way: [merge._asdict() for merge in merges] for way, merges in found.items()}
        print(json.dumps({"where": where, "seed": args.seed, "rows": rows, "land": landed}))
        return
    print(f"{where}, {len(chosen)} pairs\n")
    report(found, landed, listed=args.list)


def report(found: Mapping[str, list[Merge]], landed: Mapping[str, int], *, listed: bool) -> None:
    print(table(found, len(found[GIT])))
    if landed:
        said = ", ".join(f"{landed[key]} {key}" for key in landed)
        print(f"\n`git anvcs land` with all tests as its gate: {said}")
    print("\nfiles that were left open, most frequent first:")
    for way, merges in found.items():
        left = Counter(path for merge in merges for path in merge.open).most_common(10)
        print(f"  {way}: {', '.join(f'{path} {count}' for path, count in left) or 'none'}")
    if listed:
        for way, merges in found.items():
            for pair, outcome, open_files in merges:
                if outcome != PASSES:
                    print(f"{way}: {' + '.join(pair)}: {outcome} {' '.join(open_files)}")


def of_a_history(args: Namespace) -> None:
    """Make pairs of a history's commits, and merge each in both ways."""
    found: dict[str, list[Merge]] = {GIT: [], OURS: []}
    with tempfile.TemporaryDirectory(prefix="anvcs-pairs-") as folder:
        env = sealed(Path(folder) / "home")
        env.update({key: os.environ[key] for key in GO if key in os.environ})
        plain, ours = (
            History(source, Path(folder) / name, env, args.language, args.program)
            for source, name in ((args.repo.resolve(), "plain"), (Path(folder) / "plain", "ours"))
        )
        ours.git("anvcs", "init", "--strategy")
        ours.verdicts = plain.verdicts
        for pair in plain.pairs(args.commits, args.pairs):
            for (way, merges), history in zip(found.items(), (plain, ours), strict=True):
                left = history.merged(pair)
                good = left is None and history.passes("HEAD", pair.features)
                outcome = PASSES if good else FAILS if left is None else CONFLICT
                merges.append(Merge(pair.names, outcome, left or ()))
                if args.list:
                    print(way, *merges[-1], flush=True)
    git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    print(f"{git.strip()}, {len(found[GIT])} pairs of {args.repo.name}\n")
    report(found, {}, listed=args.list)


def measured(
    folder: Path, chosen: list[tuple[str, str]], *, land: bool
) -> tuple[dict[str, list[Merge]], dict[str, int]]:
    """What became of the pairs in each way; and what the gate let through."""
    ways = {way: Checkout(folder / str(at), way) for at, way in enumerate((GIT, OURS))}
    found: dict[str, list[Merge]] = {way: [] for way in ways}
    landed = dict.fromkeys(("pairs whole", "pairs in part", "let through though a test fails"), 0)
    for at, pair in enumerate(chosen):
        if sys.stderr.isatty():
            print(f"\r{at + 1}/{len(chosen)}", end="", file=sys.stderr)
        for way, checkout in ways.items():
            found[way].append(checkout.merge(pair))
        if land:
            there = ways[OURS].land(pair)
            landed["pairs whole" if len(there) == 2 else "pairs in part"] += 1
            landed["let through though a test fails"] += not ways[OURS].passes(tuple(there))
    return found, landed if land else {}


def table(found: Mapping[str, list[Merge]], count: int) -> str:
    lines = [f"| | {' | '.join(OUTCOMES)} |", "|---|---:|---:|---:|"]
    for way, merges in found.items():
        counted = Counter(merge.outcome for merge in merges)
        cells = (f"{counted[one]} ({100 * counted[one] / count:.0f} %)" for one in OUTCOMES)
        lines.append(f"| `{way}` | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

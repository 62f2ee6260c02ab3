"""Pairs of features out of a history: two commits that both hold code and tests, on one base.

Of two such commits near each other the base is the parent of the older one. The younger one is put
on it by `git cherry-pick`; a pair counts only when that is clean, or in conflict in nothing but
texts (a changelog has the older one's entry around its own; then the younger one's changes to it
are left out). Each branch must pass its own tests by itself: the test files that it touches.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
import re
import subprocess
from typing import NamedTuple

TEXTS = (".rst", ".md", ".txt")
NEAR = 3  # a commit is paired with so many feature commits before it
GO_TEST = re.compile(r"^func (Test\w+)\(", re.MULTILINE)
PYTHON_TEST = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.MULTILINE)


class Language(NamedTuple):
    """How a repository is tested.

    code: the ending of its source files; test: matches the paths of those that are tests
    names: matches a test in such a file; argv: what runs some of these files
    """

    code: str
    test: re.Pattern[str]
    names: re.Pattern[str]

    def argv(self, program: str, paths: Sequence[str]) -> list[str]:
        if self.code == ".go":
            return [program, "test", *sorted({f"./{Path(path).parent}" for path in paths})]
        options = ("-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
        return [program, *options, *sorted(paths)]


LANGUAGES = {
    "python": Language(".py", re.compile(r"(^|/)test_[^/]*\.py$"), PYTHON_TEST),
    "go": Language(".go", re.compile(r"_test\.go$"), GO_TEST),
}


class Feature(NamedTuple):
    """A branch of a pair: its commit and the test files that it touches."""

    commit: str
    tests: tuple[str, ...]


class HistoryPair(NamedTuple):
    """Two features on one base; names: what the commits are called in the history."""

    names: tuple[str, str]
    features: tuple[Feature, Feature]


class History:
    """A clone in which pairs are made, merged and tested."""

    def __init__(
        self, source: Path, folder: Path, env: dict[str, str], language: str, program: str
    ) -> None:
        self.folder, self.env = folder, env
        self.language, self.program = LANGUAGES[language], program
        self.verdicts: dict[tuple[str, tuple[str, ...]], bool] = {}
        subprocess.run(("git", "clone", "-q", "--shared", str(source), str(folder)), check=True)

    def git(self, *args: str, check: bool = True) -> str:
        done = subprocess.run(
            ("git", *args), cwd=self.folder, env=self.env, capture_output=True, check=False
        )
        if check and done.returncode:
            raise SystemExit(f"git {' '.join(args)}: {done.stderr.decode().strip()}")
        return done.stdout.decode(errors="replace")

    def pairs(self, commits: int, most: int) -> Iterator[HistoryPair]:
        """The newest pairs of which both branches pass their own tests."""
        yield from islice(self._sound(commits), most)

    def _sound(self, commits: int) -> Iterator[HistoryPair]:
        newest = self.git("rev-list", "--no-merges", f"--max-count={commits}", "HEAD").split()
        features = [one for one in map(self.feature, newest) if one]
        for at, young in enumerate(features):
            for old in features[at + 1 : at + 1 + NEAR]:
                base = self.git("rev-parse", f"{old.commit}^").strip()
                picked = self.picked(base, young.commit)
                other = self.feature(picked) if picked else None
                if other and self.passes(old.commit, [old]) and self.passes(picked, [other]):
                    yield HistoryPair((old.commit[:10], young.commit[:10]), (old, other))

    def feature(self, commit: str) -> Feature | None:
        """A commit that holds code and tests."""
        asked = ("diff-tree", "-r", "--no-commit-id", "--name-only", "--diff-filter=AM", commit)
        paths = [one for one in self.git(*asked).splitlines() if one.endswith(self.language.code)]
        tests = tuple(one for one in paths if self.language.test.search(one))
        return Feature(commit, tests) if tests and len(tests) < len(paths) else None

    def picked(self, base: str, commit: str) -> str:
        """The commit on the base; empty where its code does not go there by itself."""
        self.checkout(base)
        self.git("cherry-pick", commit, check=False)
        for path in self.git("diff", "--name-only", "--diff-filter=U").splitlines():
            if not path.endswith(TEXTS):
                break
            self.git("checkout", "-q", base, "--", path, check=False)
        else:
            self.git("commit", "-q", "--no-edit", check=False)
        made = self.git("rev-parse", "HEAD").strip()
        clean = not self.git("status", "--porcelain")
        self.git("cherry-pick", "--quit", check=False)
        return made if clean and made != base else ""

    def checkout(self, commit: str) -> None:
        self.git("reset", "-q", "--hard")
        self.git("clean", "-q", "-fd")
        self.git("checkout", "-q", "-f", "--detach", commit)

    def merged(self, pair: HistoryPair) -> tuple[str, ...] | None:
        """Merge the second feature into the first one; the files that are open, None: clean."""
        one, other = pair.features
        self.checkout(one.commit)
        self.git("merge", "-q", "--no-edit", other.commit, check=False)
        left = tuple(self.git("diff", "--name-only", "--diff-filter=U").splitlines())
        return left if left or self.git("status", "--porcelain") else None

    def passes(self, commit: str, features: Sequence[Feature]) -> bool:
        """Whether a commit has the tests of these features and passes them."""
        tests = tuple(sorted({path for one in features for path in one.tests}))
        tree = self.git("rev-parse", f"{commit}^{{tree}}").strip()
        if (tree, tests) not in self.verdicts:
            self.checkout(commit)
            wanted = self.wanted(features)
            argv = self.language.argv(self.program, tests)
            held = wanted <= self.named(commit, tests)
            self.verdicts[tree, tests] = held and self.succeeds(argv)
        return self.verdicts[tree, tests]

    def wanted(self, features: Sequence[Feature]) -> set[str]:
        """The tests of these features, without those that one of them removed or renamed."""
        found: set[str] = set()
        gone: set[str] = set()
        for one in features:
            has = self.named(one.commit, one.tests)
            found |= has
            gone |= self.named(f"{one.commit}^", one.tests) - has
        return found - gone

    def named(self, commit: str, tests: Sequence[str]) -> set[str]:
        """The tests in these files, as `file::test`."""
        return {
            f"{path}::{name}"
            for path in tests
            for name in self.language.names.findall(
                self.git("show", f"{commit}:{path}", check=False)
            )
        }

    def succeeds(self, argv: Sequence[str]) -> bool:
        env = {**self.env, "PYTHONPATH": str(self.folder / "src")}
        try:
            done = subprocess.run(
                argv, cwd=self.folder, env=env, capture_output=True, check=False, timeout=300
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

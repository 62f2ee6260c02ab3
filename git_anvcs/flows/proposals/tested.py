"""Proposals judged by the guard: the merge as it would be with all of them, tested in memory.

Where it passes they may be put in without a person; nothing of the user's index or worktree is
touched before.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
import shutil
import tempfile
from typing import NamedTuple

from git_anvcs.flows.guard import bench as benches
from git_anvcs.flows.guard import notebooks
from git_anvcs.flows.guard.bench import Say, Shown
from git_anvcs.flows.guard.checks import Check, ordered
from git_anvcs.flows.guard.judge import Verdict, judge
from git_anvcs.flows.kept_proposals import OFFERED, Proposal
from git_anvcs.flows.proposals import offer
from git_anvcs.flows.review import put
from git_anvcs.flows.review.items import OPEN
from git_anvcs.flows.review.look import Review
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.repo import Repo

_US = {
    "GIT_AUTHOR_NAME": "git-anvcs",
    "GIT_AUTHOR_EMAIL": "git-anvcs",
    "GIT_COMMITTER_NAME": "git-anvcs",
    "GIT_COMMITTER_EMAIL": "git-anvcs",
}

# Runs checks on a commit (id, tree) that stands over its parents; says what they found.
Tests = Callable[[str, str, Sequence[str]], Verdict]


class Tested(NamedTuple):
    """What the guard said; where it was not asked, `why`."""

    verdict: Verdict | None
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed, and there was one: that a side fails too is no proof."""
        judged = self.verdict.judged if self.verdict else ()
        return bool(judged) and all(one.ran.passed for one in judged)


def by_guard(
    repo: Repo, checks: Sequence[Check], say: Say, *, with_notebooks: bool = False
) -> Tests:
    """Checks of the guard as a function over candidate commits.

    with_notebooks: those that the merge has written must run, too
    """

    def run(commit: str, tree: str, parents: Sequence[str]) -> Verdict:
        shown = [Shown(one, _tree(repo, one), one[:10]) for one in parents]
        [changed] = tree_diff.changes(repo, [(shown[0].tree, tree)])
        with benches.opened(repo, say) as bench:
            merges = [(tree, [one.tree for one in shown])] if with_notebooks else []
            more = notebooks.checks_of(repo, merges)
            wanted = ordered([*checks, *more], list(changed))
            return judge(bench, wanted, Shown(commit, tree, "the merge with all proposals"), shown)

    return run


def test(repo: Repo, review: Review, made: Sequence[Proposal], tests: Tests) -> Tested:
    """Run the checks on the merge with all proposals in it. Raises NoVerdict.

    Only where nothing else is open, and no proposal leaves out what a side brought.
    """
    good = {one.id: one for one in made if one.state == OFFERED}
    left = [item for item in review.items if item.state in (OPEN, "undone") and item.id not in good]
    if left or not good:
        return Tested(None, "conflicts without a good proposal are left: nothing to test")
    if any(one.left_out for one in good.values()):
        return Tested(None, "a proposal leaves out lines of a side: that is for a person")
    tree = _candidate(repo, review, good)
    parents = [one for one in (repo.resolve("HEAD"), repo.resolve("MERGE_HEAD")) if one]
    heads = [word for one in parents for word in ("-p", one)]
    commit = repo.line("commit-tree", tree, *heads, "-m", "proposals", env=_US)
    return Tested(tests(commit, tree, parents))


def _candidate(repo: Repo, review: Review, good: Mapping[str, Proposal]) -> str:
    """The tree of the index with all proposals in their files."""
    index = repo.git_dir / "index"
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        draft = Path(folder) / "index"
        shutil.copy2(index, draft)
        own = repo.within({"GIT_INDEX_FILE": str(draft)})
        rows = []
        for file in review.files:
            wanted = [item for item in file.items if item.id in good]
            if not wanted:
                continue
            hunks = [(offer.hunk_of(repo, file, item), good[item.id]) for item in wanted]
            answers = [(hunk, one) for hunk, one in hunks if hunk]
            text = offer.answered(put.read(repo, file).now, answers)
            blob = objects.make(repo, "blob", text)
            objects.write(repo, [blob])
            mode = "100755" if (repo.root / file.path).stat().st_mode & 0o100 else "100644"
            rows += [f"0 {repo.zero_oid}\t{file.path}", f"{mode} {blob.oid} 0\t{file.path}"]
        stdin = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
        own.git("update-index", "-z", "--index-info", stdin=stdin)
        return own.line("write-tree")


def _tree(repo: Repo, commit: str) -> str:
    return repo.line("rev-parse", f"{commit}^{{tree}}")

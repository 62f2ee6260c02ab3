"""Branches merged one after the other onto a commit, in memory: each step is a commit of its own.

Nothing is written but objects. A branch that conflicts is set aside, and the next one goes on
from what there is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from git_anvcs.flows import places
from git_anvcs.flows.guard.bench import Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.notebooks import checks_of as notebooks_of
from git_anvcs.flows.land.tips import Target, Tip
from git_anvcs.flows.whole_tree import merge as whole_tree
from git_anvcs.flows.whole_tree import worker
from git_anvcs.flows.whole_tree.draft import Decided
from git_anvcs.flows.whole_tree.named import Names
from git_anvcs.git import attributes_of, rebuilt, settings, synthetic
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge import reasons
from git_anvcs.merge.result import Rules

Guarded = Callable[[str], bool] | None

_PLAIN = ("refs/heads/main", "refs/heads/master")  # Git does not name them in a message


class Step(NamedTuple):
    """One branch merged: the merge commit, its tree, the commit before it, what rules decided.

    commit: where an earlier branch has brought all of this one, that is the commit before
    """

    tip: Tip
    commit: str
    tree: str
    before: str
    decided: tuple[Decided, ...]

    @property
    def made(self) -> bool:
        """Whether there is a merge commit of its own."""
        return self.commit != self.before

    @property
    def guesses(self) -> list[str]:
        """The paths in which a rule took what is likely but not certain."""
        return [
            one.path
            for one in self.decided
            if any(reasons.of_rule(made.rule).speculative for made in one.merged.resolutions)
        ]


class Clash(NamedTuple):
    """A branch that conflicts: the paths, and what Git says of them."""

    tip: Tip
    paths: tuple[str, ...]
    says: tuple[str, ...]


class Folded(NamedTuple):
    """What came of it, in the order in which it was tried."""

    steps: tuple[Step, ...]
    clashes: tuple[Clash, ...]


class Folder:
    """Merges onto one target. Made by `opened`.

    guarded: whether a check will look at a path (None: there is none at all); what is only likely
    is resolved there alone
    """

    def __init__(
        self, repo: CalledRepo, onto: Target, guarded: Guarded, *, understand: bool
    ) -> None:
        self.guarded = guarded
        self._repo = repo
        self._onto = onto
        self._understand = understand
        self._configured = settings.all_of(repo)

    def fold(self, start: str, tips: Sequence[Tip]) -> Folded:
        """Merge the branches onto the commit `start`. Raises GitFailed."""
        steps: list[Step] = []
        clashes = []
        for tip in tips:
            before = steps[-1].commit if steps else start
            done = self.step(before, tip)
            if isinstance(done, Step):
                steps.append(done)
            else:
                clashes.append(done)
        return Folded(tuple(steps), tuple(clashes))

    def step(self, before: str, tip: Tip) -> Step | Clash:
        """One branch onto one commit."""
        if self.guarded is None:
            return self._merged(before, tip, speculative=False)
        done = self._merged(before, tip, speculative=True)
        guesses = done.guesses if isinstance(done, Step) else []
        if all(map(self.guarded, guesses)):
            return done
        return self._merged(before, tip, speculative=False)

    def with_text(self, step: Step, path: str, text: bytes) -> Shown:
        """The step with another text in one of its files, to be looked at and thrown away."""
        tree = rebuilt.tree(self._repo, step.tree, {path: text}, {})
        commit = self._commit(tree, (step.before, step.tip.commit), "what if")
        return Shown(commit, tree, step.tip.name)

    def _merged(self, before: str, tip: Tip, *, speculative: bool) -> Step | Clash:
        bases = synthetic.bases(self._repo, before, tip.commit)
        if tip.commit in bases:
            return Step(tip, before, self._repo.line("rev-parse", f"{before}^{{tree}}"), before, ())
        pair = synthetic.pair(self._repo, before, tip.commit, bases)
        base = {0: "empty tree", 1: "".join(bases)[:7]}.get(len(bases), "merged common ancestors")
        names = Names(pair.ours, pair.theirs, self._onto.name, tip.name, base)
        rules = Rules(speculative=speculative) if self._understand else None
        found = whole_tree.merge(self._repo, pair, names, (), self._configured, rules=rules)
        worker.warm(one.path for one in found.decided)
        if not found.clean:
            says = tuple(note.text.strip() for note in found.notes if note.conflict)
            return Clash(tip, tuple(sorted(found.stages)), says)
        commit = self._commit(found.tree, (before, tip.commit), _message(tip, self._onto))
        return Step(tip, commit, found.tree, before, found.decided)

    def _commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        heads = [word for parent in parents for word in ("-p", parent)]
        try:
            return self._repo.line("commit-tree", tree, *heads, "-m", message)
        except GitFailed as error:
            if b"tell me who you are" in error.stderr:
                raise AnvcsError(
                    "Git does not know who commits",
                    hint="git config user.name NAME; git config user.email ADDRESS",
                ) from error
            raise


@contextmanager
def opened(
    repo: Repo,
    onto: Target,
    env: Mapping[str, str],
    guarded: Guarded = None,
    *,
    understand: bool = True,
) -> Iterator[Folder]:
    """What merges onto `onto`, as long as the block.

    guarded: whether a check will look at a path
    env: further variables for git, such as where objects are written
    Attributes are those of the target's tree, whatever is checked out anywhere.
    """
    with places.taken(repo) as folder:
        root = folder / "tree"
        root.mkdir()
        called = CalledRepo(root, repo.git_dir, repo.common_dir, bare=False)
        called.env = {
            "GIT_DIR": str(repo.common_dir),
            "GIT_WORK_TREE": str(root),
            "GIT_INDEX_FILE": str(folder / "index"),
            **env,
        }
        attributes_of.write(called, onto.commit, root)
        yield Folder(called, onto, guarded, understand=understand)


def notebooks(repo: Repo, steps: Sequence[Step]) -> list[Check]:
    """Checks for the notebooks that the merges of these steps have written."""
    commits = [commit for step in steps for commit in (step.before, step.tip.commit)]
    asked = (f"{commit}^{{tree}}" for commit in commits)
    trees = repo.git("rev-parse", *asked).decode().split() if commits else []
    sides = zip(trees[::2], trees[1::2], strict=True)
    return notebooks_of(repo, zip((step.tree for step in steps), sides, strict=True))


def _message(tip: Tip, onto: Target) -> str:
    into = "" if onto.ref in _PLAIN else f" into {onto.name}"
    return f"Merge branch '{tip.name}'{into}"

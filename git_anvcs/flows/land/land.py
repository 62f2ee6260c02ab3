"""Story: branches land together. Merged in memory, checked, tested; then the target moves.

The tree that was tested is the tree that lands: the target moves from where it was looked at to
exactly that commit, or somebody was faster and all of it is done again. A branch that conflicts,
would undo work or breaks the tests is set aside, and the others land. No checkout of anybody's is
used; one that has the target checked out goes along, if it is clean.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import places, scratch
from git_anvcs.flows.findings import Finding
from git_anvcs.flows.guard import bench as benches
from git_anvcs.flows.guard.bench import Bench, Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.judge import Judged
from git_anvcs.flows.land import conserved, fold, move, records
from git_anvcs.flows.land import tips as named
from git_anvcs.flows.land.fold import Clash, Folder, Step
from git_anvcs.flows.land.gates import Broken, Gates
from git_anvcs.flows.land.order import Collisions
from git_anvcs.flows.land.sealed import sealed
from git_anvcs.flows.land.suspects import Suspect
from git_anvcs.flows.land.tips import Target, Tip
from git_anvcs.flows.landings import Unjudged
from git_anvcs.git.ancestry import open_ancestry
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import lock
from git_anvcs.store.lock import Locked
from git_anvcs.store.paths import Paths, file_name

ATTEMPTS = 3

CONFLICT = "conflict"
UNRELATED = "unrelated"
SILENT_REVERT = "silent-revert"
TESTS_FAIL = "tests-fail"
SEMANTIC_CONFLICT = "semantic-conflict"

Say = Callable[[str], None]


class Asked(NamedTuple):
    """What the command line asks for.

    onto: a branch, empty for the one that is checked out
    notebooks: those that both sides changed must run, too
    patient: a check that hangs is a failure, and the branch is looked for
    fresh: nothing that passed in an earlier call counts
    """

    names: tuple[str, ...]
    onto: str = ""
    checks: tuple[Check, ...] = ()
    notebooks: bool = False
    dry_run: bool = False
    patient: bool = False
    fresh: bool = False
    understand: bool = True


class Where(NamedTuple):
    """The repository, the caller's environment, and where new objects go."""

    repo: Repo
    env: Mapping[str, str]
    own: Mapping[str, str]


class Aside(NamedTuple):
    """A branch that does not land, and why.

    paths, says, against: what conflicts, what Git says of it, which of the landed branches it
    conflicts with (none: the target)
    findings: what would be undone; judged: what its tests say; suspect: which rule is to blame
    """

    tip: Tip
    kind: str
    paths: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    judged: Judged | None = None
    suspect: Suspect | None = None


class Landed(NamedTuple):
    """What came of it.

    target: as it was; commit: where it is now (the same when nothing landed, or with dry_run)
    already: branches that were in the target before
    judged: what was run on the tree that landed; runs, seconds: what all checks cost
    along: worktrees that went along with the target
    """

    target: Target
    commit: str
    steps: tuple[Step, ...]
    aside: tuple[Aside, ...]
    already: tuple[Tip, ...]
    judged: tuple[Judged, ...]
    unjudged: tuple[Unjudged, ...]
    runs: int = 0
    seconds: float = 0.0
    attempts: int = 1
    dry_run: bool = False
    unrecorded: str = ""
    along: tuple[Path, ...] = ()


class Busy(AnvcsError):
    """Somebody else is landing on the same branch."""


class Overtaken(AnvcsError):
    """The target moved again and again."""


def land(repo: Repo, asked: Asked, env: Mapping[str, str], say: Say) -> Landed:
    """Do all of it. Raises UsageError, NotReady, Busy, Overtaken, NoVerdict."""
    onto = named.target(repo, asked.onto)
    name = f"land-{file_name(onto.ref)}"
    try:
        with lock.held(Paths(repo.common_dir).locks / name, timeout=0):
            places.sweep(repo)
            for root in move.recover(repo, onto):
                say(f"{root}: put back to where it was before a landing that was killed")
            return _until_done(repo, asked, env, say)
    except Locked as error:
        raise Busy(
            f"another `git anvcs land` is landing on {onto.name}",
            hint="try again when it has ended; nothing was changed",
        ) from error


def _until_done(repo: Repo, asked: Asked, env: Mapping[str, str], say: Say) -> Landed:
    with scratch.objects(repo, env, wanted=asked.dry_run) as own:
        where = Where(repo.within(own), env, own)
        with benches.opened(repo, say, objects=own, fresh=asked.fresh) as bench:
            onto = named.target(repo, asked.onto)
            for attempt in range(1, ATTEMPTS + 1):
                along = move.ready(repo, onto)
                done = _Landing(where, asked, onto, bench).run()
                done = done._replace(attempts=attempt, runs=bench.runs, seconds=bench.seconds)
                if not done.steps or asked.dry_run:
                    return done._replace(dry_run=asked.dry_run)
                done = done._replace(steps=sealed(repo, done.steps))
                try:
                    move.move(repo, onto, done.steps[-1].commit, _reason(done))
                except move.TargetMoved:
                    say(f"{onto.name} has moved meanwhile; once more on what it is now")
                    onto = named.target(repo, onto.ref)
                    continue
                done = done._replace(
                    commit=done.steps[-1].commit, along=tuple(place.root for place in along)
                )
                return _recorded(repo, env, done)
    raise Overtaken(
        f"{onto.name} moved {ATTEMPTS} times while its next state was being tested",
        hint="nothing was changed; try again when it is quiet",
    )


def _recorded(repo: Repo, env: Mapping[str, str], done: Landed) -> Landed:
    """What landed has landed: a record that cannot be written now is said."""
    try:
        records.write(repo, env, done.target, done.steps, done.judged)
    except AnvcsError as error:
        return done._replace(unrecorded=error.message)
    return done


def _reason(done: Landed) -> str:
    return "land: " + ", ".join(step.tip.name for step in done.steps)


class _Landing:
    """One attempt: from a target that stands still to a commit that may take its place."""

    def __init__(self, where: Where, asked: Asked, onto: Target, bench: Bench) -> None:
        self._repo, self._env, self._own = where
        self._asked = asked
        self._onto = onto
        self._bench = bench
        self._aside: list[Aside] = []
        self._collisions: Collisions | None = None

    def run(self) -> Landed:
        tips = named.tips(self._repo, self._asked.names, self._onto)
        with open_ancestry(self._repo) as ancestry:
            bases = {one: ancestry.bases(one.commit, self._onto.commit).commits for one in tips}
        already = [one for one in tips if one.commit in bases[one]]
        self._aside = [Aside(one, UNRELATED) for one in tips if not bases[one]]  # as Git refuses it
        left = [one for one in tips if bases[one] and one not in already]
        how = fold.opened(
            self._repo,
            self._onto,
            self._own,
            self._guarded if self._asked.checks else None,
            understand=self._asked.understand,
        )
        with how as folder:
            steps, unjudged = self._sound(folder, left)
            steps, judged = self._tested(folder, steps)
        aside = [self._explained(one, steps) for one in self._aside]
        return Landed(
            self._onto,
            self._onto.commit,
            tuple(steps),
            tuple(sorted(aside, key=lambda one: tips.index(one.tip))),
            tuple(already),
            tuple(judged),
            tuple(unjudged),
        )

    def _first(self, folder: Folder, tips: Sequence[Tip]) -> list[Step]:
        """All merged as given, unless in another order more of them can be."""
        folded = folder.fold(self._onto.commit, tips)
        if folded.clashes and len(tips) > 1 and self._collisions is None:
            self._collisions = Collisions(self._repo, tips, self._env)
            other = folder.fold(self._onto.commit, self._collisions.arranged())
            if len(other.steps) > len(folded.steps):
                folded = other
        self._aside += [_clashing(one) for one in folded.clashes]
        return list(folded.steps)

    def _explained(self, aside: Aside, landed: Sequence[Step]) -> Aside:
        """A conflict with the name of whom it is with."""
        if aside.kind != CONFLICT or self._collisions is None:
            return aside
        others = self._collisions.against(aside.tip, [step.tip for step in landed])
        return aside._replace(against=others)

    def _guarded(self, path: str) -> bool:
        return any(check.concerns([path]) for check in self._asked.checks)

    def _sound(
        self, folder: Folder, tips: Sequence[Tip]
    ) -> tuple[list[Step], tuple[Unjudged, ...]]:
        """The branches merged that do not conflict and would undo nothing."""
        steps = self._first(folder, tips)
        while steps:
            looked = conserved.look(self._repo, steps)
            if not looked.findings:
                return steps, looked.unjudged
            for number, findings in looked.findings.items():
                self._aside.append(Aside(steps[number].tip, SILENT_REVERT, findings=findings))
            first = min(looked.findings)
            rest = [step.tip for number, step in enumerate(steps) if number not in looked.findings]
            steps = self._again(folder, steps[:first], rest[first:])
        return [], ()

    def _tested(self, folder: Folder, steps: list[Step]) -> tuple[list[Step], Sequence[Judged]]:
        """The branches merged that pass the checks together."""
        checks = [*self._asked.checks, *(self._of_notebooks(steps))]
        if not checks:
            return steps, ()
        tree = self._repo.line("rev-parse", f"{self._onto.commit}^{{tree}}")
        target = Shown(self._onto.commit, tree, self._onto.name)
        found = Gates(self._repo, self._bench, checks, target, patient=self._asked.patient)
        while steps:
            verdict = found.judge(steps[-1], _listed(steps))
            if verdict.refused is None:
                red = any(one.before for one in verdict.judged)
                if not red or not any(step.guesses for step in steps) or not folder.guarded:
                    return steps, verdict.judged
                folder.guarded = None  # what fails anyway guards nothing
                steps, _ = self._sound(folder, [step.tip for step in steps])
                continue
            broken = found.broken_by(folder, steps, verdict.refused)
            self._aside.append(_broken(steps, broken))
            rest = [step.tip for step in steps[broken.number + 1 :]]
            steps = self._again(folder, steps[: broken.number], rest)
        return [], ()

    def _of_notebooks(self, steps: Sequence[Step]) -> list[Check]:
        if not self._asked.notebooks:
            return []
        return fold.notebooks(self._repo, steps)

    def _again(self, folder: Folder, kept: list[Step], rest: Sequence[Tip]) -> list[Step]:
        """Without a branch that was set aside: what conflicted may not do so any more."""
        start = kept[-1].commit if kept else self._onto.commit
        retried = [one.tip for one in self._aside if one.kind == CONFLICT]
        self._aside = [one for one in self._aside if one.kind != CONFLICT]
        return [*kept, *self._merged(folder, start, [*rest, *retried])]

    def _merged(self, folder: Folder, start: str, tips: Sequence[Tip]) -> list[Step]:
        folded = folder.fold(start, tips)
        self._aside += [_clashing(one) for one in folded.clashes]
        return list(folded.steps)


def _listed(steps: Sequence[Step]) -> str:
    return ", ".join(step.tip.name for step in steps)


def _clashing(clash: Clash) -> Aside:
    return Aside(clash.tip, CONFLICT, clash.paths, clash.says)


def _broken(steps: Sequence[Step], broken: Broken) -> Aside:
    kind = TESTS_FAIL if broken.alone else SEMANTIC_CONFLICT
    tip = steps[broken.number].tip
    return Aside(tip, kind, judged=broken.judged, suspect=broken.suspect)

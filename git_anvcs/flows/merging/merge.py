"""Merge branches into what is checked out, with our strategy, and tell what came of it.

Where there are checks, the merge is first made and judged in memory: what they refuse never
reaches the worktree. The merge itself is Git's: its messages, hooks, index and refusals.
"""

from collections.abc import Mapping, Sequence
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import scratch
from git_anvcs.flows.guard import bench as benches
from git_anvcs.flows.guard import checks as guard_checks
from git_anvcs.flows.guard.bench import Say, Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.judge import Verdict, judge
from git_anvcs.flows.land import fold
from git_anvcs.flows.land.fold import Clash, Step
from git_anvcs.flows.land.tips import Target, Tip, tips
from git_anvcs.flows.merging import back
from git_anvcs.git import conflicted, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError

PROGRAM = "git-merge-anvcs"
MERGED, CONFLICTS, UP_TO_DATE, REFUSED = "merged", "conflicts", "up to date", "refused"
UNCOMMITTED, FAST_FORWARD = "not committed", "fast-forward"


class Asked(NamedTuple):
    """What the command line asks for.

    options: for `git merge`, such as `--no-ff`
    checks: what the merged tree must pass before the worktree is touched
    """

    names: tuple[str, ...]
    options: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    fresh: bool = False
    understand: bool = True


class Outcome(NamedTuple):
    """What came of it.

    state: `merged`, `fast-forward`, `up to date`, `conflicts`, `not committed`, `refused` (by a
    check; nothing was changed)
    before, after: where HEAD was and is
    verdict: what the checks said; None where none ran
    """

    state: str
    before: str
    after: str
    tips: tuple[Tip, ...]
    tree: str = ""
    verdict: Verdict | None = None


class Tried(NamedTuple):
    """The merge as it would be: its steps, and the branches that conflict."""

    steps: tuple[Step, ...]
    clashes: tuple[Clash, ...]
    verdict: Verdict | None


def merge(
    repo: Repo, asked: Asked, env: Mapping[str, str], say: Say, *, to_stderr: bool = False
) -> Outcome:
    """Do it. Raises UsageError, PolicyDenied where work would be in the way, AnvcsError.

    env: the caller's environment; say: how checks tell what they do
    to_stderr: what Git prints goes to standard error
    """
    onto = ready(repo)
    found = tuple(tips(repo, asked.names, onto))
    verdict, tree = None, ""
    if asked.checks:
        tried = attempt(repo, asked, env, say)
        verdict = tried.verdict
        tree = tried.steps[-1].tree if tried.steps and not tried.clashes else ""
        if verdict and not verdict.good:
            return Outcome(REFUSED, onto.commit, onto.commit, found, tree, verdict)
        if not tree:  # what conflicts there is not tested: it must not become a commit here
            asked = asked._replace(options=(*asked.options, "--no-commit"))
    asked = asked._replace(names=tuple(_as_git_finds(repo, one) for one in found))
    code = _started(repo, asked, env, to_stderr=to_stderr)
    done = _outcome(repo, onto, found, code)._replace(tree=tree, verdict=verdict)
    if done.state in (MERGED, FAST_FORWARD):
        back.remember(repo, onto.ref, onto.commit, done.after)
    if (
        tree
        and done.state in (MERGED, FAST_FORWARD)
        and repo.line("rev-parse", "HEAD^{tree}") != tree
    ):
        raise PolicyDenied(
            "what was committed is not what was tested: a hook has changed it, or a branch moved",
            hint="git anvcs merge --undo takes it back",
        )
    return done


def attempt(repo: Repo, asked: Asked, env: Mapping[str, str], say: Say) -> Tried:
    """The merge in memory, judged where it has no conflict; nothing is left of it."""
    onto = head(repo)
    with scratch.objects(repo, env, wanted=True) as own:
        here = repo.within(own)
        with fold.opened(here, onto, own, understand=asked.understand) as folder:
            done = folder.fold(onto.commit, tips(repo, asked.names, onto))
        verdict = None
        if asked.checks and done.steps and not done.clashes:
            with benches.opened(repo, say, objects=own, fresh=asked.fresh) as bench:
                last = done.steps[-1]
                sides = [Tip("HEAD", onto.commit), *(one.tip for one in done.steps)]
                parents = [_shown(here, side) for side in sides]
                [changed] = tree_diff.changes(here, [(parents[0].tree, last.tree)])
                wanted = guard_checks.ordered(asked.checks, list(changed))
                shown = Shown(last.commit, last.tree, ", ".join(one.tip.name for one in done.steps))
                verdict = judge(bench, wanted, shown, parents)
    return Tried(done.steps, done.clashes, verdict)


def _shown(repo: Repo, tip: Tip) -> Shown:
    return Shown(tip.commit, repo.line("rev-parse", f"{tip.commit}^{{tree}}"), tip.name)


def ready(repo: Repo) -> Target:
    """What is checked out here. Raises UsageError, PolicyDenied where a merge must not begin."""
    if repo.bare:
        raise UsageError("this repository has no worktree", hint="git anvcs land needs none")
    going_on = conflicted.operations(repo)
    if going_on:
        name, go_on = going_on[0]
        raise PolicyDenied(
            f"a {name} is in progress here",
            hint=f"finish it ({go_on}) or take it back (git {name} --abort)",
        )
    staged = repo.git("diff", "--cached", "--name-only", "-z", "--ignore-submodules").split(b"\0")
    if staged[:-1]:
        name = os.fsdecode(staged[0])
        raise PolicyDenied(
            f"{name} is staged and not committed: a merge would mix it in",
            hint="commit it, or git stash; nothing was changed",
        )
    return head(repo)


def head(repo: Repo) -> Target:
    """HEAD as something to merge into, also where no branch is checked out."""
    commit = repo.resolve("HEAD")
    if commit is None:
        raise AnvcsError("there are no commits yet", hint="git commit makes the first one")
    done = repo.try_git("symbolic-ref", "--quiet", "HEAD")
    return Target(done.stdout.decode(errors="surrogateescape").strip() or "HEAD", commit)


def _as_git_finds(repo: Repo, tip: Tip) -> str:
    """A name by which Git finds the commit that we looked at. Raises PolicyDenied."""
    for name in (tip.name, f"refs/heads/{tip.name}"):
        if repo.resolve(name) == tip.commit:
            return name
    raise PolicyDenied(
        f"{tip.name} has moved meanwhile; nothing was changed", hint="git anvcs merge, once more"
    )


def _started(repo: Repo, asked: Asked, env: Mapping[str, str], *, to_stderr: bool) -> int:
    argv = ("git", "merge", "-s", "anvcs", "--no-edit", *asked.options, "--", *asked.names)
    return process.attach(
        argv, cwd=repo.root, env=_with_programs(env), to_stderr=to_stderr, configured=True
    )


def _with_programs(env: Mapping[str, str]) -> dict[str, str]:
    """The environment, with our strategy on PATH."""
    path = env.get("PATH", os.defpath)
    if process.find(PROGRAM):
        return {"PATH": path}
    import sys

    folder = Path(sys.executable).parent
    if not (folder / PROGRAM).exists():
        raise AnvcsError(f"{PROGRAM} is not on PATH", hint="git anvcs doctor says more")
    return {"PATH": f"{path}{os.pathsep}{folder}"}


def _outcome(repo: Repo, onto: Target, found: Sequence[Tip], code: int) -> Outcome:
    after = repo.resolve("HEAD") or ""
    done = Outcome(MERGED, onto.commit, after, tuple(found))
    if after != onto.commit:
        forward = len(repo.line("rev-parse", "HEAD^@").split()) < 2 or any(
            one.commit == after for one in found
        )
        return done._replace(state=FAST_FORWARD if forward else MERGED)
    if (repo.git_dir / "MERGE_HEAD").exists():
        return done._replace(state=CONFLICTS if code == 1 else UNCOMMITTED)
    if conflicted.stages(repo):
        return done._replace(state=CONFLICTS)
    if code:
        raise PolicyDenied(
            "Git refused to merge, for the reason above; nothing was changed",
            hint="commit your work, or git stash, and try again",
        )
    return done._replace(state=UP_TO_DATE)

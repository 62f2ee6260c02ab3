"""Merge branches into what is checked out, with our strategy, and tell what came of it.

Where there are checks, the merge is first made and judged in memory: what they refuse never
reaches the worktree. The merge itself is Git's: its messages, hooks, index and refusals.
"""

from collections.abc import Iterable, Mapping, Sequence
import os
from pathlib import Path
import shlex
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
from git_anvcs.flows.merging import back, configured
from git_anvcs.flows.merging.configured import Configured
from git_anvcs.git import conflicted, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError

PROGRAM = "git-merge-anvcs"
MERGED, CONFLICTS, UP_TO_DATE, REFUSED = "merged", "conflicts", "up to date", "refused"
UNCOMMITTED, FAST_FORWARD = "not committed", "fast-forward"
_WORDS = "ANVCS_MERGE_OPTIONS"  # by which Git is told the setting of the branch anew


class Asked(NamedTuple):
    """What the command line asks for.

    options: for `git merge`, such as `--no-ff`
    checks: what the merged tree must pass before the worktree is touched; notebooks: those that
    the merge writes must run, too
    """

    names: tuple[str, ...]
    options: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    notebooks: bool = False
    fresh: bool = False
    understand: bool = True

    @property
    def guarded(self) -> bool:
        return bool(self.checks) or self.notebooks


class Outcome(NamedTuple):
    """What came of it.

    state: `merged`, `fast-forward`, `up to date`, `conflicts`, `not committed`, `refused` (by a
    check; nothing was changed)
    before, after: where HEAD was and is
    verdict: what the checks said; None where none ran
    stopped: Git ended with an error: at a conflict, or a hook or a key kept it from committing
    squashed: it is to be one ordinary commit, Git knows of no merge
    reused: open files in which Git has put an earlier resolution (rerere)
    """

    state: str
    before: str
    after: str
    tips: tuple[Tip, ...]
    tree: str = ""
    verdict: Verdict | None = None
    stopped: bool = False
    squashed: bool = False
    reused: tuple[str, ...] = ()


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
    setting = configured.read(repo, onto.ref, env)
    found = tuple(tips(repo, asked.names, onto))
    _related(repo, onto, found, setting)
    verdict, tree = None, ""
    if asked.guarded and not all(_is_here(repo, onto, one) for one in found):
        tried = attempt(repo, asked, env, say)
        verdict = tried.verdict
        tree = tried.steps[-1].tree if tried.steps and not tried.clashes else ""
        if verdict and not verdict.good:
            return Outcome(REFUSED, onto.commit, onto.commit, found, tree, verdict)
        more = ["--no-rerere-autoupdate"]  # what an earlier resolution makes of it is not tested
        if not tree:  # what conflicts there is not tested: it must not become a commit here
            more.append("--no-commit")
        asked = asked._replace(options=(*asked.options, *more))
    asked = asked._replace(names=tuple(_as_git_finds(repo, one) for one in found))
    code = _started(repo, asked, setting, env, to_stderr=to_stderr)
    done = _outcome(repo, onto, found, code, setting)._replace(tree=tree, verdict=verdict)
    if done.state in (MERGED, FAST_FORWARD):
        back.remember(repo, onto.ref, onto.commit, done.after)
    if tree:
        _same_tree(repo, done)
    return done


def _same_tree(repo: Repo, done: Outcome) -> None:
    """Raises PolicyDenied where what was made is not what was tested."""
    if done.state in (MERGED, FAST_FORWARD):
        made, hint = repo.line("rev-parse", "HEAD^{tree}"), "git anvcs merge --undo takes it back"
    elif done.state == UNCOMMITTED:
        made, hint = repo.line("write-tree"), f"{how_back(done)} takes it back"
    else:
        return
    if made != done.tree:
        what = "staged" if done.state == UNCOMMITTED else "committed"
        raise PolicyDenied(
            f"what was {what} is not what was tested: a hook has changed it, or a branch moved",
            hint=hint,
        )


def how_back(done: Outcome) -> str:
    """The command that takes back a merge that is not committed."""
    return "git reset --merge" if done.squashed else "git anvcs merge --abort"


def _related(repo: Repo, onto: Target, found: Sequence[Tip], setting: Configured) -> None:
    """Raises PolicyDenied for a branch that Git would refuse, before anything is tried."""
    if "--allow-unrelated-histories" in setting.words:
        return
    for one in found:
        if not repo.git("merge-base", onto.commit, one.commit, allow=(0, 1)):
            raise PolicyDenied(
                f"{one.name} has no commit in common with what is checked out here",
                hint="git merge --allow-unrelated-histories merges it; nothing was changed",
            )


def tryable(repo: Repo, names: Sequence[str], env: Mapping[str, str]) -> None:
    """Raises PolicyDenied where Git would refuse, or the settings ask for what only Git can do."""
    onto = head(repo)
    setting = configured.read(repo, onto.ref, env)
    _related(repo, onto, tips(repo, names, onto), setting)
    if setting.favours:
        raise PolicyDenied(
            f"{setting.key} asks for -X {setting.favours[0]}, which cannot be tried in memory",
            hint="git anvcs merge --gate none does it unchecked; nothing was changed",
        )


def attempt(repo: Repo, asked: Asked, env: Mapping[str, str], say: Say) -> Tried:
    """The merge in memory, judged where it has no conflict; nothing is left of it.

    Raises PolicyDenied, NoVerdict.
    """
    tryable(repo, asked.names, env)
    onto = head(repo)
    with scratch.objects(repo, env, wanted=True) as own:
        here = repo.within(own)
        with fold.opened(here, onto, own, understand=asked.understand) as folder:
            done = folder.fold(onto.commit, tips(repo, asked.names, onto))
        verdict = None
        if asked.guarded and done.steps and not done.clashes:
            with benches.opened(repo, say, objects=own, fresh=asked.fresh) as bench:
                last = done.steps[-1]
                sides = [Tip("HEAD", onto.commit), *(one.tip for one in done.steps)]
                parents = [_shown(here, side) for side in sides]
                [changed] = tree_diff.changes(here, [(parents[0].tree, last.tree)])
                more = fold.notebooks(here, done.steps) if asked.notebooks else ()
                wanted = guard_checks.ordered([*asked.checks, *more], list(changed))
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
    staged = _staged(repo)
    if staged:
        raise PolicyDenied(
            f"{staged[0]} is staged and not committed: a merge would mix it in",
            hint="commit it, or git stash; nothing was changed",
        )
    return head(repo)


def _staged(repo: Repo) -> list[str]:
    found = repo.git("diff", "--cached", "--name-only", "-z", "--ignore-submodules")
    return [os.fsdecode(name) for name in found.split(b"\0")[:-1]]


def head(repo: Repo) -> Target:
    """HEAD as something to merge into, also where no branch is checked out."""
    commit = repo.resolve("HEAD")
    if commit is None:
        raise AnvcsError("there are no commits yet", hint="git commit makes the first one")
    done = repo.try_git("symbolic-ref", "--quiet", "HEAD")
    return Target(done.stdout.decode(errors="surrogateescape").strip() or "HEAD", commit)


def _is_here(repo: Repo, onto: Target, tip: Tip) -> bool:
    """Whether there is nothing to merge, and so nothing to judge."""
    asked = ("merge-base", "--is-ancestor", tip.commit, onto.commit)
    return repo.try_git(*asked).returncode == 0


def _as_git_finds(repo: Repo, tip: Tip) -> str:
    """A name by which Git finds the commit that we looked at. Raises PolicyDenied."""
    for name in (tip.name, f"refs/heads/{tip.name}"):
        if repo.resolve(name) == tip.commit:
            return name
    raise PolicyDenied(
        f"{tip.name} has moved meanwhile; nothing was changed", hint="git anvcs merge, once more"
    )


def _started(
    repo: Repo, asked: Asked, setting: Configured, env: Mapping[str, str], *, to_stderr: bool
) -> int:
    own = _with_programs(env)
    git = ["git"]
    if setting.strategies:  # Git would try them all and choose
        git.append(f"--config-env={setting.key}={_WORDS}")
        own[_WORDS] = shlex.join(setting.words)
    argv = (*git, "merge", "-s", "anvcs", "--no-edit", *asked.options, "--", *asked.names)
    return process.attach(argv, cwd=repo.root, env=own, to_stderr=to_stderr, configured=True)


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


def _outcome(
    repo: Repo, onto: Target, found: Sequence[Tip], code: int, setting: Configured
) -> Outcome:
    after = repo.resolve("HEAD") or ""
    done = Outcome(MERGED, onto.commit, after, tuple(found), stopped=code != 0)
    if after != onto.commit:
        forward = len(repo.line("rev-parse", "HEAD^@").split()) < 2 or any(
            one.commit == after for one in found
        )
        return done._replace(state=FAST_FORWARD if forward else MERGED, stopped=False)
    done = done._replace(squashed=not (repo.git_dir / "MERGE_HEAD").exists())
    if stages := conflicted.stages(repo):
        return done._replace(state=CONFLICTS, stopped=True, reused=_reused(repo, stages))
    if not done.squashed or _staged(repo):
        return done._replace(state=UNCOMMITTED)
    if code:
        dirty = repo.git("status", "--porcelain") != b""
        raise PolicyDenied(
            "Git refused to merge, for the reason above; nothing was changed",
            hint=setting.said or ("commit your work, or git stash, and try again" if dirty else ""),
        )
    return done._replace(state=UP_TO_DATE, squashed=False)


def _reused(repo: Repo, stages: Iterable[str]) -> tuple[str, ...]:
    """The open files that rerere has resolved, as somebody did before."""
    said = repo.git("config", "--type=bool", "--get", "rerere.enabled", allow=(0, 1)).strip()
    on = said == b"true" or (not said and (repo.common_dir / "rr-cache").is_dir())
    if not on or not (repo.git_dir / "MERGE_RR").exists():
        return ()
    left = repo.git("rerere", "remaining").split(b"\n")[:-1]
    return tuple(sorted(set(stages) - set(map(os.fsdecode, left))))

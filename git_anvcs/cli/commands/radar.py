"""Predict conflicts: merge every pair of branches and worktrees in memory.

BRANCH limits it to these (any revision will do); else all local branches and all worktrees are
looked at, with what is not committed there yet. Our merge drivers take part. A pair that would
merge but changes the same function is told as well. Nothing is touched.

--lease PATH says for a while (--ttl, 10m by default) that you work on a file or folder; others see
it here. It is advice and locks nothing: a lease that overlaps another one's is not taken.

Exit codes: 0 no pair conflicts, or the lease is yours, 1 a pair conflicts, or somebody else has the
lease, 2 no such branch.

Example:
  git anvcs radar
  git anvcs radar main topic-a topic-b --json
  git anvcs radar --lease src/parser.py --ttl 30m
  git anvcs radar --release src/parser.py
"""

from argparse import ArgumentParser

from git_anvcs.cli import scanned
from git_anvcs.cli.command import Call
from git_anvcs.flows import leases, radar
from git_anvcs.kernel.errors import DONE, NO, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("branches", nargs="*", metavar="BRANCH", help="only these")
    parser.add_argument(
        "--committed", action="store_true", help="leave out what is not committed yet"
    )
    parser.add_argument("--lease", metavar="PATH", help="say that you work on a file or folder")
    parser.add_argument("--ttl", metavar="TIME", default="10m", help="for so long: 90s, 10m, 2h")
    parser.add_argument("--release", metavar="PATH", help="say that you do not any more")
    parser.add_argument(
        "--as", dest="who", metavar="NAME", help="who: the agent's session, else the branch"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say whether the lease could be had"
    )


def run(call: Call) -> int:
    if call.args.lease and call.args.release:
        raise UsageError("--lease and --release do not go together")
    if call.args.lease or call.args.release:
        return _lease(call)
    with call.output.working("merging every pair"):
        seen = radar.look(
            call.repo, call.args.branches, call.env, uncommitted=not call.args.committed
        )
    held = leases.live(call.repo)
    call.output.answer(
        scanned.as_json(seen, held),
        lambda: scanned.text(seen, held, colour=call.output.colour),
    )
    return NO if any(pair.conflicts for pair in seen.pairs) else DONE


def _lease(call: Call) -> int:
    path = leases.inside(call.repo, call.cwd, call.args.lease or call.args.release)
    who = call.args.who or call.env.get("ANVCS_SESSION") or _branch(call)
    if call.args.release:
        held = leases.release(call.repo, path, who)
        said = f"{path}: released" if held else f"{path}: there was no lease of {who}"
        call.output.answer({"path": path, "who": who, "released": held}, scanned.line(said))
        return DONE
    seconds = leases.duration(call.args.ttl)
    mine, others = leases.take(call.repo, path, who, seconds, dry_run=call.args.dry_run)
    call.output.answer(
        scanned.lease_json(mine, others), "\n".join(scanned.lease_text(mine, others))
    )
    return NO if others else DONE


def _branch(call: Call) -> str:
    """Who else: the branch of this worktree, or the worktree itself."""
    done = call.repo.try_git("symbolic-ref", "--quiet", "--short", "HEAD")
    name = done.stdout.decode(errors="surrogateescape").strip()
    return name or str(call.repo.root)

"""Take out of this repository what `git anvcs init` put in, byte for byte.

Files that nobody touched since get their exact old bytes back. Where you or another tool edited
one meanwhile, only our lines go. Snapshots of files, taken around agents' edits, are deleted. The
daemon ends; its journal stays, and `git anvcs undo` works with it, until `--purge`.
Records stay in refs/notes/anvcs and refs/anvcs/, readable with plain Git; `--purge` also deletes
our folder below .git (sessions, prompts, what waits), and `--purge --records` the records
themselves. Without an earlier init there is nothing to do, and that is no error. Undo: `git anvcs
init`.

Example:
  git anvcs uninstall --dry-run
  git anvcs uninstall
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import drain, install, purge
from git_anvcs.flows.blobs import confirming
from git_anvcs.flows.journal import keeping, kept
from git_anvcs.kernel.errors import PolicyDenied, UsageError
from git_anvcs.store.paths import Paths


def add_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--dry-run", action="store_true", help="show what would change and change nothing")
    add("--purge", action="store_true", help="delete our folder below .git as well")
    add("--records", action="store_true", help="with --purge: delete the records too")
    add("--yes", action="store_true", help="do not ask before --purge")


def run(call: Call) -> int:
    args = call.args
    if args.records and not args.purge:
        raise UsageError("--records deletes; it goes with --purge", hint="add --purge")
    plan = install.plan_removal(call.repo)
    refs = _record_refs(call)
    changes = [install.describe(step) for step in plan.steps]
    if refs and not (args.dry_run or args.yes):
        _confirm(call, len(refs))
    if args.purge and not (args.dry_run or args.yes):
        _confirm_blobs(call)
    if not args.dry_run:
        drain.drain(call.repo)  # the last commits get their records
        install.apply(call.repo, plan, again=lambda: install.plan_removal(call.repo))
        # Those that a hook started may still be running, or just begin.
        paths = Paths(call.repo.common_dir)
        with keeping.none_running(paths), drain.kept_out(call.repo):
            purge.mirror(call.repo)
            purge.snapshots(call.repo)
            refs = _record_refs(call)
            if args.purge:
                purge.refs(call.repo, refs | kept.listed(call.repo))
                purge.folder(call.repo)
    facts = {
        "changed": bool(changes),
        "dry_run": args.dry_run,
        "steps": changes,
        "purged": bool(args.purge),
        "refs": sorted(refs),
    }
    call.output.answer(facts, lambda: _text(call, plan, refs))
    return 0


def _record_refs(call: Call) -> dict[str, str]:
    """What --records deletes, without what goes with the journal."""
    of_journal = kept.listed(call.repo)
    found = purge.record_refs(call.repo) if call.args.records else {}
    return {name: oid for name, oid in found.items() if name not in of_journal}


def _confirm(call: Call, count: int) -> None:
    if not call.output.confirm(f"Delete {count} refs with every record in them?"):
        raise PolicyDenied("the records were not deleted", hint="--yes deletes them unasked")


def _confirm_blobs(call: Call) -> None:
    """The cache of large files goes, too, and Git has only pointers to what is in it."""
    only = len(confirming.only_here(call.repo, call.env))
    asked = f"Delete {only} contents of large files that no store says it has?"
    if only and not call.output.confirm(asked):
        raise PolicyDenied(
            f"{only} contents of large files are in no store that answers: nothing was deleted",
            hint="`git-ai-blob push --all` sends them; --yes deletes them unasked",
        )


def _text(call: Call, plan: install.Plan, refs: dict[str, str]) -> str:
    if call.args.dry_run:
        lines = [*map(install.diff, plan.steps), *(f"delete {ref}" for ref in refs)]
        return "\n".join(lines) or "nothing would change"
    said = "git-anvcs is out of this repository" if plan.steps else "git-anvcs was not on here"
    kept = "" if call.args.records else "\nrecords stay in refs/notes/anvcs and refs/anvcs/"
    gone = "".join(f"\ndeleted {ref}, was {oid}" for ref, oid in refs.items())
    return said + (kept if plan.steps else "") + gone

"""`git anvcs meta reconcile`: records for commits that a host, or a tool without hooks, made."""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from git_anvcs.cli.command import Call
from git_anvcs.flows import reading, reconcile
from git_anvcs.kernel.errors import DONE
from git_anvcs.provenance.reanchor import Origin


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="sources",
        action="append",
        metavar="REV",
        help="reconcile: only commits of this branch, range or id may be origins",
    )


def run(call: Call) -> int:
    refusal = None if call.args.words else reading.no_commits(call.repo)
    if refusal:
        raise refusal
    commits = reconcile.listed(call.repo, call.args.words)
    sources = call.args.sources
    among = reconcile.sources(call.repo, sources, commits) if sources else None
    done = reconcile.reconcile(
        call.repo, commits, among=among, dry_run=call.args.dry_run, each=_shown(call)
    )
    if done.cut:
        call.output.note(
            f"{len(done.cut)} commits stand at the edge of this shallow clone, so that nobody knows"
            " what they changed here\nhint: git fetch --deepen=50, or a clone with all history"
        )
    call.output.answer(
        {
            "dry_run": call.args.dry_run,
            "looked_at": len(commits),
            "named": done.named,
            "reconciled": [_facts(oid, origin) for oid, origin in done.found.items()],
            "left": list(done.left),
            "cut": list(done.cut),
        },
        lambda: _text(done, len(commits), dry_run=call.args.dry_run),
    )
    return DONE


def _shown(call: Call) -> reconcile.Each:
    def each(oids: Sequence[str]) -> Iterable[str]:
        return call.output.each(oids, "looking for origins")

    return each


def _facts(oid: str, origin: Origin) -> dict[str, object]:
    return {"commit": oid, "op": origin.op, "match": origin.match, "from": list(origin.commits)}


def _text(done: reconcile.Reconciled, looked_at: int, *, dry_run: bool) -> str:
    lines = [
        f"{oid[:12]}  {origin.op} of {', '.join(o[:12] for o in origin.commits)} ({origin.match})"
        for oid, origin in done.found.items()
    ]
    verb = "would get" if dry_run else "got"
    said = f"{looked_at} commits: {done.named} name somebody, {len(lines)} {verb} their record"
    rest = len(done.left) + len(done.cut)
    return "\n".join([*lines, f"{said}, of {rest} nothing is proved"])

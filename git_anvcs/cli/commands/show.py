"""Show the record of a commit: who made it, with what, and what was proved about it.

COMMIT is any revision (HEAD by default), a record id (am_...) or a change id (I...). With
--json the record itself is printed, as docs/reference/record.md describes it. Exit code 1
when the commit has no record.

Example:
  git anvcs show
  git anvcs show HEAD~2 --json | jq .model
"""

from argparse import ArgumentParser

from git_anvcs.cli import described
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.flows import reading
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.terminal import safe
from git_anvcs.provenance import records
from git_anvcs.provenance.record import Record


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="a revision, am_… or I…"
    )


def run(call: Call) -> int:
    reading.ready(call.repo, call.output.note)
    oid = reading.find(call.repo, call.args.commit)
    record = records.read_one(call.repo, oid)
    if record is None:
        raise AnvcsError(
            f"commit {oid[:12]} has no record: nobody said who made it",
            hint="`git anvcs init` makes a record of every commit from now on",
        )
    call.output.answer(record.value, lambda: _text(call, record, oid))
    return 0


def _text(call: Call, record: Record, oid: str) -> str:
    commit = reading.commit_facts(call.repo, oid)
    prompt = reading.prompt(call.repo, record)
    colour = call.output.colour
    refs = styled(f"  ({safe(commit.refs)})", "yellow", colour=colour) if commit.refs else ""
    head = f"{styled(f'commit {oid[:12]}', 'yellow', colour=colour)}{refs}  {safe(commit.subject)}"
    rows = [
        ("author", f"{safe(commit.author)}, {commit.date}"),
        *described.who(record, colour=colour),
        *described.prompt(prompt),
        *described.tests(record, commit.tree, colour=colour),
        *described.environment(record),
        *described.artifacts(record),
        *described.lineage(record),
        *described.identity(record),
    ]
    return "\n".join([head, *described.table(rows, colour=colour)])

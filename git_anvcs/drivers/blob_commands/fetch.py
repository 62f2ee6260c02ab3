"""Bring the contents of large files into the cache; the worktree stays as it is.

Asked are the stores, many contents at once, and each content is checked by its SHA-256. What
cannot be had is named; the rest comes all the same.

Exit codes: 0 all is here, 1 something is nowhere, 5 a store did not answer.

Example:
  git-ai-blob fetch
  git-ai-blob fetch models/ --json
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed, pulling
from git_anvcs.flows.blobs.pointed import At

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only below these")
    parser.add_argument("--dry-run", action="store_true", help="only say what is not here")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes]
    return bring(call, pointed.in_index(call.repo, names, cwd=call.cwd))


def bring(call: Call, found: Sequence[At]) -> int:
    """Fetch what these need and answer."""
    wanted = pointed.contents(pulling.lacking(call.repo, found))
    total = sum(pointer.size for pointer in wanted)
    if call.args.dry_run:
        value = [{"oid": p.oid, "size": p.size} for p in wanted]
        text = f"{blob_words.files(len(wanted), total)} would be fetched"
        call.answer({"dry_run": True, "would_fetch": value}, text if wanted else "all is here")
        return 0
    with bar(call, "fetching", total) as moved:
        came, missing = pulling.fetch(call.repo, call.env, found, moved=moved)
    text = f"{blob_words.files(len(came), sum(g.pointer.size for g in came))} fetched"
    call.answer(
        {
            "fetched": [{"oid": g.pointer.oid, "size": g.pointer.size} for g in came],
            "missing": blob_words.missing_rows(missing),
        },
        text if wanted else "all is here",
    )
    for line in blob_words.missing_text(missing):
        call.note(line)
    return blob_words.exit_code(one.problem for one in missing)

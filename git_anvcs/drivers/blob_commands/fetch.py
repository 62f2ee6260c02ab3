"""Bring the contents of large files into the cache; the worktree stays as it is.

Asked are the stores, many contents at once, and each content is checked by its SHA-256. What
cannot be had is named; the rest comes all the same.

Without PATH the settings blobs.fetch_include and blobs.fetch_exclude say which files are left out.
-I and -X stand in their place: lists of patterns, read as the lines of a .gitignore at the top of
the repository. `-I ''` leaves nothing out.

Exit codes: 0 all is here, 1 something is nowhere, 5 a store did not answer.

Example:
  git-ai-blob fetch
  git-ai-blob fetch models/ --json
  git-ai-blob fetch -I '*.pt,data/' -X data/raw/
"""

from argparse import ArgumentParser

from git_anvcs.drivers import blob_selected, blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.blob_selected import Selected
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed, pulling

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only below these")
    blob_selected.add_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what is not here")


def run(call: Call) -> int:
    found = blob_words.named(call)
    names = [*call.args.paths, *call.args.behind_dashes]
    return bring(call, blob_selected.select(call, found, named=bool(names)))


def bring(call: Call, selected: Selected) -> int:
    """Fetch what these need and answer."""
    found = selected.found
    out, said = [at.path for at in selected.left_out], blob_selected.said(selected.left_out)
    nothing = "all else is here" if out else "all is here"
    wanted = pointed.contents(pulling.lacking(call.repo, found))
    total = sum(pointer.size for pointer in wanted)
    if call.args.dry_run:
        value = [{"oid": p.oid, "size": p.size} for p in wanted]
        text = f"{blob_words.files(len(wanted), total)} would be fetched" if wanted else nothing
        call.answer({"dry_run": True, "would_fetch": value, "left_out": out}, text + said)
        return 0
    with bar(call, "fetching", total) as moved:
        came, missing = pulling.fetch(call.repo, call.env, found, moved=moved)
    text = f"{blob_words.files(len(came), sum(g.pointer.size for g in came))} fetched"
    call.answer(
        {
            "fetched": [{"oid": g.pointer.oid, "size": g.pointer.size} for g in came],
            "missing": blob_words.missing_rows(missing),
            "left_out": out,
        },
        (text if wanted else nothing) + said,
    )
    for line in blob_words.missing_text(missing):
        call.note(line)
    return blob_words.exit_code(one.problem for one in missing)

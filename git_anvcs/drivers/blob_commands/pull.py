"""Fetch the contents of large files and put them where their pointers are in the worktree.

With --record the artifacts of a commit's record, as `git-ai-blob checkout --record` does it; else
this is `git-ai-blob fetch`, then `git-ai-blob checkout`: for a clone that was made while the store
could not be reached, or with GIT_ANVCS_SKIP_SMUDGE=1. What settings leave out, and -I and -X, are
as in `git-ai-blob fetch --help`.

Exit codes: 0 no file is a pointer any more, 1 something is nowhere or in the way, 5 a store did
not answer.

Example:
  git-ai-blob pull
  git-ai-blob pull models/ --json
  git-ai-blob pull -X '*.mp4'
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.blobs.pointer import Pointer
from git_anvcs.drivers import blob_selected, blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.blob_commands import checkout
from git_anvcs.drivers.blob_selected import Selected
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed, pulling
from git_anvcs.kernel.errors import DONE

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    checkout.add_arguments(parser)


def run(call: Call) -> int:
    if call.args.record or call.args.to:
        return checkout.run(call)
    names = [*call.args.paths, *call.args.behind_dashes]
    selected = blob_selected.select(call, blob_words.named(call), named=bool(names))
    found = selected.found
    wanted = pointed.contents(pulling.lacking(call.repo, found))
    if call.args.dry_run:
        return _would(call, selected, wanted)
    with bar(call, "fetching", sum(pointer.size for pointer in wanted)) as moved:
        came, missing = pulling.fetch(call.repo, call.env, found, moved=moved)
    more: dict[str, object] = {
        "fetched": [{"oid": g.pointer.oid, "size": g.pointer.size} for g in came],
        "missing": blob_words.missing_rows(missing),
    }
    code = checkout.put(call, selected, more)
    for line in blob_words.missing_text(missing):
        call.note(line)
    return blob_words.exit_code(one.problem for one in missing) or code


def _would(call: Call, selected: Selected, wanted: Sequence[Pointer]) -> int:
    done = pulling.checkout(call.repo, selected.found, only_try=True)
    value = {
        "dry_run": True,
        "would_fetch": [{"oid": p.oid, "size": p.size} for p in wanted],
        "checked_out": [*done.done, *done.absent],
        "left_out": [at.path for at in selected.left_out],
    }
    total = sum(pointer.size for pointer in wanted)
    fetched = f"{blob_words.files(len(wanted), total)} would be fetched, " if wanted else ""
    both = done._replace(done=(*done.done, *done.absent), absent=())
    said = checkout.text(both, selected.kind, only_try=True) + blob_selected.said(selected.left_out)
    call.answer(value, fetched + said)
    return DONE

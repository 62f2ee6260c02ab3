"""Ask whether large files are where they are said to be: whole in the cache, present in a store.

For each pointer of the index the cache's bytes are counted, and stores are asked for the version
that the pointer, a note or this clone's own memory names. With --contents every content is brought
and its SHA-256 compared.

Exit codes: 0 a store has each of them, 1 some are in no store, or it refused, 5 a store did not
answer.

Example:
  git-ai-blob verify
  git-ai-blob verify --contents models/
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.blobs.errors import Archived, BlobMissing, WrongContent
from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import verifying
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.flows.blobs.verifying import Verdict
from git_anvcs.kernel.errors import REFUSED, AnvcsError
from git_anvcs.kernel.terminal import quoted, safe

PATHS_BEHIND_DASHES = True

_PLACE = ("storage", "key", "version_id")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only below these")
    parser.add_argument("--contents", action="store_true", help="bring and count every content")


def run(call: Call) -> int:
    found = blob_words.named(call)
    total = sum(at.pointer.size for at in found)
    with (
        opened(call.repo, call.env) as here,
        bar(call, "verifying", total) as moved,
    ):
        verdicts = verifying.verify(
            here, found, lambda one: moved(one.at.pointer.size), contents=call.args.contents
        )
    call.answer({"files": [row(one) for one in verdicts]}, text(verdicts))
    for line in blob_words.hints(one.problem for one in verdicts if not one.safe):
        call.note(line)
    return blob_words.exit_code(one.problem for one in verdicts if not one.safe)


def row(one: Verdict) -> dict[str, object]:
    return {
        "path": one.at.path,
        "oid": one.at.pointer.oid,
        "size": one.at.pointer.size,
        "here": one.here,
        "place": dict(zip(_PLACE, one.place, strict=False)) if one.place else None,
        "pinned_gone": one.pinned_gone,
        "problem": blob_words.problem(one.problem),
    }


def text(verdicts: Sequence[Verdict]) -> str:
    if not verdicts:
        return "no file is tracked as a large file"
    bad = [one for one in verdicts if not one.safe]
    lines = [
        f"{_kind(one.problem)}: {quoted(one.at.path)}: {safe(one.problem.message)}"
        for one in bad
        if one.problem
    ]
    lines += [
        f"the pinned version is gone, another copy is there: {quoted(one.at.path)}"
        for one in verdicts
        if one.pinned_gone
    ]
    total = sum(one.at.pointer.size for one in verdicts)
    good = counted(len(verdicts) - len(bad), "file")
    return "\n".join([*lines, f"{blob_words.files(len(verdicts), total)}: stores have {good}"])


def _kind(problem: AnvcsError) -> str:
    """Only a store that answered has said that there is nothing."""
    if isinstance(problem, BlobMissing):
        return "in no store"
    if isinstance(problem, WrongContent):
        return "another content"
    if isinstance(problem, Archived):
        return "archived"
    return "refused" if problem.exit_code == REFUSED else "not known"

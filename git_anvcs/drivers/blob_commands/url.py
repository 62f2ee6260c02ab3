"""Print a signed address for each large file: who has it can read that version, for a while.

For a program or a person that should get one file and no credentials. The address names the exact
version that the pointer, a note or this clone's own memory names, if the bucket still has it.
It is a secret as long as it holds. Of a file that the bucket holds compressed (blobs.compress)
the frame of Zstandard comes, with Content-Encoding: zstd; that is said on standard error.

Exit codes: 0 an address for each, 1 some have none, 3 settings forbid it, 5 no answer.

Example:
  curl -fo model.pt "$(git-ai-blob url model.pt)"
  git-ai-blob url --minutes 10 data/ --json
"""

from argparse import ArgumentParser

from git_anvcs.drivers import blob_words
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed
from git_anvcs.flows.blobs.addresses import addresses
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import quoted, safe

PATHS_BEHIND_DASHES = True

_MOST = 7 * 24 * 60  # S3 signs for no longer


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="large files, or folders of them")
    parser.add_argument("--minutes", type=int, default=60, help="how long it holds (60)")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes]
    minutes = call.args.minutes
    if not names:
        raise UsageError("which file?", hint="git-ai-blob url PATH...")
    if not 1 <= minutes <= _MOST:
        raise UsageError(f"--minutes is between 1 and {_MOST}, not {minutes}")
    at = pointed.in_index(call.repo, names, cwd=call.cwd)
    if not at:
        raise UsageError("none of these is a large file", hint="`git-ai-blob ls` lists them")
    with opened(call.repo, call.env) as here:
        found = addresses(here, at, minutes * 60)
    for one in found:
        if one.problem:
            call.note(f"{quoted(one.at.path)}: {safe(one.problem.message)}")
        if one.encoding:
            how = f"comes as {one.encoding}: `curl --compressed` or `zstd -d` unpacks it"
            call.note(f"{quoted(one.at.path)}: {how}")
    for hint in blob_words.hints(one.problem for one in found):
        call.note(hint)
    rows = [
        {
            "path": one.at.path,
            "url": one.url,
            "version_id": one.version_id,
            "encoding": one.encoding,
            "problem": blob_words.problem(one.problem),
        }
        for one in found
    ]
    call.answer({"files": rows, "minutes": minutes}, "\n".join(o.url for o in found if o.url))
    return blob_words.exit_code(one.problem for one in found)

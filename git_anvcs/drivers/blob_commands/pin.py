"""Say which exact version of the store holds each large file, where the pointer does not.

Pointers that are staged and not committed yet get the version into the pointer itself. Those of
commits never change: their versions go to notes (refs/notes/anvcs-blobs), which `git-ai-blob push`
takes to other clones. Only versions count that the store has confirmed.

Exit codes: 0 every large file of the index has its version, 1 some are in no store yet.

Example:
  git-ai-blob pin
  git-ai-blob pin --json
"""

from argparse import ArgumentParser

from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import pinning
from git_anvcs.kernel.errors import DONE, NO


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what lacks its version")


def run(call: Call) -> int:
    done = pinning.pin(call.repo, call.env, only_try=call.args.dry_run)
    value = {
        "dry_run": call.args.dry_run,
        "staged": list(done.staged),
        "noted": list(done.noted),
        "unknown": list(done.unknown),
    }
    would = "would be " if call.args.dry_run else ""
    said = [
        f"{counted(len(done.staged), 'staged pointer')} {would}pinned",
        f"{counted(len(done.noted), 'content')} of commits {would}noted",
    ]
    if done.unknown:
        said.append(f"{counted(len(done.unknown), 'file')} in no store yet: `git-ai-blob push`")
    call.answer(value, "\n".join(said))
    return NO if done.unknown else DONE

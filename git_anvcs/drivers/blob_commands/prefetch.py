"""Bring the contents of large files of other commits into the cache, before the network is away.

Without REV: what the tips of all branches, here and of remotes, point to, and of tags. With
--history also what any commit before them pointed to. What settings leave out, and -I and -X, are
as in `git-ai-blob fetch --help`; a content with several paths comes if one of them is wanted.

Exit codes: 0 all is here, 1 something is nowhere, 5 a store did not answer.

Example:
  git-ai-blob prefetch
  git-ai-blob prefetch origin/main v1.0
"""

from argparse import ArgumentParser

from git_anvcs.drivers import blob_selected
from git_anvcs.drivers.blob_commands import fetch
from git_anvcs.drivers.blob_selected import select_of_commits
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed
from git_anvcs.git import refs
from git_anvcs.kernel.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("revisions", metavar="REV", nargs="*", help="of these commits")
    parser.add_argument("--history", action="store_true", help="of all commits before them, too")
    blob_selected.add_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what is not here")


def run(call: Call) -> int:
    repo = call.repo
    asked = {name: repo.resolve(name) for name in call.args.revisions}
    for name, oid in asked.items():
        if oid is None:
            raise UsageError(f"{name} names no commit", hint="`git log --all --oneline` shows them")
    tips = [oid for oid in asked.values() if oid]
    if not tips:
        listed = refs.read(repo, "refs/heads", "refs/remotes", "refs/tags")
        tips = sorted({oid for ref in listed if (oid := repo.resolve(ref))})
    found = pointed.in_history(repo, tips) if call.args.history else pointed.in_trees(repo, tips)
    return fetch.bring(call, select_of_commits(call, pointed.tracked(repo, found)))

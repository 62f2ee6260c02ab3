"""Check large files: the cache by SHA-256, the pointers in Git, and with --remote the stores.

Without --remote no network is asked. Damaged files of the cache are set aside. --repair fetches
what is damaged or missing here and sends what a store has lost; a commit is never changed.

Exit codes: 0 all is well, or was mended, 1 something is not, 5 a store did not answer and nothing
else is wrong.

Example:
  git-ai-blob fsck
  git-ai-blob fsck --remote --repair
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import fsck_here, fsck_repair, fsck_stores, pointed
from git_anvcs.flows.blobs.clone import Clone, opened
from git_anvcs.flows.blobs.faults import CONTENT, Fault
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.kernel.errors import DONE, NO, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--pointers", action="store_true", help="only what Git has")
    parser.add_argument("--remote", action="store_true", help="ask the stores, too")
    parser.add_argument("--repair", action="store_true", help="fetch and send what is missing")


def run(call: Call) -> int:
    args = call.args
    if args.pointers and (args.remote or args.repair):
        raise UsageError("--pointers stands alone", hint="git-ai-blob fsck --help")
    found, current = fsck_here.in_git(call.repo)
    problems: list[AnvcsError] = []
    if not args.pointers:
        with opened(call.repo, call.env) as here:
            more, problems = beside_git(call, here, current)
            found += more
    value = {
        "faults": [one._asdict() for one in found],
        "problems": [blob_words.problem(error) for error in problems],
    }
    call.answer(value, text(found))
    for line in [*(safe(error.message) for error in problems), *blob_words.hints(problems)]:
        call.note(line)
    if any(one.kind == CONTENT for one in found):
        call.note("hint: `git add --renormalize .` makes contents pointers in the next commit")
    if any(not one.repaired for one in found):
        return NO
    return blob_words.exit_code(problems) if problems else DONE


def beside_git(
    call: Call, here: Clone, current: Sequence[At]
) -> tuple[list[Fault], list[AnvcsError]]:
    """Look at the cache and, if wanted, at the stores; mend, if wanted."""
    with bar(call, "reading", fsck_here.size_of_cache(here)) as moved:
        found = fsck_here.cache(here, moved)
    told = {one.oid for one in found}
    found += [one for one in fsck_here.missing(here, current) if one.oid not in told]
    problems: list[AnvcsError] = []
    pointers = list(current)
    if call.args.remote:
        head = [oid] if (oid := call.repo.resolve("HEAD")) else []
        pointers += pointed.in_commits(call.repo, [*head, "--all"])
        with bar(call, "asking stores", len(pointed.contents(pointers))) as moved:
            asked = fsck_stores.ask(here, pointers, moved)
        found += asked.faults
        problems += asked.silent
    if call.args.repair:
        found, more = fsck_repair.repair(here, call.env, found, pointed.contents(pointers))
        problems += more
    return found, problems


def text(found: Sequence[Fault]) -> str:
    lines = [f"{'mended' if one.repaired else one.kind}: {safe(one.said)}" for one in found]
    left = sum(not one.repaired for one in found)
    return "\n".join([*lines, f"{counted(left, 'fault')}" if left else "all is well"])

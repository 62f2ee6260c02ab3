"""Send large files to the stores: what waits, and what commits that are not pushed yet need.

Git push does this by itself, before anything else is pushed; so does a commit, as far as it can
(blobs.upload_on_commit). What cannot be sent now waits and is tried again.

--all sends the contents of all that branches, tags and stashes point to, where this clone has
them, and asks the stores whether they still have what they had: after another bucket or folder was
set, or another disk mounted, it sends there. Pointers that name no version, or one in the store
local alone, get a note of the version that others can read.

With REMOTE, or for the remotes that records may go to, the notes that say which version holds which
content go along (refs/notes/anvcs-blobs).

Exit codes: 0 all is sent, 1 something was refused, 5 something waits for a store.

Example:
  git-ai-blob push
  git-ai-blob push --all --dry-run
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.blobs.ledger import Job
from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import sending
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import outgoing, pinning, pins, uploading
from git_anvcs.flows.blobs.clone import Clone, opened
from git_anvcs.flows.blobs.uploading import Sent
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("remote", metavar="REMOTE", nargs="?", default="", help="gets the notes")
    parser.add_argument("--all", action="store_true", help="what any branch, tag or stash has")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be sent")


def run(call: Call) -> int:
    if call.args.remote:
        _known(call)
    found = outgoing.pointers(call.repo, everything=call.args.all)
    with opened(call.repo, call.env) as here:
        if call.args.all:
            outgoing.ask_again(here, found)
        if call.args.dry_run:
            jobs = outgoing.would_send(here, found)
            call.answer({"dry_run": True, "jobs": rows(jobs)}, would(jobs))
            return 0
        uploading.enqueue(here, found)
        jobs = uploading.due(here, patient=False)
        with sending(call) as starts:
            sent = uploading.send(here, jobs, starts)
        if call.args.all:
            pinning.catch_up(here, found)
        notes = shared(call, here)
    problems = [one.problem for one in sent if one.problem]
    value = {
        "sent": rows([one.job for one in sent if one.copy]),
        "waiting": [
            {**row, "problem": blob_words.problem(one.problem)}
            for one in sent
            if one.problem
            for row in rows([one.job])
        ],
        "notes": notes,
    }
    call.answer(value, text(sent, everything=call.args.all))
    for line in [
        *blob_words.failed_text(sent),
        *(f"notes: {safe(said)}" for said in notes.values()),
    ]:
        call.note(line)
    return blob_words.exit_code(problems)


def _known(call: Call) -> None:
    """Raises UsageError for a word that is neither a remote nor an address."""
    remotes = call.repo.git("remote").decode(errors="surrogateescape").split()
    if call.args.remote not in remotes and not {"/", ":"} & set(call.args.remote):
        raise UsageError(f"there is no remote {call.args.remote!r}", hint="git remote lists them")


def shared(call: Call, here: Clone) -> dict[str, str]:
    """Send the notes; what went wrong, by remote."""
    allowed = here.settings.words("remotes")
    remotes = [call.args.remote] if call.args.remote else list(allowed)
    done = {remote: pins.share(call.repo, remote) for remote in remotes}
    return {remote: one.problem.message for remote, one in done.items() if one.problem}


def rows(jobs: Sequence[Job]) -> list[dict[str, object]]:
    return [{"oid": job.oid, "size": job.size, "storage": job.storage} for job in jobs]


def would(jobs: Sequence[Job]) -> str:
    if not jobs:
        return "nothing would be sent"
    total = sum({job.oid: job.size for job in jobs}.values())
    names = ", ".join(sorted({job.storage for job in jobs}))
    return f"{blob_words.files(len({job.oid for job in jobs}), total)} would go to {names}"


def text(sent: Sequence[Sent], *, everything: bool) -> str:
    done = {one.job.oid: one.job.size for one in sent if one.copy}
    waits = len({one.job.oid for one in sent if one.problem})
    if not sent:
        which = "commits, tags and stashes" if everything else "commits that are not pushed"
        return f"nothing to send: of what {which} point to, the stores have all that is here"
    said = f"{blob_words.files(len(done), sum(done.values()))} sent"
    return f"{said}, {counted(waits, 'file')} not" if waits else said

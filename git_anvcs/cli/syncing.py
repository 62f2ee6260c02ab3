"""`git anvcs journal sync`: asked for on the command line, answered in words or JSON."""

from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows import push, remotes, settings
from git_anvcs.flows.journal import with_remote
from git_anvcs.flows.journal.send import Asked
from git_anvcs.flows.journal.with_remote import Synced
from git_anvcs.kernel.errors import DONE, OFFLINE, PARTLY
from git_anvcs.kernel.terminal import safe_text


def run(call: Call) -> int:
    """Raises UsageError, HasSecrets, HostRefuses, CannotWrite, Damaged."""
    args = call.args
    in_force = settings.load(call.repo, call.env)
    remote = args.remote or remotes.for_push(call.repo, (), push.TAKES_VALUE)
    asked = Asked(args.withhold, args.dry_run)
    with journal_of(call) as here, call.output.working("exchanging journals"):
        done = with_remote.both_ways(here, in_force, remote, asked)
    for note in filter(None, done.notes):
        call.output.note(safe_text(note))
    call.output.answer(_as_json(done, dry_run=args.dry_run), _text(done, dry_run=args.dry_run))
    if done.queued:
        return OFFLINE
    return PARTLY if any(source.problem for source in done.received.sources) else DONE


def _as_json(done: Synced, *, dry_run: bool) -> dict[str, object]:
    return {
        "target": done.target,
        "ref": done.sent.ref or None,
        "sent": done.sent.operations,
        "withheld": done.sent.withheld,
        "contents": done.sent.contents,
        "large": done.sent.large,
        "secrets": [
            {"path": one.path or None, "kinds": list(one.kinds)} for one in done.sent.secrets
        ],
        "received": [source._asdict() for source in done.received.sources],
        "queued": done.queued,
        "dry_run": dry_run,
        "notes": list(done.notes),
    }


def _text(done: Synced, *, dry_run: bool) -> str:
    if done.queued:
        return ""
    sent = done.sent
    verb = "would go" if dry_run else "went"
    some = f", {sent.withheld:,} only named" if sent.withheld else ""
    lines = [f"{sent.operations:,} operations {verb} to {done.target}{some}"]
    if sent.secrets:
        lines.append(f"{len(sent.secrets)} hold what looks like a secret")
    if not dry_run:
        lines.append(f"{done.received.operations:,} of other clones came")
    return "\n".join(lines)

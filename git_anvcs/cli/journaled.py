"""How `git anvcs journal` keeps house: gc, size, fsck and dump."""

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaling import journal_of
from git_anvcs.cli.output import as_json
from git_anvcs.flows import settings
from git_anvcs.flows.journal import gone, moments
from git_anvcs.flows.journal.check import check
from git_anvcs.flows.journal.size import costs
from git_anvcs.flows.journal.upkeep import Rules, collect
from git_anvcs.journal import dumping
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE, NO
from git_anvcs.kernel.terminal import safe, safe_text


def rules(call: Call) -> Rules:
    """For how long everything is kept here."""
    chosen = settings.load(call.repo, call.env)
    hot, keep = chosen.number("journal.hot"), chosen.number("journal.keep")
    return Rules(hot, keep, int(chosen.number("journal.limit")))


def gc(call: Call) -> int:
    dry_run = bool(call.args.dry_run)
    with journal_of(call, look=False) as here:
        found = collect(here, rules(call), clock.now(), dry_run=dry_run)
    would = "would be " if dry_run else ""
    parts = [
        f"{counted(found.frozen, 'operation')} {would}packed",
        f"{found.thinned:,} {would}thinned out",
        f"{counted(found.files, 'file')} {would}deleted",
        f"{counted(found.let_go, 'content')} {would}let go for journal.limit",
    ]
    sizes = f"{found.before:,} bytes on disk, {'at most ' * dry_run}{found.after:,} after"
    lines = [f"{', '.join(parts)}: {sizes}"]
    if found.over:
        lines.append(f"{found.over:,} bytes above journal.limit stay: files have them as they are")
    call.output.answer(found._asdict(), "\n".join(lines))
    return DONE


def size(call: Call) -> int:
    limit = rules(call).limit
    with journal_of(call, look=False, reads=True) as here:
        found = costs(here)
    above = f" of {limit:,} (journal.limit)" if limit else ""
    lines = [
        f"{found.database:14,} bytes  the database",
        f"{found.segments:14,} bytes  segments",
        f"{found.contents_bytes:14,} bytes{above}  {counted(found.contents, 'content')} kept whole",
    ]
    if found.damaged:
        lines.append(f"{found.damaged:14,} bytes  damaged files that a mending set aside")
    lines += [
        f"{one.bytes:14,} bytes  {safe(one.path)} ({counted(one.contents, 'content')})"
        for one in found.dearest
    ]
    lines += let_go_lines(found.let_go, found.let_go_bytes)
    dearest = [one._asdict() for one in found.dearest]
    call.output.answer({**found._asdict(), "limit": limit, "dearest": dearest}, "\n".join(lines))
    return DONE


def let_go_lines(count: int, size: int) -> list[str]:
    """What went for the limit, in words; no line for nothing."""
    said = f"let go for journal.limit: {counted(count, 'content')} of {counted(size, 'byte')}"
    return [said] if count else []


def fsck(call: Call) -> int:
    with journal_of(call, look=False, reads=True) as here:
        found = check(here, full=call.args.full)
    said = (
        f"{counted(found.operations, 'operation')}, {counted(found.segments, 'segment')},"
        f" {counted(found.contents, 'content')} and {counted(found.texts, 'text')}:"
        f" {'damaged' if found.problems else 'whole'}"
    )
    lines = [*found.problems, *(f"note: {note}" for note in found.notes), said]
    call.output.answer(found._asdict(), "\n".join(map(safe_text, lines)))
    return NO if found.problems else DONE


def dump(call: Call) -> int:
    """One JSON object a line, or with --json one object of them all."""
    args = call.args
    since = moments.seconds_of(args.since) if args.since else 0.0
    with journal_of(call, look=False, reads=True) as here:
        lane = gone.lane_named(here.journal, args.lane) if args.lane else None
        found = dumping.dump(here.journal, lane=lane, path=args.path or "", since=since)
        if call.output.as_json:
            call.output.stream("journal", found)
        else:
            for one in found:
                print(as_json(one))
    return DONE

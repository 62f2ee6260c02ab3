"""What `git anvcs journal purge` asks, says and does."""

from pathlib import Path

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows import settings
from git_anvcs.flows.journal import keeping, purge, whole
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.purge import Plan
from git_anvcs.kernel.errors import DONE, NO, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe
from git_anvcs.store.paths import Paths


def run(call: Call) -> int:
    """Show what goes, ask, and take it away."""
    paths = Paths(call.repo.common_dir)
    with journal_of(call) as here:
        plan = _plan(call, here)
    answer = {
        "operations": len(plan.chosen.numbers), "contents": len(plan.chosen.digests),
        "paths": list(plan.chosen.paths), "present": list(plan.present), "purged": False,
    }  # fmt: skip
    count, paths_ = len(plan.chosen.numbers), len(plan.chosen.paths)
    lines = [f"{counted(count, 'operation')} on {counted(paths_, 'path')} go:"]
    lines += [f"  {safe(path)}" for path in plan.chosen.paths]
    lines += [f"still there, and journaled again: {safe(path)}" for path in plan.present]
    text = "\n".join(lines)
    if call.args.dry_run or not plan.chosen.numbers:
        call.output.answer(answer, text if plan.chosen.numbers else "the journal has none of it")
        return DONE if plan.chosen.numbers else NO
    if not call.args.yes:
        call.output.note(text)
        if not call.output.confirm("purge these? It cannot be undone"):
            call.output.answer(answer, "nothing was purged")
            return NO
    return _apply(call, paths, answer)


def _apply(call: Call, paths: Paths, answer: dict[str, object]) -> int:
    said = settings.load(call.repo, call.env).text("journal.mirror")
    ran = keeping.stop(paths) is not None
    try:
        # A daemon holds texts in memory that it would write down again.
        with keeping.none_running(paths), journal_of(call) as here:
            plan = _plan(call, here)  # with what the daemon saw last
            done = purge.apply(here, plan, Path(said).expanduser() if said else None)
    finally:
        if ran:
            keeping.start(call.repo.root, paths)
    held = f"{counted(done.operations, 'operation')} and {counted(done.contents, 'content')}"
    lines = [f"purged: {held}"]
    lines += [f"of the mirror: {counted(done.in_mirror, 'operation')}"] if done.in_mirror else []
    lines += [f"not reached: {one}" for one in done.out_of_reach]
    lines += [f"still there, and journaled again: {safe(path)}" for path in plan.present]
    call.output.answer({**answer, **done._asdict(), "purged": True}, "\n".join(lines))
    return DONE


def _plan(call: Call, here: Opened) -> Plan:
    args = call.args
    if sum(map(bool, (args.what, args.text_file, args.session))) != 1:
        raise UsageError("say what to purge: a PATH, --text-file FILE, or --session NAME")
    if args.session:
        return purge.of_session(here, args.session)
    if args.what:
        return purge.of_path(here, whole.named(call.repo, call.cwd, args.what))
    try:
        needle = (call.cwd / args.text_file).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise AnvcsError(f"cannot read {args.text_file}: {error.strerror}") from error
    if len(needle) < _SHORTEST:
        raise UsageError(f"a text of {len(needle)} bytes is in everything")
    return purge.of_text(here, needle)


_SHORTEST = 4

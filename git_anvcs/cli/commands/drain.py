"""Turn what hooks and agents wrote down into records, now.

Hooks write one line per commit into a spool and start this command in the background; every
reading command and `git push` run it first. Running it by hand is never needed; it tells what
waits and why. What it wrote is undone by nothing: records only ever grow, and the reflogs of
refs/anvcs/meta and refs/notes/anvcs remember every state.

--dry-run shows how many lines wait and changes nothing. Lines that cannot be used are set aside
below .git/anvcs/set-aside, each with the reason; `git anvcs doctor` lists them.

Exit codes: 0 done, 1 could not be done (the spool keeps waiting), 4 some lines were set aside.

Example:
  git anvcs drain
  git anvcs drain --dry-run --json
"""

from argparse import SUPPRESS, ArgumentParser
from collections.abc import Mapping
from contextlib import suppress
import signal

from git_anvcs.cli.command import Call
from git_anvcs.flows import background, drain, drain_state, moved
from git_anvcs.git.locate import Place
from git_anvcs.kernel.errors import DONE, PARTLY, AnvcsError
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only count what waits")
    parser.add_argument(
        "--within", type=int, metavar="SECONDS", help="give up after so long; nothing is lost"
    )
    parser.add_argument("--background", action="store_true", help=SUPPRESS)


def run(call: Call) -> int:
    if call.args.background:
        background.run(call.repo)
        with suppress(AnvcsError):  # nobody reads it here; it is tried again
            _blobs(call, patient=True)
        _keep_journal(call)
        return DONE
    if call.args.dry_run:
        return _waiting(call)
    if call.args.within:
        signal.alarm(max(1, call.args.within))  # the kernel ends us; a drain can always be cut
    done = drain.drain(call.repo)
    if done.problem:
        raise done.problem
    blobs = {} if call.args.within else _blobs(call, patient=False)
    found = moved.repair(call.repo)
    done = done._replace(recorded=(*done.recorded, *found))
    facts = {"recorded": list(done.recorded), "set_aside": done.set_aside}
    facts |= {"blobs": blobs} if blobs else {}
    call.output.answer(facts, lambda: _text(done, blobs))
    return PARTLY if done.set_aside else DONE


def _keep_journal(call: Call) -> None:
    """Who commits, works: since a reboot nobody may have started a daemon."""
    if not call.repo.bare:
        from git_anvcs.flows.journal import keeping

        place = Place(call.repo.root, call.repo.git_dir, call.repo.common_dir)
        keeping.begin(place, call.env)


def _waiting(call: Call) -> int:
    paths = Paths(call.repo.common_dir)
    state = drain_state.load(paths) or drain_state.State()
    lines, _ = spool.read(paths, state.mark)
    kinds: dict[str, int] = {}
    for line in lines:
        kind = line.kind or "unusable"
        kinds[kind] = kinds.get(kind, 0) + 1
    held = len(state.held)
    facts = {"waiting": kinds, "held_by_rebase": held}
    text = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "nothing"
    more = f"; {held} commits wait for the end of a rebase" if held else ""
    call.output.answer(facts, f"waiting: {text}{more}")
    return DONE


def _blobs(call: Call, *, patient: bool) -> dict[str, int]:
    """Send and fetch large files that wait: how many, by what became of them; empty for none."""
    if not Paths(call.repo.common_dir).blobs.is_dir():
        return {}
    from git_anvcs.flows.blobs import draining  # with the stores and threads, rarely needed

    done = draining.drain(call.repo, call.env, patient=patient)
    return {word: number for word, number in done._asdict().items() if number}


def _text(done: drain.Drained, blobs: Mapping[str, int]) -> str:
    made = len(done.recorded)
    text = f"{made} record{'' if made == 1 else 's'} made" if made else "nothing waits"
    if blobs:
        said = [f"{number} {word}" for word, number in blobs.items()]
        text = f"{text if made else 'no record waits'}; large files: {', '.join(said)}"
    if done.set_aside:
        return f"{text}; {done.set_aside} lines set aside, see `git anvcs doctor`"
    return text

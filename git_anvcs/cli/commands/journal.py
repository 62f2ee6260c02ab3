"""The journal itself: take down what is in the worktree now, say what it holds, exchange it.

  journal look     look at this worktree now, as the daemon does after every save
  journal status   how much it holds, since when, and on how many bytes of disk
  journal mend     read all of the database, and build it anew if it is damaged
  journal size     what of it costs how much, and the dearest paths
  journal gc       pack what is old (journal.hot), thin what is older (journal.keep), and let
                   the oldest contents go that are more than journal.limit
  journal fsck     whether it is whole; --full reads every byte and replays every text
  journal dump     all of it, one JSON object a line
  journal mirror [FOLDER]          copy what is new to the mirror (the setting journal.mirror)
  journal recover FOLDER [--to DIR]  say what a mirror holds, or write its worktrees below DIR
  journal purge PATH | --text-file FILE | --session NAME   really remove it, as a secret must be
  journal sync     send it to a remote, and take in the journals of other clones from there

`journal sync` needs `journal.sync` and a remote that records may go to; `git anvcs push` and
`git anvcs pull` then do the same. It sends all that was ever saved here, but nothing of files that
Git ignores. Where something looks like a secret it sends nothing and says so (exit code 3);
--withhold sends all but those texts. What was sent is taken back by nothing. Other clones are shown
by `timeline --all`, and by `timeline`, `at` and `restore` with `--worktree 1234abcd`, the first 8
hex of their name; nothing of them is written unasked.

`git anvcs timeline` shows what happened, `git anvcs undo` takes it back.

Example:
  git anvcs journal look
  git anvcs journal look --by codex:7f3a --since 5m
  git anvcs journal status --json
  git anvcs journal size
  git anvcs journal gc --dry-run
  git anvcs journal fsck --full
  git anvcs journal dump --path src --since 2d
  git anvcs journal recover ~/mirror --to ~/rescued
  git anvcs journal sync --remote origin --dry-run
  git anvcs journal purge secrets.env --dry-run
"""

from argparse import ArgumentParser
from collections.abc import Callable, Mapping

from git_anvcs.cli import journal_kept, journal_purge, journaled, syncing
from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows.journal import claiming, daemon_socket, mending, moments
from git_anvcs.flows.journal.observe import lane_of
from git_anvcs.flows.journal.size import measured, no_room
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE, UsageError
from git_anvcs.store.paths import Paths

_FLUSH_SECONDS = 30.0
_ANSWER_SECONDS = 5.0
_LONGEST_NAME = 400


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("--dry-run", action="store_true", help="gc, purge, sync: only say it")
    parser.add_argument("--full", action="store_true", help="fsck: every content, every text")
    parser.add_argument("--lane", help="dump: one worktree, as `status` and `timeline` name it")
    parser.add_argument("--path", help="dump: one file, or what is below a folder")
    parser.add_argument("--since", metavar="WHEN", help="dump, look: 2w, 36h, 5m or a date")
    parser.add_argument("what", nargs="?", metavar="PATH", help="the mirror; purge: a file")
    parser.add_argument("--text-file", metavar="FILE", help="purge: all that held its text")
    parser.add_argument("--session", metavar="NAME", help="purge: all that a session did")
    parser.add_argument("-y", "--yes", action="store_true", help="purge: do not ask")
    parser.add_argument("--to", metavar="DIR", help="recover: a folder that is new or empty")
    parser.add_argument("--by", default="", metavar="WHO", help="look: whose the changes are")
    parser.add_argument("--remote", default="", metavar="NAME", help="sync: with this one")
    parser.add_argument("--withhold", action="store_true", help="sync: keep texts with secrets")


def run(call: Call) -> int:
    return _ACTIONS[str(call.args.action)](call)


def _status(call: Call) -> int:
    with journal_of(call, look=False) as here:
        found = measured(here)
        problem = here.journal.stopped or _problem(call)
    mended = mending.known(Paths(call.repo.common_dir))
    since = clock.rfc3339(found.since) if found.since else None
    facts = {**found._asdict(), "since": since, "problem": problem or None,
             "mended": [one._asdict() for one in mended]}  # fmt: skip
    held = counted(found.operations, "operation")
    text = f"{held} since {since or 'never'}, {counted(found.bytes, 'byte')} on disk"
    lines = [text, *journaled.let_go_lines(found.let_go, found.let_go_bytes)]
    lines += [*([f"it takes nothing down: {problem}"] if problem else []), *map(str, mended)]
    call.output.answer(facts, "\n".join(lines))
    return DONE


def _mend(call: Call) -> int:
    told = mending.check(call.repo)
    facts = {"damaged": told is not None, "mended": told._asdict() if told else None}
    call.output.answer(facts, str(told or "the journal is not damaged"))
    return DONE


def _problem(call: Call) -> str:
    """Why the daemon could not look, or what would stop the next look."""
    paths = Paths(call.repo.common_dir)
    state = daemon_socket.ask(paths, {"do": "status"}, _ANSWER_SECONDS)
    return str(state["stopped"]) if state and state.get("stopped") else no_room(paths.journal)


def _look(call: Call) -> int:
    """By the daemon if there is one, which has it all open; else here."""
    paths = Paths(call.repo.common_dir)
    by = _name(call.args.by)
    if call.args.since and not by:
        raise UsageError("--since needs --by WHO", hint="whose the changes are")
    answer = daemon_socket.has_looked(paths, lane_of(call.repo), _FLUSH_SECONDS, by)
    if answer is None:
        with journal_of(call, by=by) as here:
            answer = {"operations": here.journal.last()}
    facts = {"operations": answer["operations"]}
    if call.args.since:
        return _claim(call, by, facts)
    call.output.answer(facts, "")
    return DONE


def _claim(call: Call, by: str, facts: Mapping[str, object]) -> int:
    """Also what was seen before, by a daemon that was faster."""
    since = moments.seconds_of(call.args.since)
    with journal_of(call, look=False) as here:
        claimed = claiming.claim(here, by, since)
        last = here.journal.last()
    call.output.answer(
        {**facts, "operations": last, "claimed": claimed},
        f"{counted(claimed, 'operation')} by {by}",
    )
    return DONE


def _name(said: str) -> str:
    """Who it is, in one printable word. Raises UsageError."""
    agent, colon, session = said.partition(":")
    whole = bool(agent and colon and session) or not said
    if len(said) > _LONGEST_NAME or not said.isprintable() or " " in said or not whole:
        name = agent if agent.isalnum() else "claude"
        raise UsageError(
            f"--by {said[:40]!r} is no name",
            hint=f"such as {name}:SESSION: the agent, and which of its sessions",
        )
    return said


_ACTIONS: dict[str, Callable[[Call], int]] = {
    "look": _look, "status": _status, "size": journaled.size, "gc": journaled.gc,
    "fsck": journaled.fsck, "dump": journaled.dump, "mend": _mend, "mirror": journal_kept.copy,
    "recover": journal_kept.recover, "purge": journal_purge.run, "sync": syncing.run,
}  # fmt: skip

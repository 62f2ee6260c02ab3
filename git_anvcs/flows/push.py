"""Story: a push, Git's own first and untouched, then our records to where they may go.

Two pushes, not one: a host that refuses our ref must not refuse the user's branch with it.
"""

from collections.abc import Sequence
from contextlib import suppress
import os
from pathlib import Path
import signal
import time
from typing import NamedTuple

from git_anvcs.flows import moved, remotes, share, sync
from git_anvcs.flows.drain import drain
from git_anvcs.flows.share import HostRefuses, Route, Sent
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import DONE, OFFLINE, PARTLY, AnvcsError, Offline
from git_anvcs.kernel.settings import Settings
from git_anvcs.store import log, outbox
from git_anvcs.store.paths import Paths

# git-push(1): options that take the next word.
TAKES_VALUE = frozenset({"-o", "--push-option", "--repo", "--receive-pack", "--exec"})

# Our pre-push hook only looks whether large files are where others can read them.
_OURS = {"ANVCS_PUSHING": "1"}

# Kinds of what waits in the outbox for a remote, beside pushes themselves.
_SENT = ("records", "journal")

_POLL_SECONDS = 0.05
_LONGEST_PUSH = 6 * 3600  # seconds
_LONGEST_SEND = 900


class Asked(NamedTuple):
    """words: for git push; only_records: no git push; fallback: see share.send"""

    words: tuple[str, ...]
    only_records: bool = False
    fallback: bool = False
    to_stderr: bool = False


class Pushed(NamedTuple):
    """What came of it.

    exit_code: of git push, or 4 (records were refused) or 5 (something waits in the outbox)
    target: where records went, empty when they stayed here; notes: sentences for the user
    """

    exit_code: int
    remote: str
    target: str = ""
    sent: Sent = Sent()
    queued: bool = False
    notes: tuple[str, ...] = ()


def push(repo: Repo, cwd: Path, settings: Settings, asked: Asked) -> Pushed:
    """Push, then send records. Git's own words go to the terminal."""
    remote = remotes.for_push(repo, asked.words, TAKES_VALUE)
    notes: list[str] = []
    if not asked.only_records:
        notes += _catch_up(repo, asked)
        argv = ("git", "push", *asked.words)
        code = process.attach(argv, cwd=cwd, env=_OURS, to_stderr=asked.to_stderr, configured=True)
        if code != DONE:
            return _failed(repo, cwd, asked, Pushed(code, remote, notes=tuple(notes)))
    way = share.route(settings, remote, fallback=asked.fallback)
    if not remotes.named(repo, remote):
        return Pushed(DONE, remote, notes=(*notes, "records travel with named remotes only"))
    if way is None:
        hint = f"`git anvcs init --remote {remote}` lets them go"
        return Pushed(DONE, remote, notes=(*notes, f"records stay here: {remote} is not allowed",
                                           hint))  # fmt: skip
    done = _with_journal(repo, settings, way, _send(repo, way)._replace(remote=remote))
    done = _with_blobs(repo, way, done)
    more = _send_waiting(repo, settings, way)
    return done._replace(notes=(*notes, *done.notes, *more))


def after(repo: Repo, settings: Settings, remote: str, pid: int) -> None:
    """In the background of a plain `git push` (process `pid`): when it has ended, send records.

    Nobody reads what is said here, so what goes wrong is noted in the log, or waits in the outbox.
    """
    _leave_everybody()
    _wait_for(pid)
    signal.alarm(_LONGEST_SEND)
    drain(repo)
    with suppress(AnvcsError):  # what moved is looked at again by the next reader
        moved.repair(repo)
    way = share.route(settings, remote)
    if way is None or not remotes.named(repo, remote):
        return
    done = _with_blobs(repo, way, _with_journal(repo, settings, way, _send(repo, way)))
    for note in done.notes:
        log.note(Paths(repo.common_dir).logs / "share", note)


def preview(repo: Repo, settings: Settings, asked: Asked) -> tuple[str, int, int]:
    """Where records would go (empty: nowhere), how many commits' records, how many held back."""
    remote = remotes.for_push(repo, asked.words, TAKES_VALUE)
    way = share.route(settings, remote, fallback=asked.fallback)
    if way is None or not remotes.named(repo, remote):
        return "", 0, 0
    head = repo.resolve("HEAD")
    return (way.target, *share.due(repo, way, [head] if head and not asked.only_records else []))


def _send(repo: Repo, way: Route) -> Pushed:
    """Send, and turn what goes wrong into an answer: the push itself is done."""
    done = Pushed(DONE, way.remote, way.target)
    try:
        sent = share.send(repo, way)
    except Offline as error:
        return done._replace(exit_code=OFFLINE, queued=True, notes=(error.message, error.hint))
    except HostRefuses as error:
        return done._replace(exit_code=PARTLY, notes=(error.message, *filter(None, [error.hint])))
    except AnvcsError as error:
        return done._replace(exit_code=PARTLY, notes=(f"records were not sent: {error.message}",))
    notes = []
    if sent.held_back:
        notes.append(f"{sent.held_back} records stay here: they tell a prompt, against policy")
    if sent.ref.startswith(sync.FALLBACK):
        notes.append(f"{way.target} takes no refs/anvcs/: records went to the branch {sent.ref}")
    return done._replace(sent=sent, notes=tuple(notes))


def _with_journal(repo: Repo, settings: Settings, way: Route, done: Pushed) -> Pushed:
    """The journal follows the records, where it may; offline it waits with them."""
    if not settings.flag("journal.sync"):
        return done
    from git_anvcs.flows.journal import with_remote

    journal = with_remote.after_push(repo, settings, way)
    notes = (*done.notes, *filter(None, journal.notes))
    queued = done.queued or journal.exit_code == OFFLINE
    return done._replace(exit_code=done.exit_code or journal.exit_code, queued=queued, notes=notes)


def _with_blobs(repo: Repo, way: Route, done: Pushed) -> Pushed:
    """The notes that say which version holds which large file follow the records."""
    if not Paths(repo.common_dir).blobs.is_dir():
        return done
    from git_anvcs.flows.blobs import pins

    problem = pins.share(repo, way.target).problem
    return done._replace(notes=(*done.notes, problem.message)) if problem else done


def _failed(repo: Repo, cwd: Path, asked: Asked, done: Pushed) -> Pushed:
    """git push failed. When nobody answers there, it waits; what could do harm later does not."""
    try:
        sync.listed(repo, done.remote)
    except Offline:
        if done.remote and _may_wait(asked.words):
            facts = {"words": list(asked.words), "cwd": str(cwd)}
            outbox.put(Paths(repo.common_dir), "push", facts)
            note = "the push waits; the next `git anvcs push` does it first"
            return done._replace(exit_code=OFFLINE, queued=True, notes=(*done.notes, note))
        return done._replace(exit_code=OFFLINE)
    except AnvcsError:
        return done
    return done


def only_tries(words: Sequence[str]) -> bool:
    """Whether git push would only show what it would do: `-n`, alone or among others."""
    short = (w.partition("o")[0] for w in words if w.startswith("-") and not w.startswith("--"))
    return any("n" in letters for letters in short)


def _may_wait(words: Sequence[str]) -> bool:
    """Whether a push may be done later as it stands: it deletes and forces nothing."""
    harmful = ("--force", "--delete", "--mirror", "--prune", "--no-verify")
    for word in words:
        short = word.startswith("-") and not word.startswith("--")
        if word.startswith((*harmful, "+", ":")) or (short and set("fd") & set(word)):
            return False
    return True


def _catch_up(repo: Repo, asked: Asked) -> list[str]:
    """Do pushes that wait, in the order they were asked for."""
    notes = []
    for item in outbox.waiting(Paths(repo.common_dir)):
        words, cwd = item.facts.get("words"), item.facts.get("cwd")
        if item.kind != "push" or not isinstance(words, list) or not Path(str(cwd)).is_dir():
            continue
        said = " ".join(["git push", *map(str, words)])
        if tuple(words) != asked.words:  # else it is about to be done anyway
            argv = ("git", "push", *map(str, words))
            code = process.attach(argv, cwd=Path(str(cwd)), env=_OURS, to_stderr=asked.to_stderr)
            if code != DONE:
                notes.append(f"still waits: {said}")
                continue
            notes.append(f"done now, it had waited: {said}")
        item.path.unlink(missing_ok=True)
    return notes


def _send_waiting(repo: Repo, settings: Settings, but: Route) -> list[str]:
    """Send the records and journals that wait for other remotes, if they may still go there."""
    notes: list[str] = []
    for item in outbox.waiting(Paths(repo.common_dir)):
        remote, target = item.facts.get("remote"), item.facts.get("target")
        if item.kind not in _SENT or (remote, target) == (but.remote, but.target):
            continue
        way = share.route(settings, str(remote))
        if way is None or way.target != target or not remotes.named(repo, str(remote)):
            item.path.unlink(missing_ok=True)
            continue
        if item.kind == "records":
            notes += _send(repo, way).notes
        else:
            notes += _with_journal(repo, settings, way, Pushed(DONE, way.remote)).notes
    return notes


def _wait_for(pid: int) -> None:
    """Until that process has ended."""
    deadline = time.monotonic() + _LONGEST_PUSH
    while pid > 1 and process.alive(pid) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)


def _leave_everybody() -> None:
    """Own session, lowest claim on the processor, nothing kept open."""
    with suppress(OSError):
        os.setsid()
    with suppress(OSError):
        os.nice(10)
    os.closerange(3, 256)

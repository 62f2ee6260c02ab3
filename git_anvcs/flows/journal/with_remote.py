"""Story: journals go to a remote and come from it, where `journal.sync` is on and it is allowed.

What cannot go now waits in the outbox, and goes with the next push. Nobody's push fails for it.
"""

from typing import NamedTuple

from git_anvcs.flows import remotes, share, sync
from git_anvcs.flows.journal import opened
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.receive import Received, receive
from git_anvcs.flows.journal.send import Asked, Sent, send
from git_anvcs.flows.share import Route
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import DONE, OFFLINE, PARTLY, AnvcsError, Offline, UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.store import outbox
from git_anvcs.store.paths import Paths

SETTING = "journal.sync"
KIND = "journal"


class Synced(NamedTuple):
    """target: where to; queued: it waits in the outbox; notes: sentences for the user"""

    target: str
    sent: Sent = Sent()
    received: Received = Received()
    queued: bool = False
    notes: tuple[str, ...] = ()


class Done(NamedTuple):
    """What a push or pull says of it."""

    exit_code: int = DONE
    notes: tuple[str, ...] = ()


def both_ways(here: Opened, settings: Settings, remote: str, asked: Asked) -> Synced:
    """Send and receive, because somebody asked for just that.

    Raises UsageError where it is not allowed, HasSecrets, HostRefuses, GitFailed, Locked.
    """
    way = _allowed(here.repo, settings, remote)
    try:
        sent = _sent(here, way, asked)
    except Offline as error:
        return Synced(way.target, queued=not asked.dry_run, notes=(error.message, error.hint))
    received = Received()
    if not asked.dry_run:
        received = receive(here, way.target, sync.listed(here.repo, way.target))
    return Synced(way.target, sent, received, notes=(*sent.notes, *received.notes))


def after_push(repo: Repo, settings: Settings, way: Route) -> Done:
    """The journal goes where records may go; what goes wrong is an answer."""
    if repo.bare or not settings.flag(SETTING):
        return Done()
    try:
        ignored, largest = settings.words("journal.ignored"), settings.number("journal.largest")
        with opened.opened(repo, ignored=ignored, largest=int(largest)) as here:
            sent = _sent(here, way, Asked())
    except Offline as error:
        return Done(OFFLINE, (error.message, error.hint))
    except AnvcsError as error:
        return Done(PARTLY, (f"the journal was not sent: {error.message}", error.hint))
    return Done(DONE, sent.notes)


def with_pull(repo: Repo, settings: Settings, remote: str) -> Done:
    """The journals of others come with their records; what goes wrong is an answer."""
    if repo.bare or not settings.flag(SETTING):
        return Done()
    try:
        with opened.opened(repo, look=False) as here:
            return Done(DONE, receive(here, remote, sync.listed(repo, remote)).notes)
    except AnvcsError as error:
        code = error.exit_code if error.exit_code == OFFLINE else PARTLY
        return Done(code, (f"journals of {remote} did not come: {error.message}",))


def _allowed(repo: Repo, settings: Settings, remote: str) -> Route:
    if not settings.flag(SETTING):
        raise UsageError(
            "journals are not exchanged here: they may hold whatever was ever saved",
            hint="git config anvcs.journal.sync true",
        )
    way = share.route(settings, remote) if remotes.named(repo, remote) else None
    if way is None:
        name = remote or "REMOTE"
        raise UsageError(
            f"{remote or 'no remote'} is not allowed", hint=f"`git anvcs init --remote {name}`"
        )
    return way


def _sent(here: Opened, way: Route, asked: Asked) -> Sent:
    """Send; offline it waits. Raises Offline."""
    paths = Paths(here.repo.common_dir)
    item = {"remote": way.remote, "target": way.target}
    try:
        sent = send(here, way, asked)
    except Offline as error:
        if not asked.dry_run:
            outbox.put(paths, KIND, item)
        raise Offline(error.message, hint="the journal waits; the next push sends it") from error
    if not asked.dry_run:
        outbox.done(paths, KIND, item)
    return sent

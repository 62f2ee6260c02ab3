"""Story: our records go out, to the remotes they may go to, about the commits that are there.

What is due follows from the remote itself: the records of commits it has, which its writers do
not hold yet. So nothing is remembered, sending twice sends nothing, and a crash loses nothing.
Each time the remote's copy of our writer ref grows by one commit; it is never forced.
"""

from collections.abc import Iterable, Mapping
import random
import re
import time
from typing import NamedTuple

from git_anvcs.flows import sync
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.refs import RefMoved, Update
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import ids
from git_anvcs.kernel.errors import AnvcsError, Offline, UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.provenance import envelopes, records, refs
from git_anvcs.provenance import fold as folding
from git_anvcs.provenance.records import META_REF
from git_anvcs.store import atomic, lock, outbox
from git_anvcs.store.paths import Paths

_TRIES = 8
_AGAIN = (
    "fetch first",
    "non-fast-forward",
    "already exists",
    "stale info",
    "failed to update ref",
    "cannot lock ref",
    "failed to lock",
)

_WRITER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

# What the user has set for pushes of branches is not for this one.
_QUIET = ("-c", "push.followTags=false", "-c", "push.recurseSubmodules=no")


class Route(NamedTuple):
    """remote: where the commits are; target: where their records go; fallback: see `send`.

    writer: the name to send under, which other clones may share; empty: this clone's own
    """

    remote: str
    target: str
    fallback: bool
    writer: str = ""


class Sent(NamedTuple):
    """What went out.

    records: commits whose records were sent; held_back: those that tell a prompt they must not
    envelopes: signed statements that were sent
    ref: under which name; received: commits with records that came in on the way
    """

    records: int = 0
    held_back: int = 0
    ref: str = ""
    received: int = 0
    envelopes: int = 0


class HostRefuses(AnvcsError):
    """The host does not take our ref."""


def route(settings: Settings, remote: str, *, fallback: bool = False) -> Route | None:
    """Where the records of what `remote` has may go; None: nowhere, they stay here.

    Raises UsageError for a writer's name, or a remote's, that cannot be one.
    """
    target = settings.text("meta.remote")
    if not target and remote in settings.words("remotes"):
        target = remote
    if target.startswith("-"):  # Git would take it for an option, and options can start programs
        raise UsageError(f"{target} cannot name a remote", hint="set meta.remote, remotes anew")
    name = settings.text("meta.writer")
    if name and not _WRITER.fullmatch(name):
        raise UsageError(
            f"meta.writer {name!r} cannot name a writer", hint="use a-z, 0-9 and -, 40 at most"
        )
    fallback = fallback or settings.flag("meta.fallback")
    return Route(remote, target, fallback, name) if target else None


def send(repo: Repo, way: Route) -> Sent:
    """Send what is due; what cannot go now waits in the outbox.

    fallback: a host that refuses refs/anvcs/ gets a branch, refs/heads/anvcs/w/<writer>
    Raises Offline (it waits), HostRefuses, GitFailed, Locked.
    """
    paths = Paths(repo.common_dir)
    item = {"remote": way.remote, "target": way.target}
    try:
        with lock.held(paths.locks / "send", timeout=60):
            sent = _send(repo, way)
    except Offline as error:
        outbox.put(paths, "records", item)
        raise Offline(error.message, hint="the records wait; the next push sends them") from error
    outbox.done(paths, "records", item)
    return sent


def due(repo: Repo, way: Route, more: Iterable[str] = ()) -> tuple[int, int]:
    """How many commits' records would go, and how many would be held back; nothing is sent.

    more: commits that the remote is about to get
    """
    there = sync.listed(repo, way.remote)
    target = there if way.target == way.remote else sync.listed(repo, way.target)
    sync.receive(repo, way.target, target)
    found, held_back = _due(repo, way, [*_tips(there), *more])
    return len(found), held_back


def writer(repo: Repo) -> str:
    """The name of this clone among the writers, made once: 16 hex digits."""
    path = Paths(repo.common_dir).sync / "writer"
    for _ in range(2):
        try:
            name = path.read_text(encoding="ascii", errors="replace").strip()
        except FileNotFoundError:
            name = ""
        if len(name) == 16 and not name.strip("0123456789abcdef"):
            return name
        path.unlink(missing_ok=True)
        atomic.create(path, f"{ids.random_hex(8)}\n".encode())
    return path.read_text(encoding="ascii").strip()


def _send(repo: Repo, way: Route) -> Sent:
    received = 0
    for attempt in range(_TRIES):
        there = sync.listed(repo, way.remote)
        target = there if way.target == way.remote else sync.listed(repo, way.target)
        received += len(sync.receive(repo, way.target, target).commits)
        blobs, held_back = _due(repo, way, _tips(there))
        signed = _due_envelopes(repo, way, _tips(there))
        files = {records.path_of(commit): blob for commit, blob in blobs.items()} | signed
        if not files:
            return Sent(0, held_back, received=received)
        if attempt and way.writer:  # somebody of the same name was first
            time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret
        elif attempt == _TRIES - 1:  # somebody made our name theirs: take another one
            (Paths(repo.common_dir).sync / "writer").unlink(missing_ok=True)
        ref = _grow_and_push(repo, way, files)
        if ref:
            return Sent(len(blobs), held_back, ref, received, len(signed))
    raise AnvcsError(f"{way.target} changes faster than we can push", hint="try again")


def _tips(there: Mapping[str, str]) -> list[str]:
    """The commits a remote shows, records aside; tags come peeled as well."""
    ours = ("refs/anvcs/", "refs/notes/", sync.FALLBACK)
    return [oid for name, oid in there.items() if not name.startswith(ours)]


def _due(repo: Repo, way: Route, tips: Iterable[str]) -> tuple[dict[str, str], int]:
    """Commit -> blob of the records that the target lacks, and how many are held back."""
    have: dict[str, set[str]] = {}
    for ref in sync.held(repo, way.target):
        for commit, blob in records.listing(repo, ref).items():
            have.setdefault(commit, set()).add(blob)
    ours = records.listing(repo, META_REF)
    wanted = {c: blob for c, blob in ours.items() if blob not in have.get(c, ())}
    if wanted:
        pushed = _reachable(repo, tips)
        # What a record there is already of, the target knows: a CI job says more of such a commit
        # when its branch has moved on, to where a shallow clone cannot follow.
        wanted = {c: blob for c, blob in wanted.items() if c in pushed or c in have}
    names = {*wanted.values(), *(blob for c in wanted for blob in have.get(c, ()))}
    read = objects.read(repo, names, env=objects.NO_FETCH)
    texts = {found.oid: found.data for found in read if found}
    found: dict[str, str] = {}
    held_back = 0
    for commit, blob in wanted.items():
        text = texts.get(blob)
        if text is None:
            continue
        if folding.tells_a_prompt(text):
            held_back += 1
        elif folding.lacks((texts[b] for b in have.get(commit, ()) if b in texts), text):
            found[commit] = blob
    return found, held_back


def _due_envelopes(repo: Repo, way: Route, tips: Iterable[str]) -> dict[str, str]:
    """Path -> blob of the signed statements that the target lacks, of commits it has."""
    ours = envelopes.listing(repo, envelopes.ATTEST_REF)
    if not ours:
        return {}
    have: set[str] = set()
    for ref in sync.held(repo, way.target):
        have.update(envelopes.listing(repo, ref))
    due = {path: blob for path, blob in ours.items() if path not in have}
    if not due:
        return {}
    pushed = _reachable(repo, tips)
    for ref in sync.held(repo, way.target):
        pushed.update(records.listing(repo, ref))  # known there already, as in `_due`
    return {path: blob for path, blob in due.items() if envelopes.commit_of(path) in pushed}


def _reachable(repo: Repo, tips: Iterable[str]) -> set[str]:
    found = objects.ids(repo, [f"{oid}^{{commit}}" for oid in dict.fromkeys(tips)])
    here = [oid for oid in found if oid]
    if not here:
        return set()
    stdin = "\n".join([*here, ""]).encode()
    listed = repo.git("rev-list", "--stdin", stdin=stdin, env=objects.NO_FETCH)
    return set(listed.decode().split())


def _grow_and_push(repo: Repo, way: Route, files: Mapping[str, str]) -> str:
    """The name under which the target took them; empty when it must be tried again."""
    name = way.writer or writer(repo)
    have = sync.held(repo, way.target)
    places = [sync.WRITERS + name]
    if way.fallback:
        branch = sync.FALLBACK + name
        places = [branch] if sync.tracking(way.target, branch) in have else [*places, branch]
    refusal = ""
    for ref in places:
        track = sync.tracking(way.target, ref) or ""
        old = have.get(track)
        new = refs.grow(repo, old, files, f"anvcs: {len(files)} records")
        refusal = push_one(repo, way.target, new, ref)
        if refusal and is_moved(refusal):
            return ""
        if not refusal:
            _remember(repo, Update(track, old, new))
            return ref
    hint = "" if way.fallback else "`git anvcs push --fallback` uses a branch there instead"
    raise HostRefuses(f"{way.target} refuses {places[-1]}: {refusal}", hint=hint)


def push_one(repo: Repo, target: str, commit: str, ref: str) -> str:
    """Push a commit to a ref, never forced: why the target did not take it; empty when it did.

    Raises Offline, GitFailed.
    """
    argv = (*_QUIET, "push", "--porcelain", "--no-verify", "--", target, f"{commit}:{ref}")
    done = repo.try_git(*argv, env=sync.PLAIN)
    if done.returncode == 0:
        return ""
    lines = done.stdout.decode(errors="replace").splitlines()
    refused = [line.split("\t")[-1] for line in lines if line.startswith("!\t")]
    if not refused:
        raise sync.failure(done.argv, done.returncode, done.stderr)
    return refused[0]


def is_moved(refusal: str) -> bool:
    """Whether somebody else moved the ref, or is about to: then it may be tried again."""
    return any(words in refusal for words in _AGAIN)


def _remember(repo: Repo, update: Update) -> None:
    """What the target has now; a fetch would say the same."""
    try:
        git_refs.update(repo, [update], "anvcs: records pushed")
    except RefMoved:
        return

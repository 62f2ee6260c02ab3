"""Story: the journals of other clones come in from a remote, to be looked at.

Their refs are fetched beside our own; one that was forced back or replaced is fetched under a
second name, so that both histories are kept. What is new in them, proved, goes into our journal
under lanes of their own. A bad segment stops its chain and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
import hashlib
import re
from typing import NamedTuple

from git_anvcs.flows import attest, sync
from git_anvcs.flows.journal import first_texts
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.send import REF, own_ref, segments_in
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk, hearing, segment
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.hearing import Taken
from git_anvcs.journal.op import Damaged, Kind, decode
from git_anvcs.store import contents
from git_anvcs.trust.public_keys import PublicKey

_ACTOR = re.compile(r"([0-9a-f]{32})(-[0-9a-f]+)?")
_MOST_ACTORS = 1000


class Source(NamedTuple):
    """One chain. operations, withheld: new here; key: that signs it; problem: why it stopped"""

    actor: str
    operations: int
    withheld: int
    key: str
    trusted: bool
    problem: str


class Received(NamedTuple):
    """What came. sources: chains with something new, or something wrong"""

    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def operations(self) -> int:
        return sum(source.operations for source in self.sources)


def receive(here: Opened, remote: str, theirs: Mapping[str, str]) -> Received:
    """Take in what a remote with the refs `theirs` has. Raises Offline, GitFailed, CannotWrite."""
    notes = _fetch(here, remote, theirs)
    trusted = {key.raw for key in attest.trusted(here.repo, ()).found}
    sources = []
    for ref, tip in git_refs.read(here.repo, f"{sync.TRACKING}{remote}/journal").items():
        name = _ACTOR.fullmatch(ref.rpartition("/")[2])
        if name and bytes.fromhex(name[1]) != here.journal.actor:
            source = _Chain(here, bytes.fromhex(name[1]), tip).taken(trusted)
            sources += [source] if source.operations or source.withheld or source.problem else []
    return Received(tuple(sources), (*notes, *map(_told, sources)))


def _told(source: Source) -> str:
    name = source.actor[:8]
    problem = f"; then nothing more: {source.problem}" if source.problem else ""
    key = "" if source.trusted else f", signed by a key that is not trusted here ({source.key})"
    return f"journal of {name}: {source.operations} operations{key}{problem}"


def _fetch(here: Opened, remote: str, theirs: Mapping[str, str]) -> list[str]:
    """Bring the refs of others; what is no longer what it was, beside what we have."""
    repo = here.repo
    have = git_refs.read(repo, f"{sync.TRACKING}{remote}/journal")
    lines, notes = [], []
    names = [name for name in theirs if name.startswith(REF) and name != own_ref(here)]
    for name in names[:_MOST_ACTORS]:
        actor, oid = name.removeprefix(REF), theirs[name]
        if not re.fullmatch("[0-9a-f]{32}", actor):
            continue
        track = f"{sync.TRACKING}{remote}/journal/{actor}"
        known = have.get(track)
        if oid in (known, have.get(f"{track}-{oid[:12]}")) or _is_within(repo, oid, known):
            continue
        lines.append(f"+{name}:{track}-{oid[:12]}")
    if not lines:
        return []
    done = repo.try_git(
        *("-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags"),
        *("--no-write-fetch-head", "--no-recurse-submodules", "--stdin", "--", remote),
        stdin="\n".join([*lines, ""]).encode(), env=sync.PLAIN,
    )  # fmt: skip
    if done.returncode != 0:
        raise sync.failure(done.argv, done.returncode, done.stderr)
    for line in lines:
        notes += _settle(repo, line.partition(":")[2], have)
    return notes


def _settle(repo: Repo, fetched: str, have: Mapping[str, str]) -> list[str]:
    """What goes on from what we have takes its place; else it stays beside it, and is told."""
    track = fetched.rpartition("-")[0]
    new, old = git_refs.read(repo, fetched)[fetched], have.get(track)
    if old is None or _is_within(repo, old, new):
        updates = [git_refs.Update(track, old, new), git_refs.Update(fetched, new, None)]
        git_refs.update(repo, updates, "anvcs: journal fetched")
        return []
    return [f"the journal {track.rpartition('/')[2][:8]} was replaced by another: both are kept"]


def _is_within(repo: Repo, old: str, new: str | None) -> bool:
    """Whether `new` goes on from `old`."""
    asked = ("merge-base", "--is-ancestor", old)
    return new is not None and repo.try_git(*asked, new).returncode == 0


class _Chain:
    """The chain of one actor in one tree."""

    def __init__(self, here: Opened, actor: bytes, tip: str) -> None:
        self._here, self._actor, self._tip = here, actor, tip
        self._key = b""

    def taken(self, trusted: set[bytes]) -> Source:
        """Take what is new, segment by segment, until something is wrong."""
        operations = withheld = 0
        problem, former = "", self._here.journal.own_actors()
        for oid in self._wanted():
            taken = self._one(oid)
            operations += len(taken.entries)
            withheld += taken.withheld
            # Of ourselves, before we went on under another name, that was told then.
            if taken.refused and not (taken.forked and self._actor in former):
                problem = taken.refused
            if taken.refused:
                break
        key = PublicKey(self._key).id if self._key else ""
        return Source(self._actor.hex(), operations, withheld, key, self._key in trusted, problem)

    def _wanted(self) -> Sequence[str]:
        """The blobs of the segments that may hold something new, in order."""
        found = segments_in(self._here.repo, self._tip)
        heard = self._here.journal.heard().get(self._actor)
        known = heard.seq if heard else 0
        begins = [at for at, (first, _) in enumerate(found) if first <= known + 1]
        return [oid for _, oid in found[begins[-1] if begins else 0 :]]

    def _one(self, oid: str) -> Taken:
        here = self._here
        if objects.blob_sizes(here.repo, [oid]).get(oid, 1 << 62) > segment.LARGEST:
            return Taken(refused="a segment is missing, or too large")
        [blob] = objects.read(here.repo, [oid], env=objects.NO_FETCH)
        try:
            found = segment.unpack(blob.data if blob else b"")
        except Damaged as error:
            return Taken(refused=str(error))
        if found.actor != self._actor:
            return Taken(refused="a segment is of another actor")
        self._key = found.key
        self._bring_contents(entry for entry in found.entries if isinstance(entry, bytes))
        with here.journal.writing():
            taken = hearing.take(here.journal, found)
            self._begin_texts(taken.entries)
        return taken

    def _bring_contents(self, entries: Iterable[bytes]) -> None:
        """Keep the contents that operations tell of, before these are."""
        kept = self._here.journal.contents
        wanted = set()
        for entry in entries:
            try:
                op = decode(entry).op
            except Damaged:
                return
            if op.kind is Kind.BLOB and len(op.digest) == 32 and not contents.has(kept, op.digest):
                wanted.add(op.digest)
        for digest in wanted:
            name = f"{self._tip}:blob/{digest.hex()}"
            [oid] = objects.ids(self._here.repo, [name])
            if oid and objects.blob_sizes(self._here.repo, [oid]).get(oid, 1 << 62) <= disk.LARGEST:
                [found] = objects.read(self._here.repo, [oid], env=objects.NO_FETCH)
                if found and hashlib.sha256(found.data).digest() == digest:
                    contents.put(kept, found.data)

    def _begin_texts(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.op.doc:
                first_texts.begin(self._here, entry.op)

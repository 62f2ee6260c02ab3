"""Story: the journal of this clone goes to a remote, as one ref that only this clone grows.

`refs/anvcs/journal/<actor>` is a chain of commits. In its tree: `seg/<first>-<hash>`, consecutive
operations, signed; `blob/<sha256>`, contents up to a size; `base/<oid>`, the blobs that texts began
as. It never shrinks and is never forced. What Git ignores is only named in it.
"""

from collections.abc import Mapping
import os
import re
from typing import NamedTuple

from git_anvcs.flows import share, sync
from git_anvcs.flows.journal import secrets
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.secrets import Secret
from git_anvcs.flows.share import HostRefuses, Route
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.objects import Object
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.journal import begun, saying, segment
from git_anvcs.journal.op import Damaged, Flag, Kind, Op, decode
from git_anvcs.journal.segment import Segment
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied
from git_anvcs.provenance import refs
from git_anvcs.store import contents, lock
from git_anvcs.store.paths import Paths
from git_anvcs.trust import keys

REF = "refs/anvcs/journal/"
LARGEST_CONTENT = 4 << 20  # bytes; of what is larger only the digest goes
SEGMENT = re.compile(r"(\d{1,18})-([0-9a-f]{64})")

_TRIES = 4


class HasSecrets(PolicyDenied):
    """Something that looks like a secret would have gone."""


class Asked(NamedTuple):
    """withhold: texts with what looks like a secret stay here; dry_run: nothing is sent, or kept"""

    withhold: bool = False
    dry_run: bool = False


class Sent(NamedTuple):
    """What went, or would go.

    operations: whole; withheld: of which only the digest went; contents: files that are kept whole
    large: contents that stayed here for their size; secrets: what was found
    ref: under which name; notes: sentences for the user
    """

    operations: int = 0
    withheld: int = 0
    contents: int = 0
    large: int = 0
    secrets: tuple[Secret, ...] = ()
    ref: str = ""
    notes: tuple[str, ...] = ()


def send(here: Opened, way: Route, asked: Asked) -> Sent:
    """Send what the target lacks. Raises HasSecrets, Offline, HostRefuses, GitFailed, Locked."""
    paths = Paths(here.repo.common_dir)
    with lock.held(paths.locks / "journal-send", timeout=60):
        notes = _stay_one(here)
        grown, tip = _grow(here, asked)
        if asked.dry_run or not tip:
            return grown._replace(notes=notes)
        for _ in range(_TRIES):
            ref = own_ref(here)
            if sync.listed(here.repo, way.target).get(ref) == tip:
                return grown._replace(notes=notes, ref=ref)
            refusal = share.push_one(here.repo, way.target, tip, ref)
            if not refusal:
                return grown._replace(notes=notes, ref=ref)
            if not share.is_moved(refusal):
                raise HostRefuses(f"{way.target} refuses {ref}: {refusal}")
            notes += _give_way(here, way.target, ref, tip)
            grown, tip = _grow(here, asked)
    raise AnvcsError(f"{way.target} changes faster than we can push", hint="try again")


def own_ref(here: Opened) -> str:
    return f"{REF}{here.journal.actor.hex()}"


def segments_in(repo: Repo, tip: str) -> list[tuple[int, str]]:
    """The segments in a tree: number of the first operation and blob, in order."""
    [tree] = objects.read(repo, [f"{tip}:seg"], env=objects.NO_FETCH)
    entries = objects.tree_entries(repo, tree.data) if tree and tree.kind == "tree" else []
    names = ((SEGMENT.fullmatch(entry.name.decode(errors="replace")), entry) for entry in entries)
    return sorted((int(name[1]), entry.oid) for name, entry in names if name)


def _stay_one(here: Opened) -> tuple[str, ...]:
    """Go on under another name when what was sent is not what the journal holds: it was put back to

    an earlier state, or signs with another key now. Two histories under one name are refused.
    """
    repo, journal = here.repo, here.journal
    tip = git_refs.read(repo, own_ref(here)).get(own_ref(here))
    if not tip:
        return ()
    last = segments_in(repo, tip)[-1:]
    [found] = objects.read(repo, [last[0][1]]) if last else [None]
    try:
        sent, header = segment.header_of(found.data if found else b"")
    except Damaged:
        return _renewed(here, "what was sent before cannot be read")
    if journal.digest_at(journal.actor, sent.first + header.size - 1) != header.last:
        return _renewed(here, "the journal is not the one that was sent before")
    if sent.key != keys.own(Paths(repo.common_dir)).raw:
        return _renewed(here, "it is signed by another key now")
    return ()


def _renewed(here: Opened, why: str) -> tuple[str, ...]:
    with here.journal.writing():
        here.journal.renew()
    here.look()
    return (f"{why}: it goes on under another name, and both histories are kept",)


def _give_way(here: Opened, target: str, ref: str, tip: str) -> tuple[str, ...]:
    """Somebody has moved our ref at the target to where ours is not: keep what is there."""
    there = sync.listed(here.repo, target).get(ref)
    asked = ("merge-base", "--is-ancestor", str(there), tip)
    if there is None or here.repo.try_git(*asked).returncode == 0:
        return ()  # it was only locked
    track = f"{sync.TRACKING}{target}/journal/{ref.removeprefix(REF)}-{there[:12]}"
    here.repo.git(
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", target, f"+{ref}:{track}",
        env=sync.PLAIN,
    )  # fmt: skip
    return _renewed(here, f"{target} has another history under our name ({track})")


class _Grown(NamedTuple):
    files: dict[str, str]
    made: list[Object]


def _grow(here: Opened, asked: Asked) -> tuple[Sent, str]:
    """What is new goes into our own copy of the ref; its commit, empty when there is none."""
    repo, journal, ref = here.repo, here.journal, own_ref(here)
    tip = git_refs.read(repo, ref).get(ref)
    after = _after(repo, tip)
    hidden = _ignored(repo, {one.op.path for one in journal.chain(journal.actor, after)})
    bad = secrets.found(
        here, (one for one in journal.chain(journal.actor, after) if one.op.path not in hidden)
    )
    if bad and not (asked.withhold or asked.dry_run):
        raise _refusal(bad)
    units = {one.unit for one in bad}

    def keeps(seq: int, op: Op) -> bool:
        return op.path in hidden or secrets.unit(op, seq) in units or _names_contents(op)

    new = list(saying.segments(journal, after, _signer(here), keeps))
    sent, grown = _packed(here, new)
    sent = sent._replace(secrets=tuple(bad))
    if asked.dry_run or not new:
        return sent, tip or ""
    objects.write(repo, grown.made)
    made = refs.grow(repo, tip, grown.files, f"anvcs: {sent.operations} operations")
    git_refs.update(repo, [Update(ref, tip, made)], "anvcs: journal sealed")
    return sent, made


def _names_contents(op: Op) -> bool:
    """Whether it tells which files held what, ignored ones too: what an undo is about to do."""
    told = begun.unpack(0, op.payload) if op.kind is Kind.MARK else None
    return told is not None and bool(told.files)


def _ignored(repo: Repo, paths: set[str]) -> set[str]:
    """Those that Git ignores now: what was taken down before that was known stays here, too."""
    stdin = b"".join(os.fsencode(path) + b"\0" for path in paths if path)
    done = repo.try_git("check-ignore", "-z", "--stdin", stdin=stdin)
    return {os.fsdecode(path) for path in done.stdout.split(b"\0")[:-1]}


def _after(repo: Repo, tip: str | None) -> int:
    """The last operation that a tree holds."""
    last = segments_in(repo, tip)[-1:] if tip else []
    if not last:
        return 0
    [found] = objects.read(repo, [last[0][1]])
    head, header = segment.header_of(found.data if found else b"")
    return head.first + header.size - 1


def _signer(here: Opened) -> segment.Sign:
    def sign(message: bytes) -> tuple[bytes, bytes]:
        public, signature = keys.sign(Paths(here.repo.common_dir), message)
        return public.raw, signature

    return sign


def _packed(here: Opened, new: list[Segment]) -> tuple[Sent, _Grown]:
    """Segments as files, with the contents and the blobs that their operations need."""
    grown = _Grown({}, [])
    whole = [decode(entry).op for one in new for entry in one.entries if isinstance(entry, bytes)]
    for one in new:
        data = segment.pack(one)
        _add(here.repo, grown, f"seg/{one.first}-{segment.name_of(data)}", data)
    kept = {op.digest: op.size for op in whole if _has_content(op)}
    small = [digest for digest, size in kept.items() if size <= LARGEST_CONTENT]
    sent = 0
    for digest in small:
        data_of = contents.get(here.journal.contents, digest)
        if data_of is not None:
            _add(here.repo, grown, f"blob/{digest.hex()}", data_of)
            sent += 1
    grown.files.update(_bases(here.repo, {op.base for op in whole if op.doc and op.base}))
    count = sum(len(one.entries) for one in new)
    return Sent(len(whole), count - len(whole), sent, len(kept) - len(small)), grown


def _has_content(op: Op) -> bool:
    return op.kind is Kind.BLOB and not op.flags & Flag.NOT_KEPT


def _add(repo: Repo, grown: _Grown, path: str, data: bytes) -> None:
    blob = objects.make(repo, "blob", data)
    grown.made.append(blob)
    grown.files[path] = blob.oid


def _bases(repo: Repo, oids: set[str]) -> Mapping[str, str]:
    """The blobs that texts began as; one with a secret is only to be had from its commit."""
    here = objects.blob_sizes(repo, oids)
    small = [oid for oid, size in here.items() if size <= LARGEST_CONTENT]
    read = objects.read(repo, small, env=objects.NO_FETCH)
    return {f"base/{o.oid}": o.oid for o in read if o and not secrets.in_text(o.data)}


def _refusal(bad: list[Secret]) -> HasSecrets:
    paths = sorted({one.path or "what Git said" for one in bad})
    some = ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")
    return HasSecrets(
        f"{len(bad)} operations of the journal hold what looks like a secret ({some}): nothing of"
        " it was sent",
        hint="`git anvcs journal sync --withhold` sends all but these texts",
    )

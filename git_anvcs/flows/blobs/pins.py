"""Pins that came after their commit: notes in refs/notes/anvcs-blobs, never a changed commit.

A note is on Git's blob of the unpinned pointer, which follows from the content alone: so it is the
same in every clone. Each of its lines is one version in one store, as a JSON object. Writers join
lines and never take any away, under a lock here and with the old value of the ref everywhere.
A note larger than any of ours is not read: whoever can push there may have made it.
"""

from collections.abc import Iterable, Mapping
import json
import random
import re
import time
from typing import Any, NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import NoPointer, Pointer
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, Offline
from git_anvcs.provenance import refs as records

REF = "refs/notes/anvcs-blobs"
_FETCHED = "refs/notes/anvcs-remote/"

_PARTS = Pointer._fields[2:]  # where a content is
LARGEST = 1 << 16  # bytes of a note: some 400 versions of one content
_AT_ONCE = 4 << 20  # bytes of notes that are read before they are asked for, some 150 each
_LOCK = "blob-notes"
_TRIES = 40
_NOTE = re.compile(r"(?:^|(?<=\0))[0-7]+ blob ([0-9a-f]+)\t([0-9a-f/]+)\0")
_AGAIN = ("fetch first", "non-fast-forward", "already exists", "stale info", "cannot lock ref")
_QUIET = ("-c", "push.followTags=false", "-c", "push.recurseSubmodules=no")


class Shared(NamedTuple):
    """What sending did: how many notes the remote has then; problem: why it could not be done."""

    notes: int = 0
    problem: AnvcsError | None = None


def add(repo: Repo, pins: Iterable[Pointer], seconds: int) -> int:
    """Keep these pinned pointers; how many contents got a new line. Raises GitFailed, Locked."""
    lines: dict[str, set[bytes]] = {}
    for pin in pins:
        lines.setdefault(_blob_of(repo, pin), set()).add(_line(pin, seconds))
    return records.alone(repo, _LOCK, lambda: _add(repo, REF, lines)) if lines else 0


class Notes:
    """The notes of this clone and those fetched from others, read when they are asked for."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._places: list[Mapping[str, str]] | None = None
        self._texts: dict[str, bytes] = {}
        self._too_large: frozenset[str] = frozenset()

    def of(self, pointer: Pointer) -> list[Pointer]:
        """Where the content is, as far as notes say; the newest first."""
        places = self._load() if self._places is None else self._places
        if not places:
            return []
        name = _blob_of(self._repo, pointer)
        blobs = list(dict.fromkeys(place[name] for place in places if name in place))
        self._read(blobs)
        lines = {line for blob in blobs for line in self._texts.get(blob, b"").splitlines()}
        pins = [pin for line in lines if (pin := _parsed(line, pointer))]
        return [pin for _, pin in sorted(pins, key=lambda found: found[0], reverse=True)]

    def unread(self, pointer: Pointer) -> str:
        """A sentence where something was said of this content that is too large to be read."""
        places = self._load() if self._places is None else self._places
        names = [place.get(_blob_of(self._repo, pointer), "") for place in places]
        return f"; {_passed_over(1)}" if self._too_large.intersection(names) else ""

    def _load(self) -> list[Mapping[str, str]]:
        refs = git_refs.read(self._repo, REF, _FETCHED)
        found = [ref for ref in refs if ref == REF or ref.endswith("-blobs")]
        self._places = [_readable(self._repo, ref) for ref in found]
        blobs = list(dict.fromkeys(blob for place in self._places for blob in place.values()))
        sizes = objects.blob_sizes(self._repo, blobs) if blobs else {}
        small = [blob for blob in blobs if sizes.get(blob, 0) <= LARGEST]
        self._too_large = frozenset(blobs).difference(small)
        if sum(sizes.get(blob, 0) for blob in small) <= _AT_ONCE:  # one process, not one for each
            self._read(small)
        return self._places

    def _read(self, blobs: Iterable[str]) -> None:
        wanted = (blob for blob in dict.fromkeys(blobs) if blob not in self._too_large)
        new = [blob for blob in wanted if blob not in self._texts]
        read = zip(new, objects.read(self._repo, new, env=NO_FETCH), strict=True)
        self._texts.update({name: blob.data if blob else b"" for name, blob in read})


def fetch(repo: Repo, remote: str) -> AnvcsError | None:
    """Bring the notes of a remote, beside ours; what went wrong, if anything."""
    spec = f"+{REF}:{_FETCHED}{remote}-blobs"
    done = repo.try_git("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--refmap=", "--",
                        remote, spec)  # fmt: skip
    said = done.stderr.decode(errors="replace")
    if done.returncode == 0 or "couldn't find remote ref" in said:
        return None
    return Offline(f"the notes of {remote} could not be fetched: {_last(said)}")


def share(repo: Repo, remote: str) -> Shared:
    """Send our notes, joined with the remote's; its ref grows and is never forced."""
    if not git_refs.read(repo, REF):
        return Shared()
    said = ""
    for attempt in range(_TRIES):
        if problem := fetch(repo, remote):
            return Shared(problem=problem)
        tip = records.alone(repo, _LOCK, lambda: _joined(repo, f"{_FETCHED}{remote}-blobs"))
        if git_refs.read(repo, f"{_FETCHED}{remote}-blobs").get(f"{_FETCHED}{remote}-blobs") == tip:
            return _shared(repo)
        done = repo.try_git(*_QUIET, "push", "-q", "--no-verify", "--", remote, f"{tip}:{REF}")
        if done.returncode == 0:
            return _shared(repo)
        said = done.stderr.decode(errors="replace")
        if not any(words in said for words in _AGAIN):
            break
        time.sleep(random.uniform(0.0, 0.05 * attempt))  # noqa: S311 - jitter, not a secret
    return Shared(problem=Offline(f"{remote} did not take the notes of blobs: {_last(said)}"))


def _shared(repo: Repo) -> Shared:
    """Both have the same notes now; those that nobody of us reads are told."""
    listed = _listing(repo, REF)
    sizes = objects.blob_sizes(repo, listed.values()) if listed else {}
    large = sum(sizes.get(blob, 0) > LARGEST for blob in listed.values())
    return Shared(len(listed), AnvcsError(_passed_over(large)) if large else None)


def _passed_over(count: int) -> str:
    which = "a note is" if count == 1 else f"{count} notes are"
    return f"{which} larger than {LARGEST >> 10} KiB in {REF}, and not read"


def _joined(repo: Repo, theirs: str) -> str:
    """Our ref moved on top of theirs, with the lines of both; its commit."""
    ours = git_refs.read(repo, REF)[REF]
    base = git_refs.read(repo, theirs).get(theirs)
    if base is None:
        return ours
    there = _readable(repo, theirs)
    apart = [name for name, blob in _listing(repo, REF).items() if there.get(name) != blob]
    commit = _on_top(repo, base, _lines(repo, theirs, apart), _lines(repo, REF, apart))
    if commit != ours:
        git_refs.update(repo, [Update(REF, ours, commit)], "anvcs: notes of blobs joined")
    return commit


def _add(repo: Repo, ref: str, lines: Mapping[str, set[bytes]]) -> int:
    tip = git_refs.read(repo, ref).get(ref)
    known = _lines(repo, ref, lines) if tip else {}
    new = {
        blob: found
        for blob, found in lines.items()
        if _places(found) - _places(known.get(blob, set()))
    }
    if not new:
        return 0
    commit = _on_top(repo, tip, known, new)
    git_refs.update(repo, [Update(ref, tip, commit)], "anvcs: blobs pinned")
    return len(new)


def _on_top(
    repo: Repo,
    base: str | None,
    known: Mapping[str, set[bytes]],
    more: Mapping[str, set[bytes]],
) -> str:
    """A commit on `base`, which holds `known`, that also holds `more`."""
    placed = _paths(repo, base) if base else {}
    files, made = {}, []
    for blob, lines in more.items():
        there = known.get(blob, set())
        text = b"".join(line + b"\n" for line in sorted(there | lines))
        if lines <= there or len(text) > LARGEST or (blob in placed and blob not in known):
            continue  # nothing new, or a note that is too large already
        made.append(objects.make(repo, "blob", text))
        files[placed.get(blob, f"{blob[:2]}/{blob[2:]}")] = made[-1].oid
    objects.write(repo, made)
    return records.grow(repo, base, files, "Blobs pinned\n") if files or not base else base


def _blob_of(repo: Repo, pointer: Pointer) -> str:
    return objects.make(repo, "blob", pointers.text(pointer.unpinned())).oid


def _line(pin: Pointer, seconds: int) -> bytes:
    """One line: what a pointer says of the place, and when this was learnt."""
    values = {name: value for name, value in zip(_PARTS, pin[2:], strict=True) if value}
    said = {"v": 1, "time": clock.rfc3339(seconds), **values}
    return json.dumps(said, sort_keys=True).encode()


def _places(lines: Iterable[bytes]) -> set[tuple[str, ...]]:
    """Where lines say that a content is, whenever they learnt it."""
    found = set()
    for line in lines:
        value = _value(line)
        found.add(tuple(str(value.get(name, "")) for name in _PARTS))
    return found


def _parsed(line: bytes, pointer: Pointer) -> tuple[str, Pointer] | None:
    """When, and the pinned pointer; None for what nobody of us wrote. Notes may be hostile."""
    value = _value(line)
    storage, key, version, cid = (str(value.get(name, "")) for name in _PARTS)
    pin = Pointer(pointer.oid, pointer.size, storage, key, version, cid)
    try:
        pointers.text(pin)
    except NoPointer:
        return None
    return (str(value.get("time", "")), pin) if pin.storage else None


def _value(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and value.get("v") == 1 else {}


def _lines(repo: Repo, ref: str, only: Iterable[str]) -> dict[str, set[bytes]]:
    """The lines of these notes, without those that are too large."""
    listed = _listing(repo, ref)
    asked = {blob: listed[blob] for blob in only if blob in listed}
    sizes = objects.blob_sizes(repo, asked.values()) if asked else {}
    wanted = {name: blob for name, blob in asked.items() if sizes.get(blob, 0) <= LARGEST}
    read = zip(wanted, objects.read(repo, wanted.values(), env=NO_FETCH), strict=True)
    return {name: set(blob.data.splitlines()) for name, blob in read if blob}


def _listing(repo: Repo, ref: str) -> dict[str, str]:
    """Annotated blob -> blob of the note, whatever the fan-out."""
    return {path.replace("/", ""): oid for oid, path in _notes(repo, ref)}


def _readable(repo: Repo, ref: str) -> dict[str, str]:
    """The listing; nothing of a ref that leads to no tree, since its remote wrote it."""
    try:
        return _listing(repo, ref)
    except GitFailed:
        return {}


def _paths(repo: Repo, commit: str) -> dict[str, str]:
    """Annotated blob -> where its note is."""
    return {path.replace("/", ""): path for _, path in _notes(repo, commit)}


def _notes(repo: Repo, tree: str) -> list[tuple[str, str]]:
    """Every note, as (blob, path)."""
    printed = repo.git("ls-tree", "-r", "-z", tree, env=NO_FETCH)
    return _NOTE.findall(printed.decode(errors="surrogateescape"))


def _last(said: str) -> str:
    return (said.strip().splitlines() or ["no reason given"])[-1]

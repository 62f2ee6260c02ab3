"""What a worktree holds becomes operations: one for each path that changed since the last look."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
import time
from types import MappingProxyType
from typing import NamedTuple

from git_anvcs.journal import disk
from git_anvcs.journal.cold import Unreadable
from git_anvcs.journal.disk import Held
from git_anvcs.journal.edits import between, may_be_form
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind, Op, Precision
from git_anvcs.journal.text import Edit, doc_id
from git_anvcs.journal.texts import Texts
from git_anvcs.journal.untouched import Untouched, sign_of
from git_anvcs.store import contents

# An edit that takes so much away of a text of some size is as good as deleting it.
_MOST_GONE = 0.9
_SOME_SIZE = 200  # bytes
# Where a conflict begins in a file.
_MARK = "<<<<<<< "

# Files read before one transaction writes them: what is in memory at once.
_PORTION = 64


class Standing(NamedTuple):
    """How a path stands in Git. base: its blob at HEAD, empty for none; mode: its mode there

    differs: it is not as HEAD has it; by_git: Git wrote what is there; private: Git ignores it
    conflicted: the index has several versions of it
    """

    base: str
    differs: bool
    by_git: bool = False
    mode: int = 0
    private: bool = False
    conflicted: bool = False


class Git(NamedTuple):
    """What is asked of Git, and of those who know languages.

    first_text: the bytes of a blob, None when it is not to be had
    has: of these paths with the SHA-256 and the content they had, those whose content Git keeps
        where nobody will miss it, and those that somebody wrote over before Git took the new one
    only_form: whether a path's new text says the same as its old one in another form
    """

    first_text: Callable[[str], bytes | None]
    has: Callable[[Mapping[str, bytes]], set[str]]
    only_form: Callable[[str, str, str], bool] = lambda _path, _old, _new: False


class Seen(NamedTuple):
    """One look at a worktree. seconds: when, since the epoch; by: whose changes these are

    check: called before anything is written; raises when what was seen counts no longer
    all: it is a look at everything that differs
    untouched: which files need not be read again; None: all are read
    largest: bytes of a file; of a larger one only the size is told
    held: what paths held then, where somebody else saw it; the others are read from the disk
    """

    standing: Mapping[str, Standing]
    seconds: float
    precision: Precision = Precision.SAVE
    by: str = ""
    check: Callable[[], None] = lambda: None
    all: bool = True
    untouched: Untouched | None = None
    held: Mapping[str, Held] = MappingProxyType({})
    largest: int = disk.LARGEST


class Capture:
    """Takes down what one lane's worktree holds."""

    def __init__(self, journal: Journal, texts: Texts, git: Git, lane: str, root: Path) -> None:
        self._journal = journal
        self._texts = texts
        self._git = git
        self._lane = lane
        self._root = root

    def take(self, seen: Seen) -> list[Entry]:
        """Append an operation for every path that changed. Raises CannotWrite, Damaged."""
        made: list[Entry] = []
        paths = iter(seen.standing.items())
        while portion := dict(islice(paths, _PORTION)):
            held = self._held(portion, seen)
            seen.check()
            changed = {path: portion[path] for path in held}
            made += self._written(changed, held, seen) if changed else []
        if seen.untouched and seen.all:
            seen.untouched.keep_only(set(seen.standing))
        return made

    def _held(self, portion: Mapping[str, Standing], seen: Seen) -> dict[str, Held]:
        """What the paths hold, without those that nobody touched since the journal knows them."""
        untouched = seen.untouched
        if untouched is None:
            return {path: seen.held.get(path) or self._read(path, seen.largest) for path in portion}
        known = self._journal.differing(self._lane, portion)
        begun = self._journal.begun()
        found = {}
        for path, standing in portion.items():
            began, sign = time.time_ns(), sign_of(self._root, path)
            held = untouched.held(path, sign)
            if held and standing.differs and _stands(known.get(path), held, standing, begun):
                continue
            found[path] = self._read(path, seen.largest)
            untouched.learn(path, sign, found[path], began)
        return found

    def _read(self, path: str, largest: int) -> Held:
        return disk.read(self._root, path, self._journal.contents, largest) or disk.ABSENT

    def _written(
        self, portion: Mapping[str, Standing], held: dict[str, Held], seen: Seen
    ) -> list[Entry]:
        try:
            with self._journal.writing():
                self._journal.know_lane(self._lane, self._root)
                held = held | {
                    path: self._read(path, seen.largest)
                    for path, one in held.items()
                    if self._is_let_go(one)
                }
                known = self._journal.differing(self._lane, portion)
                ops = [
                    op._replace(
                        precision=seen.precision,
                        by="" if op.flags & Flag.BY_GIT else seen.by,
                        flags=op.flags | _private(op, standing, known.get(path)),
                    )
                    for path, standing in portion.items()
                    if (op := self._change(path, standing, held[path], known.get(path)))
                ]
                made = self._journal.append(self._judged(ops, known, held), seen.seconds)
                for entry in made:
                    if entry.op.doc and entry.op.payload:
                        self._texts.written(entry)
        except BaseException:
            self._texts.forget()
            raise
        return made

    def _is_let_go(self, held: Held) -> bool:
        """Whether a content that was put before this transaction is gone: for the limit it went."""
        put = held.kept and held.data is None and bool(held.digest)
        return put and not contents.has(self._journal.contents, held.digest)

    def _change(self, path: str, standing: Standing, held: Held, known: Entry | None) -> Op | None:
        """What happened to the path; None when nothing did."""
        if not standing.differs:
            return self._clean(path, standing, held, known) if known else None
        if not held.mode:
            return self._deleted(path, standing, held, known)
        if _stands(known, held, standing, self._journal.begun()):
            return None
        text = disk.text_of(held.data) if held.data is not None and held.mode != disk.LINK else None
        if text is None:
            return self._blob(path, standing, held, known)
        try:
            op = self._edit(path, standing, held, text, known)
        except Unreadable:  # what it was edited from is damaged: the work of now is kept whole
            return self._blob(path, standing, held, None)
        return op._replace(flags=op.flags & ~Flag.LOST) if _is_known(known, held, standing) else op

    def _deleted(self, path: str, standing: Standing, held: Held, known: Entry | None) -> Op | None:
        gone = known.op.kind is Kind.DELETE if known else not standing.base
        if gone and (known is None or known.n > self._journal.begun()):
            return None
        lost = Flag(0) if gone else Flag.LOST
        flags = lost | (Flag.BY_GIT if standing.by_git else Flag(0))
        return self._op(Kind.DELETE, path, standing, held, flags)

    def _clean(self, path: str, standing: Standing, held: Held, known: Entry) -> Op | None:
        """HEAD has it so; the text, if it was one, goes back to what it was at first."""
        if held.mode and not standing.base:
            return None  # it is there, and Git ignores it now
        lost = Flag(0) if _same(known.op, held) or known.op.kind is Kind.DELETE else Flag.LOST
        if not held.mode and not standing.base:
            return self._op(Kind.DELETE, path, standing, held, lost)
        doc = doc_id(standing.base, path)
        op = self._op(Kind.CLEAN, path, standing, held, lost | Flag.BY_GIT)
        if known.op.kind is not Kind.EDIT or known.op.doc != doc:
            return op
        try:
            document = self._texts.newest(doc, self._lane)
        except Unreadable:
            return op
        payload = document.edit(between(str(document), self._texts.first(doc)))
        return op._replace(doc=doc, payload=payload, client=document.client)

    def _blob(self, path: str, standing: Standing, held: Held, known: Entry | None) -> Op:
        flags = Flag(0) if held.kept else Flag.NOT_KEPT
        was_text = known is not None and known.op.kind is Kind.EDIT
        mode = known.op.mode if known else standing.mode
        if not standing.by_git and (was_text or (mode and (mode == disk.LINK) != _is_link(held))):
            flags |= Flag.LOST  # another kind of thing took its place
        if held.data is not None:
            self._journal.put(held.data)
        return self._op(Kind.BLOB, path, standing, held, flags | _by_git(standing))

    def _edit(
        self, path: str, standing: Standing, held: Held, text: tuple[str, bool], known: Entry | None
    ) -> Op:
        now, crlf = text
        doc = doc_id(standing.base, path)
        if not self._texts.knows(doc):
            first = self._git.first_text(standing.base) if standing.base else b""
            found = disk.text_of(first) if first is not None else None
            self._texts.begin(doc, found[0] if found else "")
        document = self._texts.newest(doc, self._lane)
        old = str(document)
        edits = between(old, now)
        flags = _by_git(standing) | (Flag.CRLF if crlf else Flag(0))
        if may_be_form(old, edits) and self._git.only_form(path, old, now):
            flags |= Flag.COSMETIC  # though it may have touched every line
        elif not standing.by_git and _is_wipe(old, edits):
            flags |= Flag.LOST
        elif standing.conflicted and _MARK in now and _MARK not in old and known:
            flags |= Flag.LOST  # `checkout -m` made a conflict anew that somebody had solved
        return self._op(Kind.EDIT, path, standing, held, flags)._replace(
            doc=doc, payload=document.edit(edits), client=document.client
        )

    def _op(self, kind: Kind, path: str, standing: Standing, held: Held, flags: Flag) -> Op:
        return Op(
            kind, self._lane, 0, path, base=standing.base, mode=held.mode, size=held.size,
            digest=held.digest, flags=flags,
        )  # fmt: skip

    def _judged(
        self, ops: Iterable[Op], known: Mapping[str, Entry], held: Mapping[str, Held]
    ) -> list[Op]:
        """The same, with what Git took away marked as lost unless Git itself still has it."""
        ops = list(ops)
        taken = {
            op.path: known[op.path].op.digest
            for op in ops
            if op.path in known and _may_be_kept(op, known[op.path].op)
        }
        kept = self._git.has(taken) if taken else set()
        lost = taken.keys() - kept
        return [
            op._replace(flags=op.flags & ~Flag.LOST | (Flag.LOST if op.path in lost else Flag(0)))
            if op.path in taken
            else op
            for op in ops
        ]


def _may_be_kept(op: Op, before: Op) -> bool:
    """Whether Git may have taken this content away, and have it elsewhere: in a commit, a stash."""
    by_git = bool(op.flags & Flag.BY_GIT) or (op.kind is Kind.DELETE and not op.base)
    changed = (op.mode, op.size, op.digest) != (before.mode, before.size, before.digest)
    return by_git and changed and bool(before.digest)


def _private(op: Op, standing: Standing, known: Entry | None) -> Flag:
    """Whether Git ignores the file; one that is gone is as private as it was."""
    was = known is not None and bool(known.op.flags & Flag.PRIVATE)
    return Flag.PRIVATE if standing.private or (was and op.kind is Kind.DELETE) else Flag(0)


def _is_known(known: Entry | None, held: Held, standing: Standing) -> bool:
    return known is not None and _same(known.op, held) and known.op.base == standing.base


def _stands(known: Entry | None, held: Held, standing: Standing, begun: int) -> bool:
    """Whether the journal knows the path so. What another actor said here is said again: other
    clones may never hear of that one. begun: the operation after which ours began
    """
    return known is not None and known.n > begun and _is_known(known, held, standing)


def _same(op: Op, held: Held) -> bool:
    return (op.mode, op.size, op.digest) == (held.mode, held.size, held.digest)


def _is_link(held: Held) -> bool:
    return held.mode == disk.LINK


def _by_git(standing: Standing) -> Flag:
    return Flag.BY_GIT if standing.by_git else Flag(0)


def _is_wipe(old: str, edits: Iterable[Edit]) -> bool:
    """Whether hardly anything of a text is left."""
    size = len(old.encode())
    gone = sum(edit.removed for edit in edits)
    return bool(gone) and (gone == size or (size >= _SOME_SIZE and gone >= size * _MOST_GONE))

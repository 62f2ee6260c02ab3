"""What one session alone changed in a worktree since HEAD, by the journal; on any doubt nothing."""

from collections.abc import Iterable, Mapping, Sequence
import hashlib
from itertools import pairwise
from typing import NamedTuple

from git_anvcs.flows.journal.files_back import on_disk
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk, shares
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.history import Content
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.shares import Share
from git_anvcs.journal.weave import Weave


class Own(NamedTuple):
    """What is the session's alone.

    files: path -> content, or None where it deleted the file; partly: of those, the ones that
        others changed elsewhere, of which only the session's lines are here
    left: path -> why what the session did there stays out; others: how many paths are not its
    form: of the files, those of which only the form was changed
    began, ended: of its operations, seconds since the epoch
    """

    files: Mapping[str, Content | None]
    partly: frozenset[str] = frozenset()
    left: Mapping[str, str] = {}
    others: int = 0
    form: frozenset[str] = frozenset()
    began: float = 0.0
    ended: float = 0.0


def of(here: Opened, session: str) -> Own:
    """The share of one session, of what the journal's last look found."""
    epochs = _epochs(here)
    at_head = _at_head(here.repo, epochs)
    staged = _staged(here.repo)
    files: dict[str, Content | None] = {}
    left: dict[str, str] = {}
    partly, form, others = set(), set(), 0
    mine: list[Entry] = []
    for path, epoch in sorted(epochs.items()):
        own = [entry for entry in epoch if entry.by == session]
        if not own:
            others += 1
            continue
        found = _content(here, path, epoch, session)
        if found is None:
            others += 1
            continue
        why = _why_not(epoch, at_head.get(path, ""), path in staged)
        if why or isinstance(found, str):
            left[path] = why or str(found)
            continue
        mine += own
        files[path] = found.content
        partly |= {path} if found.partly else set()
        form |= {path} if _is_form(epoch) else set()
    seconds = [entry.op.seconds for entry in mine] or [0.0]
    return Own(files, frozenset(partly), left, others, frozenset(form), min(seconds), max(seconds))


def sessions(here: Opened) -> list[str]:
    """Every session that is known to have changed something that is not committed, sorted.

    What an undo or a restore brought back is no session's.
    """
    names = {entry.by for epoch in _epochs(here).values() for entry in epoch}
    return sorted(name for name in names if ":" in name)


def form(here: Opened) -> Own:
    """Every file of which only the form was changed since HEAD, whoever did that."""
    epochs = {path: epoch for path, epoch in _epochs(here).items() if _is_form(epoch)}
    at_head, staged = _at_head(here.repo, epochs), _staged(here.repo)
    files: dict[str, Content | None] = {}
    left: dict[str, str] = {}
    for path, epoch in sorted(epochs.items()):
        now = on_disk(here.repo, path)
        fresh = now is None or hashlib.sha256(now.data).digest() != epoch[-1].op.digest
        why = _why_not(epoch, at_head.get(path, ""), path in staged)
        if why or fresh:
            left[path] = why or "it was changed just now"
        else:
            files[path] = now
    others = len(here.journal.differing(here.lane)) - len(epochs)
    return Own(files, left=left, others=others, form=frozenset(files))


def _is_formatter(entry: Entry) -> bool:
    """Whether it changed only form, and nobody is known to have done so: nobody's writing."""
    return not entry.by and bool(entry.op.flags & Flag.COSMETIC)


def _is_form(epoch: Sequence[Entry]) -> bool:
    return all(entry.op.flags & Flag.COSMETIC for entry in _writing(epoch))


class _Found(NamedTuple):
    content: Content | None
    partly: bool = False


def _epochs(here: Opened) -> dict[str, list[Entry]]:
    """Of every path that differs from HEAD, its operations since it did not, in order."""
    found = {}
    for path, last in here.journal.differing(here.lane).items():
        if last.op.flags & Flag.PRIVATE:
            continue
        epoch: list[Entry] = []
        for entry in reversed(here.journal.of_path(here.lane, path)):
            if not entry.op.differs:
                break
            epoch.append(entry)
        found[path] = epoch[::-1]
    return found


def _content(here: Opened, path: str, epoch: Sequence[Entry], session: str) -> _Found | str | None:
    """The session's version of the file, or why there is none; None: nothing is its own."""
    last = epoch[-1]
    now = on_disk(here.repo, path)
    if last.op.kind is Kind.DELETE:
        if {entry.by for entry in epoch} != {session}:
            return "others changed it, too"
        return "it was changed just now" if now else _Found(None)
    if now is None or hashlib.sha256(now.data).digest() != last.op.digest:
        return "it was changed just now"
    if {entry.by for entry in _writing(epoch) if not _is_formatter(entry)} == {session}:
        return _Found(now)
    share = _share(here, epoch, session)
    if share is None:
        return "others changed it, too"
    if share.mixed:
        return "others changed the same lines"
    if not share.any:
        return None
    data = disk.bytes_of(share.text.decode(), crlf=bool(last.op.flags & Flag.CRLF))
    return _Found(Content(now.mode, data), partly=not share.whole)


def _writing(epoch: Sequence[Entry]) -> list[Entry]:
    """Without those that changed nothing: a commit of other parts of the file is told as well."""
    kept = list(epoch[:1])
    for before, entry in pairwise(epoch):
        if (before.op.digest, before.op.mode) != (entry.op.digest, entry.op.mode):
            kept.append(entry)
    return kept


def _share(here: Opened, epoch: Sequence[Entry], session: str) -> Share | None:
    """The session's lines, of a text that was one all the time; None where it was not."""
    if {entry.op.kind for entry in epoch} != {Kind.EDIT}:
        return None
    weave, first = Weave(""), 0
    document = None
    for number, entry in enumerate(epoch):
        op = entry.op
        if document is None or op.doc != epoch[number - 1].op.doc:
            begins = _committed(here, op.base, op.doc)
            if begins is None:
                return None
            if document is None:
                weave = Weave(begins)
            else:
                first = shares.commit(weave, begins)
            document = here.texts.before(op.doc, here.lane, entry.n)
        if payload := here.journal.payload(entry.n):
            document.apply([payload])
        weave.step(str(document), entry.by)
    return shares.of(weave, session, first)


def _committed(here: Opened, base: str, doc: bytes) -> str | None:
    """The text at HEAD, as the document begins; None when the blob is something else."""
    begins = here.texts.first(doc)
    if not base:
        return begins
    [found] = objects.read(here.repo, [base], env=objects.NO_FETCH)
    text = disk.text_of(found.data) if found and found.kind == "blob" else None
    return begins if text is not None and text[0] == begins else None


def _why_not(epoch: Sequence[Entry], at_head: str, staged: bool) -> str:
    if staged:
        return "it is staged: commit that, or unstage it"
    if any(entry.op.flags & Flag.NOT_KEPT for entry in epoch):
        return "it is too large for the journal to tell whose it is"
    if epoch[-1].op.base != at_head:
        return "HEAD has another version of it than the journal knows"
    return ""


def _at_head(repo: Repo, paths: Iterable[str]) -> dict[str, str]:
    """The blob of each path at HEAD; empty for none."""
    paths = list(paths)
    if repo.resolve("HEAD") is None:
        return {}
    found = objects.ids(repo, [f"HEAD:{path}" for path in paths])
    return {path: oid or "" for path, oid in zip(paths, found, strict=True)}


def _staged(repo: Repo) -> set[str]:
    """Paths of which the index holds something else than HEAD."""
    if repo.resolve("HEAD") is None:
        listed = repo.git("ls-files", "-z")
    else:
        listed = repo.git("diff-index", "--cached", "--no-renames", "--name-only", "-z", "HEAD")
    return {name.decode(errors="surrogateescape") for name in listed.split(b"\0")[:-1]}

"""Story: the journal tells whose lines of a commit are, where agents' snapshots do not.

Snapshots are taken around edits and commands; the journal has every save between them, with its
author where that is proven: several agents in one file at once, tools without hooks that say
whose a look is. The same rules as for snapshots carry lines from save to save.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import attribute
from git_anvcs.flows.contents import Asked, Contents
from git_anvcs.git.repo import Repo
from git_anvcs.journal import history
from git_anvcs.journal.appeared import Moved
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import lines
from git_anvcs.provenance.lines import NOBODY
from git_anvcs.provenance.versions import ABSENT, NOT_KEPT, Lines
from git_anvcs.provenance.working import Change, Working
from git_anvcs.store.paths import Paths

# Saves of one file that are looked back at.
_MOST_SAVES = 200


def owners(repo: Repo, asked: Asked) -> Mapping[int, str]:
    """The owners of those of the asked lines (from 0) that the journal knows.

    A journal that cannot be read tells nothing.
    """
    try:
        with Journal(Paths(repo.common_dir)) as journal:
            return _owners(journal, asked)
    except AnvcsError:
        return {}


def _owners(journal: Journal, asked: Asked) -> Mapping[int, str]:
    saves = {
        name: found
        for name in dict.fromkeys((asked.path, asked.before))
        if any(map(_author, found := _saves(journal, asked, name)))
    }
    if not saves:
        return {}
    texts = _Texts(journal, Texts(journal), asked.contents)
    working = Working({})
    working.stashes = asked.stashes
    for name, entries in saves.items():
        _go_through(working, name, entries, texts, journal)
    sources = list(working.sources(asked.path, asked.before, texts))
    same = bool(sources) and list(sources[0].lines) == list(asked.lines)
    return attribute.answered(sources, asked.lines, asked.numbers, right_before=same)


def _saves(journal: Journal, asked: Asked, name: str) -> list[Entry]:
    """What was saved of a file by then, oldest first, since it was as some HEAD had it."""
    found: list[Entry] = []
    for entry in journal.newest_below(name, asked.lane):
        if entry.op.path != name or entry.op.seconds > asked.moment:
            continue
        if len(found) == _MOST_SAVES or (found and entry.op.kind is Kind.CLEAN):
            break
        if entry.op.kind is not Kind.CLEAN:
            found.append(entry)
    return found[::-1]


def _go_through(
    working: Working, name: str, entries: Sequence[Entry], texts: "_Texts", journal: Journal
) -> None:
    """Every save becomes a version of the file; what it began with is nobody's."""
    first = entries[0].op
    if first.base:
        working.became(Change(name, texts.of_blob(first.base), first.seconds), texts)
    was_there, moved = bool(first.base), Moved(journal, entries)
    for entry in entries:
        by = _author(entry) if was_there and not moved.perhaps(entry) else NOBODY
        was_there = entry.op.kind is not Kind.DELETE
        working.became(Change(name, texts.of(entry), entry.op.seconds, by), texts)


def _author(entry: Entry) -> str:
    """The session that wrote; nobody where it was Git, or a command of ours that put back."""
    return entry.by if ":" in entry.by and not entry.op.flags & Flag.BY_GIT else NOBODY


class _Known(NamedTuple):
    """Where a text comes from: an operation, or a blob."""

    entry: Entry | None
    oid: str = ""


class _Texts:
    """The texts of the journal as versions of files have them: by a key each."""

    def __init__(self, journal: Journal, texts: Texts, contents: Contents) -> None:
        self._journal, self._texts, self._contents = journal, texts, contents
        self._known: dict[str, _Known] = {}

    def of(self, entry: Entry) -> str:
        """The key of what a file held after an operation."""
        if entry.op.kind is Kind.DELETE:
            return ABSENT
        if entry.op.flags & Flag.NOT_KEPT:
            return NOT_KEPT
        key = entry.op.digest.hex()
        self._known.setdefault(key, _Known(entry))
        return key

    def of_blob(self, oid: str) -> str:
        self._known[oid] = _Known(None, oid)
        return oid

    def content(self, key: str) -> Lines | None:
        known = self._known.get(key)
        if known is None:
            return None
        if known.entry is None:
            return self._contents.blob(known.oid)
        found = history.content(self._journal, self._texts, known.entry)
        return lines.split(found.data) if found and lines.is_text(found.data) else None

    def committed(self, commit: str, path: str) -> Lines | None:
        return self._contents.committed(commit, path)

    def filtered(self, path: str) -> bool:
        return self._contents.filtered(path)

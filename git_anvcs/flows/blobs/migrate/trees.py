"""Trees of a history, converted: every distinct one once, by what stands above it."""

from functools import lru_cache
from typing import NamedTuple

from git_anvcs.flows.blobs.migrate.contents import Contents
from git_anvcs.flows.blobs.migrate.conversion import Conversion, File
from git_anvcs.git import attribute_rules, objects
from git_anvcs.git.attribute_rules import NAME, Rules
from git_anvcs.git.objects import Entry

_FILES = (b"100644", b"100755", b"100664")
_MOST = 400_000  # trees remembered; a million take some 300 MB


class _Above(NamedTuple):
    """The .gitattributes above a folder before and after; `number` stands for them."""

    number: int
    files: tuple[attribute_rules.File, ...]
    new_files: tuple[attribute_rules.File, ...]
    before: Rules
    after: Rules


class Trees:
    """Converts trees; remembers which became which."""

    def __init__(self, contents: Contents, conversion: Conversion) -> None:
        self._contents = contents
        self._conversion = conversion
        self._done: dict[tuple[str, bytes, int, str], str | None] = {}
        self._aboves: dict[tuple[int, bytes, str], _Above] = {}
        nothing = Rules((), b"filter")
        self._top = _Above(0, (), (), nothing, nothing)

    def root(self, oid: str, was: str = "") -> str:
        """The id of the tree that a commit's tree becomes.

        was: the tree that it was made from by the migration that is taken back, as far as known
        """
        made = self._tree(oid, b"", self._top, was)
        return self._contents.write("tree", b"") if made is None else made

    def _tree(self, oid: str, folder: bytes, above: _Above, was: str) -> str | None:
        """The new id of a tree; None: nothing is left in it."""
        key = (oid, folder, above.number, was)
        if key not in self._done:
            if len(self._done) >= _MOST:
                for old in list(self._done)[: _MOST // 2]:
                    del self._done[old]
            self._done[key] = self._converted(oid, folder, above, was)
        return self._done[key]

    def _converted(self, oid: str, folder: bytes, above: _Above, was: str) -> str | None:
        contents = self._contents
        entries = self._entries(oid)
        old = next((one for one in entries if one.name == NAME and one.mode in _FILES), None)
        data = contents.data(old.oid) if old else None
        said = self._conversion.attributes(folder, data)
        rules = self._within(above, folder, old.oid if old else "", data, said)
        known = {one.name: one for one in self._entries(was)} if was else {}
        made = [
            self._entry(one, folder, rules, known.get(one.name))
            for one in entries
            if one is not old or said == data
        ]
        if said != data and said is not None:
            mode = old.mode if old else b"100644"
            made.append(Entry(mode, NAME, contents.write("blob", said)))
        kept = [one for one in made if one]
        if kept == entries:
            return oid
        return contents.write("tree", objects.tree_data(kept)) if kept else None

    def _entries(self, oid: str) -> list[Entry]:
        return objects.tree_entries(self._contents.repo, self._contents.data(oid))

    def _entry(
        self, entry: Entry, folder: bytes, rules: _Above, known: Entry | None
    ) -> Entry | None:
        path = folder + entry.name
        was = known.oid if known and known.is_tree == entry.is_tree else ""
        if entry.is_tree:
            inner = self._tree(entry.oid, path + b"/", rules, was)
            if inner == entry.oid:
                return entry
            return entry._replace(oid=inner) if inner else None
        if entry.mode not in _FILES or (rules.before.silent and rules.after.silent):
            return entry
        file = File(path, entry.oid, rules.before.value(path), rules.after.value(path), was)
        oid = self._conversion.blob(self._contents, file)
        return entry if oid == entry.oid else entry._replace(oid=oid)

    def _within(
        self, above: _Above, folder: bytes, oid: str, data: bytes | None, said: bytes | None
    ) -> _Above:
        """What holds in a folder, its own .gitattributes (the blob `oid`) counted in."""
        if data is None and said is None:
            return above
        key = (above.number, folder, oid)
        if key not in self._aboves:
            files = (*above.files, *([_read(folder, data)] if data is not None else []))
            new = (*above.new_files, *([_read(folder, said)] if said is not None else []))
            pair = Rules(files, b"filter"), Rules(new, b"filter")
            self._aboves[key] = _Above(len(self._aboves) + 1, files, new, *pair)
        return self._aboves[key]


@lru_cache(maxsize=1 << 10)
def _read(folder: bytes, data: bytes) -> attribute_rules.File:
    return attribute_rules.read(folder, data)

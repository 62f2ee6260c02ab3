"""Records found by what a rewrite leaves as it was: tree, patch id, change id, parents. Pure.

The commits themselves need not exist here: their branch may be deleted, and this a clone in CI.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance.record import UNTRACKED, Record

_LONGEST_ROW = 200


class Entry(NamedTuple):
    """What is asked of one record.

    authored: `authored` of the author line, or empty where the record does not say
    speaks: whether it names anybody
    made_from: what the last step of its lineage was made from, and how; nothing after a revert
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    patch_id: str
    change_id: str
    authored: str
    speaks: bool
    rev: int = 1
    made_from: tuple[str, ...] = ()
    made_by: str = ""


class Index:
    """The entries of all records, filled in one pass over them."""

    def __init__(self, found: Iterable[Record]) -> None:
        self.by_commit: dict[str, Entry] = {}
        self._trees: dict[str, list[str]] = {}
        self._patch_ids: dict[str, list[str]] = {}
        self._change_ids: dict[str, list[str]] = {}
        for record in found:
            entry = entry_of(record)
            self.by_commit[entry.commit] = entry
            for index, key in self._keys(entry):
                if key:
                    index.setdefault(key, []).append(entry.commit)

    def _keys(self, entry: Entry) -> tuple[tuple[dict[str, list[str]], str], ...]:
        return (
            (self._trees, entry.tree),
            (self._patch_ids, entry.patch_id if entry.speaks else ""),
            (self._change_ids, entry.change_id if entry.speaks else ""),
        )

    def with_tree(self, tree: str) -> list[Entry]:
        return [self.by_commit[commit] for commit in self._trees.get(tree, ())]

    def with_patch_id(self, patch_id: str) -> list[Entry]:
        """Those that name somebody."""
        return [self.by_commit[commit] for commit in self._patch_ids.get(patch_id, ())]

    def with_change_id(self, change_id: str) -> list[Entry]:
        """Those that name somebody."""
        return [self.by_commit[commit] for commit in self._change_ids.get(change_id, ())]

    def row(self, base: str, tip: str) -> tuple[str, ...]:
        """The commits from `base` (left out) to `tip`, oldest first, as their records tell it.

        None at all when the records do not lead from one to the other, or over a merge.
        base: empty for as far as there are records
        """
        found: list[str] = []
        while tip != base:
            entry = self.by_commit.get(tip)
            if entry is None and not base:
                break
            if entry is None or len(entry.parents) != 1 or len(found) == _LONGEST_ROW:
                return ()
            found.append(tip)
            tip = entry.parents[0]
        return tuple(reversed(found))

    def speaks(self, commits: Iterable[str]) -> bool:
        """Whether a record of one of them names anybody."""
        return any(c in self.by_commit and self.by_commit[c].speaks for c in commits)


def authored(author: str) -> str:
    """What records keep of an author line (name, mail, moment and zone, as Git stores it)."""
    return sha256(author.encode(errors="surrogateescape")).hexdigest()


def entry_of(record: Record) -> Entry:
    subject = record.subject
    parents = subject.get("parents")
    said = subject.get("authored")
    last = record.lineage[-1] if record.lineage else {}
    op = last.get("op")
    return Entry(
        commit=record.commit,
        tree=record.tree,
        parents=_texts(parents),
        patch_id=record.patch_id,
        change_id=record.change_id,
        authored=said if isinstance(said, str) else "",
        speaks=names_somebody(record),
        rev=record.rev,
        made_from=_texts(last.get("from")) if op != "revert" else (),
        made_by=op if isinstance(op, str) else "",
    )


def names_somebody(record: Record) -> bool:
    """Whether a record says who made the commit, be it a person."""
    named: Mapping[str, object] = record.mapping("sessions") or record.mapping("humans")
    return record.known and (bool(named) or record.agent_id not in ("", UNTRACKED))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list | tuple) else ()

"""A worktree as it was after an operation: what each path held, and where HEAD was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
import os
from typing import NamedTuple

from git_anvcs.flows.journal import attributes
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.git.tips_seen import BRANCH, HEAD, INDEX
from git_anvcs.journal import disk, foreign, history
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.history import Content
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Flag, Kind

# A content; None: nothing was there; a text: why it cannot be had.
Held = Content | str | None

NOT_HERE = "the commit that has it is not in this clone"
NESTED = "it is a repository of its own"
_SUBMODULE = 0o160000
# So many paths are asked for one by one; more of them all at once.
_FEW = 20


class Then:
    """What paths held after an operation: from the journal, or from HEAD as it was.

    head, branch: where HEAD was; empty for none
    """

    def __init__(self, here: Opened, n: int) -> None:
        self._repo, self._journal, self._texts = here.repo, here.journal, here.texts
        self._lane, self._n = here.lane, n
        self._parted = here.journal.parted(here.lane)
        self.head, self.branch, _ = own_at(here, n)
        if self._parted is not None and not here.journal.refs(here.lane):
            before = here._replace(lane=foreign.said(here.lane))
            self.head, self.branch, _ = own_at(before, self._parted)

    @cached_property
    def is_here(self) -> bool:
        """Whether HEAD's commit is: that of another clone may never have been pushed."""
        return not self.head or self._repo.resolve(self.head) is not None

    def differing(self) -> list[str]:
        """The paths that were not as HEAD had them."""
        return sorted(self._overlay)

    def contents(self, paths: Sequence[str]) -> Iterator[tuple[str, Held]]:
        """What each of the paths held; of those that HEAD had, all with two git processes."""
        overlay = self._overlay if len(paths) > _FEW else self._overlay_of(paths)
        for path in paths:
            if entry := overlay.get(path):
                yield path, self._of(entry)
        yield from self._at_head([path for path in paths if path not in overlay])

    @cached_property
    def _overlay(self) -> dict[str, Entry]:
        found = self._journal.differing_at(self._lane, self._n)
        if self._parted is None:
            return found
        before = self._journal.differing_at(foreign.said(self._lane), self._parted)
        return {path: entry for path, entry in before.items() if not self._last(path)} | found

    def _overlay_of(self, paths: Iterable[str]) -> dict[str, Entry]:
        found = {path: self._last(path) or self._before(path) for path in paths}
        return {path: entry for path, entry in found.items() if entry and entry.op.differs}

    def _last(self, path: str) -> Entry | None:
        return self._journal.last_of(self._lane, path, self._n)

    def _before(self, path: str) -> Entry | None:
        """Of a clone that this one was copied from: what it said until then."""
        if self._parted is None:
            return None
        return self._journal.last_of(foreign.said(self._lane), path, self._parted)

    def _of(self, entry: Entry) -> Held:
        if entry.op.kind is Kind.DELETE:
            return None
        found = history.content(self._journal, self._texts, entry)
        if found:
            return found
        if entry.op.flags & Flag.THINNED:
            return "it changed then, and what it held is thinned out by now (journal.keep)"
        if entry.op.kind is Kind.BLOB and self._journal.let_go(entry.op.digest):
            return "what it held then was let go to stay below the limit (journal.limit)"
        if entry.op.flags & Flag.NOT_KEPT:
            return "it was too large to be kept"
        if foreign.is_foreign(entry.op.lane):
            return "the clone that made it kept something of it to itself"
        return "it is damaged"

    def _at_head(self, paths: list[str]) -> Iterator[tuple[str, Held]]:
        """As a checkout of HEAD would write it: through the filters and line ends of the file."""
        if paths and not self.is_here:
            yield from ((path, f"{NOT_HERE}: {self.head[:10]}") for path in paths)
            return
        tree = tree_files(self._repo, self.head) if self.head and paths else {}
        found = {path: tree[path] for path in paths if path in tree}
        yield from ((path, None) for path in paths if path not in found)
        yield from ((path, NESTED) for path, (mode, _) in found.items() if mode == _SUBMODULE)
        files = {path: entry for path, entry in found.items() if entry[0] != _SUBMODULE}
        data = self._smudged(files, tree) if files else {}
        for path, (mode, _) in files.items():
            held = data.get(path)
            yield path, "Git does not have it" if held is None else Content(mode, held)

    def _smudged(
        self, files: Mapping[str, tuple[int, str]], tree: Mapping[str, tuple[int, str]]
    ) -> dict[str, bytes]:
        now = self._journal.differing(self._lane)
        same_head = self._journal.refs(self._lane).get(HEAD, "") == self.head
        if same_head and not any(map(attributes.is_one, now.keys() | self._overlay.keys())):
            return smudged(self._repo, files)
        with attributes.as_of(self._repo, self.attributes(tree)) as then:
            return smudged(then, files)

    def attributes(self, tree: Mapping[str, tuple[int, str]]) -> dict[str, bytes]:
        """The files that told attributes. tree: what HEAD had"""
        names = [p for p, (mode, _) in tree.items() if attributes.is_one(p) and mode != disk.LINK]
        blobs = objects.read(self._repo, [tree[path][1] for path in names])
        found = {path: one.data for path, one in zip(names, blobs, strict=True) if one}
        for path in filter(attributes.is_one, self.differing()):
            held = self._of(self._overlay[path])
            found.pop(path, None)
            if isinstance(held, Content) and held.mode != disk.LINK:
                found[path] = held.data
        return found


def tree_files(repo: Repo, commit: str) -> dict[str, tuple[int, str]]:
    """Every file of a commit: its path, its mode and its blob."""
    rows = repo.git("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]
    found = {}
    for row in rows:
        facts, _, path = row.partition(b"\t")
        mode, _, oid = facts.split(b" ")
        found[os.fsdecode(path)] = (int(mode, 8), oid.decode())
    return found


def smudged(repo: Repo, files: Mapping[str, tuple[int, str]]) -> dict[str, bytes]:
    """What a checkout would write for these blobs; those that Git does not have are left out."""
    links = [path for path, (mode, _) in files.items() if mode == disk.LINK]
    targets = zip(links, objects.read(repo, [files[path][1] for path in links]), strict=True)
    plain = {path: oid for path, (mode, oid) in files.items() if mode != disk.LINK}
    return objects.smudged(repo, plain) | {path: one.data for path, one in targets if one}


class Own(NamedTuple):
    """The commit and the branch HEAD is at, and the tree of what is staged; empty for none."""

    head: str
    branch: str
    staged: str


def own_at(here: Opened, n: int) -> Own:
    """What is of one worktree alone, as it was after an operation."""
    names = (HEAD, BRANCH, INDEX)
    refs_now = here.journal.refs(here.lane)
    found = {name: refs_now.get(name, "") for name in names}
    for entry in here.journal.newest(here.lane, kinds=(Kind.GIT,)):
        if entry.n <= n:
            break
        moved = unpack(here.journal.payload(entry.n)).refs
        found |= {name: moved[name][0] for name in names if name in moved}
    return Own(*(found[name] for name in names))

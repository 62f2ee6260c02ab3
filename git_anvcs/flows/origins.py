"""Story: a commit that no hook and no reflog of HEAD told of; find by proof what it was made of.

Such commits come from a host's merge button, `git replay`, `git history`, libgit2, another clone.
The ladder is that of flows/rewrite.py, its evidence is stricter: nobody saw the commit being
made, so two people who did the same must be told apart by author, moment and message.

The records may be of commits that are not here any more; what a record says of its commit then
stands for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
import re

from git_anvcs.flows import rewrite
from git_anvcs.git.commits import Commit
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import subject
from git_anvcs.provenance.index import Entry, Index, authored
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.subject import Facts

_MOST_UNMERGED = 2000
_MOST_TIPS = 40
_LONGEST_ROW = 200
# What hosts put behind the title of a pull request that they squash.
_NUMBER = re.compile(r" \([#!]\d+\)$")
_NOT_OURS = ("refs/anvcs/*", "refs/notes/*", "refs/stash")


class Ladder:
    """Finds origins of commits among all records of a repository.

    news: the commits asked about; left: commits that the same refs held before, and do not now
    among: when given, only these commits may be origins; the newest first
    """

    def __init__(
        self,
        repo: Repo,
        index: Index,
        news: Mapping[str, Facts],
        *,
        left: frozenset[str] = frozenset(),
        among: Sequence[str] | None = None,
    ) -> None:
        self.repo = repo
        self.index = index
        self._news = news
        self._left = left
        self._among = None if among is None else dict.fromkeys(among)
        self._loaded: dict[str, Facts | None] = {}

    def origin(self, new: Facts) -> Origin | None:
        """What a commit was made of, if that is proved and a record tells who made it."""
        if len(new.commit.parents) > 1:
            return None
        for rung in (
            self._declared,
            self._by_change_id,
            self._by_tree,
            self._by_changes,
            self._by_patch_id,
            self._by_moment,
        ):
            found = rung(new)
            if found and self.index.speaks(found.commits):
                return found
        return None

    def _declared(self, new: Facts) -> Origin | None:
        """What its own record says it came from, or the line of `cherry-pick -x`."""
        entry = self.index.by_commit.get(new.commit.oid)
        if entry and entry.made_from and self._allowed(entry.made_from):
            return Origin(entry.made_by, entry.made_from, "declared")
        picked = new.commit.mentioned(rewrite.PICKED)[-1:]
        known = self.index.by_commit.get(picked[0]) if picked else None
        if known is None or not self._allowed(picked):
            return None
        same = self._same_author(known, new) or self._same_patch(known, new)
        return Origin("cherry-pick", picked, "declared") if same else None

    def _by_change_id(self, new: Facts) -> Origin | None:
        """Gerrit's ids, in the message of both."""
        found = []
        for change_id in new.commit.change_ids:
            entries = self._possible(self.index.with_change_id(change_id), new)
            if entries:
                found.append(self._newest(entries).commit)
        if not found:
            return None
        return Origin("squash" if len(found) > 1 else "rebase", tuple(found), "change-id")

    def _by_tree(self, new: Facts) -> Origin | None:
        """The same tree: a row of records that ends in it, or one commit with another message."""
        if not new.changed or not new.commit.parents or _puts_back(new.commit):
            return None
        base = new.commit.parents[0]
        for entry in self._possible(self.index.with_tree(new.commit.tree), new):
            row = self.index.row(base, entry.commit)
            if len(row) > 1 and self._allowed(row):
                return Origin("squash", row, "tree")
            if len(row) == 1 and self._remade(entry, new):
                return Origin("amend", row, "tree")
        return None

    def _by_changes(self, new: Facts) -> Origin | None:
        """A row of commits that together changed the same files in the same way."""
        if _puts_back(new.commit):
            return None
        for tip in self._last_to_write(new):
            row = self._row_with(new, tip) or self._merged_row(new, tip)
            if not row or not self._allowed(row):
                continue
            if len(row) > 1 or self._squashed_by_host(row[0], new):
                return Origin("squash", row, "tree")
        return None

    def _last_to_write(self, new: Facts) -> list[str]:
        """The commits that may end a row: they left a file of `new` as it is, or end a branch."""
        found: dict[str, None] = {}
        for path, (_, after) in new.changed.items():
            found.update(dict.fromkeys(self._writers.get((path, after), ())))
        return [*found, *(tip for tip in self._tips if tip not in found)] if new.changed else []

    def _by_patch_id(self, new: Facts) -> Origin | None:
        if not new.patch_id:
            return None
        entries = self._possible(self.index.with_patch_id(new.patch_id), new)
        same = [entry for entry in entries if self._same_work(entry, new)]
        return self._single(same, new, "patch-id")

    def _by_moment(self, new: Facts) -> Origin | None:
        """The same author, moment, message and files; for what a ref left, not even the files."""
        if not new.changed:
            return None
        same = []
        for old in self._messages.get(new.commit.message, ()):
            entry = self.index.by_commit[old.commit.oid]
            if not entry.speaks or not self._allowed([entry.commit]):
                continue
            gone = entry.commit in self._left and _lines_of(old.commit) == _lines_of(new.commit)
            alike = self._same_author(entry, new) and set(old.changed) == set(new.changed)
            if gone or (alike and self._same_work(entry, new)):
                same.append(entry)
        return self._single(same, new, "range-diff")

    def _single(self, same: Sequence[Entry], new: Facts, match: str) -> Origin | None:
        """The newest of `same`, when all of them are revisions of one record."""
        if len({entry.change_id for entry in same}) != 1:
            return None
        chosen = self._newest(same)
        alike = chosen.parents == new.commit.parents
        return Origin("amend" if alike else "rebase", (chosen.commit,), match)

    def _newest(self, entries: Sequence[Entry]) -> Entry:
        """The newest that is here and not merged, else the last revision."""
        here = {entry.commit: entry for entry in entries if entry.commit in self._unmerged}
        if here:
            return next(here[oid] for oid in self._unmerged if oid in here)
        return max(entries, key=lambda entry: (entry.rev, entry.commit))

    def _possible(self, entries: Iterable[Entry], new: Facts) -> list[Entry]:
        """Those that may be an origin: other commits, and none that the new one stands on."""
        return [
            entry
            for entry in entries
            if self._allowed([entry.commit]) and not self._below(entry.commit, new.commit.oid)
        ]

    def _allowed(self, oids: Iterable[str]) -> bool:
        return self._among is None or self._among.keys() >= set(oids)

    def _below(self, old: str, new: str) -> bool:
        if old == new:
            return True
        if old in self._beside or old in self._unmerged or old in self._left:
            return False
        if self._facts(old) is None:
            return False
        done = self.repo.try_git("merge-base", "--is-ancestor", old, new, env=AS_STORED)
        return done.returncode != 1

    def _same_work(self, entry: Entry, new: Facts) -> bool:
        """Whether one pair of author and moment says that the old commit was moved, not redone."""
        if entry.commit in self._left:
            old = self._facts(entry.commit)
            return old is not None and _person(old.commit) == _person(new.commit)
        return new.commit.moved and self._same_author(entry, new)

    def _same_author(self, entry: Entry, new: Facts) -> bool:
        """The same name, mail, moment and zone."""
        if entry.authored:
            return entry.authored == authored(new.commit.author)
        old = self._facts(entry.commit)
        return old is not None and old.commit.author == new.commit.author

    def _same_patch(self, entry: Entry, new: Facts) -> bool:
        return bool(entry.patch_id) and entry.patch_id == new.patch_id

    def _remade(self, entry: Entry, new: Facts) -> bool:
        """Whether a commit of the same tree on the same base is the old one anew."""
        return self._allowed([entry.commit]) and self._same_work(entry, new)

    def _squashed_by_host(self, oid: str, new: Facts) -> bool:
        """Whether a host made one commit of a pull request of one commit.

        It sets another author's moment, so its title with a number, and that another one than
        the author committed it, must tell it from the same work done twice.
        """
        old = self._facts(oid)
        if old is None or new.commit.oid in self.index.by_commit:  # made where records are made
            return False
        title, found = _NUMBER.subn("", new.commit.subject)
        by_host = _mail(new.commit.author) != _mail(new.commit.committer)
        declared = self._among is not None
        return declared or (bool(found) and title == old.commit.subject and by_host)

    def _row_with(self, new: Facts, tip: str) -> tuple[str, ...]:
        """The shortest row up to `tip` that made the changes of `new`; none when there is none."""
        row: list[str] = []
        net: dict[str, tuple[str, str]] = {}
        at = tip
        while at in self._unmerged and len(row) < _LONGEST_ROW:
            old = self._facts(at)
            if old is None or len(old.commit.parents) != 1:
                return ()
            row.append(at)
            for path, (before, after) in old.changed.items():
                net[path] = (before, net.get(path, (before, after))[1])
            if {path: both for path, both in net.items() if both[0] != both[1]} == new.changed:
                return tuple(reversed(row))
            at = old.commit.parents[0]
        return ()

    def _merged_row(self, new: Facts, tip: str) -> tuple[str, ...]:
        """All that is not merged of a branch, when a merge with the parent gives this tree."""
        row: list[str] = []
        at = tip
        while at in self._unmerged and len(row) < _LONGEST_ROW:
            row.append(at)
            old = self._loaded[at]
            if old is None or len(old.commit.parents) != 1:
                return ()
            at = old.commit.parents[0]
        touched = {path for oid in row for path in self._changed(oid)}
        if tip not in self._tips or not new.commit.parents or not touched >= new.changed.keys():
            return ()
        merge = ("merge-tree", "--write-tree", new.commit.parents[0], tip)
        done = self.repo.try_git(*merge, env=AS_STORED)
        same = done.returncode == 0 and done.stdout.decode().strip() == new.commit.tree
        return tuple(reversed(row)) if same else ()

    @cached_property
    def _beside(self) -> frozenset[str]:
        """Of all that may answer by tree, patch id or change id: what no new commit stands on."""
        asked = {entry.commit: None for new in self._news.values() for entry in self._like(new)}
        self._loaded.update({oid: None for oid in asked if oid not in self._loaded})
        unseen = [oid for oid in asked if self._loaded[oid] is None]
        self._loaded.update(subject.load(self.repo, unseen, patch_ids=False))
        here = [oid for oid in asked if self._loaded[oid] is not None]
        if not here:
            return frozenset()
        lines = "".join([*(f"{oid}\n" for oid in here), *(f"^{oid}\n" for oid in self._news)])
        done = self.repo.try_git("rev-list", "--stdin", stdin=lines.encode(), env=AS_STORED)
        return frozenset(here).intersection(done.stdout.decode().split())

    def _like(self, new: Facts) -> Iterator[Entry]:
        yield from self.index.with_tree(new.commit.tree)
        yield from self.index.with_patch_id(new.patch_id or "")
        for change_id in new.commit.change_ids:
            yield from self.index.with_change_id(change_id)

    @cached_property
    def _unmerged(self) -> dict[str, None]:
        """Commits here with records that none of the new ones stands on, the newest first."""
        known = [oid for oid in self._beside_news() if oid in self.index.by_commit]
        found = subject.load(self.repo, known, patch_ids=False)
        self._loaded.update(found)
        return dict.fromkeys(oid for oid in known if oid in found)

    def _beside_news(self) -> list[str]:
        """The newest commits of any ref or reflog, or of `among`, that no new one stands on."""
        without = [word for ref in _NOT_OURS for word in ("--exclude", ref)]
        where = (*without, "--all", "--reflog") if self._among is None else ()
        how = ("rev-list", f"-n{_MOST_UNMERGED}", "--ignore-missing", *where, "--stdin")
        lines = [*(f"^{oid}" for oid in self._news), *(self._among or ())]
        done = self.repo.try_git(
            *how, stdin="".join(f"{x}\n" for x in lines).encode(), env=AS_STORED
        )
        return [oid for oid in done.stdout.decode().split() if self._allowed([oid])]

    @cached_property
    def _tips(self) -> list[str]:
        """Those that no other one stands on, as many as may be tried."""
        stood_on = {p for oid in self._unmerged for p in self.index.by_commit[oid].parents}
        return [oid for oid in self._unmerged if oid not in stood_on][:_MOST_TIPS]

    @cached_property
    def _writers(self) -> dict[tuple[str, str], list[str]]:
        """Who left a path with a content, the newest first."""
        found: dict[tuple[str, str], list[str]] = {}
        for oid in self._unmerged:
            for path, (_, after) in self._changed(oid).items():
                found.setdefault((path, after), []).append(oid)
        return found

    @cached_property
    def _messages(self) -> dict[str, list[Facts]]:
        found: dict[str, list[Facts]] = {}
        for oid in {**self._unmerged, **dict.fromkeys(sorted(self._left))}:
            old = self._facts(oid)
            if old is not None and oid in self.index.by_commit:
                found.setdefault(old.commit.message, []).append(old)
        return found

    def _changed(self, oid: str) -> Mapping[str, tuple[str, str]]:
        old = self._facts(oid)
        return old.changed if old else {}

    def _facts(self, oid: str) -> Facts | None:
        """What is here of a commit; None when it is not here. Without its patch id."""
        if oid not in self._loaded:
            self._loaded[oid] = subject.load(self.repo, [oid], patch_ids=False).get(oid)
        return self._loaded[oid]


def _puts_back(commit: Commit) -> bool:
    """Whether it says that it undoes something, maybe an undoing: then it is no row's squash."""
    return commit.subject.startswith(('Revert "', 'Reapply "'))


def _person(commit: Commit) -> str:
    return commit.author.rsplit(" ", 2)[0]


def _mail(line: str) -> str:
    return line.rsplit(" ", 2)[0].rpartition("<")[2]


def _lines_of(commit: Commit) -> tuple[str, str]:
    return commit.author, commit.committer

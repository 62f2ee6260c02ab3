"""Story: commits were made; each gets its record, new or carried from what it was made of.

Doing it again changes nothing: a commit whose record is in place is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any, NamedTuple

from git_anvcs.flows import carry_lines, left_behind, rewrite
from git_anvcs.flows.carry_lines import Attested, Old
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.inherited import Inherited
from git_anvcs.flows.made import Made
from git_anvcs.git import commits, objects
from git_anvcs.provenance import codec, making, reanchor, records, refs
from git_anvcs.provenance.claim import improved
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.record import LINES_COMPLETE, LINES_EXT, UNTRACKED, Record
from git_anvcs.provenance.subject import Facts
from git_anvcs.store.paths import Paths

_NAMED = 30


class Recorded(NamedTuple):
    """changed: commits whose record is new; texts: what is stored of all, changed or not."""

    changed: tuple[str, ...]
    texts: Mapping[str, bytes]


def record_commits(
    contents: Contents,
    mades: Sequence[Made],
    facts: Mapping[str, Facts],
    now: float,
    *,
    waiting: Sequence[Made] = (),
    proved: Mapping[str, Origin] | None = None,
) -> Recorded:
    """Make and write the records of `mades`.

    waiting: get theirs later, or now when one of `mades` was made from them
    proved: what some were made of, where that is known already
    contents: of the repository's files; facts: of every commit in both
    Raises GitFailed, Locked, CannotWrite; then nothing is written, and the same call later does
    it all.
    """
    batch = _Batch(contents, mades, facts, now, waiting)
    batch.proved = proved or {}
    for made in mades:
        batch.record(made)
    if batch.new and Paths(contents.repo.common_dir).blobs.is_dir():
        from git_anvcs.flows import large_files  # loads SQLite, and rarely needed

        batch.new = large_files.with_large_files(contents.repo, batch.new, facts)
    texts = {commit: record.line + b"\n" for commit, record in batch.new.items()}
    changed = refs.add(contents.repo, texts, _message(batch.new, facts)) if texts else {}
    stored = {made.oid: text for made in mades if (text := batch.texts.get(made.oid))}
    return Recorded(tuple(changed), {**stored, **changed})


class _Batch:
    """The records known while a batch is made: what is stored, and what is new."""

    def __init__(
        self,
        contents: Contents,
        mades: Sequence[Made],
        facts: Mapping[str, Facts],
        now: float,
        waiting: Sequence[Made],
    ) -> None:
        self.repo = contents.repo
        self.mades = mades
        self.facts = facts
        self.now = now
        self.proved: Mapping[str, Origin] = {}
        self.contents = contents
        self.new: dict[str, Record] = {}
        self.texts: dict[str, bytes] = {}
        self._blames = count()
        self._stored: dict[str, Record | None] = {}
        self._waiting = {made.oid: made for made in (*waiting, *mades)}
        self.records([made.oid for made in mades])
        contents.expect(facts[made.oid].commit for made in mades)

    def record(self, made: Made) -> None:
        """Give one commit its record, if it has none that says as much."""
        self._waiting.pop(made.oid, None)
        facts = self.facts[made.oid]
        origin = self.proved.get(made.oid) or rewrite.origin(made, facts, lambda: self._search)
        for first in origin.commits if origin else ():
            if first in self._waiting:  # of the same batch, from another worktree
                self.record(self._waiting[first])
        existing = self.records([made.oid]).get(made.oid)
        olds = self._carried(origin)
        surely = made.oid in self.proved and existing is not None and existing.known
        if existing and not surely and not _lacks(existing, olds, made):
            self._improve(existing, made)
            return
        if olds and origin:
            lines = self._lines(made, facts, origin, olds)
            carried = reanchor.carry(facts, olds, origin, made.claim, attested=lines, now=self.now)
            self.new[made.oid] = _above(existing, carried)
            self._improve(self.new[made.oid], made, carried=True)
        elif existing:
            self.new[made.oid] = reanchor.claimed(existing, made.claim, now=self.now)
        else:
            self.new[made.oid] = self._fresh(made, facts, origin)

    def _improve(self, record: Record, made: Made, *, carried: bool = False) -> None:
        """What was said of this very commit, or surer evidence, may come after its record."""
        carried = carried or any(
            step.get("from_meta") and step.get("op") != "revert" for step in record.lineage
        )
        news = improved(record.value, made.claim, carried=carried) if record.known else None
        if news:
            self.new[made.oid] = reanchor.claimed(record, news, now=self.now)

    def records(self, oids: Iterable[str]) -> dict[str, Record]:
        """The records that commits have, this batch's included."""
        wanted = list(oids)
        unknown = [oid for oid in wanted if oid not in self._stored]
        if unknown:
            found = records.texts(self.repo, unknown, env=objects.NO_FETCH)
            self.texts.update(found)
            decoded = {oid: codec.decode(found.get(oid, b"")).records for oid in unknown}
            self._stored.update({oid: codec.primary(r) for oid, r in decoded.items()})
        both = {oid: self.new.get(oid) or self._stored[oid] for oid in wanted}
        return {oid: record for oid, record in both.items() if record}

    def _carried(self, origin: Origin | None) -> list[Record]:
        """The records to carry on. A revert undoes work, it does not carry it on."""
        if origin is None or origin.op == "revert":
            return []
        found = self.records(origin.commits)
        return [found[oid] for oid in origin.commits if oid in found and found[oid].known]

    def _fresh(self, made: Made, facts: Facts, origin: Origin | None) -> Record:
        claim = dict(made.claim)
        left = left_behind.commits_of(self.repo, made)
        olds = self._olds([*made.squashed, *left], whole=True)
        inherited = self._inherited(facts, claim, origin)
        found = False
        if olds or inherited:
            joined = bool(made.squashed)
            more = carry_lines.attested(
                self.contents, facts.commit, claim, olds, inherited, rewritten=joined
            )
            found = more.attestations != (claim.get("attestations") or {})
            claim = _with_lines(claim, more)
        if origin is not None or made.squashed or found:  # others' work is in it
            claim["ext"] = {**_ext(claim), LINES_EXT: LINES_COMPLETE}
        if Paths(self.repo.common_dir).proposals.is_dir():
            from git_anvcs.flows import proposed_in  # loads the merge, and rarely needed

            if told := proposed_in.told(self.repo, facts.commit):
                claim["ext"] = {**_ext(claim), proposed_in.EXT: told}
        fresh = making.make(facts, claim, ref=made.ref, now=self.now)
        if origin is None:
            return fresh
        known = [record.meta_id for record in self.records(origin.commits).values()]
        step = reanchor.lineage_step(origin, self.now, known)
        return making.finished({**fresh.value, "lineage": [step]})

    def _lines(
        self, made: Made, facts: Facts, origin: Origin, olds: Sequence[Record]
    ) -> dict[str, object]:
        """What the carried record says of lines.

        A record that speaks for all of its commit cannot speak for more than that commit did.
        """
        same = len(origin.commits) == 1 and reanchor.same_patch(facts, olds)
        left = [] if same else left_behind.commits_of(self.repo, made)
        known = self._olds([*reversed(origin.commits), *left], whole=not same)
        inherited = self._inherited(facts, made.claim, origin)
        found = carry_lines.attested(self.contents, facts.commit, made.claim, known, inherited)
        ext = {LINES_EXT: LINES_COMPLETE} if found.complete else {}
        return {**found._asdict(), "ext": ext}

    def _inherited(
        self, facts: Facts, claim: Mapping[str, Any], origin: Origin | None
    ) -> Inherited | None:
        """Whose lines of its parents a commit may have in another form.

        Where nobody but the maker is known to be behind its lines, that is not made half-known.
        """
        if not facts.commit.parents or (reanchor.speaks(claim) and LINES_EXT not in _ext(claim)):
            return None
        others: list[str] = []
        if origin is not None and origin.op == "revert":
            undone = commits.load(self.repo, origin.commits).values()
            others = [parent for commit in undone for parent in commit.parents]
        return Inherited(self.contents, self.records, self._blames, facts.commit.parents, others)

    def _olds(self, oids: Sequence[str], *, whole: bool) -> list[Old]:
        """Older commits that have a record, in this order."""
        known = self.records(oids)
        loaded = commits.load(self.repo, [oid for oid in oids if oid in known])
        found = [
            Old(loaded[oid], known[oid], whole)
            for oid in dict.fromkeys(oids)
            if oid in loaded and oid in known and known[oid].known
        ]
        self.contents.expect(old.commit for old in found)
        return found

    @cached_property
    def _search(self) -> rewrite.Search:
        return rewrite.search(self.repo, self.mades, self.records)


def _above(existing: Record | None, carried: Record) -> Record:
    """The carried record, with a revision above what the commit has already of the same record.

    A rebase may be drained between its last amend and its list: what is told last must win.
    """
    if existing is None or existing.meta_id != carried.meta_id or existing.rev < carried.rev:
        return carried
    return making.finished({**carried.value, "rev": existing.rev + 1})


def _lacks(existing: Record, olds: Sequence[Record], made: Made) -> bool:
    """Whether a commit's record leaves out who it came from, or who made it."""
    if not existing.known:
        return False
    told = {existing.meta_id, *_told(existing)}
    if any(old.meta_id not in told for old in olds if old.agent_id != UNTRACKED):
        return True
    if any(old.meta_id not in told for old in olds) and existing.agent_id == UNTRACKED:
        return True
    return existing.agent_id == UNTRACKED and reanchor.speaks(made.claim) and not olds


def _told(record: Record) -> set[str]:
    return {
        item
        for step in record.lineage
        for item in (step.get("from_meta") or ())  # type: ignore[attr-defined]
        if isinstance(item, str)
    }


def _with_lines(claim: Mapping[str, Any], more: Attested) -> dict[str, Any]:
    """A claim with the lines that older commits explain."""
    found = dict(claim)
    for key, said in (("sessions", more.sessions), ("humans", more.humans)):
        if said:
            found[key] = {**said, **(claim.get(key) or {})}
    if more.attestations:
        found["attestations"] = more.attestations
    return found


def _ext(claim: Mapping[str, Any]) -> dict[str, Any]:
    found = claim.get("ext")
    return dict(found) if isinstance(found, Mapping) else {}


def _message(new: Mapping[str, Record], facts: Mapping[str, Facts]) -> str:
    lines = [
        f"{oid[:12]} {making.printable(facts[oid].commit.subject)[:60]}"
        for oid in list(new)[:_NAMED]
    ]
    if len(new) == 1:
        return f"anvcs: record {lines[0]}"
    more = [f"and {len(new) - _NAMED} more"] if len(new) > _NAMED else []
    return "\n".join([f"anvcs: {len(new)} records", "", *lines, *more])

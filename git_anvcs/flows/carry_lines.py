"""Story: lines of older commits stand in a new one; who they belong to goes with them.

By the text of the lines, in the versions of the file that the older commits had: so a squash, a
split and a rebase over other work are one case. What Git's diff does not count as new in the new
commit is not its to tell of.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from git_anvcs.flows import attribute
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.inherited import Inherited
from git_anvcs.git.commits import Commit
from git_anvcs.provenance import lines
from git_anvcs.provenance.lines import NOBODY, Source
from git_anvcs.provenance.record import HUMAN, LINES_EXT, UNTRACKED, Record

Table = Mapping[str, Any]


class Old(NamedTuple):
    """An older commit and its record; whole: where the record attests no lines, it speaks for
    every line the commit added."""

    commit: Commit
    record: Record
    whole: bool = False


class Attested(NamedTuple):
    """What a record says of lines, and of those behind them.

    complete: whether the lines it does not attest are nobody's
    """

    attestations: Mapping[str, Mapping[str, str]]
    sessions: Mapping[str, Any]
    humans: Mapping[str, Any]
    complete: bool = False


def attested(
    contents: Contents,
    commit: Commit,
    claim: Table,
    olds: Sequence[Old],
    inherited: Inherited | None = None,
    *,
    rewritten: bool = True,
) -> Attested:
    """Who is behind the lines of `commit`: as its own claim says, else as the older ones do.

    inherited: who is behind those that its parents have in another form or place
    rewritten: whether the first of `olds` became this commit; else it was only left behind
    """
    own = claim.get("attestations") or {}
    people = _People(claim)
    found: dict[str, Mapping[str, str]] = {path: dict(whose) for path, whose in own.items()}
    for path, added in contents.added(commit).items() if olds or inherited else ():
        new = contents.committed(commit.oid, path) if added.numbers else None
        if not new:
            continue
        known = lines.owners(len(new), own.get(path, {}))
        asked = [n - 1 for n in sorted(added.numbers) if n <= len(new) and not known[n - 1]]
        sources = [
            source
            for old in olds
            for name in dict.fromkeys((path, added.before))
            if (source := _source(contents, old, name, people))
        ]
        more = attribute.answered(sources, new, asked, right_before=rewritten)
        left = [index for index in asked if index not in more]
        for index, key in inherited(path, added.before, new, left).items() if inherited else ():
            people.add(key.record.value)
            more[index] = key.key
        for index, owner in more.items():
            known[index] = owner
        if more:
            found[path] = lines.owned(known)
    used = {key for whose in found.values() for key in whose}
    return Attested(found, people.sessions(used), people.humans(used), _complete(claim, olds))


class _People:
    """What is known of those behind attribution keys."""

    def __init__(self, claim: Table) -> None:
        self._sessions: dict[str, Any] = dict(claim.get("sessions") or {})
        self._humans: dict[str, Any] = dict(claim.get("humans") or {})

    def add(self, said: Table) -> None:
        self._sessions = {**(said.get("sessions") or {}), **self._sessions}
        self._humans = {**(said.get("humans") or {}), **self._humans}

    def sessions(self, keys: Iterable[str]) -> dict[str, Any]:
        named = {key.partition("::")[0] for key in keys}
        return {name: said for name, said in self._sessions.items() if name in named}

    def humans(self, keys: Iterable[str]) -> dict[str, Any]:
        named = set(keys)
        return {name: said for name, said in self._humans.items() if name in named}


def _complete(claim: Table, olds: Sequence[Old]) -> bool:
    told = claim.get("ext")
    mine = isinstance(told, Mapping) and LINES_EXT in told
    return mine or any(old.whole or old.record.tells_every_line for old in olds)


def _source(contents: Contents, old: Old, path: str, people: _People) -> Source | None:
    """The file as the older commit had it, and whose its lines are by that commit's record."""
    record = old.record
    if record.commit != old.commit.oid:
        return None
    text = contents.committed(old.commit.oid, path)
    if not text:
        return None
    whose = record.mapping("attestations").get(path)
    if isinstance(whose, Mapping) and whose:
        people.add(record.value)
        owned = {str(key): str(ranges) for key, ranges in whose.items()}
        try:
            return Source(text, lines.owners(len(text), owned))
        except ValueError:  # no ranges at all: a foreign writer's
            return None
    if not old.whole or record.tells_every_line:
        return None
    added = contents.added(old.commit).get(path)
    key = _maker(old, people) if added else ""
    if added is None or not key:
        return None
    return Source(text, [key if n + 1 in added.numbers else NOBODY for n in range(len(text))])


def _maker(old: Old, people: _People) -> str:
    """The key of whoever made a commit as a whole; none when several may have made a line."""
    record = old.record
    sessions = record.mapping("sessions")
    if record.agent_id in ("", UNTRACKED) or len(sessions) > 1:
        return NOBODY
    key = attribute.key_of(record.agent_id, old.commit)
    people.add(record.value)
    for name in sessions if record.agent_id != HUMAN else ():
        return f"{name}::{key.partition('::')[2]}"
    people.add(attribute.people(record.agent_id, old.commit, record.model))
    return key

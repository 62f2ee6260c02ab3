"""Story: a commit takes up what agents wrote; which of its lines are whose?

Git's own diff says which lines are the commit's; the snapshots that hooks took say who wrote
them. What they do not say belongs to nobody, also where the commit as a whole has a maker.
"""

from collections.abc import Iterable, Mapping, Sequence
import math
from typing import Any, NamedTuple

from git_anvcs.flows.contents import Asked, Contents
from git_anvcs.git import stash
from git_anvcs.git.commits import Commit
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance import lines, ranges
from git_anvcs.provenance.claim import UNKNOWN_SESSION, session_key
from git_anvcs.provenance.lines import NOBODY, Source
from git_anvcs.provenance.pending import Pending
from git_anvcs.provenance.record import HUMAN
from git_anvcs.provenance.versions import NOT_KEPT, Lines, source_of
from git_anvcs.provenance.working import Working


class Wrote(NamedTuple):
    """What is known of the lines of one commit.

    lines: path -> owner -> numbers of lines in the commit's version, from 1
    editors: path -> whoever wrote some of it, binary files and deletions included
    known: whether there are snapshots of a path of the commit
    """

    lines: Mapping[str, Mapping[str, Sequence[int]]] = {}
    editors: Mapping[str, frozenset[str]] = {}
    known: bool = False


class Where(NamedTuple):
    """Where a commit was made. lane: the worktree; moment: seconds since the epoch

    before: the commit HEAD was at, where that is known
    """

    lane: str = "."
    moment: float = math.inf
    before: str = ""


def wrote(
    contents: Contents,
    here: Pending,
    commit: Commit,
    changed: Iterable[str],
    *,
    made: Where,
    at_work: str = NOBODY,
) -> Wrote:
    """Whose the lines of a commit are, by what was going on in its worktree.

    changed: its paths, deleted ones included; made: where and when it was
    at_work: the session whose shell command surely made the commit, and whatever else is new
    """
    working = here.working
    if not at_work and not working.stashes and not working.files and not contents.beside:
        return Wrote()
    known = any(path in working.files for path in changed)
    found: dict[str, dict[str, list[int]]] = {}
    for path, added in contents.added(commit).items():
        new = contents.committed(commit.oid, path) if added.numbers else None
        if not new:
            continue
        asked = [number - 1 for number in sorted(added.numbers) if number <= len(new)]
        sources = list(working.sources(path, added.before, contents))
        seen = not sources or any(name in working.files for name in (path, added.before))
        if at_work:
            # The command itself may have set HEAD back, to commit anew what was there.
            heads = (str(shell.get("head", "")) for shell in here.shells.values())
            bases = (*commit.parents, made.before, *heads)
            sources += _base(contents, bases, (path, added.before))
        rest = at_work if at_work and _tells_all(contents, here, path, added.before) else NOBODY
        owners = answered(sources, new, asked, rest=rest, right_before=seen)
        left = [number for number in asked if number not in owners]
        if left and contents.beside and not contents.filtered(path):
            lane, moment = made.lane, made.moment
            more = Asked(contents, lane, moment, path, added.before, new, left, working.stashes)
            owners.update(contents.beside(more))
        if owners:
            found[path] = by_owner(owners)
    return Wrote(found, _editors(contents, here, commit, changed, found), known or bool(found))


def stashed(repo: Repo, contents: Contents, working: Working, until: float = math.inf) -> None:
    """Remember whose the lines in stashes are, before the versions they came from are forgotten.

    until: the moment that is looked at; what was stashed later tells nothing of it
    """
    if working.files:
        for oid in stash.listed(repo, until):
            working.stash(oid, list(working.files), contents)


def answered(
    sources: Sequence[Source],
    new: Lines,
    asked: Sequence[int],
    *,
    rest: str = NOBODY,
    right_before: bool = True,
) -> dict[int, str]:
    """The owners of the `asked` lines (from 0): of the first source that names one.

    rest: the owner of the lines that stand in no source
    right_before: whether the first source is what was changed into the new version
    """
    found: dict[int, str] = {}
    seen: set[int] = set()
    likely = dict.fromkeys(asked, rest) if rest else {}
    for number, source in enumerate(sources):
        left = [index for index in asked if index not in found]
        if not left:
            break
        if number == 0 and right_before:
            carried = lines.carried(source, new, likely=likely)
            told = {i: owner for i in left if (owner := carried[i]) is not None}
        else:
            told = lines.answers(source, new, left, likely=likely)
        seen.update(told)
        found.update({index: owner for index, owner in told.items() if owner})
    if rest:
        found.update({index: rest for index in asked if index not in seen})
    return found


def by_owner(owners: Mapping[int, str]) -> dict[str, list[int]]:
    """Owner -> numbers of lines, from 1."""
    found: dict[str, list[int]] = {}
    for index in sorted(owners):
        found.setdefault(owners[index], []).append(index + 1)
    return found


def attestations(
    owned: Mapping[str, Mapping[str, Sequence[int]]], keys: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The same as a record has it: path -> key -> ranges. keys: owner -> key"""
    return {
        path: {keys[owner]: ranges.of_numbers(numbers) for owner, numbers in whose.items()}
        for path, whose in owned.items()
    }


def key_of(who: str, commit: Commit) -> str:
    """The attribution key of whoever made lines of a commit (Git AI Standard 3.0.0).

    A session's has a second part that tells its pieces of work apart: one a commit.
    """
    if who == HUMAN:
        author = commit.author.rpartition(">")[0] + ">"
        return f"h_{_digest(author)}"
    return f"{session_key(who)}::t_{_digest(f'{who} {commit.oid}')}"


def people(who: str, commit: Commit, model: str = "") -> dict[str, dict[str, Any]]:
    """What a record must say of whoever a key names: an entry of `sessions` or of `humans`."""
    if who == HUMAN:
        author = commit.author.rpartition(">")[0] + ">"
        return {"humans": {key_of(who, commit): {"author": author}}}
    tool, _, session = who.partition(":")
    agent = {"tool": tool, "id": session or UNKNOWN_SESSION, "model": model or "unknown"}
    return {"sessions": {session_key(who): {"agent_id": agent}}}


def _tells_all(contents: Contents, here: Pending, path: str, before: str) -> bool:
    """Whether what was seen when a command began tells all that was in a file and its index entry.

    Else a line that nobody has seen before may still have been there.
    """
    versions = here.working.files.get(path) or here.working.files.get(before)
    if path in here.partly_staged or before in here.partly_staged or contents.filtered(path):
        return False
    if versions:
        return source_of(versions[-1], contents) is not None
    return path != before or not contents.ignored(path)


def _base(contents: Contents, commits: Iterable[str], names: Iterable[str]) -> list[Source]:
    """The file before a commit: a line that stood elsewhere in it is nobody's new work.

    names: what it may have been called; a commit that is amended has the newer name already
    """
    wanted = [(oid, name) for oid in commits if oid for name in dict.fromkeys(names)]
    texts = (contents.committed(oid, name) for oid, name in wanted)
    return [Source(text, [NOBODY] * len(text)) for text in texts if text]


def _editors(
    contents: Contents,
    here: Pending,
    commit: Commit,
    changed: Iterable[str],
    found: Mapping[str, Mapping[str, Sequence[int]]],
) -> dict[str, frozenset[str]]:
    """Who wrote some of each path that there are snapshots of."""
    editors = {path: frozenset(whose) for path, whose in found.items()}
    for path in changed:
        versions = here.working.files.get(path)
        if not versions or path in editors:
            continue
        newest = versions[-1]
        if newest.key == NOT_KEPT or not any(v.by or v.own for v in versions):
            continue  # no snapshot tells: what the agent said stands
        same = contents.snapshot_of(commit.oid, path) == newest.key
        editors[path] = frozenset({newest.by} - {NOBODY}) if same else frozenset()
    return editors


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:14]

"""Story: what agents and people told us becomes the claim of a commit.

The drain folds every `agent` and `context` line of the spool into what is pending in its
worktree, in spool order, and asks for a claim when a commit comes. What is known of a session
lies in a file of its own (`<common Git dir>/anvcs/sessions/`), so that it is found from every
worktree.
"""

from collections.abc import Mapping
import json
import math
from pathlib import Path
from typing import Any

from git_anvcs.flows import attribute, context
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.environment import environment_of
from git_anvcs.flows.made import Made
from git_anvcs.git import made_at
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance import pending as state
from git_anvcs.provenance import prompts, versions
from git_anvcs.provenance.claim import Known, Seen, surely_running
from git_anvcs.provenance.claim import claim_for as claim_of
from git_anvcs.provenance.events import LONGEST_ID, Event, from_line, text, texts
from git_anvcs.provenance.pending import Table, with_event
from git_anvcs.provenance.record import LINES_COMPLETE, LINES_EXT
from git_anvcs.provenance.subject import Facts
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

# Worktree -> what is pending there; plain JSON when it is saved, `state.Pending` until then.
Pending = dict[str, object]

# What is known of stashes, beside the worktrees: any of them may take one.
_STASHES = "stashes"

MOST_SESSIONS = 512
_TRANSCRIPT_TAIL = 256 << 10
_LARGEST_SESSION = 64 << 10


def fold(
    repo: Repo, pending: Pending, worktree: str, line: Mapping[str, Any], contents: Contents
) -> Pending:
    """What is pending, by worktree, after one more line of `worktree`.

    Raises ValueError: not a line of ours.
    """
    here = _here(pending, worktree)
    if line.get("kind") == "context":
        here.tell(line)
    else:
        event = from_line(line)
        here.fold(event, contents)
        if event.who:
            _update_session(Paths(repo.common_dir), event.who, event)
    return _with(pending, worktree, here)


def claim_for(
    repo: Repo,
    pending: Pending,
    made: Made,
    facts: Facts,
    line: Mapping[str, Any],
    contents: Contents,
) -> tuple[Table, Pending]:
    """The claim for a commit, and what is still pending after it.

    A rebase's step has no maker of its own, who made it is known from before; the claim then
    tells of lines alone, those that were written to resolve a conflict.
    line: what the hook saw of it (docs/formats/spool.md); empty when only the reflog tells
    """
    paths = Paths(repo.common_dir)
    here = _here(pending, made.worktree)
    # Only the reflog tells of it: what agents did since is in the lines that were read, too.
    until = math.inf if line else made_at.latest(repo, facts.commit)
    then = here if line else here.until(until)
    seen = _seen(facts, line)
    what = known(paths, then, seen.session)
    at_work = surely_running(what, seen)
    lane = made.worktree.encode(errors="surrogateescape").decode(errors="backslashreplace")
    where = attribute.Where(lane, seen.ts + 1, made.old)
    wrote = attribute.wrote(
        contents, then, facts.commit, facts.changed, made=where, at_work=at_work
    )
    seen = seen._replace(editors=wrote.editors)
    claim: Table = {}
    if not made.in_rebase:
        claim = claim_of(_with_models(what, claim_of(what, seen)), seen)
        claim = _by_policy(repo, paths, claim, here.told(seen.ticket).get("prompt_policy"))
        claim["env"] = environment_of(repo, facts.commit.oid)
    _add_lines(claim, wrote, what, made, facts)
    attribute.stashed(repo, contents, here.working, made_at.said(facts.commit) + 1)
    for path in facts.changed:
        if path in here.working.files:
            text = contents.committed(facts.commit.oid, path)
            here.working.committed(path, text, contents, until)
    if not made.in_rebase:
        here.committed(facts.changed, seen.ticket, until)
    return claim, _with(pending, made.worktree, here)


def at_end(repo: Repo, pending: Pending, contents: Contents) -> Pending:
    """What is pending when every line is taken up: new stashes known, what is old forgotten."""
    for worktree in [name for name in pending if name != _STASHES]:
        here = _here(pending, worktree)
        if not here.working.files:
            continue
        attribute.stashed(repo, contents, here.working)
        here.working.forget_old(clock.now())
        pending = _with(pending, worktree, here)
    return pending


def snapshots_needed(pending: Pending) -> set[str]:
    """The keys of the snapshots that what is pending refers to."""
    named = (name for name in pending if name != _STASHES)
    return {key for name in named for key in _here(pending, name).working.keys}


def known(paths: Paths, here: state.Pending, declared: str) -> Known:
    """The state of a worktree with the sessions that left a trace in it, or declare themselves."""
    found = {who: _read(_file(paths, who)) for who in [*here.sessions, declared] if who}
    return Known(here, {who: session for who, session in found.items() if session})


def session_of(paths: Paths, who: str) -> Table:
    """What is known of a session besides: agent, model, prompt_mac …; empty when nothing is."""
    return _read(_file(paths, who))


def _add_lines(claim: Table, wrote: attribute.Wrote, what: Known, made: Made, facts: Facts) -> None:
    """Put into a claim whose the lines are, and whether that is all there is to say of them.

    It is where anybody's snapshots tell of a file, or the maker's hooks would have told, or where
    Git brought what was written elsewhere: then a line that nobody is known for is nobody's.
    """
    commit = facts.commit
    keys: dict[str, str] = {}
    for who in {who for whose in wrote.lines.values() for who in whose}:
        keys[who] = attribute.key_of(who, commit)
        model = str(what.sessions.get(who, {}).get("model", ""))
        for kind, said in attribute.people(who, commit, model).items():
            claim[kind] = {**said, **claim.get(kind, {})}
    if wrote.lines:
        claim["attestations"] = attribute.attestations(wrote.lines, keys)
    maker = what.sessions.get(str(claim.get("agent_id")), {})
    told = wrote.known or maker.get("snapshots")
    brought = made.action and not made.action.startswith("commit")
    if told or (brought and not made.in_rebase):
        claim["ext"] = {**claim.get("ext", {}), LINES_EXT: LINES_COMPLETE}


def _seen(facts: Facts, line: Mapping[str, Any]) -> Seen:
    """What was seen of a commit: by its hook, and in the commit itself."""
    ts = line.get("ts")
    terminal = line.get("terminal")
    return Seen(
        ts=float(ts) if isinstance(ts, int | float) else made_at.said(facts.commit),
        session=text(line, "session", limit=LONGEST_ID * 2),
        ticket=text(line, "token"),
        signals=texts(line, "signals"),
        terminal=terminal if isinstance(terminal, bool) else None,
        paths=tuple(facts.changed),
        author=facts.commit.author,
        committer=facts.commit.committer,
        message=facts.commit.message,
    )


def _by_policy(repo: Repo, paths: Paths, claim: Table, said: object) -> Table:
    """The claim with what policy lets a record hold of its prompt; `said` was for this commit."""
    policy = context.prompt_policy(repo)
    mac = claim.get("prompt_info", {}).get("hmac_sha256", "")
    if policy == prompts.WITHHELD and said is None:
        prompts.forget(paths, mac)  # the repository's policy: nothing of it is kept here either
    return prompts.apply_policy(paths, claim, said if isinstance(said, str) else policy)


def _here(pending: Pending, worktree: str) -> state.Pending:
    """What is pending in a worktree; as it was left while a drain goes on, else read back."""
    found = pending.get(worktree)
    if isinstance(found, state.Pending):
        return found
    here = state.Pending(found if isinstance(found, dict) else {})
    live = (item for item in pending.values() if isinstance(item, state.Pending))
    other = next(live, None)
    known = other.working.stashes if other else versions.stashes(pending.get(_STASHES))
    here.working.stashes = known
    return here


def without_gone(repo: Repo, pending: Pending) -> Pending:
    """What is pending as plain JSON, and only of the worktrees that are there still.

    Not before every line is taken up: of a worktree that was removed right after a commit, the
    lines that say who made it come to be read when it is gone already.
    """
    plain = {n: v.value if isinstance(v, state.Pending) else v for n, v in pending.items()}
    return {
        name: value
        for name, value in plain.items()
        if value and (name in (".", _STASHES) or (repo.common_dir / name).is_dir())
    }


def _with(pending: Pending, worktree: str, here: state.Pending) -> Pending:
    return {**pending, worktree: here, _STASHES: here.working.stashes}


def _update_session(paths: Paths, who: str, event: Event) -> None:
    before = _read(_file(paths, who))
    after = with_event(before, event)
    if after == before:
        return
    if not before:
        _make_room(paths.sessions)
    said = json.dumps(after, separators=(",", ":")).encode() + b"\n"
    atomic.write(_file(paths, who), said, mode=0o600)


def _with_models(what: Known, claim: Table) -> Known:
    """The same, with the models that transcripts tell of the sessions a claim names.

    Agents need not tell their model, nor that the user switched to another one; the transcript
    does. It may be large, so only the few that count are looked at.
    """
    from git_anvcs.provenance.agents import registry

    sessions = dict(what.sessions)
    for named in claim.get("sessions", {}).values():
        who = f"{named['agent_id']['tool']}:{named['agent_id']['id']}"
        known_of = sessions.get(who, {})
        agent, transcript = str(known_of.get("agent", "")), str(known_of.get("transcript", ""))
        told_in = registry.model_file(agent, transcript) if transcript else ""
        if told_in:
            model = registry.model_in_transcript(agent, _tail(Path(told_in)))
            sessions[who] = {**known_of, "model": model or known_of.get("model", "")}
    return Known(what.here, sessions)


def _read(file: Path) -> Table:
    try:
        with file.open("rb") as opened:
            value = json.loads(opened.read(_LARGEST_SESSION))
    except (OSError, ValueError, RecursionError):
        return {}
    known = value if isinstance(value, dict) else {}
    return {
        key: item
        for key, item in known.items()
        if isinstance(item, int if key == "redactions" else str)
    }


def _tail(file: Path) -> bytes:
    try:
        if not file.is_file():  # a pipe would keep us waiting
            return b""
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(max(0, size - _TRANSCRIPT_TAIL))
            return opened.read(_TRANSCRIPT_TAIL)
    except OSError:
        return b""


def _file(paths: Paths, who: str) -> Path:
    return paths.sessions / f"{sha256(who.encode(errors='replace')).hexdigest()[:32]}.json"


def _make_room(folder: Path) -> None:
    """Forget the sessions not heard of for longest, before another one is kept."""
    kept = sorted(folder.glob("*.json"), key=_changed_at) if folder.is_dir() else []
    for file in kept[: max(0, len(kept) - MOST_SESSIONS + 1)]:
        file.unlink(missing_ok=True)


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0

"""Story: what agents and people told us becomes the claim of a commit.

The drain folds every `agent` and `context` line of the spool into what is pending in its
worktree, in spool order, and asks for a claim when a commit comes. What is known of a session
lies in a file of its own (`<common Git dir>/anvcs/sessions/`), so that it is found from every
worktree.
"""

from collections.abc import Mapping
import hashlib
import json
from pathlib import Path
from typing import Any

from git_anvcs.flows import context
from git_anvcs.flows.environment import environment_of
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import pending as state
from git_anvcs.provenance import prompts
from git_anvcs.provenance.claim import Known, Seen
from git_anvcs.provenance.claim import claim_for as claim_of
from git_anvcs.provenance.events import LONGEST_ID, Event, from_line, text, texts
from git_anvcs.provenance.pending import Table, with_event
from git_anvcs.provenance.subject import Facts
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

# Worktree -> what is pending there; plain JSON, saved by the drain.
Pending = dict[str, object]

MOST_SESSIONS = 512
_TRANSCRIPT_TAIL = 256 << 10
_LARGEST_SESSION = 64 << 10


def fold(repo: Repo, pending: Pending, worktree: str, line: Mapping[str, Any]) -> Pending:
    """What is pending, by worktree, after one more line of `worktree`.

    Raises ValueError: not a line of ours.
    """
    here = state.Pending(_of(pending, worktree))
    if line.get("kind") == "context":
        here.tell(line)
    else:
        event = from_line(line)
        here.fold(event)
        if event.who:
            _update_session(Paths(repo.common_dir), event.who, event)
    return _with(pending, worktree, here)


def claim_for(
    repo: Repo, pending: Pending, worktree: str, facts: Facts, line: Mapping[str, Any]
) -> tuple[Table, Pending]:
    """The claim for a commit, and what is still pending after it.

    line: what the hook saw of it (docs/formats/spool.md); empty when only the reflog tells
    """
    paths = Paths(repo.common_dir)
    here = state.Pending(_of(pending, worktree))
    seen = _seen(facts, line)
    # Only the reflog tells of it: what agents did since is in the lines that were read, too.
    then = here if line else here.until(_committed_at(facts) + 1)
    what = known(paths, then, seen.session)
    claim = claim_of(_with_models(what, claim_of(what, seen)), seen)
    claim = _by_policy(repo, paths, claim, here.told(seen.ticket).get("prompt_policy"))
    claim["env"] = environment_of(repo, facts.commit.oid)
    here.committed(facts.changed, seen.ticket)
    return claim, _with(pending, worktree, here)


def known(paths: Paths, here: state.Pending, declared: str) -> Known:
    """The state of a worktree with the sessions that left a trace in it, or declare themselves."""
    found = {who: _read(_file(paths, who)) for who in [*here.sessions, declared] if who}
    return Known(here, {who: session for who, session in found.items() if session})


def _seen(facts: Facts, line: Mapping[str, Any]) -> Seen:
    """What was seen of a commit: by its hook, and in the commit itself."""
    ts = line.get("ts")
    terminal = line.get("terminal")
    return Seen(
        ts=float(ts) if isinstance(ts, int | float) else 0.0,
        session=text(line, "session", limit=LONGEST_ID * 2),
        ticket=text(line, "token"),
        signals=texts(line, "signals"),
        terminal=terminal if isinstance(terminal, bool) else None,
        paths=tuple(facts.changed),
        author=facts.commit.author,
        committer=facts.commit.committer,
        message=facts.commit.message,
    )


def _committed_at(facts: Facts) -> float:
    """The second a commit says it was made in."""
    words = facts.commit.committer.rsplit(" ", 2)
    return float(words[1]) if len(words) == 3 and words[1].isdecimal() else 0.0


def _by_policy(repo: Repo, paths: Paths, claim: Table, said: object) -> Table:
    """The claim with what policy lets a record hold of its prompt; `said` was for this commit."""
    policy = context.prompt_policy(repo)
    mac = claim.get("prompt_info", {}).get("hmac_sha256", "")
    if policy == prompts.WITHHELD and said is None:
        prompts.forget(paths, mac)  # the repository's policy: nothing of it is kept here either
    return prompts.apply_policy(paths, claim, said if isinstance(said, str) else policy)


def _of(pending: Pending, worktree: str) -> Table:
    found = pending.get(worktree)
    return found if isinstance(found, dict) else {}


def without_gone(repo: Repo, pending: Pending) -> Pending:
    """Only the worktrees that are there still.

    Not before every line is taken up: of a worktree that was removed right after a commit, the
    lines that say who made it come to be read when it is gone already.
    """
    return {
        name: value
        for name, value in pending.items()
        if value and (name == "." or (repo.common_dir / name).is_dir())
    }


def _with(pending: Pending, worktree: str, here: state.Pending) -> Pending:
    return {**pending, worktree: here.value}


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
    return paths.sessions / f"{hashlib.sha256(who.encode(errors='replace')).hexdigest()[:32]}.json"


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

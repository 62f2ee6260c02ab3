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
from git_anvcs.provenance import prompts
from git_anvcs.provenance.claim import Known, Seen, claim_for
from git_anvcs.provenance.environment import signals_in
from git_anvcs.provenance.events import from_line
from git_anvcs.provenance.pending import Pending, Table, with_event
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

MOST_SESSIONS = 512
_TRANSCRIPT_TAIL = 256 << 10
_LARGEST_SESSION = 64 << 10

# Variables that tell who commits; hooks/_anvcs.sh writes down those that are set.
SESSION, TICKET, TERMINAL = "ANVCS_SESSION", "ANVCS_COMMIT", "terminal"


def fold(repo: Repo, pending: Mapping[str, Any], line: Mapping[str, Any]) -> Table:
    """What is pending in a worktree after one more line. Raises ValueError: not a line of ours."""
    here = Pending(pending)
    if line.get("kind") == "context":
        here.tell(line)
        return here.value
    event = from_line(line)
    here.fold(event)
    if event.who:
        _update_session(Paths(repo.common_dir), event.who, event)
    return here.value


def claim(repo: Repo, pending: Mapping[str, Any], seen: Seen, commit: str) -> tuple[Table, Table]:
    """The claim for a commit, and what is still pending after it."""
    paths = Paths(repo.common_dir)
    here = Pending(pending)
    sessions = {who: _session(paths, who) for who in [*here.sessions, seen.session] if who}
    made = claim_for(Known(here, {k: v for k, v in sessions.items() if v}), seen)
    made = prompts.apply_policy(paths, made, _policy(repo, here, seen))
    made["env"] = environment_of(repo, commit)
    here.committed(dict.fromkeys(seen.paths), seen.ticket)
    return made, here.value


def seen_by_hook(variables: Mapping[str, str], **facts: Any) -> Seen:
    """What a hook saw, from the variables it wrote down; `facts` are the commit's own."""
    terminal = variables.get(TERMINAL)
    return Seen(
        session=variables.get(SESSION, ""),
        ticket=variables.get(TICKET, ""),
        signals=signals_in(variables),
        terminal=None if terminal is None else terminal == "1",
        **facts,
    )


def _policy(repo: Repo, here: Pending, seen: Seen) -> str:
    said = here.told(seen.ticket).get("prompt_policy")
    return said if said in prompts.POLICIES else context.prompt_policy(repo)


def _update_session(paths: Paths, who: str, event: Any) -> None:
    before = _read(_file(paths, who))
    after = with_event(before, event)
    if after == before:
        return
    if not before:
        _make_room(paths.sessions)
    text = json.dumps(after, separators=(",", ":")).encode() + b"\n"
    atomic.write(_file(paths, who), text, mode=0o600)


def _session(paths: Paths, who: str) -> Table:
    """What is known of a session; its model from the transcript when the agent did not tell."""
    known = _read(_file(paths, who))
    if known.get("agent") == "claude" and known.get("transcript"):
        from git_anvcs.provenance.agents.claude import model_in_transcript

        model = model_in_transcript(_tail(Path(str(known["transcript"]))))
        return {**known, "model": model or known.get("model", "")}
    return known


def _read(file: Path) -> Table:
    try:
        with file.open("rb") as opened:
            value = json.loads(opened.read(_LARGEST_SESSION))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tail(file: Path) -> bytes:
    try:
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

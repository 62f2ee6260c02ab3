"""Agent Trace 0.1.0: a record as one trace record (an export; the format has no way back)."""

from collections.abc import Mapping
from typing import Any
import uuid

from git_anvcs.provenance.record import Record

VERSION = "0.1.0"
_OURS = "io.git-anvcs"


def write(record: Record) -> dict[str, Any]:
    """One trace record: each attested file, each attribution a conversation."""
    files = []
    for path, who in sorted(record.mapping("attestations").items()):
        if isinstance(who, Mapping):
            said = [_conversation(record, key, str(r)) for key, r in sorted(who.items())]
            files.append({"path": path, "conversations": said})
    return {
        "version": VERSION,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:anvcs:{record.meta_id}:{record.rev}")),
        "timestamp": record.created_at,
        "vcs": {"type": "git", "revision": record.commit},
        "tool": {"name": "git-anvcs"},
        "files": files,
        "metadata": {_OURS: {"meta_id": record.meta_id, "agent_id": record.agent_id}},
    }


def _conversation(record: Record, key: str, ranges: str) -> dict[str, Any]:
    pairs = (part.partition("-") for part in ranges.split(","))
    lines = [{"start_line": int(a), "end_line": int(b or a)} for a, _, b in pairs]
    return {"contributor": _contributor(record, key), "ranges": lines}


def _contributor(record: Record, key: str) -> dict[str, str]:
    if key.startswith("h_"):
        return {"type": "human"}
    model = _model(record, key.partition("::")[0])
    return {"type": "ai", "model_id": model} if model else {"type": "ai"}


def _model(record: Record, session: str) -> str:
    """PROVIDER/MODEL, as the format wants it: the record's, or the session's where it says so."""
    value = record.mapping("sessions").get(session)
    agent = value.get("agent_id") if isinstance(value, Mapping) else None
    model = agent.get("model") if isinstance(agent, Mapping) else None
    told = model if isinstance(model, str) and "/" in model else record.model
    return told if len(record.mapping("sessions")) <= 1 or told == model else ""

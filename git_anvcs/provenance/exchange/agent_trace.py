"""Agent Trace 0.1.0: a record as one trace record (an export; the format has no way back)."""

from collections.abc import Mapping
from typing import Any
import uuid

from git_anvcs.provenance import models, ranges
from git_anvcs.provenance.exchange import git_ai
from git_anvcs.provenance.record import Record

VERSION = "0.1.0"
_OURS = "io.git-anvcs"


def write(record: Record) -> dict[str, Any]:
    """One trace record: each attested file, each attribution a conversation.

    A name that begins with a slash is no file of a repository; the standard has no word for it.
    """
    files = []
    for path, who in sorted(record.mapping("attestations").items()):
        if isinstance(who, Mapping) and not path.startswith("/"):
            said = [_conversation(record, key, str(r)) for key, r in sorted(who.items())]
            files.append({"path": path, "conversations": [each for each in said if each["ranges"]]})
    return {
        "version": VERSION,
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:anvcs:{record.meta_id}:{record.rev}")),
        "timestamp": record.created_at,
        "vcs": {"type": "git", "revision": record.commit},
        "tool": {"name": "git-anvcs"},
        "files": files,
        "metadata": {_OURS: {"meta_id": record.meta_id, "agent_id": record.agent_id}},
    }


def _conversation(record: Record, key: str, said: str) -> dict[str, Any]:
    lines = [{"start_line": told.first, "end_line": told.last} for told in ranges.read(said)]
    return {"contributor": _contributor(record, key), "ranges": lines}


def _contributor(record: Record, key: str) -> dict[str, str]:
    if key.startswith("h_"):
        return {"type": "human"}
    model = _model(record, key.partition("::")[0])
    return {"type": "ai", "model_id": model} if model else {"type": "ai"}


def _model(record: Record, key: str) -> str:
    """PROVIDER/MODEL of a session; the record's own where it is of this session and no other."""
    sessions = {**record.mapping("sessions"), **git_ai.prompts(record)}
    value = sessions.get(key)
    agent = value.get("agent_id") if isinstance(value, Mapping) else None
    said = agent.get("model") if isinstance(agent, Mapping) else None
    found = models.reference(said) if isinstance(said, str) else None
    alone = list(sessions) == [key] and models.is_reference(record.model)
    return found or (record.model if alone else "")

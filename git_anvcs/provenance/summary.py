"""What one record says in the few words of a line: who, with what, and did its tests pass.

Pure. Records come from anywhere: every field is checked before it is believed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.provenance.record import HUMAN, UNTRACKED, Record

AGENT = "agent"
UNCOMMITTED = "uncommitted"

PASSED, FAILED, STALE, UNKNOWN = "passed", "failed", "stale", "unknown"


class Who(NamedTuple):
    """Whoever wrote something.

    kind: `agent`, `human`, `untracked` or `uncommitted`
    agent: the tool (`claude-code`), empty unless kind is `agent`
    session: the tool's own id of the session, or empty
    model: `provider/model`, or empty
    """

    kind: str
    agent: str = ""
    session: str = ""
    model: str = ""


NOBODY_KNOWS = Who(UNTRACKED)
NOT_YET = Who(UNCOMMITTED)


def who(record: Record | None) -> Who:
    """Who made the commit as a whole."""
    if record is None or record.agent_id in ("", UNTRACKED):
        return NOBODY_KNOWS
    if record.agent_id == HUMAN:
        return Who(HUMAN)
    tool, session = _split(record.agent_id)
    return Who(AGENT, tool, session, record.model)


def who_of_key(record: Record, key: str) -> Who:
    """Who stands behind one attribution key: `s_…::t_…`, `h_…` or a bare hexadecimal one."""
    if key.startswith("h_"):
        return Who(HUMAN)
    name = key.partition("::")[0]
    session = record.mapping("sessions").get(name)
    agent = session.get("agent_id") if isinstance(session, Mapping) else None
    if not isinstance(agent, Mapping):
        return NOBODY_KNOWS
    tool, ident, model = (_text(agent.get(part)) for part in ("tool", "id", "model"))
    whole = who(record)
    if "/" not in model and whole.model.endswith(f"/{model}"):
        model = whole.model  # the standard's sessions name the model alone
    return Who(AGENT, tool, ident, model)


def tests(record: Record | None) -> str:
    """`passed`, `failed`, `stale` (they ran on another tree) or `unknown`."""
    if record is None:
        return UNKNOWN
    claimed = record.value.get("tests_passed")
    if not isinstance(claimed, bool):
        return UNKNOWN
    if record.tests_passed is None:
        return STALE
    return PASSED if claimed else FAILED


def lane(record: Record | None) -> str:
    """The branch the commit was made on, or empty."""
    ref = record.subject.get("ref") if record else None
    return ref.removeprefix("refs/heads/") if isinstance(ref, str) else ""


def short_model(model: str) -> str:
    """`anthropic/claude-opus-4` without its provider."""
    return model.partition("/")[2] or model


def facts(record: Record | None) -> dict[str, object]:
    """The same as plain values, for `--json`: null stands for "not known"."""
    found = who(record)
    return {
        "kind": found.kind,
        "agent": found.agent or None,
        "session": found.session or None,
        "model": found.model or None,
        "tests": tests(record),
        "lane": lane(record) or None,
        "meta_id": record.meta_id if record else None,
        "change_id": (record.change_id or None) if record else None,
    }


def _split(agent_id: str) -> tuple[str, str]:
    """`tool:session`; a SPIFFE id is its last segment and the whole."""
    if agent_id.startswith("spiffe://"):
        return agent_id.rstrip("/").rpartition("/")[2], agent_id
    tool, _, session = agent_id.partition(":")
    return tool, session


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

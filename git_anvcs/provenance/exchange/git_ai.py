"""The Git AI Standard, version 3: a record as an authorship note, and a note as what it says.

A note is a list of files with attribution keys and line ranges, a line `---`, and JSON about the
keys. Attestations and the keys of sessions and humans come back exactly as they went out.
"""

from collections.abc import Mapping
import json
import re
from typing import Any

from git_anvcs.provenance.record import Record

SCHEMA = "authorship/3.0.0"
REF = "refs/notes/ai"
LARGEST = 4 << 20

_KEY = re.compile(r"s_[0-9a-f]{14,}::t_[0-9a-f]{14,}|h_[0-9a-f]{14,}|[0-9a-f]{7,16}")
_RANGES = re.compile(r"[1-9][0-9]*(-[1-9][0-9]*)?(,[1-9][0-9]*(-[1-9][0-9]*)?)*")
_SESSION = re.compile(r"s_[0-9a-f]{14,}")
_HUMAN = re.compile(r"h_[0-9a-f]{14,}")
_LINK = "anvcs.meta_id"
_PROMPTS = "git-ai.prompts"


class NotANote(ValueError):
    """The text is no note of this standard; the message says where."""


def write(record: Record) -> str:
    """The note of a record. What the standard has no word for stays in the record."""
    lines = []
    for path, who in sorted(record.mapping("attestations").items()):
        lines.append(json.dumps(path, ensure_ascii=False) if _needs_quotes(path) else path)
        if isinstance(who, Mapping):
            lines += [f"  {key} {ranges}" for key, ranges in sorted(who.items())]
    metadata = {
        "schema_version": SCHEMA,
        "base_commit_sha": record.commit,
        "prompts": record.mapping("ext").get(_PROMPTS, {}),
        "humans": dict(record.mapping("humans")),
        "sessions": {k: _session_out(s, record) for k, s in record.mapping("sessions").items()},
    }
    return "\n".join([*lines, "---", json.dumps(metadata, ensure_ascii=False, indent=2), ""])


def read(text: bytes) -> dict[str, Any]:
    """What a note says, by the names of our fields. Raises NotANote."""
    if len(text) > LARGEST:
        raise NotANote(f"larger than {LARGEST:,} bytes")
    try:
        head, found, tail = f"\n{text.decode()}".partition("\n---\n")
        metadata = json.loads(tail)
    except (ValueError, RecursionError) as error:
        raise NotANote("not UTF-8, or no JSON after the line ---") from error
    if not found or not isinstance(metadata, dict):
        raise NotANote("no line ---, or no JSON object after it")
    if not str(metadata.get("schema_version")).startswith("authorship/3."):
        raise NotANote(f"schema_version {metadata.get('schema_version')!r} is not known")
    said = {
        "attestations": _attestations(head.splitlines()),
        "sessions": _sessions(_object(metadata, "sessions")),
        "humans": _humans(_object(metadata, "humans")),
    }
    prompts = _object(metadata, "prompts")
    if prompts:  # of older versions; the conversation itself must not travel
        kept = {k: _without_messages(p) for k, p in prompts.items() if isinstance(p, dict)}
        said[f"ext.{_PROMPTS}"] = kept
    return {key: value for key, value in said.items() if value}


def _attestations(lines: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    path = None
    for number, line in enumerate(lines, 0):
        if not line.strip():
            continue
        if not line.startswith(" "):
            path = _path(line)
            continue
        key, _, ranges = line.strip().partition(" ")
        if path is None or not _KEY.fullmatch(key) or not _RANGES.fullmatch(ranges):
            raise NotANote(f"line {number} is no attribution")
        found.setdefault(path, {})[key] = ranges
    return found


def _path(line: str) -> str:
    if not line.startswith('"'):
        return line
    try:
        path = json.loads(line)
    except ValueError:
        path = line[1:-1] if len(line) > 1 and line.endswith('"') else None
    if not isinstance(path, str):
        raise NotANote("a quoted path does not end")
    return path


def _needs_quotes(path: str) -> bool:
    return any(c.isspace() or c == '"' or not c.isprintable() for c in path) or path == "---"


def _session_out(session: object, record: Record) -> dict[str, Any]:
    value = session if isinstance(session, Mapping) else {}
    kept = {k: value[k] for k in ("agent_id", "human_author") if k in value}
    more = value.get("custom_attributes")
    own = dict(more) if isinstance(more, Mapping) else {}
    return {**kept, "custom_attributes": {**own, _LINK: record.meta_id}}


def _sessions(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in given.items():
        agent = value.get("agent_id") if isinstance(value, dict) else None
        if not _SESSION.fullmatch(key) or not isinstance(agent, dict):
            raise NotANote(f"session {key[:40]!r} is none")
        made: dict[str, Any] = {
            "agent_id": {name: str(agent.get(name, "")) for name in ("tool", "id", "model")}
        }
        if isinstance(value.get("human_author"), str):
            made["human_author"] = value["human_author"]
        more = value.get("custom_attributes")
        own = {str(k): str(v) for k, v in more.items()} if isinstance(more, dict) else {}
        own.pop(_LINK, None)
        found[key] = {**made, "custom_attributes": own} if own else made
    return found


def _humans(given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in given.items():
        author = value.get("author") if isinstance(value, dict) else None
        if not _HUMAN.fullmatch(key) or not isinstance(author, str):
            raise NotANote(f"human {key[:40]!r} is none")
        found[key] = {"author": author}
    return found


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key) or {}
    if not isinstance(found, dict):
        raise NotANote(f"{key} is no object")
    return found


def _without_messages(prompt: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in prompt.items() if key != "messages"}

"""The Git AI Standard, version 3: a record as an authorship note, and a note as what it says.

A note is a list of files with attribution keys and line ranges, a line `---`, and JSON about the
keys. Attestations and the keys of sessions and humans come back exactly as they went out.
"""

from collections.abc import Mapping
import json
import re
from typing import Any

from git_anvcs.provenance import ranges
from git_anvcs.provenance.record import Record

SCHEMA = "authorship/3.0.0"
REF = "refs/notes/ai"
LARGEST = 4 << 20

_KEY = re.compile(r"s_[0-9a-f]{14,}::t_[0-9a-f]{14,}|h_[0-9a-f]{14,}|[0-9a-f]{7,16}")
_SESSION = re.compile(r"s_[0-9a-f]{14,}")
_HUMAN = re.compile(r"h_[0-9a-f]{14,}")
_OLD = re.compile(r"[0-9a-f]{7,16}")
_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)")
_LINK = "anvcs.meta_id"
_PROMPTS = "git-ai.prompts"

# Where the sessions of older notes stand, in what `read` returns.
OLDER = f"ext.{_PROMPTS}"

# What the standard knows of a prompt of its older versions. The conversation is not among it.
_COUNTS = ("total_additions", "total_deletions", "accepted_lines", "overriden_lines")
_TEXTS = ("human_author", "messages_url")


class NotANote(ValueError):
    """The text is no note of this standard; the message says where."""


def write(record: Record) -> str:
    """The note of a record. What the standard has no word for stays in the record."""
    lines = []
    for path, who in sorted(record.mapping("attestations").items()):
        if "\n" in path or not isinstance(who, Mapping):
            continue  # a name over two lines cannot be told; its lines stay unattributed
        lines.append(f'"{path}"' if _needs_quotes(path) else path)
        lines += [f"  {key} {ranges.in_order(str(told))}" for key, told in sorted(who.items())]
    metadata = {
        "schema_version": SCHEMA,
        "base_commit_sha": record.commit,
        "prompts": dict(prompts(record)),
        "humans": dict(record.mapping("humans")),
        "sessions": {k: _session_out(s, record) for k, s in record.mapping("sessions").items()},
    }
    return "\n".join([*lines, "---", json.dumps(metadata, ensure_ascii=False, indent=2), ""])


def prompts(record: Record) -> Mapping[str, Any]:
    """Sessions by the keys of older versions, which only records made of such notes have."""
    found = record.mapping("ext").get(_PROMPTS)
    return found if isinstance(found, Mapping) else {}


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
    if not str(metadata.get("schema_version"))[:40].startswith("authorship/3."):
        raise NotANote("a schema_version that is not known")
    said = {
        "attestations": _attestations(head.split("\n")),
        "sessions": _sessions(_object(metadata, "sessions")),
        "humans": _humans(_object(metadata, "humans")),
        OLDER: _older(_object(metadata, "prompts")),
    }
    return {key: value for key, value in said.items() if value}


def _attestations(lines: list[str]) -> dict[str, dict[str, str]]:
    """Path to key to ranges; a line that two keys claim is the later one's, as in the standard."""
    told: dict[str, list[tuple[str, str]]] = {}
    path = None
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if not line.startswith(" "):
            path = _path(line, number)
            continue
        key, _, said = line.strip().partition(" ")
        if path is None or not _KEY.fullmatch(key) or ranges.pairs(said) is None:
            raise NotANote(f"line {number} is no attribution")
        told.setdefault(path, []).append((key, said))
    try:
        found = {path: ranges.last_wins(entries) for path, entries in told.items()}
    except ranges.TooMany as error:
        raise NotANote(str(error)) from error
    return {path: _ascending(who) for path, who in found.items() if who}


def _ascending(who: Mapping[str, str]) -> dict[str, str]:
    """The ranges of each key in the one order in which the standard lets them be written."""
    return {key: ranges.in_order(said) for key, said in who.items()}


def _path(line: str, number: int) -> str:
    """A file's name; quotes around it are taken off, and nothing in it is escaped."""
    if _MARKER.match(line):
        raise NotANote(f"line {number} is left of a conflict")
    if "\0" in line:
        raise NotANote(f"line {number} holds a NUL")
    quoted = len(line) > 1 and line.startswith('"') and line.endswith('"')
    return line[1:-1] if quoted else line


def _needs_quotes(path: str) -> bool:
    """White space must be quoted; so must what could be taken for something else."""
    return any(map(str.isspace, path)) or path.startswith('"') or path in ("", "---")


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
        made: dict[str, Any] = {"agent_id": _agent(agent)}
        if isinstance(value.get("human_author"), str):
            made["human_author"] = value["human_author"]
        own = _words(value.get("custom_attributes"))
        own.pop(_LINK, None)
        found[key] = {**made, "custom_attributes": own} if own else made
    return found


def _agent(given: Mapping[str, Any]) -> dict[str, str]:
    said = {name: given.get(name) for name in ("tool", "id", "model")}
    return {name: text if isinstance(text, str) else "" for name, text in said.items()}


def _words(given: object) -> dict[str, str]:
    """Custom attributes: texts by name; the standard knows no others."""
    pairs = given.items() if isinstance(given, dict) else ()
    return {key: text for key, text in pairs if isinstance(text, str)}


def _older(given: Mapping[str, Any]) -> dict[str, Any]:
    """Sessions of notes before 1.4, without what was said in them: that must not travel."""
    found = {}
    for key, value in given.items():
        agent = value.get("agent_id") if isinstance(value, dict) else None
        if not _OLD.fullmatch(key) or not isinstance(agent, dict):
            raise NotANote(f"prompt {key[:40]!r} is none")
        made: dict[str, Any] = {"agent_id": _agent(agent)}
        made |= {name: value[name] for name in _TEXTS if isinstance(value.get(name), str)}
        made |= {name: _count(value.get(name)) for name in _COUNTS}
        own = _words(value.get("custom_attributes"))
        found[key] = {**made, "custom_attributes": own} if own else made
    return found


def _count(value: object) -> int:
    """A number of lines; one that cannot be is none."""
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32
    return value if fits else 0  # type: ignore[return-value]


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

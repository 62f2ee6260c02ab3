"""What other standards say of their formats, as checks: read from their published texts.

The Git AI Standard 3.0.0 (specs/git_ai_standard_v3.0.0.md of git-ai-project/git-ai) is prose, and
Agent Trace 0.1.0 (README.md of cursor/agent-trace) a document with a schema in it. These checks
share no code with what writes the formats. For in-toto and DSSE the tests use the code that their
authors publish.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
import json
import re
from typing import Any
import uuid

CONTRIBUTORS = {"human", "ai", "mixed", "unknown"}


def agent_trace(value: Any) -> list[str]:
    """What Agent Trace 0.1.0, section 6 forbids in a trace record."""
    return list(_trace(value))


def _trace(value: Any) -> Iterator[str]:
    if not isinstance(value, dict) or {"version", "id", "timestamp", "files"} - value.keys():
        yield "required: version, id, timestamp, files"
        return
    yield from _head(value)
    for file in value["files"]:
        if not isinstance(file["path"], str) or file["path"].startswith("/"):
            yield "path is not relative"
        for conversation in file["conversations"]:
            yield from _contributor(conversation.get("contributor", {"type": "unknown"}))
            yield from _ranges(conversation["ranges"])


def _head(value: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", str(value["version"])):
        yield "version"
    if str(uuid.UUID(str(value["id"]))) != value["id"]:
        yield "id is no UUID"
    if datetime.fromisoformat(str(value["timestamp"])).tzinfo is None:
        yield "timestamp is not RFC 3339"
    vcs = value.get("vcs", {"type": "git", "revision": ""})
    if vcs.get("type") not in ("git", "jj", "hg", "svn") or not isinstance(vcs["revision"], str):
        yield "vcs"
    if not all(isinstance(text, str) for text in value.get("tool", {}).values()):
        yield "tool"
    if not isinstance(value.get("metadata", {}), dict):
        yield "metadata"


def _contributor(value: Mapping[str, Any]) -> Iterator[str]:
    if value["type"] not in CONTRIBUTORS:
        yield "contributor.type"
    model = value.get("model_id", "provider/model")
    if len(model) > 250 or not re.fullmatch(r"[^/\s]+/\S+", model):
        yield "model_id is not provider/model"


def _ranges(value: list[Any]) -> Iterator[str]:
    for told in value:
        first, last = told["start_line"], told["end_line"]
        if type(first) is not int or type(last) is not int or not 1 <= first <= last:
            yield "a range that counts no lines from 1"


def git_ai(text: str) -> list[str]:
    """What the Git AI Standard 3.0.0, section 1.2 forbids in an authorship log."""
    return list(_note(text))


def _note(text: str) -> Iterator[str]:
    lines = text.split("\n")
    if lines.count("---") < 1:
        yield "1.2.2: no line that is exactly ---"
        return
    divider = lines.index("---")
    metadata = json.loads("\n".join(lines[divider + 1 :]))
    keys: set[str] = set()
    entries = 0
    for number, line in enumerate(lines[:divider]):
        last = number + 1 == divider or not lines[number + 1].startswith("  ")
        if not line.startswith("  "):
            yield from _file(line, last=last)
            entries = 0
            continue
        entries += 1
        found = re.fullmatch(r"  (\S+) (\S+)", line)
        if found is None:
            yield f"1.2.3: not two spaces, a key, a space and ranges: {line!r}"
            continue
        keys.add(found[1])
        yield from _lines_of(found[2])
    yield from _metadata(metadata, keys)


def _file(line: str, *, last: bool) -> Iterator[str]:
    if not line or line[0].isspace():
        yield "1.2.3: a path that does not start its line"
    if any(c in line for c in " \t") and not (line[0] == line[-1] == '"'):
        yield "1.2.3: a path with white space that is not quoted"
    if last:
        yield "1.2.3: a file without attestations"


def _lines_of(said: str) -> Iterator[str]:
    starts = []
    for part in said.split(","):
        found = re.fullmatch(r"([1-9][0-9]*)(?:-([1-9][0-9]*))?", part)
        if found is None or int(found[2] or found[1]) < int(found[1]):
            yield f"1.2.3: {part!r} is no line and no range"
            continue
        starts.append(int(found[1]))
    if starts != sorted(starts):
        yield "1.2.3: line numbers that do not ascend"


def _metadata(value: Any, keys: set[str]) -> Iterator[str]:
    if value.get("schema_version") != "authorship/3.0.0":
        yield "1.2.4: schema_version"
    if not isinstance(value.get("base_commit_sha"), str):
        yield "1.2.4: base_commit_sha"
    if not isinstance(value.get("prompts"), dict):
        yield "1.2.4: prompts"
        return
    yield from _keys(value, keys)
    for key, session in value.get("sessions", {}).items():
        if not re.fullmatch(r"s_[0-9a-f]{14,}", key):
            yield "1.2.4: a session's key"
        yield from _session(session)
    for prompt in value["prompts"].values():
        yield from _prompt(prompt)
    if not all(isinstance(human["author"], str) for human in value.get("humans", {}).values()):
        yield "1.2.4: a human record"


def _keys(value: Mapping[str, Any], keys: set[str]) -> Iterator[str]:
    for key in keys:
        session, _, trace = key.partition("::")
        if key.startswith("s_"):
            known = session in value.get("sessions", {})
            if not known or not re.fullmatch(r"t_[0-9a-f]{14,}", trace):
                yield f"1.2.3.1: {key} leads to no session"
        elif key not in value.get("humans" if key.startswith("h_") else "prompts", {}):
            yield f"1.2.3.1: {key} leads nowhere"


def _prompt(value: Mapping[str, Any]) -> Iterator[str]:
    counts = ("total_additions", "total_deletions", "accepted_lines", "overriden_lines")
    if not all(type(value.get(name)) is int for name in counts) or "messages" in value:
        yield "1.2.4: a prompt record"
    yield from _agent(value)


def _session(value: Mapping[str, Any]) -> Iterator[str]:
    yield from _agent(value)
    if value.keys() - {"agent_id", "human_author", "custom_attributes"}:
        yield "1.2.4: a session with more than the standard knows"
    if not all(isinstance(text, str) for text in value.get("custom_attributes", {}).values()):
        yield "1.2.4: custom_attributes"


def _agent(value: Mapping[str, Any]) -> Iterator[str]:
    agent = value["agent_id"]
    if not all(isinstance(agent.get(name), str) for name in ("tool", "id", "model")):
        yield "1.2.4: agent_id"

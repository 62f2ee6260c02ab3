"""Story: records go out in another standard's words, and notes of the Git AI Standard come in."""

from collections.abc import Mapping, Sequence
import json
from typing import Any, NamedTuple

from git_anvcs.flows import edit_record, mirror, reading
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import models, records, refs
from git_anvcs.provenance.claim import is_agent_id
from git_anvcs.provenance.exchange import agent_trace, git_ai, in_toto
from git_anvcs.provenance.record import Record

FORMATS = ("anvcs", "git-ai", "agent-trace", "in-toto")


class Taken(NamedTuple):
    """What an import did: commits whose records say more now, and a sentence for each refusal."""

    commits: tuple[str, ...]
    refused: tuple[str, ...]


def chosen(repo: Repo, words: Sequence[str]) -> list[str]:
    """The commits that revisions and ranges (`A..B`, oldest first) name; all with records for none.

    Raises UsageError.
    """
    if not words:
        return list(records.listing(repo, records.META_REF))
    found: dict[str, None] = {}
    for word in words:
        listed = _range(repo, word) if ".." in word else [reading.find(repo, word)]
        found.update(dict.fromkeys(listed))
    return list(found)


def written(record: Record, form: str) -> str:
    """A record in one of FORMATS: a note, or lines of JSON."""
    match form:
        case "git-ai":
            return git_ai.write(record)
        case "agent-trace":
            return json.dumps(agent_trace.write(record), ensure_ascii=False)
        case "in-toto":
            lines = [json.dumps(each, ensure_ascii=False) for each in in_toto.write(record)]
            return "\n".join(lines)
    return record.line.decode(errors="replace")


def take_notes(repo: Repo, ref: str, *, dry_run: bool = False) -> Taken:
    """Take in what Git AI notes say of commits whose records attest nothing yet.

    A note of a commit that is not here is refused; nothing we know is replaced.
    """
    if not ref.startswith("refs/notes/"):
        raise UsageError(f"{ref} is no notes ref", hint=f"git anvcs meta import {git_ai.REF}")
    listed = records.listing(repo, ref)
    known = records.read(repo, listed)
    attested = {commit for commit, record in known.items() if record.mapping("attestations")}
    texts = _texts(repo, {c: oid for c, oid in listed.items() if c not in attested})
    made: dict[str, bytes] = {}
    refused = []
    for commit, text in texts.items():
        try:
            said = git_ai.read(text)
            record = edit_record.edited(repo, commit, {**said, **_maker(known.get(commit), said)})
        except (git_ai.NotANote, AnvcsError, KeyError) as error:
            reason = "its commit is not here" if isinstance(error, KeyError) else str(error)
            refused.append(f"{commit[:12]}: {reason}")
        else:
            made[commit] = record.line + b"\n"
    if made and not dry_run:
        joined = refs.add(repo, made, f"anvcs: {len(made)} records from Git AI notes")
        mirror.update(repo, joined)
    return Taken(tuple(made), tuple(refused))


def _texts(repo: Repo, notes: Mapping[str, str]) -> dict[str, bytes]:
    """The notes of commits; of one that is too large, or no text, nothing."""
    sizes = objects.blob_sizes(repo, notes.values())
    small = [oid for oid, size in sizes.items() if size <= git_ai.LARGEST]
    read = {found.oid: found.data for found in objects.read(repo, small) if found}
    return {commit: read.get(oid, b"") for commit, oid in notes.items()}


def _range(repo: Repo, word: str) -> list[str]:
    done = repo.try_git("rev-list", "--reverse", "--end-of-options", word, "--")
    if done.returncode != 0:
        raise UsageError(f"{word!r} is no range of commits", hint="give one like main..HEAD")
    return done.stdout.decode().split()


def _maker(record: Record | None, said: Mapping[str, Any]) -> dict[str, object]:
    """Who made the commit, where nobody is known and the note names one session of any kind."""
    sessions = [*said.get("sessions", {}).values(), *said.get(git_ai.OLDER, {}).values()]
    if (record and record.agent_id != "untracked") or len(sessions) != 1:
        return {}
    agent = sessions[0]["agent_id"]
    name = f"{agent['tool']}:{agent['id']}"
    if not (agent["tool"] and agent["id"] and is_agent_id(name)):
        return {}
    model = models.reference(agent["model"])
    return {"agent_id": name, "model": model} if model else {"agent_id": name}

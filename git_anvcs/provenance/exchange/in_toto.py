"""in-toto Statement v1: a record as a statement about its commit and its tree. Unsigned."""

from typing import Any

from git_anvcs.provenance.record import Record

PREDICATE = "urn:git-anvcs:predicate:commit-meta:1"


def write(record: Record) -> dict[str, Any]:
    """The statement; its predicate is the whole record, except a prompt's text."""
    subjects = [{"name": record.commit, "digest": {"gitCommit": record.commit}}]
    if record.tree:
        subjects.append({"name": f"{record.commit}^{{tree}}", "digest": {"gitTree": record.tree}})
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": PREDICATE,
        "predicate": {**record.value, "prompt": None},
    }

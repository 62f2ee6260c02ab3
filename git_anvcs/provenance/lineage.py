"""What a record says of the commits it came from. Pure."""

from git_anvcs.provenance.record import Record

# A commit made from others by these leaves them where they are.
_COPIES = ("cherry-pick", "revert", "import")


def replaced(record: Record) -> list[str]:
    """The commits whose place its commit took; none when it is new, or a copy."""
    step = record.lineage[-1] if record.lineage else {}
    origins = step.get("from")
    if step.get("op") in _COPIES or not isinstance(origins, list):
        return []
    return [oid for oid in origins if isinstance(oid, str) and oid != record.commit]


def is_rewritten(record: Record | None) -> bool:
    """Whether the commit was ever amended, rebased, squashed or the like."""
    return record is not None and any(step.get("op") not in _COPIES for step in record.lineage)

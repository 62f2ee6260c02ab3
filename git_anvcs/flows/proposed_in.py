"""Which proposals a commit took in: their lines stand in its file, and in no parent's."""

from git_anvcs.flows import kept_proposals
from git_anvcs.flows.kept_proposals import PUT_IN, Proposal
from git_anvcs.git import objects
from git_anvcs.git.commits import Commit
from git_anvcs.git.repo import Repo

# Under `ext` of a record (docs/formats/record.md).
EXT = "anvcs.proposals"


def told(repo: Repo, commit: Commit) -> list[dict[str, object]]:
    """What a record says of them; empty for nearly every commit."""
    known = [one for one in kept_proposals.read(repo).values() if one.state == PUT_IN]
    return [_facts(one) for one in known if _is_new(repo, commit, one)]


def _is_new(repo: Repo, commit: Commit, one: Proposal) -> bool:
    if "\n" in one.path:  # no name of an object holds one
        return False
    names = [f"{oid}:{one.path}" for oid in (commit.oid, *commit.parents)]
    here, *before = objects.read(repo, names, env=objects.NO_FETCH)

    def stands(blob: objects.Object | None) -> bool:
        return blob is not None and kept_proposals.standing(one, blob.data) is not None

    return stands(here) and not any(map(stands, before))


def _facts(one: Proposal) -> dict[str, object]:
    count = one.text.count("\n") or 1
    return {
        "path": one.path,
        "proposer": one.proposer,
        "prompt_sha256": one.prompt_sha256,
        "redacted": one.redacted,
        "at": one.at,
        "by": one.by,
        "lines": count,
    }

"""Signed envelopes kept beside the records: `refs/anvcs/attest`, by commit and digest.

`.ai/attest/<aa>/<commit>/<sha256 of the envelope>.json`, a line each. Nothing is ever replaced.
"""

from collections.abc import Iterator, Mapping, Sequence
import re

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance import refs
from git_anvcs.provenance.exchange import dsse

# Read at once; and what is no blob here is larger than any envelope.
_BATCH_BYTES = 32 << 20
_NONE = dsse.LARGEST + 1

ATTEST_REF = "refs/anvcs/attest"
FOLDER = ".ai/attest"

_PATH = re.compile(r"\.ai/attest/[0-9a-f]{2}/([0-9a-f]{40}|[0-9a-f]{64})/[0-9a-f]{64}\.json")


def store(repo: Repo, made: Mapping[str, Sequence[bytes]]) -> int:
    """Keep the envelopes made of commits (lines without newline); how many there are of them.

    Raises GitFailed, Locked.
    """
    files = {
        f"{folder_of(commit)}/{sha256(line).hexdigest()}.json": line + b"\n"
        for commit, lines in made.items()
        for line in lines
    }
    refs.put(repo, ATTEST_REF, files, f"anvcs: {len(files)} attestations")
    return len(files)


def stored(repo: Repo, commit: str = "") -> list[bytes]:
    """The envelopes kept here, of one commit or of all of them."""
    oids = listing(repo, ATTEST_REF, folder_of(commit) if commit else FOLDER).values()
    found = objects.read(repo, oids, env=objects.NO_FETCH)
    return [blob.data.rstrip(b"\n") for blob in found if blob and blob.kind == "blob"]


def listing(repo: Repo, tree: str, below: str = FOLDER) -> dict[str, str]:
    """Path -> blob id of the envelopes in a ref or commit; none where there is no such thing."""
    done = repo.try_git("ls-tree", "-r", "-z", tree, "--", f"{below}/")
    if done.returncode != 0:
        return {}
    lines = (line.split(b"\t", 1) for line in done.stdout.split(b"\0")[:-1])
    named = {path.decode(errors="surrogateescape"): facts.split(b" ") for facts, path in lines}
    return {path: facts[2].decode() for path, facts in named.items() if commit_of(path)}


def take(repo: Repo, files: Mapping[str, str]) -> int:
    """Keep envelopes of others (path -> blob id), those that are some; how many came in.

    Raises GitFailed, Locked.
    """
    sizes = objects.blob_sizes(repo, files.values())
    small = {path: oid for path, oid in files.items() if sizes.get(oid, _NONE) <= dsse.LARGEST}
    taken = 0
    for batch in _batches(small, sizes):
        found = {blob.oid: blob.data for blob in objects.read(repo, set(batch.values())) if blob}
        good = {path: found[oid] for path, oid in batch.items() if _fits(path, found.get(oid, b""))}
        refs.put(repo, ATTEST_REF, good, f"anvcs: {len(good)} attestations of others")
        taken += len(good)
    return taken


def _batches(files: Mapping[str, str], sizes: Mapping[str, int]) -> Iterator[dict[str, str]]:
    """The files in pieces that fit into memory, however much another clone sent."""
    batch: dict[str, str] = {}
    total = 0
    for path, oid in files.items():
        if batch and total + sizes[oid] > _BATCH_BYTES:
            yield batch
            batch, total = {}, 0
        batch[path] = oid
        total += sizes[oid]
    if batch:
        yield batch


def folder_of(commit: str) -> str:
    """Where the ref keeps a commit's envelopes."""
    return f"{FOLDER}/{commit[:2]}/{commit}"


def commit_of(path: str) -> str:
    """The commit that a path belongs to; empty for a file that is not ours."""
    found = _PATH.fullmatch(path)
    return found[1] if found and path.startswith(f"{folder_of(found[1])}/") else ""


def _fits(path: str, data: bytes) -> bool:
    """Whether a file is an envelope under its own name."""
    line = data.removesuffix(b"\n")
    try:
        dsse.read(line)
    except dsse.NotAnEnvelope:
        return False
    return b"\n" not in line and path.endswith(f"/{sha256(line).hexdigest()}.json")

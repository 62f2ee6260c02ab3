"""Signed envelopes kept beside the records: `refs/anvcs/attest`, by commit and digest.

`.ai/attest/<aa>/<commit>/<sha256 of the envelope>.json`, a line each. Nothing is ever replaced.
"""

from collections.abc import Mapping, Sequence
import hashlib

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import refs

ATTEST_REF = "refs/anvcs/attest"
FOLDER = ".ai/attest"


def store(repo: Repo, made: Mapping[str, Sequence[bytes]]) -> int:
    """Keep the envelopes made of commits (lines without newline); how many there are of them.

    Raises GitFailed, Locked.
    """
    files = {
        f"{folder_of(commit)}/{hashlib.sha256(line).hexdigest()}.json": line + b"\n"
        for commit, lines in made.items()
        for line in lines
    }
    refs.put(repo, ATTEST_REF, files, f"anvcs: {len(files)} attestations")
    return len(files)


def stored(repo: Repo, commit: str = "") -> list[bytes]:
    """The envelopes kept here, of one commit or of all of them."""
    below = folder_of(commit) if commit else FOLDER
    done = repo.try_git("ls-tree", "-r", "-z", ATTEST_REF, "--", f"{below}/")
    if done.returncode != 0:  # no such ref: none was stored yet
        return []
    oids = [line.split(b"\t", 1)[0].split(b" ")[2].decode() for line in _lines(done.stdout)]
    found = objects.read(repo, oids, env=objects.NO_FETCH)
    return [blob.data.rstrip(b"\n") for blob in found if blob and blob.kind == "blob"]


def folder_of(commit: str) -> str:
    """Where the ref keeps a commit's envelopes."""
    return f"{FOLDER}/{commit[:2]}/{commit}"


def _lines(listed: bytes) -> list[bytes]:
    return listed.split(b"\0")[:-1]

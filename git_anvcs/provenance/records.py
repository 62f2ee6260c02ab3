"""Records read from `refs/anvcs/meta`, many at a time.

`git anvcs drain` runs before anything reads (flows/drain.py), so that what hooks wrote down is
in here. A stored text may hold several records of one commit: `read` returns the one that
speaks for it, `texts` all of them.
"""

from collections.abc import Iterable, Iterator, Mapping

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import codec
from git_anvcs.provenance.record import Record

META_REF = "refs/anvcs/meta"
NOTES_REF = "refs/notes/anvcs"
FOLDER = ".ai/meta"

# Naming this many paths one by one costs Git more than listing them all.
_FEW = 200


def read(repo: Repo, commits: Iterable[str]) -> dict[str, Record]:
    """The records of `commits` (full ids); commits without one are left out."""
    found = {}
    for commit, text in texts(repo, commits).items():
        record = codec.primary(codec.decode(text).records)
        if record is not None:
            found[commit] = record
    return found


def read_one(repo: Repo, commit: str) -> Record | None:
    """The record of a commit (full id), if it has one."""
    return read(repo, [commit]).get(commit)


def all_records(repo: Repo) -> Iterator[Record]:
    """The record of every commit that has one, in the order of the commits' ids."""
    listed = listing(repo, META_REF)
    blobs = objects.read(repo, listed.values())
    for blob in blobs:
        record = codec.primary(codec.decode(blob.data).records) if blob else None
        if record is not None:
            yield record


def texts(
    repo: Repo, commits: Iterable[str], *, env: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """What is stored for each of `commits`, as bytes; commits without anything are left out."""
    wanted = list(dict.fromkeys(commits))
    if len(wanted) > _FEW:
        listed = listing(repo, META_REF)
        wanted = [commit for commit in wanted if commit in listed]
        names = [listed[commit] for commit in wanted]
    else:
        names = [f"{META_REF}:{path_of(commit)}" for commit in wanted]
    blobs = objects.read(repo, names, env=env)
    found = zip(wanted, blobs, strict=True)
    return {commit: blob.data for commit, blob in found if blob and blob.kind == "blob"}


def listing(repo: Repo, ref: str, *, at: str = "") -> dict[str, str]:
    """Commit id -> blob id of everything under META_REF or NOTES_REF, whatever its fan-out.

    A ref below refs/notes/ is laid out as notes, any other one as META_REF.
    at: the commit of `ref` to look at, by default where it is now
    """
    done = repo.try_git("ls-tree", "-r", "-z", at or ref)
    if done.returncode != 0:  # no such ref: no records yet
        return {}
    found = {}
    for line in done.stdout.split(b"\0")[:-1]:
        facts, path = line.split(b"\t", 1)
        commit = commit_of(path.decode(errors="surrogateescape"), ref)
        if commit and len(commit) == len(repo.zero_oid):
            found[commit] = facts.split(b" ")[2].decode()
    return found


def path_of(commit: str) -> str:
    """Where the meta ref keeps a commit's text."""
    return f"{FOLDER}/{commit[:2]}/{commit}.json"


def commit_of(path: str, ref: str = META_REF) -> str | None:
    """The commit a path of one of our refs belongs to; None for a file that is not ours."""
    if not ref.startswith("refs/notes/"):
        name = path.rpartition("/")[2].removesuffix(".json")
        return name if path == path_of(name) and _is_hex(name) else None
    name = path.replace("/", "")
    return name if _is_hex(name) else None


def _is_hex(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")

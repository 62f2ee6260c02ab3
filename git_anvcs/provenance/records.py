"""Records read from `refs/anvcs/meta`, many at a time.

`git anvcs drain` runs before anything reads (flows/drain.py), so that what hooks wrote down is
in here. A stored text may hold several records of one commit: `read` returns the one that
speaks for it, `texts` all of them.
"""

from collections.abc import Iterable, Iterator, Mapping
import re

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import codec
from git_anvcs.provenance.record import Record

META_REF = "refs/anvcs/meta"
NOTES_REF = "refs/notes/anvcs"
FOLDER = ".ai/meta"

# Up to so many are named by their paths: Git reads two trees again for each (50 us with 5,000
# records). For more we read each folder once, which costs two more processes and 256 trees.
_FEW = 150

# `git ls-tree -r -z`: what lies where `path_of` says, and what is named like a note.
_LINE = r"(?:^|(?<=\0))[0-7]+ [a-z]+ "
_HEX = "[0-9a-f]"
_PLACE = rf"\t{re.escape(FOLDER)}/({_HEX}{{2}})/(\2{_HEX}{{%d}})\.json\0"
_RECORD = rf"{_LINE}({_HEX}{{%d}}){_PLACE}"
_NOTE = rf"{_LINE}({_HEX}+)\t([0-9a-f/]+)\0"


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
        placed = _blob_ids(repo, wanted, env)
        wanted, names = list(placed), list(placed.values())
    else:
        names = [f"{META_REF}:{path_of(commit)}" for commit in wanted]
    blobs = objects.read(repo, names, env=env)
    found = zip(wanted, blobs, strict=True)
    return {commit: blob.data for commit, blob in found if blob and blob.kind == "blob"}


def _blob_ids(repo: Repo, commits: Iterable[str], env: Mapping[str, str] | None) -> dict[str, str]:
    """Where the records of many commits are, by reading each folder once."""
    names = {commit: f"{commit}.json".encode() for commit in commits}
    top = objects.read(repo, [f"{META_REF}:{FOLDER}"], env=env)[0]
    if top is None or top.kind != "tree":
        return {}
    folders = objects.ids_in(top)
    wanted = {c: f for c in names if (f := folders.get(c[:2].encode()))}
    oids = list(dict.fromkeys(wanted.values()))
    read = zip(oids, objects.read(repo, oids, env=env), strict=True)
    listed = {oid: objects.ids_in(tree) for oid, tree in read if tree and tree.kind == "tree"}
    placed = {c: listed.get(folder, {}).get(names[c]) for c, folder in wanted.items()}
    return {commit: oid for commit, oid in placed.items() if oid}


def listing(repo: Repo, ref: str, *, at: str = "") -> dict[str, str]:
    """Commit id -> blob id of everything under META_REF or NOTES_REF, whatever its fan-out.

    A ref below refs/notes/ is laid out as notes, any other one as META_REF.
    at: the commit of `ref` to look at, by default where it is now
    """
    done = repo.try_git("ls-tree", "-r", "-z", at or ref)
    if done.returncode != 0:  # no such ref: no records yet
        return {}
    printed = done.stdout.decode(errors="surrogateescape")
    size = len(repo.zero_oid)
    if not ref.startswith("refs/notes/"):
        found = re.findall(_RECORD % (size, size - 2), printed)
        return {commit: oid for oid, _, commit in found}
    named = ((path.replace("/", ""), oid) for oid, path in re.findall(_NOTE, printed))
    return {commit: oid for commit, oid in named if len(commit) == size}


def path_of(commit: str) -> str:
    """Where the meta ref keeps a commit's text."""
    return f"{FOLDER}/{commit[:2]}/{commit}.json"


def commit_of(path: str) -> str | None:
    """The commit a path of the meta ref belongs to; None for a file that is not ours."""
    name = path.rpartition("/")[2].removesuffix(".json")
    return name if path == path_of(name) and _is_hex(name) else None


def _is_hex(text: str) -> bool:
    return len(text) in (40, 64) and not text.strip("0123456789abcdef")

"""Story: records that other clones made come in.

Every clone pushes one append-only ref, `refs/anvcs/w/<writer>`. `receive` brings the refs of a
remote into tracking refs; `fold` joins what is new in them with our own records. Nothing of ours
is ever replaced: a writer that was rewound or forged adds nothing and takes nothing away.
"""

from collections.abc import Iterable, Iterator, Mapping
import json
import re
from typing import NamedTuple

from git_anvcs.flows import mirror
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.refs import RefMoved, Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import Offline
from git_anvcs.provenance import codec, envelopes, records, refs
from git_anvcs.provenance import fold as folding
from git_anvcs.provenance.records import META_REF, NOTES_REF
from git_anvcs.store import atomic, lock, spool
from git_anvcs.store.paths import Paths

WRITERS = "refs/anvcs/w/"
# Where a host takes nothing but branches (only where the owner of the clone asked for it).
FALLBACK = "refs/heads/anvcs/w/"
TRACKING = "refs/anvcs/remotes/"
NOTES_TRACKING = "refs/notes/anvcs-remote/"

# One language, whatever the user's, to tell one failure from another; nobody to answer questions.
PLAIN = {"LC_ALL": "C", "LANGUAGE": "C"}

# Of another story (flows/journal/receive.py).
_OF_JOURNAL = re.compile(r"/journal/[0-9a-f]{32}(-[0-9a-f]+)?$")

_OFFLINE = (
    "Could not resolve host",
    "Could not resolve hostname",
    "Temporary failure in name resolution",
    "Connection refused",
    "Connection timed out",
    "Operation timed out",
    "Network is unreachable",
    "No route to host",
    "Failed to connect",
    "Couldn't connect to server",
    "unable to connect to",
    "does not appear to be a git repository",
)
_BATCH_BYTES = 64 << 20
_BATCH_COUNT = 20_000
_MOST_ASIDE = 100


class Folded(NamedTuple):
    """What a fold did. commits: those with new records; set_aside: lines that stay out."""

    commits: tuple[str, ...] = ()
    set_aside: int = 0


def listed(repo: Repo, remote: str) -> dict[str, str]:
    """Every ref a remote has, with its object id. Raises Offline or GitFailed."""
    done = repo.try_git("ls-remote", "--quiet", "--", remote, env=PLAIN)
    if done.returncode != 0:
        raise failure(done.argv, done.returncode, done.stderr)
    lines = (line.split("\t", 1) for line in done.stdout.decode(errors="replace").splitlines())
    return {words[1]: words[0] for words in lines if len(words) == 2}


def failure(argv: tuple[str, ...], returncode: int, stderr: bytes) -> Offline | GitFailed:
    """What a failed conversation with a remote means."""
    failed = GitFailed(argv, returncode, stderr)
    said = stderr.decode(errors="replace")
    if any(words in said for words in _OFFLINE):
        first = next(line for line in said.splitlines() if any(w in line for w in _OFFLINE))
        return Offline(f"the remote cannot be reached: {first.strip()}")
    return failed


def tracking(remote: str, theirs: str) -> str | None:
    """Our name for a remote's ref, if it is one that holds records."""
    if theirs.startswith(WRITERS):
        return f"{TRACKING}{remote}/w/{theirs.removeprefix(WRITERS)}"
    if theirs.startswith(FALLBACK):
        return f"{TRACKING}{remote}/b/{theirs.removeprefix(FALLBACK)}"
    return f"{NOTES_TRACKING}{remote}" if theirs == NOTES_REF else None


def held(repo: Repo, remote: str) -> dict[str, str]:
    """The tracking refs of a remote's writers, as they are."""
    return git_refs.read(repo, f"{TRACKING}{remote}/w", f"{TRACKING}{remote}/b")


def receive(repo: Repo, remote: str, theirs: Mapping[str, str]) -> Folded:
    """Bring in the records of a remote that has the refs `theirs` (see `listed`).

    Raises Offline, GitFailed.
    """
    first = fold(repo)  # what an earlier fetch brought, before its refs move on
    wanted = {name: track for name in theirs if (track := tracking(remote, name))}
    have = {**held(repo, remote), **git_refs.read(repo, f"{NOTES_TRACKING}{remote}")}
    lines = [f"+{name}:{t}" for name, t in wanted.items() if have.get(t) != theirs[name]]
    if lines:
        done = repo.try_git(
            *("-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags"),
            *("--no-write-fetch-head", "--no-recurse-submodules", "--stdin", "--", remote),
            stdin="\n".join([*lines, ""]).encode(errors="surrogateescape"),
            env=PLAIN,
        )
        if done.returncode != 0:
            raise failure(done.argv, done.returncode, done.stderr)
    gone = [Update(t, oid, None) for t, oid in have.items() if t not in wanted.values()]
    if gone:
        _move(repo, gone)
    then = fold(repo)
    commits = dict.fromkeys([*first.commits, *then.commits])
    return Folded(tuple(commits), first.set_aside + then.set_aside)


def _move(repo: Repo, updates: Iterable[Update]) -> None:
    try:
        git_refs.update(repo, updates, "anvcs: the remote has changed")
    except RefMoved:
        return  # another git saw it first


def fold_if_fetched(repo: Repo) -> Folded:
    """`fold`, when a plain `git fetch` has been here since the last one; else one stat call."""
    stamp = _fetched(repo)
    seen = _load(Paths(repo.common_dir))[1].get(str(repo.git_dir), 0)
    return fold(repo) if stamp != seen else Folded()


def fold(repo: Repo) -> Folded:
    """Join what tracking refs hold with our records. Raises GitFailed, Locked, CannotWrite.

    Records are written before the state that says so: a crash repeats, and finds them in place.
    """
    paths = Paths(repo.common_dir)
    stamp = _fetched(repo)
    tips = git_refs.read(repo, TRACKING.rstrip("/"), NOTES_TRACKING.rstrip("/"))
    tips = {ref: oid for ref, oid in tips.items() if not _OF_JOURNAL.search(ref)}
    if not tips and not paths.home.is_dir():
        return Folded()
    with lock.held(paths.locks / "fold"):
        done, seen = _load(paths)
        commits: dict[str, None] = {}
        aside = 0
        if tips != done:
            for texts, refused in _news(repo, tips, done):
                aside += refused
                if texts:
                    joined = refs.add(repo, texts, f"anvcs: {len(texts)} records of others")
                    mirror.update(repo, joined)
                    commits.update(dict.fromkeys(texts))
            _take_envelopes(repo, tips, done)
        _save(paths, tips, {**seen, str(repo.git_dir): stamp})
    return Folded(tuple(commits), aside)


def _take_envelopes(repo: Repo, tips: Mapping[str, str], done: Mapping[str, str]) -> None:
    """Keep the signed statements of other clones. Whom to trust is decided when they are read."""
    found: dict[str, str] = {}
    for ref, tip in tips.items():
        if done.get(ref) != tip:
            found |= envelopes.listing(repo, tip)
    if found:
        ours = envelopes.listing(repo, envelopes.ATTEST_REF)
        envelopes.take(repo, {path: oid for path, oid in found.items() if path not in ours})


def _news(
    repo: Repo, tips: Mapping[str, str], done: Mapping[str, str]
) -> Iterator[tuple[dict[str, bytes], int]]:
    """What the tips say that we may not hold, in batches; how many lines of it stay out."""
    ours = records.listing(repo, META_REF)
    wanted: dict[str, dict[str, None]] = {}
    for ref, tip in tips.items():
        before = done.get(ref)
        if before == tip:
            continue
        old = records.listing(repo, ref, at=before) if before else {}
        for commit, blob in records.listing(repo, ref, at=tip).items():
            if blob not in (ours.get(commit), old.get(commit)):
                wanted.setdefault(blob, {})[commit] = None
    for batch in _batches(repo, wanted):
        found = objects.read(repo, batch, env=objects.NO_FETCH)
        yield _sifted(repo, ((c, o.data) for o in found if o for c in wanted[o.oid]))


def _sifted(repo: Repo, said: Iterable[tuple[str, bytes]]) -> tuple[dict[str, bytes], int]:
    found: dict[str, list[bytes]] = {}
    refused: dict[bytes, str] = {}
    for commit, text in said:
        kept = folding.sift(commit, text)
        refused.update(kept.refused)
        if kept.text:
            found.setdefault(commit, []).append(kept.text)
    paths = Paths(repo.common_dir)
    for line, reason in list(refused.items())[:_MOST_ASIDE]:
        spool.put_aside(paths, spool.Line(line[:4096], None, f"from another clone: {reason}"))
    # What one writer says alone is sifted, and so joined, already.
    alone = {c: texts[0] for c, texts in found.items() if len(texts) == 1}
    several = {c: codec.union(texts) for c, texts in found.items() if len(texts) > 1}
    return {**alone, **several}, len(refused)


def _batches(repo: Repo, blobs: Iterable[str]) -> Iterator[list[str]]:
    """The ids of those that are blobs of a sane size, so many that they fit into memory."""
    names = "\n".join([*blobs, ""]).encode()
    asked = ("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)")
    lines = repo.try_git(*asked, stdin=names, env=objects.NO_FETCH).stdout.splitlines()
    batch: list[str] = []
    total = 0
    for line in lines:
        oid, kind, size = (*line.decode().split(" "), "", "")[:3]
        if kind != "blob" or int(size) > folding.LARGEST_TEXT:
            continue
        if batch and (total + int(size) > _BATCH_BYTES or len(batch) >= _BATCH_COUNT):
            yield batch
            batch, total = [], 0
        batch.append(oid)
        total += int(size)
    if batch:
        yield batch


def _fetched(repo: Repo) -> int:
    """When this worktree fetched last; Git writes FETCH_HEAD every time."""
    try:
        return (repo.git_dir / "FETCH_HEAD").stat().st_mtime_ns
    except OSError:
        return 0


def _load(paths: Paths) -> tuple[dict[str, str], dict[str, int]]:
    """The tips that are folded, and by worktree when it had fetched; a damaged file says none."""
    try:
        value = json.loads((paths.sync / "folded.json").read_bytes())
        tips = {str(ref): str(oid) for ref, oid in value["tips"].items()}
        return tips, {str(name): int(when) for name, when in value["seen"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, {}


def _save(paths: Paths, tips: Mapping[str, str], seen: Mapping[str, int]) -> None:
    if (tips, seen) != _load(paths):
        text = json.dumps({"v": 1, "tips": tips, "seen": seen}, sort_keys=True)
        atomic.write(paths.sync / "folded.json", text.encode() + b"\n", mode=0o600)

"""Story: a second copy of the journal, and of what Git has, in a folder outside the repository.

Each repository has a folder of its own there, named after it and its chain. What an operation
needs is written before it, so that whatever a killed copy leaves is whole.
"""

from collections.abc import Iterator
from contextlib import suppress
import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.journal import batches, foreign
from git_anvcs.journal.batches import Mirrored
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.texts import SEED
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store import atomic, contents, lock
from git_anvcs.store.paths import file_name

ABOUT = "about.json"
GIT = "git"

_WINDOW = 4000  # operations read at once


class Copied(NamedTuple):
    """operations: new in the mirror; folder: of this repository; problem: what is missing there"""

    operations: int
    folder: str
    problem: str = ""


def copy(repo: Repo, journal: Journal, folder: Path) -> Copied:
    """Bring the mirror up to date. Raises CannotWrite, UsageError, Locked by another copy."""
    place = place_in(repo, journal, folder)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise atomic.CannotWrite(f"cannot write {place}: {error.strerror}") from error
    with lock.held(place / "lock", timeout=10):
        problem = _copy_git(repo, journal, place)
        files = batches.batches(place)
        after, upto = (files[-1].last if files else 0), journal.last()
        count = 0
        for start in range(after, upto, _WINDOW):
            ops = list(_needed(journal, place, start, min(start + _WINDOW, upto)))
            batches.add(place, ops)
            count += len(ops)
        _tell(repo, journal, place, problem)
    return Copied(count, str(place), problem)


def place_in(repo: Repo, journal: Journal, folder: Path) -> Path:
    """The folder of this repository in the mirror. Raises UsageError when that lies inside it."""
    if not folder.is_absolute():
        raise UsageError(f"journal.mirror is no absolute path: {folder}")
    inside = [*journal.lanes().values(), repo.root, repo.common_dir]
    real = Path(os.path.realpath(folder))
    if any(
        real.is_relative_to(os.path.realpath(one)) for one in inside if str(one) not in ("", ".")
    ):
        raise UsageError(f"journal.mirror lies inside the repository: {folder}")
    return folder / file_name(f"{repo.common_dir.parent.name}-{journal.actor.hex()[:8]}")


def _needed(journal: Journal, place: Path, after: int, upto: int) -> Iterator[Mirrored]:
    """The operations, each after what it needs is in the mirror; nothing of ignored files."""
    lanes = [lane for lane in journal.lanes() if not foreign.is_foreign(lane)]
    thinned = journal.is_thinned()
    entries = [entry for lane in lanes for entry in journal.between(lane, after, upto)]
    for n, op, by in sorted((entry.n, entry.op, entry.by) for entry in entries):
        if op.flags & Flag.PRIVATE:
            continue
        if op.kind is Kind.BLOB and not op.flags & Flag.NOT_KEPT:
            contents.copy(journal.contents, op.digest, place / "contents")
        seed = batches.seed_file(place, op.doc)
        if op.doc and not seed.exists():
            found = journal.checkpoint(op.doc, SEED, 0)
            if found:
                atomic.write(seed, found[1], mode=0o600)
        if thinned and op.doc:
            state = journal.checkpoint(op.doc, op.lane, n)
            if state and state[0] > journal.begun(n):
                batches.keep_state(place, op.doc, op.lane, state)
        yield Mirrored(n, journal.begun(n), op._replace(by=by, payload=journal.payload(n)))


def _copy_git(repo: Repo, journal: Journal, place: Path) -> str:
    """Every commit that a ref or a HEAD leads to; what Git said when that failed."""
    heads = _heads(journal)
    refs = repo.git("for-each-ref", "--format=%(objectname) %(refname)")
    state = hashlib.sha256(refs + json.dumps(heads, sort_keys=True).encode()).hexdigest()
    about = read_about(place)
    if (about.get("git") == state and not about.get("problem")) or not (refs or heads):
        return ""
    bare = place / GIT
    try:
        if not (bare / "HEAD").exists():
            made = ("init", "-q", "--bare", "--template=", f"--object-format={repo.object_format}")
            repo.git(*made, "--", str(bare))
            repo.git("config", "--file", str(bare / "config"), "receive.shallowUpdate", "true")
        known = [f"{oid}:refs/anvcs/heads/{oid}" for oid in sorted({*heads.values()})]
        wanted = ["+refs/*:refs/*"] if refs else []
        repo.git("push", "-q", "--no-verify", "--force", "--", str(bare), *wanted, *known)
    except GitFailed as error:
        return error.message
    about["git"] = state
    _write_about(place, about)
    return ""


def _heads(journal: Journal) -> dict[str, str]:
    """Lane -> the commit its HEAD is at."""
    return {
        lane: oid
        for lane in journal.lanes()
        if not foreign.is_foreign(lane) and (oid := journal.refs(lane).get("HEAD", ""))
    }


def _tell(repo: Repo, journal: Journal, place: Path, problem: str) -> None:
    lanes = {lane: os.fsdecode(root) for lane, root in journal.lanes().items()
             if not foreign.is_foreign(lane)}  # fmt: skip
    now = {
        "version": 1, "repository": str(repo.common_dir), "lanes": lanes,
        "copied": clock.rfc3339(clock.now()), "operations": journal.last(), "problem": problem,
        "heads": _heads(journal),
    }  # fmt: skip
    _write_about(place, {**read_about(place), **now})


def read_about(place: Path) -> dict[str, object]:
    """What the mirror says of itself; nothing when it says nothing that can be read."""
    with suppress(OSError, ValueError):
        found = json.loads((place / ABOUT).read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _write_about(place: Path, facts: dict[str, object]) -> None:
    atomic.write(place / ABOUT, json.dumps(facts, indent=1).encode(), mode=0o600)

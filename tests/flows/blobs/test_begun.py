"""A download that is interrupted goes on where it stopped, whoever goes on with it."""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import time

import pytest

from git_anvcs.blobs import begun, queue
from git_anvcs.blobs.ledger import Job
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import faults, fetching, pointed
from git_anvcs.flows.blobs.clone import lock_of, opened
from git_anvcs.flows.blobs.draining import drain
from git_anvcs.git.repo import Repo
from git_anvcs.store import lock
from git_anvcs.store.paths import Paths
from tests.support.blobs import bucket_at, cache_of, planted, store_at
from tests.support.sandbox import Sandbox
from tests.support.servers import faulty
from tests.support.servers.faulty import Relay, answers
from tests.support.servers.seaweed import Seaweed

MIB = 1 << 20
DATA = random.Random(2).randbytes(9 * MIB)

# A suite that a shell started in the background has SIGINT ignored, and its children too.
HEARING = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


@pytest.fixture
def clone(relay: Relay, aws_home: Path, tmp_path: Path) -> Sandbox:
    """A large file that is in the bucket, and not here."""
    made = Sandbox(tmp_path, **bucket_at(relay.url, aws_home, tmp_path.name))
    planted(made, {"large.bin": DATA})
    made.commit("large")
    made.ok("git-ai-blob", "push", "--all")
    emptied(made)
    relay.asked.clear()
    return made


def emptied(clone: Sandbox) -> None:
    for oid in list(cache_of(clone).oids()):
        cache_of(clone).place(oid).unlink()


def pointer_of(clone: Sandbox) -> Pointer:
    (found,) = {one.oid for one in begun.listed(cache_of(clone).drafts)}
    return Pointer(found, len(DATA))


def interrupted(clone: Sandbox, relay: Relay, how: int = signal.SIGKILL) -> begun.Left:
    """Five MiB come, then nothing, then the signal; what is left."""
    relay.next("GET", faulty.hanging(5 * MIB))
    fetching = subprocess.Popen(
        (sys.executable, "-c", HEARING, "git-ai-blob", "fetch"),
        cwd=clone.root,
        env=clone.env,
        stderr=subprocess.DEVNULL,
    )
    drafts, ends = cache_of(clone).drafts, time.monotonic() + 60
    try:
        while sum(one.bytes for one in begun.listed(drafts)) < 5 * MIB:
            assert time.monotonic() < ends
            time.sleep(0.01)
        fetching.send_signal(how)
        fetching.wait(timeout=30)
    finally:
        fetching.kill()
        fetching.wait()
    relay.well()
    relay.asked.clear()
    (left,) = begun.listed(drafts)
    return left


def ranges(relay: Relay) -> list[str | None]:
    return [one.headers.get("range") for one in relay.asked if one.method == "GET"]


def jobs_of(clone: Sandbox) -> list[Job]:
    with opened(Repo.discover(clone.root), clone.env) as here:
        return here.ledger.jobs(queue.FETCH)


def is_whole(clone: Sandbox) -> bool:
    cache = cache_of(clone)
    (oid,) = cache.oids()
    return cache.whole(oid) and list(cache.drafts.iterdir()) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_only_the_rest_comes_after_a_kill(clone: Sandbox, relay: Relay, how: int) -> None:
    assert interrupted(clone, relay, how).bytes == 5 * MIB
    told: list[int] = []
    repo = Repo.discover(clone.root)
    wanted = [pointer_of(clone)]
    fetching.fetch(repo, clone.env, wanted, lambda *_: None, told.append)
    assert ranges(relay) == [f"bytes={4 * MIB}-"]
    assert sum(told) == len(DATA)
    assert is_whole(clone)


def test_a_bad_draft_costs_one_more_try_and_is_gone(clone: Sandbox, relay: Relay) -> None:
    left = interrupted(clone, relay)
    left.draft.write_bytes(bytes(5 * MIB))
    clone.ok("git-ai-blob", "fetch")
    assert ranges(relay) == [f"bytes={4 * MIB}-", None]
    assert is_whole(clone)


def test_two_worktrees_go_on_with_it_once(clone: Sandbox, relay: Relay) -> None:
    interrupted(clone, relay)
    clone.git("worktree", "add", "-q", "--no-checkout", "../tree")
    clone.git("-C", "../tree", "reset", "-q")
    trees = [clone.root, clone.base / "tree"]
    both = [subprocess.Popen(("git-ai-blob", "fetch"), cwd=tree, env=clone.env) for tree in trees]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    assert ranges(relay) == [f"bytes={4 * MIB}-"]
    assert is_whole(clone)


def test_prune_removes_what_nobody_went_on_with(clone: Sandbox, relay: Relay) -> None:
    left = interrupted(clone, relay)
    said = json.loads(clone.ok("git-ai-blob", "prune", "--json"))
    assert said["begun"] == []
    os.utime(left.draft, (1, 1))
    assert "1 begun download (5.0 MiB) would be" in clone.ok("git-ai-blob", "prune", "--dry-run")
    repo = Repo.discover(clone.root)
    with lock.held(lock_of(Paths(repo.common_dir), left.oid)):
        assert json.loads(clone.ok("git-ai-blob", "prune", "--now", "--json"))["begun"] == []
    assert left.draft.exists()
    removed = json.loads(clone.ok("git-ai-blob", "prune", "--json"))["begun"]
    assert removed == [{"oid": left.oid, "size": 5 * MIB}]
    assert not left.draft.exists()


def test_what_is_archived_is_told_and_neither_lost_nor_tried_for_ever(
    clone: Sandbox, relay: Relay
) -> None:
    relay.next("GET", *[answers(403, "InvalidObjectState")] * 99)
    repo = Repo.discover(clone.root)
    with opened(repo, clone.env) as here:
        ((oid, size),) = {(at.pointer.oid, at.pointer.size) for at in pointed.in_index(repo)}
        here.ledger.ask([queue.wanted(oid, size, "", 1, kind=queue.FETCH)])
    for _ in range(2):
        drain(repo, clone.env, patient=False)
    assert (len(ranges(relay)), jobs_of(clone)) == (2, [])  # the version, and the newest
    done = clone.run("git-ai-blob", "fetch")
    assert done.returncode == 5
    assert "archived in the store; restore it there first" in done.stdout + done.stderr
    assert "restore-object" in done.stderr
    assert jobs_of(clone) == []
    said = clone.run("git-ai-blob", "verify", "--contents")
    assert (said.returncode, "archived: large.bin" in said.stdout) == (5, True)
    clone.ok("git-ai-blob", "verify")
    asked = clone.run("git-ai-blob", "fsck", "--remote", "--json").stdout
    assert [one["kind"] for one in json.loads(asked)["faults"]] == [faults.MISSING]  # not here


def test_who_waits_for_a_draft_that_is_counted_again_goes_on_waiting(tmp_path: Path) -> None:
    """Its size stays the same for as long as that takes; its time does not."""
    clone = Sandbox(tmp_path, **store_at(tmp_path / "mount"), ANVCS_BLOBS_PATIENCE_SECONDS="1")
    (pointer,) = planted(clone, {"large.bin": b"large"}).values()
    clone.commit("large")
    clone.ok("git-ai-blob", "push", "--all")
    emptied(clone)
    draft = cache_of(clone).free_name()
    draft.touch()
    with lock.held(lock_of(Paths(Repo.discover(clone.root).common_dir), pointer.oid)):
        waits = subprocess.Popen(("git-ai-blob", "fetch"), cwd=clone.root, env=clone.env)
        ends = time.monotonic() + 2.6
        while time.monotonic() < ends:
            os.utime(draft)
            time.sleep(0.1)
    assert waits.wait(timeout=60) == 0

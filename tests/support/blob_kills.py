"""What is killed in the middle, and what must hold afterwards: the commands on large files.

Each story is made once and put back for each point (the paths stay the same), run up to there, and
looked at: every content is in the cache, in quarantine, in the store or where it lies in the
worktree; no commit that a remote has lacks one there; the same command, given again, comes to its
end in bounded time, whatever lock the dead one held; and `fsck --remote` finds nothing.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
import json
import os
from pathlib import Path
import shutil
import time
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.ledger import Ledger
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths
from tests.support import kill_points
from tests.support.blobs import ATTRIBUTES, bucket_at, cache_of, store_at, wire
from tests.support.kill_points import Ended
from tests.support.sandbox import Sandbox
from tests.support.servers.faulty import Relay
from tests.support.servers.seaweed import Seaweed
from tests.support.wired import INIT

PROGRAMS = ("git-ai-blob", "git-anvcs", "git_anvcs", "-c")
OLD = {f"{name}.bin": name.encode() * 30_000 for name in "ab"}
NEW = {"a.bin": b"new" * 20_000, "c.bin": b"c" * 100_000, "large.bin": b"large" * (9 << 18)}
PATIENCE = 90.0


class Run(NamedTuple):
    """ended: how the killed one did; problems: what does not hold, in words"""

    ended: Ended
    problems: list[str]


class Story(NamedTuple):
    """begin: makes the repository; words: what is killed; again: what is given then, with codes

    holds: what more there is to see, once right after the kill (False) and once at the end (True)
    each: done anew before each kill, where a server is in the story that cannot be put back
    files: contents that may never be lost
    """

    begin: Callable[[Sandbox], object]
    words: tuple[str, ...]
    again: tuple[tuple[str, ...], ...] = ()
    codes: tuple[int, ...] = (0,)
    holds: Callable[[Sandbox, bool], list[str]] = lambda *_: []
    each: Callable[[Sandbox], object] = lambda _: None
    files: tuple[bytes, ...] = (*OLD.values(), *NEW.values())
    bucket: bool = False


class Bucket(NamedTuple):
    """The server of stories that need one, the relay before it, and the folder of credentials."""

    server: Seaweed
    relay: Relay
    aws_home: Path


class Told:
    """A story made once, told up to any point."""

    def __init__(self, base: Path, name: str, bucket: Bucket | None = None) -> None:
        self._story, self._name, self._bucket = STORIES[name], name, bucket
        self._kept, self._now = base / "kept", base / "now"
        self._runs = 0
        self._now.mkdir()
        if bucket is None:
            env = store_at(self._now / "mount")
        else:
            env = bucket_at(bucket.relay.url, bucket.aws_home, "")
        origin = Sandbox(self._now, **env)
        if bucket is not None:
            origin.env["ANVCS_ADAPTERS_S3_PREFIX"] = f"{name}-begin"
            origin.ok("git-ai-blob", "doctor", "s3")
        self._env = origin.env
        self._story.begin(origin)
        self._ticks = origin.ticks
        _wait_for_what_works_in(self._now)
        self._now.rename(self._kept)
        last = self.told(0)
        self.points, self.problems = last.ended.points, last.problems

    def told(self, kill_at: int) -> Run:
        """Killed before that write; 0: not at all."""
        _wait_for_what_works_in(self._now)
        shutil.rmtree(self._now, ignore_errors=True)
        shutil.copytree(self._kept, self._now, symlinks=True)
        box = Sandbox(self._now, init=False)
        box.env, box.ticks = dict(self._env), self._ticks + 1
        self._runs += 1
        if self._bucket is not None:
            box.env["ANVCS_ADAPTERS_S3_PREFIX"] = f"{self._name}-{os.getpid()}-{self._runs}"
        story = self._story
        story.each(box)
        ended = kill_points.traced(
            list(story.words), box.base, kill_at, box.env, box.root, PROGRAMS
        )
        problems = lost(box, story.files) + story.holds(box, False)
        for words in story.again or (story.words,):
            done = box.run(*words, timeout=PATIENCE)
            if done.returncode not in (story.codes if kill_at else (*story.codes, 1)):
                problems.append(f"then {' '.join(words)} gave {done.returncode}: {done.stderr}")
        problems += lost(box, story.files) + story.holds(box, True) + sound(box)
        return Run(ended, problems)


def _wait_for_what_works_in(folder: Path) -> None:
    """A hook may have left a drain in the background."""
    deadline = time.monotonic() + PATIENCE
    while any(_works_in(process, folder) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < deadline, f"something goes on working in {folder}"
        time.sleep(0.02)


def _works_in(process: Path, folder: Path) -> bool:
    """proc(5); one that ends under our eyes does not."""
    try:
        return (process / "cwd").readlink().is_relative_to(folder) or os.fsencode(folder) in (
            process / "cmdline"
        ).read_bytes()
    except OSError:
        return False


def lost(box: Sandbox, contents: tuple[bytes, ...]) -> list[str]:
    """Which of these are nowhere."""
    lost = []
    for content in contents:
        oid = _oid(content)
        cache = cache_of(box)
        key = f"blobs/{key_of(oid)}"
        places = [cache.place(oid), cache.quarantine / oid, box.base / "mount" / key]
        places += list(box.root.glob("*.bin"))
        if not any(_is(place, content) for place in places) and not _in_git(box, content):
            lost.append(f"{content[:9]!r} is nowhere")
    return lost


def sound(box: Sandbox) -> list[str]:
    """What Git and fsck find wrong at the end."""
    problems = []
    for words in (("git", "status", "--porcelain"), ("git", "fsck", "--no-dangling", "--strict")):
        done = box.run(*words)
        if done.returncode or (words[1] == "status" and done.stdout):
            problems.append(f"{words[1]} says {done.stdout}{done.stderr}")
    done = box.run("git-ai-blob", "fsck", "--remote", "--json", timeout=PATIENCE)
    if done.returncode:
        problems.append(f"fsck says {done.stdout}{done.stderr}")
    locks = [file.name for file in (box.root / ".git").glob("*.lock")]
    return problems + [f"{name} is left" for name in locks]


def committed(box: Sandbox) -> None:
    """A remote with one commit, whose contents the store has; the filter is wired, no hook."""
    wire(box)
    box.git("init", "-q", "--bare", "-b", "main", str(box.base / "remote.git"))
    box.git("remote", "add", "origin", str(box.base / "remote.git"))
    box.commit("first", {**OLD, "plain.txt": "text\n"})
    box.git("push", "-q", "--no-verify", "origin", "main")
    box.ok("git-ai-blob", "push", "--all")


def worked(box: Sandbox) -> None:
    """With changes that are not added yet."""
    committed(box)
    for name, content in NEW.items():
        box.write(name, content)


def staged(box: Sandbox) -> None:
    worked(box)
    box.git("add", "-A")


def hooked(box: Sandbox) -> None:
    """With our hooks, and the changes staged."""
    box.git("init", "-q", "--bare", "-b", "main", str(box.base / "remote.git"))
    box.git("remote", "add", "origin", str(box.base / "remote.git"))
    box.anvcs(*INIT)
    box.commit("first", {".gitattributes": ATTRIBUTES, **OLD})
    box.git("push", "-q", "origin", "main")
    for name, content in NEW.items():
        box.write(name, content)
    box.git("add", "-A")


def unsent(box: Sandbox) -> None:
    """Committed while the store was away; it is there again."""
    hooked(box)
    (box.base / "mount/anvcs-blobs").unlink()
    box.commit("second")
    (box.base / "mount/anvcs-blobs").touch()


def in_history(box: Sandbox) -> None:
    """Two branches, and all contents in the store."""
    staged(box)
    box.git("switch", "-q", "-c", "side")
    box.commit("second")
    box.ok("git-ai-blob", "push", "--all")
    box.git("switch", "-q", "main")


def emptied(box: Sandbox) -> None:
    """The same, and nothing in the cache; the worktree has pointers."""
    in_history(box)
    box.git("switch", "-q", "side")
    cache = cache_of(box)
    for oid in list(cache.oids()):
        cache.place(oid).unlink()
    for path, content in NEW.items():
        box.write(path, pointers.text(pointers.Pointer(_oid(content), len(content))))
    box.git("add", "-A")


def spare(box: Sandbox) -> None:
    """Contents in the cache that nothing needs, confirmed by the store; one is set aside."""
    committed(box)
    cache = cache_of(box)
    for content in NEW.values():
        with cache.draft() as draft:
            draft.write(content)
            oid = draft.keep()[0]
        os.utime(cache.place(oid), (1e9, 1e9))
    _sent(box, NEW.values())
    cache.quarantine.mkdir(parents=True)
    oid = _oid(NEW["a.bin"])
    cache.place(oid).rename(cache.quarantine / oid)


def confirmed(box: Sandbox) -> None:
    """Staged, and the store has it, but no pointer says so."""
    staged(box)
    _sent(box, NEW.values())


def plain_history(box: Sandbox) -> None:
    """Large files in Git itself."""
    wire(box)
    (box.root / ".gitattributes").unlink()
    box.commit("first", OLD)
    box.commit("second", NEW)


def imported(box: Sandbox) -> None:
    """The same, moved to pointers."""
    plain_history(box)
    box.ok(BLOB, "migrate", "import", "*.bin")


def plain(box: Sandbox, at_end: bool) -> list[str]:
    """At the end branch, index and files are as they were."""
    if not at_end:
        return []
    problems = [f"{n} is no file of Git's own" for n in NEW if not box.git("ls-files", n)]
    if box.git("ls-files", ".gitattributes") or (box.root / ".gitattributes").exists():
        problems.append(".gitattributes is there")
    return problems + [
        f"{name} is not its content"
        for name, content in NEW.items()
        if not _is(box.root / name, content)
        or box.git("rev-parse", f":{name}").strip()
        != box.git("hash-object", "--no-filters", name).strip()
    ]


def all_pointers(box: Sandbox, at_end: bool) -> list[str]:
    """At the end the index has pointers, all of contents that are here."""
    names = NEW if at_end else ()
    rows = {name: box.git("cat-file", "blob", f":{name}").encode() for name in names}
    return [f"{name} is no pointer" for name, text in rows.items() if not pointers.parse(text)]


def pinned(box: Sandbox, at_end: bool) -> list[str]:
    """What a commit has is a pointer; at the end there is one, and the index is the same."""
    head = box.git("log", "--format=%s", "-1").strip()
    if head == "first":
        return ["there is no commit"] if at_end else []
    problems = all_pointers(box, True)
    if box.git("diff", "--cached", "--name-only"):
        problems.append("the index is not as the commit")
    return problems


def pushed(box: Sandbox, at_end: bool) -> list[str]:
    """What the remote has of commits, the store has of contents."""
    ours, theirs = box.git("rev-parse", "main", "origin/main").split()
    remote = box.git("--git-dir", str(box.base / "remote.git"), "rev-parse", "main").strip()
    if remote != ours:
        return ["it is not pushed"] if at_end else []
    return [
        f"{name} was pushed and is not in the store"
        for name, content in NEW.items()
        if not _is(box.base / "mount/blobs" / key_of(_oid(content)), content)
    ] + (["origin/main is behind"] if at_end and theirs != ours else [])


def quiet(box: Sandbox, at_end: bool) -> list[str]:
    """At the end nothing waits, and every content is in the store, in one version."""
    with Ledger(Paths(Repo.discover(box.root).common_dir)) as ledger:
        waiting = ledger.jobs() if at_end else []
        unsure = [c for n in NEW.values() for c in ledger.copies(_oid(n)) if not c.verified]
    problems = [f"{job.kind} of {job.oid[:9]} waits: {job.note}" for job in waiting]
    return problems + [f"a copy of {copy.oid[:9]} is not confirmed" for copy in unsure]


def switched(box: Sandbox, at_end: bool) -> list[str]:
    if not at_end:
        return []
    return [f"{n} is not its content" for n, c in NEW.items() if not _is(box.root / n, c)]


def fetched(box: Sandbox, at_end: bool) -> list[str]:
    """Nothing in the cache is anything else than its name says; at the end all is there."""
    cache = cache_of(box)
    problems = [f"{oid[:9]} has other bytes" for oid in cache.oids() if not cache.whole(oid)]
    if at_end:
        problems += [f"{n} was not fetched" for n, c in NEW.items() if not cache.whole(_oid(c))]
    return problems + quiet(box, at_end)


def pruned(box: Sandbox, _: bool) -> list[str]:
    """What is needed is in the cache, the other is somewhere."""
    cache = cache_of(box)
    return [f"{n} is not in the cache" for n, c in OLD.items() if not cache.whole(_oid(c))]


def locked(box: Sandbox, at_end: bool) -> list[str]:
    """A lock is ours or none; at the end it is ours."""
    done = box.run("git-ai-blob", "locks", "list", "--json")
    if done.returncode:
        return [f"locks list says {done.stderr}"]
    found = json.loads(done.stdout)["locks"]
    problems = [f"a lock is {one}" for one in found if not one["ours"] or one["path"] != "a.bin"]
    return problems + (["it is not locked"] if at_end and not found else [])


def released(box: Sandbox, at_end: bool) -> list[str]:
    found = json.loads(box.ok("git-ai-blob", "locks", "list", "--json"))["locks"]
    problems = [f"a lock is {one}" for one in found if not one["ours"]]
    return problems + (["it is locked"] if at_end and found else [])


def take(box: Sandbox) -> None:
    box.ok("git-ai-blob", "locks", "take", "a.bin")


def never_sent(box: Sandbox) -> None:
    wire(box)
    box.commit("first", {**OLD, **NEW})


def second_commit(box: Sandbox) -> None:
    staged(box)
    box.commit("second")


BLOB = "git-ai-blob"
CHECKOUT = (("git", "switch", "-q", "-f", "side"), (BLOB, "checkout"))
STORIES = {
    "add": Story(worked, ("git", "add", "-A"), holds=all_pointers,
                 again=(("git", "add", "-A"), ("git", "commit", "-q", "-m", "x"),
                        (BLOB, "push"))),
    "checkout": Story(in_history, ("git", "switch", "-q", "side"), CHECKOUT, holds=switched),
    "commit": Story(hooked, ("git", "commit", "-q", "-m", "second"), codes=(0, 1),
                    again=(("git", "commit", "-q", "-m", "second"), (BLOB, "push")),
                    holds=pinned),
    "pre-push": Story(unsent, ("git", "push", "-q", "origin", "main"), holds=pushed),
    "drain": Story(unsent, ("git-anvcs", "drain"), (("git-anvcs", "drain"), (BLOB, "push")),
                   holds=quiet),
    "push": Story(never_sent, (BLOB, "push"), holds=quiet, bucket=True,
                  files=tuple({**OLD, **NEW}.values())),
    "push to a folder": Story(second_commit, (BLOB, "push", "origin"), holds=quiet),
    "pin": Story(confirmed, (BLOB, "pin"),
                 again=((BLOB, "pin"), ("git", "commit", "-q", "-m", "x")), holds=all_pointers),
    "fetch": Story(emptied, (BLOB, "fetch"), ((BLOB, "fetch"), (BLOB, "checkout")), holds=fetched),
    "pull": Story(emptied, (BLOB, "pull"), holds=fetched),
    "prune": Story(spare, (BLOB, "prune"), holds=pruned),
    "prune --now": Story(spare, (BLOB, "prune", "--now"), holds=pruned),
    "prune --undo": Story(spare, (BLOB, "prune", "--undo"), holds=pruned),
    "locks take": Story(committed, (BLOB, "locks", "take", "a.bin"), holds=locked,
                        files=tuple(OLD.values())),
    "locks release": Story(committed, (BLOB, "locks", "release", "a.bin"), codes=(0, 1),
                           holds=released, each=take, files=tuple(OLD.values())),
    "locks take in a bucket": Story(lambda _: None, (BLOB, "locks", "take", "a.bin"),
                                    holds=locked, files=(), bucket=True),
    "locks release in a bucket": Story(lambda _: None, (BLOB, "locks", "release", "a.bin"),
                                       codes=(0, 1), holds=released, each=take, files=(),
                                       bucket=True),
    "migrate": Story(plain_history, (BLOB, "migrate", "import", "*.bin"),
                     again=((BLOB, "migrate", "import", "*.bin"), (BLOB, "push", "--all"),
                            (BLOB, "checkout")),
                     holds=all_pointers),
    "migrate undo": Story(imported, (BLOB, "migrate", "undo"), codes=(0, 2), holds=plain),
}  # fmt: skip


def _sent(box: Sandbox, contents: Iterable[bytes]) -> None:
    """The store has them, and confirmed it."""
    found = [pointers.Pointer(_oid(content), len(content)) for content in contents]
    with opened(Repo.discover(box.root), box.env) as here:
        assert all(one.copy for one in uploading.send(here, uploading.enqueue(here, found)))


def _is(place: Path, content: bytes) -> bool:
    try:
        return place.read_bytes() == content
    except OSError:
        return False


def _in_git(box: Sandbox, content: bytes) -> bool:
    """Whether a commit has it as it is: so it is before a migration."""
    blob = box.git("hash-object", "--stdin", "--no-filters", stdin=content).strip()
    listed = box.run("git", "rev-list", "--objects", "--all", "--no-object-names")
    return blob in listed.stdout.split()


def _oid(content: bytes) -> str:
    return sha256(content).hexdigest()

"""Records between clones: real remotes, hostile writers, crashes; everybody agrees in the end."""

import json
from pathlib import Path
import random
import subprocess

import pytest

from git_anvcs.flows import drain, edit_record, fsck, settings, share, sync
from git_anvcs.flows.share import HostRefuses, Route
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, Offline, UsageError
from git_anvcs.provenance import codec, records
from git_anvcs.provenance.records import META_REF
from git_anvcs.store import outbox, spool
from git_anvcs.store.paths import Paths
from tests.support.records import fast_import, record_of
from tests.support.sandbox import Sandbox

REFUSES = """#!/bin/sh
while read -r old new ref; do
	case $ref in refs/anvcs/*) echo "custom refs are not allowed" >&2; exit 1 ;; esac
done
"""


class World:
    """Bare remotes and clones below one folder."""

    def __init__(self, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.base = base
        self.sealed = Sandbox(base, name="seed")
        for key, value in self.sealed.env.items():
            monkeypatch.setenv(key, value)

    def remote(self, name: str, hook: str = "") -> Path:
        path = self.base / f"{name}.git"
        self.sealed.git("init", "-q", "--bare", "-b", "main", str(path))
        if hook:
            (path / "hooks").mkdir(exist_ok=True)
            (path / "hooks" / "pre-receive").write_text(hook)
            (path / "hooks" / "pre-receive").chmod(0o755)
        return path

    def clone(self, name: str, **remotes: Path) -> Sandbox:
        made = Sandbox(self.base, name=name)
        made.env = {**self.sealed.env}
        for remote, path in remotes.items():
            made.git("remote", "add", remote, str(path))
            made.git("config", "--add", "anvcs.remotes", remote)
        (made.root / ".git" / "anvcs").mkdir()
        drain.drain(here(made))  # HEAD's reflog is the witness from here on; no hooks needed
        return made


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def here(clone: Sandbox) -> Repo:
    return Repo.discover(clone.root)


def stored(clone: Sandbox) -> dict[str, str]:
    return records.listing(here(clone), META_REF)


def made(clone: Sandbox, message: str = "work") -> str:
    """A commit and its record."""
    commit = clone.commit(message, {f"{clone.root.name}-{message}": message})
    assert drain.drain(here(clone)).problem is None
    return commit


def send(clone: Sandbox, remote: str = "origin", *, fallback: bool = False) -> share.Sent:
    return share.send(here(clone), Route(remote, remote, fallback))


def receive(clone: Sandbox, remote: str = "origin") -> sync.Folded:
    return sync.receive(here(clone), remote, sync.listed(here(clone), remote))


def say(clone: Sandbox, commit: str, **fields: object) -> None:
    record = edit_record.edited(here(clone), commit, fields)
    edit_record.write(here(clone), record, "said")


def pair(world: World) -> tuple[Sandbox, Sandbox, str]:
    """Two clones that both have one commit and its record."""
    origin = world.remote("origin")
    one, two = world.clone("one", origin=origin), world.clone("two", origin=origin)
    commit = made(one)
    one.git("push", "-q", "origin", "main")
    send(one)
    two.git("pull", "-q", "origin", "main")
    receive(two)
    return one, two, commit


def settle(world: World, clones: list[Sandbox]) -> None:
    """Everybody passes on the branches it knows, sends and receives, three times."""
    for _ in range(3):
        for clone in clones:
            remotes = clone.git("remote").split()
            clone.git("fetch", "-q", "--multiple", *remotes)
            for remote in remotes:
                others = [f"refs/remotes/{r}/c*:refs/heads/c*" for r in remotes if r != remote]
                clone.git("push", "-q", remote, f"main:{clone.root.name}", *others)
                send(clone, remote, fallback=True)
    for clone in clones:
        for remote in clone.git("remote").split():
            receive(clone, remote)


@pytest.mark.parametrize("seed", range(2))
def test_five_clones_and_two_remotes_agree_when_all_was_sent_at_random(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    free, strict = world.remote("free"), world.remote("strict", REFUSES)
    clones = [
        world.clone("c0", free=free),
        world.clone("c1", free=free, strict=strict),
        world.clone("c2", free=free, strict=strict),
        world.clone("c3", free=free, strict=strict),
        world.clone("c4", strict=strict),
    ]
    everything = {made(clone, "first") for clone in clones}
    for number in range(24):
        clone = chance.choice(clones)
        remote = chance.choice(clone.git("remote").split())
        match chance.choice(["commit", "push", "fetch", "send", "say"]):
            case "commit":
                everything.add(made(clone, f"w{number}"))
            case "push":
                clone.git("push", "-q", remote, f"main:{clone.root.name}")
                send(clone, remote, fallback=True)
            case "fetch":
                clone.git("fetch", "-q", remote)
                receive(clone, remote)
            case "send":
                send(clone, remote, fallback=True)
            case "say":
                say(clone, chance.choice(sorted(stored(clone))), model=f"x/{number}")
    settle(world, clones)
    assert set(stored(clones[0])) == everything
    for clone in clones:
        assert stored(clone) == stored(clones[0]), clone.root.name
        assert fsck.check(here(clone)).findings == ()
        assert send(clone, clone.git("remote").split()[0], fallback=True).records == 0
    assert "refs/anvcs" not in world.sealed.git("ls-remote", str(strict))
    assert "refs/heads/anvcs/w/" in world.sealed.git("ls-remote", str(strict))


def test_two_clones_agree_when_both_changed_the_same_record(world: World) -> None:
    one, two, commit = pair(world)
    say(one, commit, model="x/one")
    say(two, commit, model="x/two")
    for clone in (one, two, one):
        send(clone)
    assert stored(one) == stored(two)
    record = records.read_one(here(one), commit)
    assert record is not None
    assert record.model in ("x/one", "x/two")


def test_both_records_are_kept_when_two_clones_made_one_for_the_same_commit(world: World) -> None:
    origin = world.remote("origin")
    one = world.clone("one", origin=origin)
    commit = made(one)
    one.git("push", "-q", "origin", "main")
    two = world.clone("two", origin=origin)
    two.git("fetch", "-q", "origin")
    say(two, commit, model="x/two")  # it never saw the other one
    for clone in (two, one, two):
        send(clone)
    assert stored(one) == stored(two)
    text = records.texts(here(one), [commit])[commit]
    assert len(codec.decode(text).records) == 2


def test_only_records_of_commits_that_the_remote_has_leave(world: World) -> None:
    one, two, commit = pair(world)
    private = made(one, "private")
    assert send(one).records == 0
    receive(two)
    assert set(stored(two)) == {commit}
    one.git("push", "-q", "origin", "main")
    assert send(one).records == 1
    receive(two)
    assert set(stored(two)) == {commit, private}


def test_a_prompt_stays_here_unless_the_policy_let_it_into_the_record(world: World) -> None:
    one, two, commit = pair(world)
    say(one, commit, prompt="the secret plan")
    sent = send(one)
    assert (sent.records, sent.held_back) == (0, 1)
    assert (
        b"secret plan"
        not in subprocess.run(
            ("git", "cat-file", "--batch-all-objects", "--batch"),
            cwd=world.base / "origin.git",
            capture_output=True,
            check=True,
        ).stdout
    )
    say(one, commit, **{"prompt_info.policy": "inline"})
    assert send(one).records == 1
    receive(two)
    record = records.read_one(here(two), commit)
    assert record is not None
    assert record.prompt == "the secret plan"


def test_a_writer_that_was_rewound_or_replaced_takes_nothing_away(world: World) -> None:
    one, two, commit = pair(world)
    second = made(one, "second")
    one.git("push", "-q", "origin", "main")
    send(one)
    receive(two)
    origin = world.base / "origin.git"
    [ref] = world.sealed.git(
        "for-each-ref", "--format=%(refname)", "refs/anvcs", cwd=origin
    ).split()
    world.sealed.git("update-ref", ref, f"{ref}~1", cwd=origin)
    two.git("fetch", "-q", "origin")
    receive(two)
    assert set(stored(two)) == {commit, second}
    assert send(two).records == 1  # the remote lacks it again
    world.sealed.git("update-ref", ref, second, cwd=origin)  # a commit of the project
    made(one, "third")
    one.git("push", "-q", "origin", "main")
    assert send(one).records >= 1
    receive(two)
    assert stored(two) == stored(one)


def test_a_hostile_writer_is_set_aside_and_ours_stands(world: World) -> None:
    one, two, commit = pair(world)
    before = records.texts(here(two), [commit])[commit]
    other, strange = "1" * 40, "2" * 40
    newer = json.dumps(record_of(one, commit, 77, schema="anvcs/commit-meta/9", rev=1))
    elsewhere = json.loads(newer)
    elsewhere["subject"]["commit"] = strange
    evil = {
        commit: f"{{broken\n{newer}\n",
        other: newer + "\n",
        strange: json.dumps(elsewhere) + "\n",
    }
    stream = fast_import(one, evil).replace(b"from refs/anvcs/meta^0\n", b"")
    stream = stream.replace(b"from refs/notes/anvcs^0\n", b"")
    stream = stream.replace(b"refs/anvcs/meta", b"refs/anvcs/w/evil")
    origin = world.base / "origin.git"
    world.sealed.ok("git", "fast-import", "--quiet", stdin=stream, cwd=origin)
    blob = world.sealed.git("hash-object", "-w", "--stdin", stdin=b"no tree", cwd=origin).strip()
    world.sealed.git("update-ref", "refs/anvcs/w/blob", blob, cwd=origin)
    folded = receive(two)
    assert folded.set_aside == 2
    assert len(spool.set_aside(Paths(here(two).common_dir))) == 2
    found = codec.decode(records.texts(here(two), [commit])[commit])
    assert before.strip() in [record.line for record in found.records]
    assert found.foreign == ()
    assert {r.schema for r in found.records} == {"anvcs/commit-meta/1", "anvcs/commit-meta/9"}
    assert set(stored(two)) == {commit, strange}  # a commit that does not exist here may yet come
    assert receive(two) == sync.Folded()


def test_notes_that_plain_git_pushed_come_in_too(world: World) -> None:
    one, two, commit = pair(world)
    say(one, commit, model="x/noted")
    one.git("push", "-q", "origin", "refs/notes/anvcs")
    receive(two)
    record = records.read_one(here(two), commit)
    assert record is not None
    assert record.model == "x/noted"


def test_a_host_that_refuses_our_refs_is_named_and_nothing_else_happens(world: World) -> None:
    strict = world.remote("strict", REFUSES)
    one = world.clone("one", strict=strict)
    made(one)
    one.git("push", "-q", "strict", "main")
    with pytest.raises(HostRefuses) as error:
        send(one, "strict")
    assert "pre-receive hook declined" in error.value.message
    assert "--fallback" in error.value.hint
    assert "anvcs" not in world.sealed.git("ls-remote", str(strict))
    assert send(one, "strict", fallback=True).ref.startswith("refs/heads/anvcs/w/")


def test_records_wait_when_the_remote_is_out_of_reach(world: World) -> None:
    one, _, _ = pair(world)
    made(one, "second")
    one.git("push", "-q", "origin", "main")
    origin = world.base / "origin.git"
    origin.rename(world.base / "away")
    for _ in range(2):
        with pytest.raises(Offline):
            send(one)
    paths = Paths(here(one).common_dir)
    [item] = outbox.waiting(paths)
    assert item.facts == {"remote": "origin", "target": "origin"}
    (world.base / "away").rename(origin)
    assert send(one).records == 1
    assert outbox.waiting(paths) == []


def test_the_name_of_a_remote_is_never_an_option_of_git(world: World) -> None:
    """`--upload-pack=PROGRAM` and its like would start a program."""
    one, _, _ = pair(world)
    mark = world.base / "started"
    hostile = f"--upload-pack=touch {mark};"
    for talk in (
        lambda: sync.listed(here(one), hostile),
        lambda: sync.receive(here(one), hostile, {f"{sync.WRITERS}x": "1" * 40}),
        lambda: share.push_one(here(one), f"--receive-pack=touch {mark};", "HEAD", "refs/x"),
    ):
        with pytest.raises(AnvcsError):
            talk()
    one.git("config", "anvcs.meta.remote", hostile)
    with pytest.raises(UsageError, match="cannot name a remote"):
        share.route(settings.load(here(one), one.env), "origin")
    assert one.run("git-anvcs", "push", "--records", "origin").returncode == 2
    assert not mark.exists()


class Crash(BaseException):
    """As sudden as a kill: no `except Exception` sees it."""


def test_a_crash_at_any_git_command_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, commit = pair(world)
    say(one, commit, model="x/one")
    say(two, commit, model="x/two", coverage=None)
    send(two)
    made(one, "second")
    one.git("push", "-q", "origin", "main")
    original = Repo.try_git
    crashed = 0
    for limit in range(200):
        left = limit

        def counted(self: Repo, *args: str, **how: object) -> object:
            nonlocal left
            if left == 0:
                raise Crash
            left -= 1
            return original(self, *args, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(Repo, "try_git", counted)
        try:
            send(one)
        except Crash:
            crashed += 1
            continue
        finally:
            monkeypatch.setattr(Repo, "try_git", original)
        break
    assert crashed > 10
    receive(two)
    assert stored(one) == stored(two)
    assert fsck.check(here(one)).findings == ()


def test_a_killed_program_is_made_up_for_by_the_next_one(world: World) -> None:
    one, two, _ = pair(world)
    for number in range(5):
        made(one, f"n{number}")
    one.git("push", "-q", "origin", "main")
    for delay in (0.05, 0.1, 0.15, 0.2, 0.3):
        argv = ("git-anvcs", "push", "--records", "origin")
        with subprocess.Popen(
            argv, cwd=one.root, env=one.env, stderr=subprocess.DEVNULL
        ) as program:
            try:
                program.wait(delay)
            except subprocess.TimeoutExpired:
                program.kill()
    one.anvcs("push", "--records", "origin")
    receive(two)
    assert stored(one) == stored(two)
    assert fsck.check(here(one)).findings == ()


def test_a_copied_clone_shares_the_name_of_its_writer_without_harm(world: World) -> None:
    one, two, _ = pair(world)
    copy = Sandbox(world.base, name="copy", init=False)
    copy.env = one.env
    subprocess.run(("cp", "-R", str(one.root), str(copy.root)), check=True)
    for clone in (one, copy):
        made(clone, f"by-{clone.root.name}")
        clone.git("push", "-q", "origin", f"main:{clone.root.name}")
        assert send(clone).records >= 1
    receive(one)
    receive(two)
    assert stored(one) == stored(two) == stored(copy)

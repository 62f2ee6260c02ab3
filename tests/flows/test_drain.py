"""From a hook's line to a record: in every kind of repository, through crashes and corruption."""

from contextlib import suppress
import json
import os
from pathlib import Path
import re
import signal
import subprocess
import sys
import time

import pytest

from git_anvcs.flows import drain_state, record_commit
from git_anvcs.flows.drain import drain
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records
from git_anvcs.store import atomic, spool
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox, hook_folder
from tests.support.wired import wire

TOP = Path(__file__).parents[2]
PRIVATE = "ghp_abc"
SIGNALLED = {
    "COPILOT_GITHUB_TOKEN": PRIVATE,
    "CLAUDECODE": "1",
    "ANVCS_SESSION": "claude:s 1",
    "AI_AGENT": 'x"y',
}


@pytest.fixture
def repo(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    wire(repo)
    return repo


def here(repo: Sandbox) -> Repo:
    return Repo.discover(repo.root)


def lines(repo: Sandbox) -> list[dict[str, object]]:
    found, _ = spool.read(Paths(repo.root / ".git"), spool.Mark())
    assert all(line.value for line in found)
    return [dict(line.value or {}) for line in found]


def recorded(repo: Sandbox) -> set[str]:
    assert drain(here(repo)).problem is None
    return set(records.listing(here(repo), records.META_REF))


def test_a_commit_has_its_record_when_the_next_command_asks(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    shown = json.loads(repo.anvcs("show", "--json"))
    assert shown["subject"]["commit"] == commit
    assert shown["subject"]["ref"] == "refs/heads/main"
    mirror = repo.root / ".ai" / "meta" / f"{commit}.json"
    assert json.loads(mirror.read_bytes()) == shown
    assert repo.git("status", "--porcelain") == ""


def test_a_record_is_made_in_the_background_without_another_command(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    deadline = time.monotonic() + 60
    while commit not in records.listing(here(repo), records.META_REF):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_hook_writes_names_and_ids_and_no_values(repo: Sandbox) -> None:
    repo.env.update(SIGNALLED)
    commit = repo.commit("one", {"a": "1"})
    [line] = lines(repo)
    assert line["commit"] == commit
    assert line["session"] == "claude:s 1"
    assert line["signals"] == ["CLAUDECODE", "COPILOT_GITHUB_TOKEN"]
    assert PRIVATE not in json.dumps(line)


def test_the_hooks_look_for_the_variables_the_intake_knows() -> None:
    from git_anvcs.provenance.environment import SIGNALS

    script = (TOP / "hooks" / "_anvcs.sh").read_text()
    assert [s.variable for s in SIGNALS if f"${{{s.variable}-}}" not in script] == []


@pytest.mark.parametrize("shell", ["dash", "bash", "bash --posix"])
def test_the_scripts_work_in_every_shell_and_leave_it_as_it_was(repo: Sandbox, shell: str) -> None:
    program, *options = shell.split()
    if not any((Path(p) / program).exists() for p in os.environ["PATH"].split(":")):
        pytest.skip(f"no {program} here")
    repo.commit("one", {"a": "1"})
    before = len(lines(repo))
    script = f"""
        anvcs_hooks={TOP}/hooks anvcs_program=/nonexistent anvcs_stdin='{"a" * 40} {"b" * 40}'
        names() {{ set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' | grep -v anvcs_; }}
        set -- amend two
        event=before; names >before
        for event in post-commit post-rewrite post-merge post-applypatch pre-push; do
            . "$anvcs_hooks/$event"
        done
        [ "$1$2" = amendtwo ] && names >after
    """
    done = repo.run(program, *options, "-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    new = set(repo.read("after").split()) ^ set(repo.read("before").split())
    assert new <= {"OPTIND", "PIPESTATUS", "_"}
    kinds = [line["kind"] for line in lines(repo)[before:]]
    assert kinds == ["commit", "rewrite", "merge", "commit"]


def test_a_caller_waiting_for_the_end_of_the_output_is_not_held_up(repo: Sandbox) -> None:
    slow = repo.base / "slow"
    slow.write_text('#!/bin/sh\nwhile [ ! -e "$0.stop" ]; do sleep 0.1; done\n')
    slow.chmod(0o755)
    hook = hook_folder(repo.root) / "post-commit"
    text = "\n".join(
        f"anvcs_program={slow}" if line.startswith("anvcs_program=") else line
        for line in hook.read_text().splitlines()
    )
    hook.write_text(text + "\n")
    extra, keep = os.pipe()
    try:
        # Both standard pipes and one more must come to their end while the drain still runs.
        repo.write("a", "1")
        repo.git("add", "-A")
        seven = "import os; os.dup2({0}, 7); os.close({0}); os.execvp('git', {1})"
        argv = ["git", "commit", "-q", "-m", "one"]
        done = subprocess.run(
            [sys.executable, "-c", seven.format(keep, argv)],
            cwd=repo.root, env=repo.env, capture_output=True, pass_fds=(keep,), timeout=60,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0
        os.close(keep)
        assert os.read(extra, 1) == b""
    finally:
        os.close(extra)
        Path(f"{slow}.stop").touch()


def test_nothing_is_written_or_started_when_it_is_switched_off(repo: Sandbox) -> None:
    repo.env["ANVCS"] = "0"
    repo.commit("one", {"a": "1"})
    assert not spool.current(Paths(repo.root / ".git")).exists()
    assert not (repo.root / ".git/anvcs/spool/drainer").exists()


@pytest.mark.parametrize("kind", ["worktree", "detached", "orphan", "subdirectory", "git dir"])
def test_every_place_a_commit_can_be_made_in_gives_it_a_record(repo: Sandbox, kind: str) -> None:
    repo.commit("base", {"sub/a": "1"})
    where, env = repo.root, {}
    if kind == "worktree":
        where = repo.base / "tree"
        repo.git("worktree", "add", "-q", str(where))
    if kind == "detached":
        repo.git("checkout", "-q", "--detach")
    if kind == "orphan":
        repo.git("checkout", "-q", "--orphan", "other")
    if kind == "subdirectory":
        where = repo.root / "sub"
    if kind == "git dir":
        where, env = repo.base, {"GIT_DIR": "repo/.git", "GIT_WORK_TREE": "repo"}
    repo.git("commit", "-q", "--allow-empty", "-m", "here", cwd=where, env=env)
    commit = repo.git("rev-parse", "HEAD", cwd=where, env=env).strip()
    assert commit in recorded(repo)
    assert commit in {line["commit"] for line in lines(repo)}


def test_commits_that_ran_no_hook_get_a_record_from_the_reflog(repo: Sandbox) -> None:
    repo.env["ANVCS"] = "0"
    tree = repo.git("write-tree").strip()
    first = repo.commit("hooks are off", {"a": "1"})
    other = repo.git("commit-tree", tree, "-p", "HEAD", "-m", "by another tool").strip()
    repo.git("update-ref", "--create-reflog", "-m", "export from elsewhere", "HEAD", other)
    assert recorded(repo) == {first, other}


def test_history_from_before_init_stays_without_records(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, name="old")
    repo.commit("before", {"a": "1"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none")
    after = repo.commit("after", {"a": "2"})
    shown = repo.anvcs("meta", "export")
    assert [json.loads(line)["subject"]["commit"] for line in shown.splitlines()] == [after]


def test_a_corrupt_line_is_set_aside_and_the_rest_is_recorded(repo: Sandbox) -> None:
    repo.env["ANVCS"] = "0"
    commit = repo.commit("one", {"a": "1"})
    bad = [
        b"\xff\xfe nonsense",
        b'{"v":1,"kind":"commit","git_dir":".","commit":"' + b"0" * 40 + b'"}',
        b'{"v":1,"kind":"commit","git_dir":["."],"commit":7}',
        b'{"v":1,"kind":"what","git_dir":"."}',
        b'{"v":3,"kind":"commit"}',
        b'{"v":1,"kind":"rewrite","by":[],"pairs":[[1,2],"x",["' + b"a" * 40 + b'"]]}',
    ]
    good = f'{{"v":1,"kind":"commit","git_dir":".","commit":"{commit}"}}'.encode()
    path = spool.current(Paths(repo.root / ".git"))
    path.write_bytes(b"\n".join([*bad, good, b""]))
    done = repo.run("git-anvcs", "drain", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout) == {"recorded": [commit], "set_aside": 5}
    assert len(spool.set_aside(Paths(repo.root / ".git"))) == 5
    assert drain(here(repo)) == drain(here(repo))


def test_nothing_is_lost_or_doubled_when_a_drain_dies_at_any_step(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [
        (record_commit, "record_commits"), (record_commit.refs, "add"),
        (record_commit.refs.objects, "write"), (record_commit.refs.refs, "update"),
        (drain_state, "save"), (atomic, "write"), (spool, "put_aside"), (spool, "rotate"),
    ]  # fmt: skip
    repo.env["ANVCS"] = "0"
    wanted = set()
    for number, (module, name) in enumerate(steps):
        for when in ("before", "after"):
            wanted.add(repo.commit(f"{number} {when}", {"a": f"{number} {when}"}))
            repo.git("commit", "-q", "--amend", "-m", f"{number} {when} again")
            wanted.add(repo.git("rev-parse", "HEAD").strip())
            with monkeypatch.context() as patch:
                patch.setattr(module, name, dying(getattr(module, name), when))
                with suppress(Died):
                    drain(here(repo))
    assert recorded(repo) == wanted
    texts = records.texts(here(repo), wanted)
    assert {text.count(b"\n") for text in texts.values()} == {1}
    report = json.loads(repo.anvcs("meta", "fsck", "--json"))
    assert report["findings"] == []


class Died(BaseException):
    """What stands for kill -9: nothing catches it."""


def dying(step, when):  # type: ignore[no-untyped-def]
    def died(*args, **kwargs):  # type: ignore[no-untyped-def]
        if when == "after":
            step(*args, **kwargs)
        raise Died

    return died


def test_the_spool_waits_when_records_cannot_be_written(repo: Sandbox) -> None:
    repo.env["ANVCS"] = "0"
    commit = repo.commit("one", {"a": "1"})
    # A limit on file size is what a full disk looks like to a program.
    done = repo.run("sh", "-c", "ulimit -f 0; exec git-anvcs drain 2>&1")
    assert done.returncode in (1, -signal.SIGXFSZ, 128 + signal.SIGXFSZ)
    assert "Traceback" not in done.stdout
    repo.anvcs("show", commit)
    assert recorded(repo) == {commit}


def test_a_lock_file_in_the_way_is_one_sentence_and_the_spool_waits(repo: Sandbox) -> None:
    repo.env["ANVCS"] = "0"
    commit = repo.commit("one", {"a": "1"})
    locks = repo.root / ".git/anvcs/locks"
    locks.rename(locks.with_name("moved"))
    locks.write_text("not a folder")
    done = repo.run("git-anvcs", "drain")
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert "no record" in repo.run("git-anvcs", "show").stderr
    locks.unlink()
    assert recorded(repo) == {commit}


def test_a_damaged_state_file_starts_over_without_doubling(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    recorded(repo)
    before = records.texts(here(repo), [commit])
    (repo.root / ".git/anvcs/spool/state.json").write_text('{"v":1,"mark":"x"}')
    assert recorded(repo) == {commit}
    assert records.texts(here(repo), [commit]) == before


def test_a_dry_run_counts_and_changes_nothing(repo: Sandbox) -> None:
    paths = Paths(repo.root / ".git")
    spool.append(paths, "commit", ".", {"commit": "0" * 40})
    shown = json.loads(repo.anvcs("drain", "--dry-run", "--json"))
    assert shown["waiting"] == {"commit": 1}
    state = drain_state.load(paths)
    assert state is not None
    assert spool.pending(paths, state.mark)


def test_a_push_makes_the_records_first(repo: Sandbox) -> None:
    repo.git("init", "-q", "--bare", str(repo.base / "remote.git"))
    hook = hook_folder(repo.root) / "post-commit"
    hook.unlink()
    commit = repo.commit("one", {"a": "1"})
    repo.git("push", "-q", str(repo.base / "remote.git"), "main")
    assert commit in records.listing(here(repo), records.META_REF)


def test_reading_in_a_repository_without_us_makes_nothing(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, name="plain")
    repo.commit("one", {"a": "1"})
    repo.run("git-anvcs", "show")
    assert not (repo.root / ".git/anvcs").exists()


def test_no_record_is_lost_when_writers_and_drains_are_killed(repo: Sandbox) -> None:
    repo.commit("base")
    script = "i=0; while [ $i -lt 6 ]; do i=$((i+1)); git commit -q --allow-empty -m $i; done"
    writers = []
    for number in range(16):
        tree = repo.base / f"w{number}"
        repo.git("worktree", "add", "-q", "-b", f"b{number}", str(tree))
        writers.append(
            subprocess.Popen(["sh", "-c", script], cwd=tree, env=repo.env, start_new_session=True)
        )
    mark = repo.root / ".git/anvcs/spool/drainer"
    for writer in writers[::3]:
        while writer.poll() is None and not mark.exists():
            time.sleep(0.005)
        try:
            os.killpg(writer.pid, signal.SIGKILL)
            os.kill(int(mark.read_text()), signal.SIGKILL)
        except (OSError, ValueError):
            pass
    for writer in writers:
        writer.wait(timeout=120)
    made = set(repo.git("rev-list", "--branches").split())
    assert recorded(repo) == made
    report = json.loads(repo.anvcs("meta", "fsck", "--json"))
    assert [f for f in report["findings"] if "mirror" not in f["what"]] == []


def wait_for_drainer(repo: Sandbox) -> None:
    """Until the drain that a hook started in the background has ended."""
    mark = repo.root / ".git/anvcs/spool/drainer"
    deadline = time.monotonic() + 60
    while mark.exists() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_push_starts_nothing_when_nothing_waits(repo: Sandbox) -> None:
    remote = str(repo.base / "remote.git")
    repo.git("init", "-q", "--bare", remote)
    repo.commit("one", {"a": "1"})
    repo.anvcs("drain")
    fake = repo.base / "fake"
    fake.write_text(f'#!/bin/sh\necho "$@" >>{repo.base}/started\n')
    fake.chmod(0o755)
    hook = hook_folder(repo.root) / "pre-push"
    hook.write_text(re.sub(r"(?m)^anvcs_program=.*$", f"anvcs_program={fake}", hook.read_text()))
    repo.git("push", "-q", remote, "main")
    assert not (repo.base / "started").exists()
    wait_for_drainer(repo)  # the hook's own drain takes a flag down that no line belongs to
    spool.raise_flag(Paths(repo.root / ".git"))
    repo.git("push", "-q", remote, "main:again")
    assert (repo.base / "started").exists()
    repo.anvcs("drain")
    assert not (repo.root / ".git/anvcs/spool/waits").exists()


def test_a_drain_in_the_background_waits_for_the_hook_of_a_commit(repo: Sandbox) -> None:
    """The reflog tells of a commit before its hook does, and knows less."""
    repo.commit("one", {"a": "1"})
    repo.anvcs("drain")
    hook = hook_folder(repo.root) / "post-commit"
    hook.write_text(hook.read_text().replace("#!/bin/sh\n", "#!/bin/sh\nsleep 1\n", 1))
    repo.ticks += 1
    slow = ("git", "commit", "-q", "--allow-empty", "-m", "two")
    with subprocess.Popen(slow, cwd=repo.root, env={**repo.env, "ANVCS_SESSION": "claude:s-1"}):
        while repo.git("log", "-1", "--format=%s").strip() != "two":
            time.sleep(0.01)
        repo.anvcs("drain", "--background")
        here = Repo.discover(repo.root)
        found = records.read_one(here, repo.git("rev-parse", "HEAD").strip())
        assert found
        assert found.agent_id == "claude:s-1"
        assert found.rev == 1

"""The lines in a hook, started by real shells: our script runs, the owner's hook stays his."""

from pathlib import Path
import shutil
import subprocess

import pytest

from git_anvcs.flows.wiring import block, stubs

SHELLS = [s for s in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(s[0])]
INPUT = b"refs/heads/main 1 refs/heads/main 0\nsecond $(line) `with` \\ signs\n"


@pytest.fixture
def programs(tmp_path: Path) -> stubs.Programs:
    """A shipped folder, in a place with odd characters, whose scripts say what they were given."""
    folder = tmp_path / "our 'odd\" $folder"
    folder.mkdir()
    for event in stubs.EVENTS:
        text = f'echo "ours {event} $# $1 [$anvcs_stdin] $anvcs_program" >>"$RAN"\nfalse\n'
        (folder / event).write_text(text)
    return stubs.Programs(str(folder), "/a b/git-anvcs")


def made(tmp_path: Path, event: str, programs: stubs.Programs, script: bytes) -> Path:
    """The hook as init leaves it where `script` was; an empty one stands for no hook."""
    path = tmp_path / "hooks dir" / event
    path.parent.mkdir(exist_ok=True)
    move = bool(script) and not stubs.takes_block(script)
    if move:
        path.with_name(event + stubs.CHAINED).write_bytes(script)
        path.with_name(event + stubs.CHAINED).chmod(0o755)
        script = b""
    lines = stubs.lines(event, programs, script=script, chained=move)
    path.write_bytes(block.put(script or stubs.SHEBANG, lines, at="shebang"))
    path.chmod(0o755)
    return path


def start(
    path: Path, *args: str, shell: list[str] | None = None, **env: str
) -> tuple[int, str, str]:
    """Exit code, what the hook printed, what our script and the owner's wrote down."""
    ran = path.parent / "ran"
    ran.unlink(missing_ok=True)
    done = subprocess.run(
        [*(shell or []), str(path), *args],
        input=INPUT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "RAN": str(ran), **env},
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    return done.returncode, done.stdout.decode(), ran.read_text() if ran.exists() else ""


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("event", ["post-commit", "pre-push"])
def test_our_script_runs_and_the_hook_succeeds_when_there_is_no_other(
    tmp_path: Path, programs: stubs.Programs, event: str, shell: list[str]
) -> None:
    path = made(tmp_path, event, programs, b"")
    given = INPUT.decode().removesuffix("\n") if event == "pre-push" else ""
    expected = f"ours {event} 2 origin [{given}] /a b/git-anvcs\n"
    assert start(path, "origin", "url", shell=shell) == (0, "", expected)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("switch", [{"ANVCS": "0"}, {"ANVCS_INTERNAL": "1"}])
def test_only_the_owners_hook_runs_when_ours_is_switched_off(
    tmp_path: Path, programs: stubs.Programs, switch: dict[str, str], shell: list[str]
) -> None:
    path = made(tmp_path, "pre-push", programs, b'#!/bin/sh\ncat; echo "$0 $*"; exit 7\n')
    code, printed, ran = start(path, "a b", "c", shell=shell, **switch)
    assert (code, printed, ran) == (7, f"{INPUT.decode()}{path} a b c\n", "")


OWNERS = {
    "sh": b'#!/bin/sh\ncat; echo "$0 $*"; exit 3\n',
    "strict": b'#!/bin/sh -eu\ncat; echo "$0 $*"; false; exit 4\n',
    "env": b'#!/usr/bin/env bash\ncat; echo "$0 $*"; [[ ${BASH_SOURCE[0]} == "$0" ]] && exit 3',
    "no newline": b'#!/bin/sh\ncat; echo "$0 $*"; exit 3',
    "python": b"#!/usr/bin/env python3\nimport sys\nprint(sys.stdin.read() + sys.argv[0],"
    b" *sys.argv[1:])\nsys.exit(3)\n",
    "dos": b"#!/bin/sh\r\n",
}


@pytest.mark.parametrize("owner", ["sh", "strict", "env", "no newline", "python"])
@pytest.mark.parametrize("event", ["post-commit", "pre-push"])
def test_the_owners_hook_keeps_its_arguments_input_and_exit_code_when_ours_ran_first(
    tmp_path: Path, programs: stubs.Programs, owner: str, event: str
) -> None:
    path = made(tmp_path, event, programs, OWNERS[owner])
    code, printed, ran = start(path, "a b", "$c")
    name = f"{path}{stubs.CHAINED}" if owner == "python" else str(path)
    assert printed == f"{INPUT.decode()}{name} a b $c\n"
    assert code == (1 if owner == "strict" else 3)
    assert ran.startswith(f"ours {event} 2 a b")


def test_the_owners_hook_gets_an_empty_input_when_git_sends_none(
    tmp_path: Path, programs: stubs.Programs
) -> None:
    path = made(tmp_path, "pre-push", programs, b"#!/bin/sh\nwc -c\n")
    done = subprocess.run([str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=True)
    assert done.stdout.split() == [b"0"]


def test_a_large_input_arrives_whole_when_it_is_given_back(
    tmp_path: Path, programs: stubs.Programs
) -> None:
    path = made(tmp_path, "post-rewrite", programs, b'#!/bin/sh\ncat >"$RAN"\n')
    big = b"".join(b"%040d %040d\n" % (i, i) for i in range(20_000))
    env = {"PATH": "/usr/bin:/bin", "RAN": str(tmp_path / "got")}
    for script in (path, path):
        subprocess.run([str(script), "rebase"], input=big, env=env, check=True)
    assert (tmp_path / "got").read_bytes() == big


def test_the_hook_does_nothing_when_git_anvcs_is_gone(
    tmp_path: Path, programs: stubs.Programs
) -> None:
    path = made(tmp_path, "pre-push", programs, b"")
    shutil.rmtree(programs.hooks)
    assert start(path) == (0, "", "")


@pytest.mark.parametrize("owner", OWNERS)
def test_taking_the_block_out_gives_the_owners_bytes_back(
    programs: stubs.Programs, owner: str
) -> None:
    script = OWNERS[owner]
    assert stubs.takes_block(script) == (owner not in ("python", "dos"))
    if stubs.takes_block(script):
        lines = stubs.lines("pre-push", programs, script=script)
        with_block = block.put(script, lines, at="shebang")
        assert block.take(with_block, lines) == script
        assert block.put(with_block, lines, at="shebang") == with_block


def test_config_hooks_look_for_the_stub_first_when_git_reads_them(tmp_path: Path) -> None:
    """What Git 2.54 and later would start: its shell command with `"$@"` behind it."""
    folder = tmp_path / 'it\'s a "folder"'
    folder.mkdir()
    file = tmp_path / "config"
    lines = stubs.config_lines(["post-commit", "pre-push"], str(folder))
    file.write_text("\n".join(lines) + "\n")

    def get(key: str) -> str:
        argv = ["git", "config", "--file", str(file), "--get", key]
        return subprocess.run(argv, capture_output=True, check=True, text=True).stdout[:-1]

    assert get("hook.anvcs-pre-push.event") == "pre-push"
    command = get("hook.anvcs-pre-push.command") + ' "$@"'
    argv = ["sh", "-c", command, command, "origin", "a b"]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    (folder / "pre-push").write_text('#!/bin/sh\necho "$*"; exit 5\n')
    (folder / "pre-push").chmod(0o755)
    done = subprocess.run(argv, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (5, b"origin a b\n")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("owner", ["sh", "strict", "python"])
def test_a_push_that_our_script_refuses_ends_before_the_owners_hook(
    tmp_path: Path, programs: stubs.Programs, owner: str, shell: list[str]
) -> None:
    path = made(tmp_path, "pre-push", programs, OWNERS[owner])
    (Path(programs.hooks) / "pre-push").write_text("anvcs_refused=1\n")
    assert start(path, "origin", "url", shell=shell) == (1, "", "")
    (Path(programs.hooks) / "pre-push").write_text("false\n")
    _, printed, _ = start(path, "origin", "url", shell=shell, anvcs_refused="1")
    assert printed.startswith(INPUT.decode())

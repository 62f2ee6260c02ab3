"""The only door to other programs; the only module that imports subprocess."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
import os
from pathlib import Path
import select
import signal
import subprocess
import sys
import time
from typing import IO, NamedTuple, cast

from git_anvcs.kernel.ends import Ends
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.spawn import clean_environment

# By these Git hands on what `git -c` set, and reads more of the same.
_GIT_CONFIG = ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT")

_LOOK_SECONDS = 0.05  # a child may hold the pipe open after its parent has ended

_IN_A_PIPE = 64  # the most reads that a pipe's content takes; 1 MiB is the most it holds
_PIPE = 1 << 16  # what a pipe holds: read at once, it costs an eighth of the calls


class Done(NamedTuple):
    """A program that ended. `returncode` is negative when a signal ended it."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: bytes


class ProgramMissing(AnvcsError):
    """The program is not on PATH."""


class TookTooLong(AnvcsError):
    """The program did not end within its time limit and was killed."""


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    bare: bool = False,
    timeout: float | None = None,
) -> Done:
    """Run a program to its end and return what it printed, as bytes.

    env: variables added to a cleaned environment; bare: `env` is the whole environment;
    timeout: seconds.
    Raises ProgramMissing and TookTooLong; any exit code is the caller's to judge.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            input=stdin,
            env=_environment(env, bare=bare),
            timeout=timeout,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error
    except subprocess.TimeoutExpired as error:
        raise TookTooLong(f"{argv[0]} did not finish within {timeout:g} seconds") from error
    return Done(tuple(argv), done.returncode, done.stdout, done.stderr)


def run_leashed(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Done:
    """`run`, for a program that must not go on when this process is killed (on Linux)."""
    from git_anvcs.kernel import leash  # loads ctypes: before the fork, and only where needed

    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=clean_environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            preexec_fn=partial(leash.die_with, os.getpid()),
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error
    return Done(tuple(argv), done.returncode, done.stdout, done.stderr)


class Apart(NamedTuple):
    """How a program ended that ran apart from us.

    returncode: None when it was killed at its time limit, negative when a signal ended it
    output: what it printed on both channels, the middle left out where it is very long (cut)
    """

    returncode: int | None
    output: bytes
    cut: bool = False


def run_apart(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    most: int = 1 << 18,
    told: bytes | None = None,
) -> Apart:
    """Run somebody else's program, with no terminal, in a process group of its own.

    told: given on standard input; what comes on standard error is then no output, and dropped
    Whatever is left of the group when it ends, at `timeout` seconds, or when we are interrupted,
    is killed, on Linux also what has left the group. Of its output the first and the last
    `most` / 2 bytes are kept.
    Raises ProgramMissing.
    """
    from git_anvcs.kernel import leash  # loads ctypes: before the fork, and only where needed

    given = None if told is None else _file_of(told)
    strays = leash.Strays()
    try:
        program = subprocess.Popen(
            argv,
            cwd=cwd,
            env=clean_environment(env),
            stdin=given or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if told is None else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(leash.die_with, os.getpid()),  # noqa: PLW1509 - it takes no lock
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error
    finally:
        if given:
            given.close()
    ends = Ends(most)
    with program:
        pipe = cast(IO[bytes], program.stdout)
        deadline = time.monotonic() + timeout
        try:
            while program.poll() is None and (left := deadline - time.monotonic()) > 0:
                _take(pipe, ends, min(_LOOK_SECONDS, left))
            returncode = program.poll()
        finally:
            with suppress(OSError):  # nothing is left of it
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            strays.kill()
        for _ in range(_IN_A_PIPE):  # what it wrote last is still there; a stray may go on for ever
            if not _take(pipe, ends, 0):
                break
    return Apart(returncode, ends.bytes(), ends.left_out > 0)


def _file_of(told: bytes) -> IO[bytes]:
    """A file to read it from: a pipe could fill up with nobody to read it."""
    import tempfile  # with all it imports 5 ms, and rarely needed

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(told)
    file.seek(0)
    return file


def _take(pipe: IO[bytes], ends: Ends, seconds: float) -> bool:
    """Wait so long for the next piece; whether there was one."""
    ready = select.select([pipe], [], [], seconds)[0]
    piece = os.read(pipe.fileno(), _PIPE) if ready else b""
    ends.add(piece)
    if ready and not piece and seconds:  # closed, and the program still runs
        time.sleep(seconds)
    return bool(piece)


def piped(
    programs: tuple[Sequence[str], Sequence[str]],
    *,
    cwd: Path,
    stdin: bytes,
    env: Mapping[str, str],
    timeout: float,
) -> bytes:
    """What the second program printed, the first one's output being its input.

    stdin: for the first program; at most what a pipe holds (64 KiB), it is written at once
    Raises ProgramMissing and TookTooLong; exit codes are not looked at.
    """
    environment = clean_environment(env)
    first, second = programs
    with (
        subprocess.Popen(
            first,
            cwd=cwd,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as source,
        subprocess.Popen(
            second,
            cwd=cwd,
            env=environment,
            stdin=source.stdout,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as sink,
    ):
        if source.stdin and source.stdout:
            source.stdout.close()  # else the first never learns that the second is gone
            source.stdin.write(stdin)
            source.stdin.close()
        try:
            return sink.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired as error:
            source.kill()
            sink.kill()
            raise TookTooLong(f"{second[0]} did not finish within {timeout:g} seconds") from error


def attach(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    to_stderr: bool = False,
    configured: bool = False,
) -> int:
    """Run a program on this process's own terminal and return its exit code.

    to_stderr: what it prints goes to standard error, when standard output is for our JSON
    configured: what `git -c` set for this process holds for the program, too
    ^C is the program's to answer: git under an editor ignores it, and must not be killed for it.

    A program ended by signal N gives 128 + N, as a shell does.
    """
    given = {k: os.environ[k] for k in _GIT_CONFIG if k in os.environ} if configured else {}
    before = signal.signal(signal.SIGINT, lambda *_: None)  # not inherited, as SIG_IGN would be
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=clean_environment({**given, **(env or {})}),
            stdout=sys.stderr if to_stderr else None,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error
    finally:
        signal.signal(signal.SIGINT, before)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def open_pipe(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stderr: IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program to talk to through pipes; the caller closes it.

    stderr: a file for what it complains about; by default ours.
    """
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=clean_environment(env),
            bufsize=_PIPE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error


def leave_running(argv: Sequence[str], *, cwd: Path) -> None:
    """Start a program that goes on when we have ended: no terminal, nothing of ours open."""
    try:
        subprocess.Popen(
            argv,
            cwd=cwd,
            env=clean_environment({}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise _missing(argv, cwd) from error


def open_sink(argv: Sequence[str], *, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a program that shows what we write to it on our own terminal, such as a pager."""
    try:
        return subprocess.Popen(argv, env=clean_environment(env), stdin=subprocess.PIPE)
    except FileNotFoundError as error:
        raise _missing(argv, None) from error


def _environment(env: Mapping[str, str] | None, *, bare: bool) -> dict[str, str]:
    return dict(env or {}) if bare else clean_environment(env)


def alive(pid: int) -> bool:
    """Whether a process of this machine has this id, ours or somebody else's."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def find(program: str) -> Path | None:
    """Where PATH has the program, if it does."""
    import shutil  # with four kinds of compression

    found = shutil.which(program)
    return Path(found) if found else None


def _missing(argv: Sequence[str], cwd: Path | None) -> AnvcsError:
    if cwd is not None and not cwd.is_dir():
        return AnvcsError(f"the directory {cwd} does not exist")
    return ProgramMissing(
        f"the program {argv[0]} is not on PATH", hint=f"install {argv[0]} or mend PATH"
    )

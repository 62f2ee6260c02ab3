"""Ours and git-lfs side by side, for the benchmarks of large files: wired, measured, compared.

Both get repositories of their own with nothing but the filter: no hooks, no settings of the user.
"""

from collections.abc import Callable, Mapping, Sequence
import os
from pathlib import Path
import platform
import shutil
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
OURS, LFS = "git-ai-blob", "git-lfs"
_LOOK_SECONDS = 0.005


class Side(NamedTuple):
    """One of the two. wiring: arguments of `git config`; program: what Git starts"""

    name: str
    attributes: str
    wiring: tuple[tuple[str, str], ...]
    env: Mapping[str, str]
    program: Path


class Cost(NamedTuple):
    """Seconds by the clock, and of processor time with all processes."""

    clock: float
    processor: float


class Peaks(NamedTuple):
    """MB of memory: of git itself, of what it started, of all at the worst moment."""

    git: float
    filter: float
    all: float


def sides(folder: Path, git_lfs: str) -> tuple[Side, Side]:
    """Both, with programs in a folder of their own, as they are installed.

    git_lfs: the program; empty: that of PATH
    """
    peer = shutil.which(git_lfs or LFS)
    if peer is None:
        sys.exit("git-lfs is not on PATH: name it with --git-lfs")
    own = ours(folder)
    theirs = own.program.with_name(LFS)
    theirs.symlink_to(Path(peer).resolve())
    lfs = (
        ("filter.lfs.process", "git-lfs filter-process"),
        ("filter.lfs.clean", "git-lfs clean -- %f"),
        ("filter.lfs.smudge", "git-lfs smudge -- %f"),
        ("filter.lfs.required", "true"),
    )
    return own, Side(LFS, _attributes("lfs"), lfs, own.env, theirs)


def ours(folder: Path) -> Side:
    """Ours alone."""
    from git_anvcs.drivers import launcher

    programs = folder / "bin"
    programs.mkdir()
    launcher.write(programs / OURS, Path(sys.executable))  # as install.sh does
    include = (("include.path", str(ROOT / "merge-drivers/gitconfig")),)
    env = environment(folder, programs)
    return Side(OURS, _attributes("ai-blob"), include, env, programs / OURS)


def environment(folder: Path, programs: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir()
    who = {
        f"GIT_{who}_{what}": "b@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return {
        "HOME": str(home),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C.UTF-8",
        **who,
        **{key: os.environ[key] for key in ("GIT_EXEC_PATH",) if key in os.environ},
    }


def repository(side: Side, root: Path) -> Path:
    """A new one, with an empty branch `empty` that has the attributes."""
    root.mkdir(parents=True)
    git(side, root, "init", "-q", "-b", "empty")
    for key, value in side.wiring:
        git(side, root, "config", key, value)
    (root / ".gitattributes").write_text(side.attributes)
    git(side, root, "add", ".gitattributes")
    git(side, root, "commit", "-q", "-m", "attributes")
    return root


def git(side: Side, root: Path, *args: str) -> str:
    done = subprocess.run(
        ("git", *args), cwd=root, env=side.env, check=False, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{side.name}: git {' '.join(args)} gave {done.returncode}\n{done.stderr}")
    return done.stdout


def timed(side: Side, root: Path, *args: str, **more: str) -> Cost:
    """Run git once, when all that was written before is on the disk."""
    os.sync()
    start = time.perf_counter()
    child = _begun(side, root, args, more)
    _, status, used = os.wait4(child.pid, 0)
    clock = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    _expect(side, child, args)
    return Cost(clock, used.ru_utime + used.ru_stime)


def peaks(side: Side, root: Path, *args: str) -> Peaks:
    """Run git once and look at the memory of all its processes every few milliseconds."""
    child = _begun(side, root, args, {})
    found = Peaks(0, 0, 0)
    while child.poll() is None:
        own = _resident(child.pid)
        below = sum(map(_resident, _descendants(child.pid)))
        found = Peaks(max(found.git, own), max(found.filter, below), max(found.all, own + below))
        time.sleep(_LOOK_SECONDS)
    _expect(side, child, args)
    return found


def filters_started(side: Side, root: Path, *args: str) -> int:
    """How many filter processes a git command starts, as its trace says."""
    trace = root / ".git/trace"
    trace.unlink(missing_ok=True)
    _expect(side, _waited(_begun(side, root, args, {"GIT_TRACE": str(trace)})), args)
    lines = trace.read_text().splitlines() if trace.exists() else []
    return sum("run_command:" in line and side.name in line for line in lines)


def turns(
    both: Sequence[Side], runs: int, do: Callable[[Side, int], Cost]
) -> dict[str, list[Cost]]:
    """Both in turns, each first in every other one; the turn before the first is not counted."""
    found: dict[str, list[Cost]] = {side.name: [] for side in both}
    for turn in range(runs + 1):
        for side in both if turn % 2 else both[::-1]:
            cost = do(side, turn)
            if turn:
                found[side.name].append(cost)
    return found


def row(title: str, found: Mapping[str, Sequence[Cost]], goal: float | None = None) -> str:
    """A line of the table: seconds by the clock, median (least), and the ratios to git-lfs."""
    clock = {name: [cost.clock for cost in costs] for name, costs in found.items()}
    processor = {name: [cost.processor for cost in costs] for name, costs in found.items()}
    spent = [f"{statistics.median(clock[n]):.3f} ({min(clock[n]):.3f})" for n in (OURS, LFS)]
    median = statistics.median(clock[OURS]) / statistics.median(clock[LFS])
    least = min(clock[OURS]) / min(clock[LFS])
    cpu = min(processor[OURS]) / min(processor[LFS])
    wanted = f"{goal:.2f}" if goal is not None else ""
    return f"| {title} | {' | '.join(spent)} | {median:.2f} ({least:.2f}) | {wanted} | {cpu:.2f} |"


HEAD = (
    "| | git-ai-blob, s | git-lfs, s | ratio | goal | ratio of CPU |\n"
    "|---|---:|---:|---:|---:|---:|"
)


def where(both: Sequence[Side], runs: int) -> str:
    """Machine, versions and load."""
    lfs = subprocess.check_output((both[1].program, "version"), text=True).split()[0]
    version = subprocess.check_output(("git", "version"), text=True).split()[2]
    load = os.getloadavg()[0]
    return (
        f"Git {version}, {lfs}, Python {platform.python_version()}, {platform.system()}"
        f" {platform.release()}, {os.cpu_count()} cores, load {load:.1f};"
        f" {runs} runs in turns, median (least)"
    )


def _attributes(name: str) -> str:
    return f"*.bin filter={name} diff={name} merge={name} -text\n"


def _begun(
    side: Side, root: Path, args: Sequence[str], more: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        ("git", *args),
        cwd=root,
        env={**side.env, **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _waited(child: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
    child.wait()
    return child


def _expect(side: Side, child: "subprocess.Popen[bytes]", args: Sequence[str]) -> None:
    if child.returncode:
        sys.exit(f"{side.name}: git {' '.join(args)} gave {child.returncode}")


def _descendants(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    below = [int(word) for word in text.split()]
    return below + [one for child in below for one in _descendants(child)]


def _resident(pid: int) -> float:
    """MB that a process has in memory."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

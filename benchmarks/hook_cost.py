"""The processor time of an agent's hook, per event, beside a bare Python and a bare git.

All take turns in one run, so that the ratio holds on a busy machine. An agent waits for the hook
at every tool call; a prompt is dearer, since it is searched for secrets. Around a shell command
git is asked what differs from HEAD; its own time is counted in, and shown alone below. With
`radar.warn` on, a look at three worktrees, and the same after there was something to say.

    python benchmarks/hook_cost.py --runs 60
"""

from argparse import ArgumentParser
import json
import os
from pathlib import Path
import platform
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from git_anvcs.provenance.redact import redact

HOOK = str(Path(sys.executable).with_name("git-anvcs"))
DIRTY = 200
STATUS = ("status", "--porcelain", "-z", "-uall", "--no-renames")
PROMPT = "Please fix the rounding in report.py, keep the API as it is.\n" * 20


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anvcs-hook-") as folder:
        repo = Path(folder)
        times = measure(contenders(repo), args.runs)
        lines = [f.read_bytes() for f in repo.glob("*/.git/anvcs/spool/lines")]
        assert sum(text.count(b"\n") for text in lines) == args.runs * 9, "an event was lost"
    base = min(times["python -c pass"])
    rows = {name: row(found, base) for name, found in times.items()}
    speed = redaction_speed()
    git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    where = f"{git.strip()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    if args.json:
        shown = {"where": where, "runs": args.runs, "rows": rows, "redaction_mb_s": speed}
        print(json.dumps(shown, indent=2))
        return
    print(f"{where}, {args.runs} runs each, processor time")
    for name, found in rows.items():
        print(
            f"{name:40}{found['min_ms']:7} ms{found['median_ms']:7} ms median{found['ratio']:6} x"
        )
    print(f"redaction of our own source and docs: {speed} MB/s")


def contenders(folder: Path) -> dict[str, tuple[tuple[str, ...], Path]]:
    """What to start, and the file it reads from standard input."""
    clean, dirty = made(folder / "clean", changed=0), made(folder / "dirty", changed=DIRTY)
    edit = {"tool_use_id": "t", "tool_name": "Edit", "tool_input": {"file_path": f"{clean}/0.py"}}
    shell = {"tool_use_id": "t", "tool_name": "Bash", "tool_input": {"command": "git commit -m x"}}
    large = {**edit, "tool_response": {"originalFile": "x = 1\n" * 100_000}}
    shared = beside(made(folder / "shared", changed=0))
    other = {**edit, "tool_input": {"file_path": f"{shared}/1.py"}}
    near = {**edit, "tool_input": {"file_path": f"{shared}/0.py"}}
    events = {
        "git-anvcs hook, before an edit, 3 worktrees": ("PreToolUse", shared, other),
        "git-anvcs hook, one of them differs (told once)": ("PreToolUse", shared, near),
        "git-anvcs hook, edit (file kept)": ("PostToolUse", clean, edit),
        "git-anvcs hook, edit of 600 kB": ("PostToolUse", clean, large),
        "git-anvcs hook, before a shell, clean": ("PreToolUse", clean, shell),
        "git-anvcs hook, after it, clean": ("PostToolUse", clean, shell),
        f"git-anvcs hook, before, {DIRTY} differ": ("PreToolUse", dirty, shell),
        f"git-anvcs hook, after, {DIRTY} differ": ("PostToolUse", dirty, shell),
        "git-anvcs hook, prompt": ("UserPromptSubmit", clean, {"prompt": PROMPT}),
    }
    found: dict[str, tuple[tuple[str, ...], Path]] = {}
    for name, (event, repo, fields) in events.items():
        payload = {"session_id": "s", "cwd": str(repo), "hook_event_name": event, **fields}
        file = folder / f"{len(found)}.json"
        file.write_text(json.dumps(payload))
        found[name] = ((HOOK, "hook", "claude"), file)
    nothing = Path(os.devnull)
    for repo in (clean, dirty):
        found[f"git status, {repo.name}"] = (("git", "-C", str(repo), *STATUS), nothing)
    found["python -c pass"] = ((sys.executable, "-c", "pass"), nothing)
    found["git --version"] = (("git", "--version"), nothing)
    return found


def made(repo: Path, *, changed: int) -> Path:
    """A repository of 1,000 files of 2 kB; `changed` of them differ from HEAD."""
    subprocess.run(("git", "init", "-q", str(repo)), check=True)
    (repo / ".git/anvcs").mkdir()
    for number in range(1000):
        (repo / f"{number}.py").write_text(f"x = {number}\n" * 250)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    for command in (("add", "-A"), (*who, "commit", "-q", "-m", "all")):
        subprocess.run(("git", "-C", str(repo), *command), check=True)
    for number in range(changed):
        (repo / f"{number}.py").write_text(f"y = {number}\n" * 250)
    return repo


def beside(repo: Path) -> Path:
    """The repository with `radar.warn` on and worktrees beside it; one changes 0.py."""
    for number in range(3):
        tree = str(repo.with_name(f"{repo.name}-{number}"))
        add = ("worktree", "add", "-q", "-b", f"t{number}", tree)
        subprocess.run(("git", "-C", str(repo), *add), check=True)
    (repo.with_name(f"{repo.name}-0") / "0.py").write_text("def f(a):\n    return a\n")
    switch = ("config", "anvcs.radar.warn", "tell")
    subprocess.run(("git", "-C", str(repo), *switch), check=True)
    return repo


def measure(
    contenders: dict[str, tuple[tuple[str, ...], Path]], runs: int
) -> dict[str, list[float]]:
    """Seconds of processor time (user and system) of each run."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(runs):
        for name, (argv, file) in contenders.items():
            times[name].append(one(argv, file))
    return times


def one(argv: tuple[str, ...], file: Path) -> float:
    stdin = os.open(file, os.O_RDONLY)
    quiet = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, quiet, 1)]
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=actions)
    os.close(stdin)
    os.close(quiet)
    _, status, used = os.wait4(pid, 0)
    assert status == 0, f"{argv} failed"
    return used.ru_utime + used.ru_stime


def row(found: list[float], base: float) -> dict[str, float]:
    return {
        "min_ms": round(min(found) * 1000, 1),
        "median_ms": round(statistics.median(found) * 1000, 1),
        "ratio": round(min(found) / base, 1),
    }


def redaction_speed() -> float:
    """Megabytes a second over our own source and docs, in pieces of 100 kB."""
    top = Path(__file__).parents[1]
    files = [*(top / "git_anvcs").rglob("*.py"), *(top / "docs").rglob("*.md")]
    text = "\n".join(file.read_text(errors="replace") for file in files)
    redact(text[:1000])
    start = time.process_time()
    for at in range(0, len(text), 100_000):
        redact(text[at : at + 100_000])
    return round(len(text) / 1e6 / (time.process_time() - start), 2)


if __name__ == "__main__":
    main()

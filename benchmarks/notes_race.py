"""16 writers, 25 commits each, in 16 worktrees, a third of them killed with -9 on the way.

Ours (plain `git commit` with hooks, drains in the background, killed too) beside a writer that
calls stock `git notes add` after each commit. Counted: commits that exist without their record.
Run: python benchmarks/notes_race.py [--json] [--writers N] [--commits N]
"""

import argparse
import json
import os
from pathlib import Path
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = Path(sys.executable).parent / "git-anvcs"
COMMIT = """
i=0
while [ $i -lt {commits} ]; do
	i=$((i + 1))
	echo "$i" >"{name}.txt"
	git add "{name}.txt" && git commit -q -m "{name} $i" || exit 1
	{after}
done
"""
# What a tool does that calls stock Git after each commit.
STOCK = 'git notes --ref=stock add -f -m "made by {name}" HEAD'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--commits", type=int, default=25)
    args = parser.parse_args()
    results = {}
    for kind in ("ours", "stock"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            results[kind] = race(Path(folder), kind, args.writers, args.commits)
    facts = {
        "git": subprocess.check_output(["git", "version"], text=True).split()[2],
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "writers": args.writers,
        "commits_each": args.commits,
        "results": results,
    }
    print(json.dumps(facts, indent=2) if args.json else text(facts))
    return 0 if results["ours"]["lost"] == 0 else 1


def race(base: Path, kind: str, writers: int, commits: int) -> dict[str, object]:
    root = base / "repo"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "A U Thor")
    git(root, "config", "user.email", "a@example.com")
    git(root, "config", "gc.auto", "0")
    git(root, "commit", "-q", "--allow-empty", "-m", "base")
    if kind == "ours":
        anvcs(root, "init", "--agents", "none")
    trees = []
    for number in range(writers):
        trees.append(base / f"w{number}")
        git(root, "worktree", "add", "-q", "-b", f"b{number}", str(trees[-1]))
    start = time.perf_counter()
    started = [start_writer(tree, kind, commits) for tree in trees]
    kill_a_third(started, root)
    for writer in started:
        writer.wait()
    spent = time.perf_counter() - start
    if kind == "ours":
        # The reader's own drain: what every reading command does first.
        anvcs(root, "drain", "--quiet")
    made = set(git(root, "rev-list", "--branches", "--not", "main").split())
    ref = "anvcs" if kind == "ours" else "stock"
    noted = {line.split()[1] for line in git(root, "notes", f"--ref={ref}", "list").splitlines()}
    result: dict[str, object] = {
        "commits": len(made),
        "lost": len(made - noted),
        "seconds": round(spent, 1),
    }
    if kind == "ours":
        result["findings"] = len(json.loads(anvcs(root, "meta", "fsck", "--json"))["findings"])
    return result


def start_writer(tree: Path, kind: str, commits: int) -> subprocess.Popen[bytes]:
    after = STOCK.format(name=tree.name) if kind == "stock" else ":"
    script = COMMIT.format(commits=commits, name=tree.name, after=after)
    return subprocess.Popen(
        ["sh", "-c", script],
        cwd=tree,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_a_third(writers: list[subprocess.Popen[bytes]], root: Path) -> None:
    """Every third writer dies with all it started, and whatever drains at that moment."""
    for writer in writers[::3]:
        time.sleep(random.uniform(0.1, 0.5))
        try:
            os.killpg(writer.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        mark = root / ".git" / "anvcs" / "spool" / "drainer"
        try:
            os.kill(int(mark.read_text()), signal.SIGKILL)
        except (OSError, ValueError):
            continue


def git(cwd: Path, *args: str) -> str:
    return subprocess.check_output(["git", *args], cwd=cwd, text=True, stderr=subprocess.DEVNULL)


def anvcs(cwd: Path, *args: str) -> str:
    """`meta fsck` says 1 when it finds something: that is for the report to show."""
    done = subprocess.run([PROGRAM, *args], cwd=cwd, check=False, capture_output=True, text=True)
    return done.stdout


def text(facts: dict) -> str:
    lines = [
        f"git {facts['git']}, Python {facts['python']}, {facts['machine']}; "
        f"{facts['writers']} writers x {facts['commits_each']} commits, a third killed with -9"
    ]
    for kind, name in (("ours", "git-anvcs"), ("stock", "git notes add")):
        r = facts["results"][kind]
        lines.append(
            f"{name:<14} {r['commits']:>4} commits made, {r['lost']:>4} without a record, "
            f"{r['seconds']} s"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

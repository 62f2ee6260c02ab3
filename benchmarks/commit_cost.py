"""What a plain `git commit` costs with everything on, beside bare Git: foreground wall time.

Commits are made in pairs in turn, one in a bare repository and one in a wired copy of it, so
that both see the same machine. Run: python benchmarks/commit_cost.py [--json] [--pairs N]
"""

import argparse
import json
import os
from pathlib import Path
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = Path(sys.executable).parent / "git-anvcs"
SIZES = {"small": 20, "50,000 files": 50_000}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--only", choices=tuple(SIZES), help="one size only")
    args = parser.parse_args()
    results = {}
    for name, files in SIZES.items():
        if args.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory() as folder:
            results[name] = measure(Path(folder), files, args.pairs)
    facts = {
        "git": subprocess.check_output(["git", "version"], text=True).split()[2],
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "pairs": args.pairs,
        "results": results,
    }
    print(json.dumps(facts, indent=2) if args.json else text(facts))
    return 0


def measure(base: Path, files: int, pairs: int) -> dict[str, float]:
    bare = base / "bare"
    make(bare, files)
    wired = base / "wired"
    shutil.copytree(bare, wired)
    run([str(PROGRAM), "init", "--agents", "none"], wired)
    times: dict[str, list[float]] = {"bare": [], "wired": []}
    for number in range(pairs + 2):
        order = [("bare", bare), ("wired", wired)]
        for name, root in order if number % 2 else order[::-1]:
            spent = commit(root, number)
            if number >= 2:  # the first ones warm the caches
                times[name].append(spent)
        time.sleep(0.02)
    run([str(PROGRAM), "drain", "--quiet"], wired)
    notes = subprocess.check_output(["git", "notes", "--ref=anvcs", "list"], cwd=wired)
    assert len(notes.splitlines()) == pairs + 2, "a record is missing"
    extra = [w - b for w, b in zip(times["wired"], times["bare"], strict=True)]
    return {
        "bare_ms": round(statistics.median(times["bare"]), 2),
        "wired_ms": round(statistics.median(times["wired"]), 2),
        "extra_ms": round(statistics.median(extra), 2),
        "bare_min_ms": round(min(times["bare"]), 2),
        "wired_min_ms": round(min(times["wired"]), 2),
        "ratio": round(statistics.median(times["wired"]) / statistics.median(times["bare"]), 2),
    }


def make(root: Path, files: int) -> None:
    root.mkdir()
    run(["git", "init", "-q", "-b", "main"], root)
    for key, value in (
        ("user.name", "A U Thor"),
        ("user.email", "a@example.com"),
        ("gc.auto", "0"),
    ):
        run(["git", "config", key, value], root)
    for number in range(files):
        path = root / f"d{number % 250}" / f"f{number}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{number}\n")
    run(["git", "add", "-A"], root)
    run(["git", "commit", "-q", "-m", "base"], root)


def commit(root: Path, number: int) -> float:
    """Milliseconds of `git commit` alone; the file is staged before."""
    (root / "d0" / "f0.txt").write_text(f"change {number}\n")
    run(["git", "add", "d0/f0.txt"], root)
    start = time.perf_counter()
    run(["git", "commit", "-q", "-m", f"change {number}"], root)
    return 1000 * (time.perf_counter() - start)


def run(argv: list[str], cwd: Path) -> None:
    # The caller waits for the end of the output too: a hook that kept it open would show here.
    subprocess.run(argv, cwd=cwd, check=True, capture_output=True)


def text(facts: dict) -> str:
    lines = [
        f"git {facts['git']}, Python {facts['python']}, {facts['machine']}, "
        f"load {facts['load']}, {facts['pairs']} pairs in turn",
        f"{'repository':<14} {'bare Git':>9} {'with us':>9} {'extra':>8}  ratio   medians (minima)",
    ]
    for name, r in facts["results"].items():
        lines.append(
            f"{name:<14} {r['bare_ms']:>6.1f} ms {r['wired_ms']:>6.1f} ms "
            f"{r['extra_ms']:>5.1f} ms  {r['ratio']:.2f}    "
            f"({r['bare_min_ms']:.1f} and {r['wired_min_ms']:.1f} ms)"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

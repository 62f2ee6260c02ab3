"""A cold start of the merge driver on a small conflict, beside `git merge-file`.

Both merge the same three files, turn by turn in one run, so that the ratio holds on a busy
machine. "installed" is the program that package installers write, "launcher" the one install.sh
puts in its place; "bare Python" is the floor below any Python program.

    python benchmarks/driver_start.py --runs 60
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
from git_anvcs.drivers import launcher

BASE = '{\n  "name": "x",\n  "version": "1"\n}\n'
OURS = '{\n  "name": "x",\n  "ours": 1,\n  "version": "1"\n}\n'
THEIRS = '{\n  "name": "x",\n  "theirs": 2,\n  "version": "1"\n}\n'
PYTHON = "def f():\n    return 1\n"


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anvcs-start-") as folder:
        os.chdir(folder)
        times = measure(contenders(Path(folder)), args.runs)
        os.chdir("/")
    base = min(cpu for _, cpu in times["git merge-file"])
    rows = {
        name: {
            "wall_ms": round(min(wall for wall, _ in found) * 1000, 1),
            "cpu_ms": round(min(cpu for _, cpu in found) * 1000, 1),
            "cpu_median_ms": round(statistics.median(cpu for _, cpu in found) * 1000, 1),
            "cpu_ratio": round(min(cpu for _, cpu in found) / base, 1),
        }
        for name, found in times.items()
    }
    git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    where = f"{git.strip()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    if args.json:
        print(json.dumps({"where": where, "runs": args.runs, "rows": rows}, indent=2))
        return
    print(f"{where}, {args.runs} runs each, smallest value")
    for name, row in rows.items():
        print(
            f"{name:30}{row['wall_ms']:7} ms wall{row['cpu_ms']:7} ms CPU"
            f" (median{row['cpu_median_ms']:6}){row['cpu_ratio']:7} x"
        )


def contenders(folder: Path) -> dict[str, tuple[str, ...]]:
    fast = folder / "git-ai-merge"
    launcher.write(fast, Path(sys.executable))
    slow = str(Path(sys.executable).with_name("git-ai-merge"))
    lines = ("driver", "b", "a", "t", "9", "x.json")  # longer markers: by lines only
    json_ = ("driver", "b", "a", "t", "7", "x.json")
    python = ("driver", "pb", "pa", "pt", "7", "x.py")
    return {
        "git merge-file": ("git", "merge-file", "-p", "a", "b", "t"),
        "bare Python (-I -S)": (sys.executable, "-I", "-S", "-c", "pass"),
        "launcher, by lines": (str(fast), *lines),
        "launcher, JSON by meaning": (str(fast), *json_),
        "launcher, Python by meaning": (str(fast), *python),
        "installed, JSON by meaning": (slow, *json_),
    }


Cost = tuple[float, float]


def measure(contenders: dict[str, tuple[str, ...]], runs: int) -> dict[str, list[Cost]]:
    """Seconds by the clock, and of processor time with all the processes it started."""
    times: dict[str, list[Cost]] = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, argv in contenders.items():
            prepare()
            start = time.perf_counter()
            child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, _, used = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
            child.returncode = 0  # it has been waited for
            if turn:  # the first turn fills the caches
                times[name].append((wall, used.ru_utime + used.ru_stime))
    return times


def prepare() -> None:
    files = {"b": BASE, "a": OURS, "t": THEIRS, "pb": PYTHON}
    files["pa"] = PYTHON + "\n\ndef ours():\n    return 2\n"
    files["pt"] = PYTHON + "\n\ndef theirs():\n    return 3\n"
    for name, text in files.items():
        Path(name).write_text(text)


if __name__ == "__main__":
    main()

"""A merge of many files, four ways: the strategy, plain Git, Git with our driver, with mergiraf.

50 files of JSON and Python are changed on both sides, 10 of them so that lines conflict. The ways
take turns in one run, each in its own copy of the repository, so that the ratios hold on a busy
machine; the smallest processor time counts, and the largest peak of memory of any process.

    python -m benchmarks.merge_speed --runs 5 --mergiraf ~/.cargo/bin/mergiraf
"""

from argparse import ArgumentParser
from collections.abc import Mapping
import json
import os
from pathlib import Path
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
FILES, CONFLICTING = 50, 10
WAYS = ("git (ort)", "git with our driver", "git-merge-anvcs", "git with mergiraf")


class Timed(NamedTuple):
    """One merge: seconds by the clock and of processor time, with all processes it starts; the
    largest peak of a process in MB; files left open."""

    seconds: float
    cpu: float
    peak: float
    left: int


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--mergiraf", default="", help="the program, where it could be built")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    ways = WAYS if args.mergiraf else WAYS[:3]
    with tempfile.TemporaryDirectory(prefix="anvcs-speed-") as folder:
        repos = {
            way: history(Path(folder) / str(at), way, args.mergiraf) for at, way in enumerate(ways)
        }
        found: dict[str, list[Timed]] = {way: [] for way in ways}
        for _ in range(args.runs):
            for way in ways:
                found[way].append(merged(repos[way], way))
    rows = {way: summary(times, found[WAYS[0]]) for way, times in found.items()}
    git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    where = f"{git.strip()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    if args.json:
        print(json.dumps({"where": where, "runs": args.runs, "rows": rows}, indent=2))
        return
    print(f"{where}; {FILES} files changed on both sides, {CONFLICTING} conflict by lines")
    for way, row in rows.items():
        print(
            f"{way:22}{row['cpu_ms']:8} ms CPU (median{row['cpu_median_ms']:8}){row['ratio']:6} x"
            f"{row['wall_ms']:9} ms wall"
            f"{row['peak_mb']:7} MB{row['left']:4} files left"
        )


def summary(times: list[Timed], base: list[Timed]) -> dict[str, float]:
    best = min(one.cpu for one in times)
    return {
        "cpu_ms": round(best * 1000, 1),
        "cpu_median_ms": round(statistics.median(one.cpu for one in times) * 1000, 1),
        "wall_ms": round(min(one.seconds for one in times) * 1000, 1),
        "ratio": round(best / min(one.cpu for one in base), 1),
        "peak_mb": round(max(one.peak for one in times), 1),
        "left": times[-1].left,
    }


def history(root: Path, way: str, mergiraf: str) -> Path:
    """A repository with two sides, wired for one of the ways."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for side in ("base", "theirs", "ours"):
        if side == "theirs":
            git(root, "switch", "-q", "-c", "feature")
        if side == "ours":
            git(root, "switch", "-q", "main")
        for number in range(FILES):
            write(root, number, side)
        git(root, "add", ".")
        git(root, "commit", "-q", "-m", side)
    git(root, "tag", "ours")
    if way == "git with our driver":
        git(root, "config", "include.path", str(ROOT / "merge-drivers/gitconfig"))
        (root / ".git/info/attributes").write_text("*.py merge=anvcs\n*.json merge=anvcs\n")
    if way == "git with mergiraf":
        line = f"{mergiraf} merge --git %O %A %B -s %S -x %X -y %Y -p %P -l %L"
        git(root, "config", "merge.mergiraf.driver", line)
        (root / ".git/info/attributes").write_text("*.py merge=mergiraf\n*.json merge=mergiraf\n")
    return root


def write(root: Path, number: int, side: str) -> None:
    """One file; the first ten have both sides insert at one place."""
    clash = number < CONFLICTING
    place = {"base": -1, "ours": 20, "theirs": 20 if clash else 60}[side]
    if number % 2:
        parts = [f"def f{at}(a, b):\n    c = a + {at}\n    return b * c\n" for at in range(80)]
        new = f"def {side}(a):\n    return a\n"
        parts[place:place] = [new] * (place >= 0)
        text = "\n\n".join(parts)
    else:
        keys = [(f"key{at}", {"name": f"n{at}", "value": at}) for at in range(80)]
        keys[place:place] = [(side, {"value": side})] * (place >= 0)
        text = json.dumps(dict(keys), indent=2) + "\n"
    (root / f"f{number}.{'py' if number % 2 else 'json'}").write_text(text)


def merged(root: Path, way: str) -> Timed:
    """Merge once, measured in a process of its own, and undo it."""
    strategy = ("-s", "anvcs") if way == "git-merge-anvcs" else ()
    argv = ("git", "merge", "-q", "--no-edit", *strategy, "feature")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # its children's peak is then this merge's alone
        before = time.perf_counter()
        subprocess.run(argv, cwd=root, env=environment(), check=False, capture_output=True)
        seconds = time.perf_counter() - before
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        facts = (seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
        os.write(writer, json.dumps(facts).encode())
        os._exit(0)
    os.waitpid(child, 0)
    facts = json.loads(os.read(reader, 200))
    os.close(reader)
    os.close(writer)
    left = git(root, "diff", "--name-only", "--diff-filter=U").splitlines()
    git(root, "reset", "-q", "--hard", "ours")
    return Timed(*facts, len(set(left)))


def environment() -> Mapping[str, str]:
    who = {
        f"GIT_{who}_{what}": "b@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return {
        **os.environ,
        **who,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PATH": f"{os.environ['PATH']}{os.pathsep}{PROGRAMS}",
    }


def git(root: Path, *args: str) -> str:
    done = subprocess.run(
        ("git", *args), cwd=root, env=environment(), check=True, capture_output=True, text=True
    )
    return done.stdout


if __name__ == "__main__":
    main()

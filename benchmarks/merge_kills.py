"""kill -9 of the merge driver and of the strategy, at random moments of a real `git merge`.

After each merge everything that either side wrote is in the worktree, in files that Git knows as
merged or as open with its markers; or the merge did not take place and all is as before. What
stands in the way of the next git command has to be named by that command.

    python -m benchmarks.merge_kills --runs 1000
"""

from argparse import ArgumentParser
from collections import Counter
import json
import os
from pathlib import Path
import platform
import random
import sys
import tempfile
import time
from typing import NamedTuple

from tests.drivers.support import wire
from tests.support.sandbox import PROGRAMS, Sandbox

# Starts the real program and kills it after a random part of the time in ANVCS_KILL_WITHIN.
KILLED = """#!{python} -IS
import os, random, signal, sys, time
limit, parent = float(os.environ["ANVCS_KILL_WITHIN"]), os.getpid()
if limit and os.fork() == 0:
    os.closerange(0, 64)
    time.sleep(random.random() * limit)
    if os.getppid() == parent:
        os.kill(parent, signal.SIGKILL)
    os._exit(0)
os.execv({program!r}, [{program!r}, *sys.argv[1:]])
"""
MARKS = ("<<<<<<< ", "=======", ">>>>>>> ")
DEAD, LOCKED, MERGED, RESTORED = "lost", "locked (and git says so)", "merged", "restored"
BY_LINES = "merged, by lines where the driver was killed"


class Kind(NamedTuple):
    """What is killed: a program, under the merge that starts it so many times."""

    name: str
    program: str
    words: tuple[str, ...]
    times: int


KINDS = (
    Kind("driver", "git-ai-merge", (), 4),
    Kind("strategy", "git-merge-anvcs", ("-s", "anvcs"), 1),
)


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100, help="of driver and strategy together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = {}
    for kind in KINDS:
        with tempfile.TemporaryDirectory(prefix="anvcs-kills-") as folder:
            found[kind.name] = ends(Path(folder), kind, args.runs // len(KINDS), args.seed)
    if args.json:
        print(json.dumps({name: dict(count) for name, count in found.items()}, indent=2))
    else:
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
        for name, count in found.items():
            told = ", ".join(f"{number} {end}" for end, number in sorted(count.items()))
            print(f"{name}: {count.total()} merges: {told}")
    return 1 if any(end.startswith(DEAD) for count in found.values() for end in count) else 0


def ends(base: Path, kind: Kind, runs: int, seed: int) -> Counter[str]:
    """How so many merges ended in which the program was killed."""
    chance = random.Random(seed)
    repo = history(base)
    folder = base / "killed"
    folder.mkdir()
    program = folder / kind.program
    program.write_text(KILLED.format(python=sys.executable, program=str(PROGRAMS / kind.program)))
    program.chmod(0o755)
    repo.env["PATH"] = f"{folder}{os.pathsep}{repo.env['PATH']}"
    if kind.name == "driver":
        wire(repo)
    span = usual(repo, kind) / kind.times
    found: Counter[str] = Counter()
    for _ in range(runs):
        limit = span * chance.choice((0.1, 0.4, 1.0, 1.3))
        code, said = merged(repo, kind, limit)
        found[judged(repo, code, said)] += 1
    return found


def usual(repo: Sandbox, kind: Kind) -> float:
    """Seconds that an undisturbed merge takes; it has to end as it should."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        code, said = merged(repo, kind, 0.0)
        times.append(time.perf_counter() - start)
        end = judged(repo, code, said)
        if end != MERGED:
            raise SystemExit(f"the merge ends with {end} when nobody kills it")
    return min(times)


def merged(repo: Sandbox, kind: Kind, limit: float) -> tuple[int, str]:
    argv = ("git", "merge", "-q", "-m", "both", *kind.words, "feature")
    done = repo.run(*argv, env={"ANVCS_KILL_WITHIN": f"{limit:.4f}"})
    return done.returncode, done.stdout + done.stderr


SHOP = "def price(item):\n    total = item.cost\n    return round(total, 2)\n"
REST = "def weight(item):\n    return item.grams / 1000\n"
BASE = {
    "clash.json": '{\n  "name": "base"\n}\n',
    "good.json": '{\n  "name": "base"\n}\n',
    "code.py": "import os\n\n\ndef base():\n    return os\n",
    "shop.py": f"{SHOP}\n\n{REST}",
    "plain.txt": "".join(f"{number}\n" for number in range(9)),
}
SIDES = {
    "main": {
        "clash.json": '{\n  "name": "mine-1"\n}\n',
        "good.json": '{\n  "name": "base",\n  "mine-2": 1\n}\n',
        "code.py": BASE["code.py"] + '\n\ndef mine():\n    return "mine-3"\n',
        "price.py": f'MINE = "mine-4"\n\n\n{SHOP}',
        "shop.py": REST,
        "plain.txt": BASE["plain.txt"].replace("0", "mine-5"),
    },
    "feature": {
        "clash.json": '{\n  "name": "yours-1"\n}\n',
        "good.json": '{\n  "name": "base",\n  "yours-2": 1\n}\n',
        "code.py": BASE["code.py"] + '\n\ndef yours():\n    return "yours-3"\n',
        "shop.py": BASE["shop.py"].replace("item.cost", 'item.cost["yours-4"]'),
        "plain.txt": BASE["plain.txt"].replace("8", "yours-5"),
        "new/file.txt": "yours-6\n",
    },
}
WORDS = [*(f"mine-{number}" for number in range(1, 6)), *(f"yours-{n}" for n in range(1, 7))]


def history(base: Path) -> Sandbox:
    repo = Sandbox(base)
    repo.commit("base", BASE)
    for branch in ("feature", "main"):
        repo.git("switch", "-q", *(["-c"] if branch == "feature" else []), branch)
        repo.commit(branch, SIDES[branch])
    repo.git("tag", "before")
    return repo


def judged(repo: Sandbox, code: int, said: str) -> str:
    """How the merge ended; the repository is then as it was before."""
    end = left(repo, code, said)
    lock = repo.root / ".git/index.lock"
    if lock.exists():
        told = repo.run("git", "add", "-A").stderr
        end = LOCKED if "index.lock" in told and not end.startswith(DEAD) else f"{DEAD}: {told}"
        lock.unlink()
    repo.git("reset", "-q", "--hard", "before")
    strange = repo.git("status", "--porcelain", "-uall").splitlines()
    if strange:
        end = f"{DEAD}: {' '.join(strange)} is left over"
        repo.git("clean", "-qfd")
    return end


def left(repo: Sandbox, code: int, said: str) -> str:
    status = repo.git("status", "--porcelain").splitlines()
    moved = repo.git("rev-parse", "HEAD") != repo.git("rev-parse", "before")
    open_now = {line[3:] for line in status if "U" in line[:2] or line[:2] in ("AA", "DD")}
    if not status and not moved:
        return RESTORED if code == 2 else f"{DEAD}: nothing merged, but git ended with {code}"
    files = [path for path in repo.root.rglob("*") if ".git" not in path.parts and path.is_file()]
    texts = {str(path.relative_to(repo.root)): path.read_text() for path in files}
    everything = "".join(texts.values())
    missing = [word for word in WORDS if word not in everything]
    if missing:
        return f"{DEAD}: {' '.join(missing)} after {code}: {said.strip()}"
    marked = {name for name, text in texts.items() if all(mark in text for mark in MARKS)}
    if not marked <= open_now:
        return (
            f"{DEAD}: markers in {' '.join(sorted(marked - open_now))}, which git takes as merged"
        )
    if "clash.json" not in open_now or code != 1:
        return f"{DEAD}: the conflict is taken as merged, git ended with {code}"
    return BY_LINES if "ended with 137" in said else MERGED


if __name__ == "__main__":
    sys.exit(main())

"""What `git anvcs land` costs apart from the tests: eight branches on 3,000 files.

Each branch changes four files, two of them in a place next to another branch's change, so that
some merges need the engine. Beside it: one `git merge` after the other by plain Git, which leaves
these in conflict. Seconds by the clock, and of processor time of all processes, which says more on
a machine that is not quiet.

    python benchmarks/land_cost.py --files 3000 --branches 8
"""

from argparse import ArgumentParser
import json
import os
from pathlib import Path
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

PROGRAM = str(Path(sys.executable).with_name("git-anvcs"))
PACKAGES = 60


class Cost(NamedTuple):
    """Seconds by the clock and of processor time."""

    clock: float
    processor: float


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--branches", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder) / "repo"
        names = made(repo, args.files, args.branches)
        start = git(repo, "rev-parse", "main").strip()
        rows = {
            "land, no check": (PROGRAM, "land", "--json", *names, "--gate", "none"),
            "land, one check": (PROGRAM, "land", "--json", *names, "--fresh", "--gate", "true"),
            "land --dry-run": (PROGRAM, "land", "--json", *names, "--gate", "none", "--dry-run"),
        }
        for title, argv in rows.items():
            report(title, [landed(repo, start, argv) for _ in range(args.rounds)])
        report("git merge, one by one", [merged(repo, start, names) for _ in range(args.rounds)])


def made(repo: Path, files: int, branches: int) -> list[str]:
    """A repository of small Python files, and branches that change some of them."""
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main")
    for number in range(files):
        path = repo / f"package_{number % PACKAGES}" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(module(number))
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "base")
    names = [f"agent/{number}" for number in range(branches)]
    for number, name in enumerate(names):
        git(repo, "switch", "-q", "-c", name, "main")
        for own in (10 * number, 10 * number + 1):
            add(repo, own, f"def new_{number}():\n    return {number}\n")
        for shared in (900 + number, 901 + number):  # its neighbour changes these too
            add(repo, shared, f"def shared_{number}():\n    return {number}\n")
        git(repo, "commit", "-q", "-a", "-m", name)
    git(repo, "switch", "-q", "--detach", "main")
    return names


def module(number: int) -> str:
    functions = (
        f"def function_{place}(value):\n    return value + {number + place}\n" for place in range(8)
    )
    return f'"""Module {number}."""\n\n\n' + "\n\n".join(functions)


def add(repo: Path, number: int, text: str) -> None:
    path = repo / f"package_{number % PACKAGES}" / f"module_{number}.py"
    path.write_text(f"{path.read_text()}\n\n{text}")


def landed(repo: Path, start: str, argv: tuple[str, ...]) -> Cost:
    """One landing, without the seconds that its check took."""
    git(repo, "update-ref", "refs/heads/main", start)
    begin, before = time.perf_counter(), processor()
    done = subprocess.run(
        (*argv, "--onto", "main"), cwd=repo, env=environment(repo), capture_output=True, check=True
    )
    seconds, used = time.perf_counter() - begin, processor() - before
    said = json.loads(done.stdout)
    assert len(said["landed"]) + len(said["already_in"]) == len(argv_branches(argv)), said
    return Cost(seconds - float(said["check_seconds"]), used)


def argv_branches(argv: tuple[str, ...]) -> list[str]:
    return [word for word in argv if word.startswith("agent/")]


def processor() -> float:
    """Seconds of processor time that all ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def merged(repo: Path, start: str, names: list[str]) -> Cost:
    """One merge after the other by plain Git in a worktree; conflicts are aborted."""
    git(repo, "checkout", "-q", "--detach", start)
    begin, before = time.perf_counter(), processor()
    for name in names:
        done = subprocess.run(
            ("git", "merge", "-q", "--no-ff", "--no-edit", name),
            cwd=repo, env=environment(repo), capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            git(repo, "merge", "--abort")
    return Cost(time.perf_counter() - begin, processor() - before)


def report(title: str, costs: list[Cost]) -> None:
    clock, used = (statistics.median(one) for one in zip(*costs, strict=True))
    best = min(one.clock for one in costs)
    print(f"{title:<24} {clock:.2f} s (best {best:.2f} s), processor {used:.2f} s")


def git(repo: Path, *args: str) -> str:
    done = subprocess.run(
        ("git", *args), cwd=repo, env=environment(repo), capture_output=True, text=True, check=True
    )
    return done.stdout


def environment(repo: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(repo.parent),
        "TMPDIR": str(repo.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "A U Thor" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "author@example.com" for who in ("AUTHOR", "COMMITTER")},
    }


if __name__ == "__main__":
    main()

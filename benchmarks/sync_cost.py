"""10,000 new records over a local remote: sent by one clone, brought in by another.

The records are of real commits, made by `git fast-import`; `git anvcs push --records` sends them
and `git anvcs pull --records` brings them in, each timed as a user waits for it.
Run: python benchmarks/sync_cost.py [--json] [--records N] [--rounds N]
"""

import argparse
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

PROGRAM = Path(sys.executable).parent / "git-anvcs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    rounds = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            rounds.append(one_round(Path(folder), args.records))
    facts = {
        "git": subprocess.check_output(["git", "version"], text=True).split()[2],
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "records": args.records,
        "rounds": args.rounds,
        "seconds": {key: statistics.median(r[key] for r in rounds) for key in rounds[0]},
    }
    print(json.dumps(facts, indent=2) if args.json else text(facts))
    return 0


def one_round(base: Path, count: int) -> dict[str, float]:
    sealed(base)
    origin, one, two = base / "origin.git", base / "one", base / "two"
    git(base, "init", "-q", "--bare", "-b", "main", str(origin))
    git(base, "clone", "-q", str(origin), str(one))
    git(one, "fast-import", "--quiet", stdin=history(count))
    git(one, "fast-import", "--quiet", stdin=records(one))
    git(one, "push", "-q", "origin", "main")
    git(base, "clone", "-q", str(origin), str(two))
    git(one, "config", "anvcs.remotes", "origin")
    sent = timed(one, "push", "--records", "origin")
    idle = timed(one, "push", "--records", "origin")
    brought = timed(two, "pull", "--records", "origin")
    tip = "refs/anvcs/meta^{tree}"
    assert git(one, "rev-parse", tip) == git(two, "rev-parse", tip), "they do not agree"
    both = (sent[0] + brought[0], sent[1] + brought[1])
    named = {"push": sent, "pull": brought, "both": both, "push_nothing_new": idle}
    clock = {name: round(pair[0], 3) for name, pair in named.items()}
    return clock | {f"{name}, processor": round(pair[1], 3) for name, pair in named.items()}


def sealed(base: Path) -> None:
    person = {"NAME": "A U Thor", "EMAIL": "author@example.com"}
    os.environ |= {
        f"GIT_{who}_{k}": v for who in ("AUTHOR", "COMMITTER") for k, v in person.items()
    }
    os.environ |= {"HOME": str(base), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def history(count: int) -> bytes:
    parts = [
        f"commit refs/heads/main\nmark :{number + 1}\n"
        f"committer A <a@example.com> {1_790_000_000 + number} +0000\ndata 1\nx\n"
        f"M 100644 inline f\ndata <<E\n{number}\nE\n"
        for number in range(count)
    ]
    return "".join(parts).encode()


def records(repo: Path) -> bytes:
    """One record of about 1.2 kB for each commit, in both refs."""
    listed = git(repo, "log", "--format=%H %T", "main").split("\n")
    commits = [line.split() for line in listed if line]
    lines = {c: record(c, tree, number) for number, (c, tree) in enumerate(commits)}
    parts = []
    for ref, path in (
        ("refs/anvcs/meta", ".ai/meta/{0}/{0}{1}.json"),
        ("refs/notes/anvcs", "{0}/{1}"),
    ):
        parts.append(f"commit {ref}\ncommitter A <a@example.com> 1790000000 +0000\ndata 0\n")
        for commit, line in lines.items():
            name = path.format(commit[:2], commit[2:])
            parts.append(f"M 100644 inline {name}\ndata {len(line)}\n{line}\n")
    return "".join(parts).encode()


def record(commit: str, tree: str, number: int) -> str:
    value = {
        "agent_id": f"claude-code:{number:08x}",
        "artifacts": [],
        "change_id": f"I{number:040x}",
        "created_at": "2026-09-21T14:14:00.000Z",
        "env": {"os": "Debian GNU/Linux 12", "digest": f"sha256:{number:064x}", "python": "3.11.7"},
        "meta_id": f"am_{number:026d}",
        "model": "anthropic/claude-opus-4",
        "prompt": None,
        "prompt_info": {"policy": "hash-only", "hmac": f"{number:064x}"},
        "rev": 1,
        "schema": "anvcs/commit-meta/1",
        "sessions": {f"s_{number:014x}": {"agent_id": {"tool": "claude-code", "id": f"{number}"}}},
        "subject": {"commit": commit, "tree": tree, "vcs": "git", "ref": "refs/heads/main"},
        "attestations": {"f": {f"s_{number:014x}": [[1, 1]]}},
        "padding": "x" * 300,
    }
    return json.dumps(value, separators=(",", ":"), sort_keys=True) + "\n"


def timed(repo: Path, *words: str) -> tuple[float, float]:
    """Seconds by the clock, and of the processor (which a busy machine does not change much)."""
    start, before = time.perf_counter(), processor()
    subprocess.run((PROGRAM, *words), cwd=repo, check=True, capture_output=True)
    return time.perf_counter() - start, processor() - before


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def git(where: Path, *words: str, stdin: bytes = b"") -> str:
    done = subprocess.run(("git", *words), cwd=where, input=stdin, check=True, capture_output=True)
    return done.stdout.decode()


def text(facts: dict[str, object]) -> str:
    seconds = facts["seconds"]
    assert isinstance(seconds, dict)
    head = f"{facts['records']:,} records, git {facts['git']}, {facts['machine']}"
    return "\n".join([head, *(f"  {key:<27} {value:.2f} s" for key, value in seconds.items())])


if __name__ == "__main__":
    sys.exit(main())

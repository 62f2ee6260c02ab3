"""What the benchmarks of reading share: a repository made by fast-import, turns, a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
import json
import os
from pathlib import Path
import platform
import random
import resource
import statistics
import subprocess
import sys
import time

from git_anvcs.provenance import codec

PROGRAM = str(Path(sys.executable).with_name("git-anvcs"))
META_PATH = ".ai/meta/{0}/{1}.json"
START = 1_500_000_000
CPU = " CPU"


def git(folder: Path, *args: str, stdin: bytes = b"") -> str:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ("git", *args), cwd=folder, env=env, input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode()


def fast_import(folder: Path, stream: Iterator[bytes]) -> None:
    """Make a repository of a stream; the whole history is packed."""
    git(folder, "init", "-q", "-b", "main")
    feeder = subprocess.Popen(("git", "fast-import", "--quiet"), cwd=folder, stdin=subprocess.PIPE)
    assert feeder.stdin is not None
    feeder.stdin.writelines(stream)
    feeder.stdin.close()
    assert feeder.wait() == 0


def commit(number: int, parents: str, message: str, changes: bytes = b"") -> bytes:
    """One commit of a fast-import stream, with mark `number`."""
    date = START + 600 * number
    head = f"commit refs/heads/main\nmark :{number}\ncommitter T <t@example.com> {date} +0000\n"
    text = message.encode()
    return head.encode() + b"data %d\n%s\n" % (len(text), text) + parents.encode() + changes


def write_records(folder: Path, *, attested: str = "", notes: bool = False, long: int = 0) -> int:
    """A valid record for every commit: three agents, tests passed for every second one.

    attested: each record holds all an agent's commit has to say (1.3 kB), and every tenth one
    attests forty ranges of this file and eight of thirty others each (6 kB)
    notes: `refs/notes/anvcs` points at the same blobs
    long: so many commits in a row are of one session (of each agent); else sessions alternate
    """
    listed = git(folder, "log", "--format=%H %T %P", "main").split("\n")[:-1]
    chosen = random.Random(1)
    blobs, meta, noted = [], [_head("refs/anvcs/meta")], [_head("refs/notes/anvcs")]
    for number, line in enumerate(listed):
        oid, tree, *parents = line.split()
        value = _record(chosen, number, oid, tree, parents)
        if long:
            tool = str(value["agent_id"]).partition(":")[0]
            value["agent_id"] = f"{tool}:session-{number // long}"
        if attested:
            value |= _details(number, oid, tree)
        if attested and number % 10 == 0:
            value |= _attestations(chosen, attested)
        data = codec.encode(value) + b"\n"
        mark = number + 1
        blobs.append(b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(data), data))
        meta.append(b"M 100644 :%d %s\n" % (mark, META_PATH.format(oid[:2], oid).encode()))
        noted.append(b"M 100644 :%d %s/%s\n" % (mark, oid[:2].encode(), oid[2:].encode()))
    parts = [*blobs, *meta, *(noted if notes else ())]
    git(folder, "fast-import", "--quiet", stdin=b"".join(parts))
    return len(listed)


def _head(ref: str) -> bytes:
    return f"commit {ref}\ncommitter T <t@example.com> 1790000000 +0000\ndata 0\n".encode()


def _record(
    chosen: random.Random, number: int, oid: str, tree: str, parents: list[str]
) -> dict[str, object]:
    agent = chosen.choice(["claude-code", "codex", "cursor"])
    return {
        "schema": "anvcs/commit-meta/1",
        "meta_id": f"am_{number:026d}",
        "change_id": f"I{number:040d}",
        "rev": 1,
        "created_at": "2026-09-21T14:14:00.000Z",
        "subject": {
            "vcs": "git",
            "object_format": "sha1",
            "commit": oid,
            "tree": tree,
            "parents": parents,
        },
        "prompt": None,
        "prompt_info": {"policy": "hash-only", "hmac_sha256": oid[:32] * 2},
        "model": f"provider/{agent}-model",
        "tests_passed": bool(number % 2),
        "tests": {"ran_on_tree": tree, "total": 120},
        "test_report_ref": None,
        "coverage": None,
        "env": None,
        "agent_id": f"{agent}:session-{number % 97}",
        "artifacts": [],
    }


def _details(number: int, oid: str, tree: str) -> dict[str, object]:
    """A prompt, the environment, a report."""
    digest = oid[:32] * 2
    return {
        "prompt": f'make change {number} as "the plan" says,\nthen run the tests',
        "prompt_info": {"policy": "inline", "hmac_sha256": digest, "redactions": 0},
        "tests": {"ran_on_tree": tree, "total": 120, "failed": 1 - number % 2, "command": "pytest"},
        "coverage": 91.5,
        "env": {
            "digest": f"sha256:{digest}",
            "os": "Linux 6.1 x86_64",
            "tools": {"git": "2.39.5", "python": "3.11.7", "git-anvcs": "0.1.0"},
            "lockfiles": [{"path": "uv.lock", "sha256": digest}],
        },
        "artifacts": [
            {
                "name": "report.xml",
                "type": "report",
                "storage": "local",
                "key": "build/report.xml",
                "sha256": digest,
                "size": 12345,
            }
        ],
    }


def _attestations(chosen: random.Random, file: str) -> dict[str, object]:
    """Two sessions and a person, in turn, over many short ranges."""
    sessions = {f"s_{name * 14}": name for name in "ab"}
    keys = [*(f"{session}::t_{'0' * 14}" for session in sessions), f"h_{'1' * 14}"]
    attested = {}
    for path, ranges in {file: 40, **{f"src/module_{n}.py": 8 for n in range(30)}}.items():
        starts = sorted(chosen.sample(range(1, 8000, 5), ranges))
        texts = [",".join(f"{at}-{at + 3}" for at in starts[n :: len(keys)]) for n in range(3)]
        attested[path] = dict(zip(keys, texts, strict=True))
    agents = {s: {"tool": n, "id": n, "model": "provider/model"} for s, n in sessions.items()}
    return {
        "attestations": attested,
        "sessions": {session: {"agent_id": agent} for session, agent in agents.items()},
        "humans": {keys[-1]: {"author": "T <t@example.com>"}},
    }


def in_turns(
    folder: Path, commands: Mapping[str, Sequence[str]], runs: int
) -> dict[str, list[float]]:
    """Seconds of each command, run turn by turn so that a busy machine is busy for all.

    A name ending in ` CPU` holds the same runs' processor time, its children's included.
    """
    times: dict[str, list[float]] = {name: [] for name in commands}
    times |= {f"{name}{CPU}": [] for name in commands}
    for number in range(runs + 1):
        for name, argv in commands.items():
            begin, used = time.perf_counter(), processor_time()
            subprocess.run(argv, cwd=folder, stdout=subprocess.DEVNULL, check=True)
            if number:  # the first turn fills the caches
                times[name].append(time.perf_counter() - begin)
                times[f"{name}{CPU}"].append(processor_time() - used)
    return times


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(times: Mapping[str, list[float]], what: str, *, as_json: bool) -> None:
    """A table with ratios to the first command, of elapsed and of processor time."""
    names = [name for name in times if not name.endswith(CPU)]
    rows = {
        name: {
            "min_ms": round(min(times[name]) * 1000, 1),
            "median_ms": round(statistics.median(times[name]) * 1000, 1),
            "ratio": round(min(times[name]) / min(times[names[0]]), 2),
            "cpu_ms": round(min(times[name + CPU]) * 1000, 1),
            "cpu_ratio": round(min(times[name + CPU]) / min(times[names[0] + CPU]), 2),
        }
        for name in names
    }
    runs = len(next(iter(times.values())))
    version = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
    where = f"{version.strip()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    if as_json:
        print(json.dumps({"what": what, "where": where, "runs": runs, "rows": rows}, indent=2))
        return
    print(f"{what}\n{where}, {runs} runs each")
    print(f"{'':44}{'min ms':>9}{'median':>9}{'ratio':>7}{'CPU ms':>9}{'ratio':>7}")
    for name, row in rows.items():
        cells = (row[k] for k in ("min_ms", "median_ms", "ratio", "cpu_ms", "cpu_ratio"))
        print(
            f"{name:44}{next(cells):9}{next(cells):9}{next(cells):7}{next(cells):9}{next(cells):7}"
        )


def scratch(make: Callable[[Path], None], keep: str | None) -> Path:
    """A folder made by `make`; with `keep`, made once and used again."""
    import tempfile

    folder = Path(keep) if keep else Path(tempfile.mkdtemp(prefix="anvcs-reading-"))
    if not (folder / ".git").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)
    return folder

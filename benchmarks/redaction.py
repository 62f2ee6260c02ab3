"""Redaction of secrets: how fast, how many kinds it finds, how often it is wrong on real code.

Real code is this repository and the interpreter's own library; it holds no secrets, so every hit
counts as a false one (some are passwords in tests). Texts are read in pieces of 100 kB. With
`--peer PYTHON`, an interpreter that has detect-secrets, both also read every file of a sample.

    python benchmarks/redaction.py [--peer PYTHON] [--json]
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
import json
import os
from pathlib import Path
import platform
import subprocess
import sys
import sysconfig
import tempfile
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from git_anvcs.provenance.redact import redact
from tests.support.planted import ALL, KINDS

ROOT = Path(__file__).parents[1]
PIECE = 100_000
SAMPLE = 1_500_000  # bytes; the peer reads 0.1 MB/s
LEAST_MB_S, MOST_HITS_A_MB = 0.7, 1.0

PEER = """
import json, sys, time
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings
files = json.load(sys.stdin)
found = SecretsCollection()
start = time.process_time()
with default_settings():
    for name in files:
        found.scan_file(name)
kinds = [[name, secret.type] for name, secret in found]
print(json.dumps({"seconds": time.process_time() - start, "hits": kinds}))
"""


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", metavar="PYTHON", help="an interpreter with detect-secrets")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    corpora = {"this repository": ours(), "the interpreter's library": library()}
    rows = {name: measured(map(text_of, files)) for name, files in corpora.items()}
    facts = {
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, {platform.system()}",
        "kinds": f"{found_kinds()} of {len(KINDS)}",
        "forms": f"{found_forms()} of {len(ALL)}",
        "real code": rows,
    }
    if args.peer:
        facts["sample"] = beside(args.peer, sample(library()))
    print(json.dumps(facts, indent=2) if args.json else text(facts))
    held = found_kinds() == len(KINDS) and all(
        row["MB/s"] >= LEAST_MB_S and row["hits a MB"] < MOST_HITS_A_MB for row in rows.values()
    )
    return 0 if held else 1


def ours() -> list[Path]:
    """Text that Git tracks here, but for the planted secrets and those who speak of them."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT).decode().split("\0")
    named = ("redact", "planted", "agents/")
    return [ROOT / name for name in listed if name and not any(part in name for part in named)]


def library() -> list[Path]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    return sorted(p for p in folder.rglob("*.py") if "site-packages" not in p.parts)


def text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return ""


def measured(texts: Iterable[str]) -> dict[str, object]:
    pieces = [t[at : at + PIECE] for t in texts for at in range(0, len(t), PIECE)]
    size = sum(len(piece.encode()) for piece in pieces)
    kinds: Counter[str] = Counter()
    start = time.process_time()
    for piece in pieces:
        kinds.update(redact(piece).kinds)
    seconds = time.process_time() - start
    return {
        "MB": round(size / 1e6, 2),
        "MB/s": round(size / 1e6 / seconds, 2),
        "hits": kinds.total(),
        "hits a MB": round(kinds.total() / (size / 1e6), 2),
        "kinds": dict(kinds),
    }


def found_kinds() -> int:
    return sum(_gone(each.text, each.secret) for each in KINDS.values())


def found_forms() -> int:
    return sum(_gone(each.text, each.secret) for each in ALL)


def _gone(planted: str, secret: str) -> bool:
    return secret not in redact(f"Please use {planted}\nhere").text


def sample(files: list[Path]) -> list[Path]:
    """Every so many of them, so that they come to SAMPLE bytes."""
    step = max(1, sum(file.stat().st_size for file in files) // SAMPLE)
    return files[:: int(step)]


def beside(peer: str, files: list[Path]) -> dict[str, object]:
    """The same files, and every planted secret as a file, read by the peer."""
    ours = measured(map(text_of, files))
    with tempfile.TemporaryDirectory() as folder:
        planted = []
        for number, each in enumerate(KINDS.values()):
            file = Path(folder) / f"{number}.txt"
            file.write_text(f"Please use {each.text}\nhere\n")
            planted.append(str(file))
        theirs = run_peer(peer, [str(file) for file in files])
        found = {name for name, _ in run_peer(peer, planted)["hits"]}
    size = sum(file.stat().st_size for file in files) / 1e6
    hits = len(theirs["hits"])
    return {
        "git-anvcs": {**ours, "kinds found": f"{found_kinds()} of {len(KINDS)}"},
        "detect-secrets": {
            "MB": round(size, 2),
            "MB/s": round(size / theirs["seconds"], 2),
            "hits": hits,
            "hits a MB": round(hits / size, 2),
            "kinds found": f"{len(found)} of {len(KINDS)}",
        },
    }


def run_peer(peer: str, files: list[str]) -> dict[str, object]:
    out = subprocess.check_output([peer, "-c", PEER], input=json.dumps(files).encode())
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def text(facts: dict[str, object]) -> str:
    lines = [f"{key}: {value}" for key, value in facts.items() if isinstance(value, str)]
    for part in ("real code", "sample"):
        rows = facts.get(part, {})
        assert isinstance(rows, dict)
        for name, row in rows.items():
            said = ", ".join(f"{key} {value}" for key, value in row.items() if key != "kinds")
            lines.append(f"{name}: {said}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

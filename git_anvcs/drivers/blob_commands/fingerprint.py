"""Take the fingerprint of a data set: schema, counts, what each column holds.

FILE is a CSV, TSV, JSON lines, Parquet or Arrow file, or REV:PATH. The same
rows have the same fingerprint in any order. It holds no text of the data, so
that it can stand in Git where the data must not. --against compares with a
fingerprint that was saved with --json; exit code 1 when it differs.

Example:
  git-ai-blob fingerprint data/train.csv --json > train.fingerprint.json
  git-ai-blob fingerprint data/train.csv --against train.fingerprint.json
"""

from argparse import ArgumentParser
import json
from pathlib import Path
from typing import Any

from git_anvcs.blobs.media.facts import changes, text
from git_anvcs.blobs.tables.fingerprint import FORMAT, facts
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import looking
from git_anvcs.kernel.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a table, or REV:PATH")
    parser.add_argument("--against", metavar="SAVED", help="compare with a saved fingerprint")


def run(call: Call) -> int:
    saved = _saved(call.cwd / call.args.against) if call.args.against else None
    with looking.named(call.args.file, call.cwd, call.repo_or_none) as found:
        made = looking.fingerprint(found)
    if saved is None:
        call.answer(made, text(facts(made)).rstrip("\n"))
        return 0
    differ = changes(facts(saved), facts(made))
    value = {"changes": [one._asdict() for one in differ], "fingerprint": made}
    lines = [f"{one.name}: {one.before} -> {one.after}" for one in differ]
    call.answer(value, "\n".join(lines))
    return int(bool(differ))


def _saved(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
        facts(found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file} holds no fingerprint") from error
    if found.get("format") != FORMAT:
        raise UsageError(f"{file} holds a fingerprint of another format than {FORMAT}")
    return dict(found)

"""The process in which files of unknown origin are read: `apart` starts it, with a task as JSON.

It limits itself before it opens the file, writes one JSON object and ends.
"""

from collections.abc import Mapping
from contextlib import suppress
import json
from pathlib import Path
import resource
import sys
from typing import Any

from git_anvcs.kernel.errors import AnvcsError


def main() -> int:
    """Entry point; returns the exit code."""
    told = json.load(sys.stdin)
    limit(*told["limits"])
    try:
        answer: dict[str, object] = {"answer": _TASKS[told["task"]](Path(told["file"]), told)}
    except AnvcsError as error:
        answer = {"error": error.message, "hint": error.hint}
    except OSError as error:
        answer = {"error": f"it cannot be read, or no scratch file written: {error}", "hint": ""}
    sys.stdout.write(json.dumps(answer))
    return 0


def limit(seconds: int, memory: int, written: int) -> None:
    """What this process may use, as far as the system knows such limits (setrlimit(2))."""
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # the system allows less already, or has no such limit
            resource.setrlimit(what, (most, most))


def describe(file: Path, told: Mapping[str, Any]) -> object:
    from git_anvcs.blobs.media.describe import describe as facts_of

    return facts_of(file, told["name"])


def fingerprint(file: Path, told: Mapping[str, Any]) -> object:
    from git_anvcs.blobs.tables import fingerprint as made
    from git_anvcs.blobs.tables import opening

    return made.fingerprint(opening.opened(file, told["name"]))


def contract(file: Path, told: Mapping[str, Any]) -> object:
    from git_anvcs.blobs.tables import contract as kept
    from git_anvcs.blobs.tables import opening

    rules = told["contract"]
    table = opening.opened(file, told["name"], as_text=kept.texts(rules))
    return [one._asdict() for one in kept.broken(rules, table)]


_TASKS = {"describe": describe, "fingerprint": fingerprint, "contract": contract}

if __name__ == "__main__":
    sys.exit(main())

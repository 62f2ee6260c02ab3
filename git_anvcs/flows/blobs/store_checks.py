"""Story: look whether the stores in force do what they must, and remember what they can do.

What a server can is a fact about the server: it is kept for the user, for all clones, outside of
every repository.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.blobs import folder_probe
from git_anvcs.blobs.finding import Finding, of_error, round_trip
from git_anvcs.blobs.folder import FolderStore
from git_anvcs.blobs.store import BlobStore
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.flows.blobs.stores_here import StoresHere, abilities_file, name_of
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, lock


class Checked(NamedTuple):
    """A store and what was found; error: why it could not be looked at to the end."""

    alias: str
    findings: list[Finding]
    error: AnvcsError | None = None

    @property
    def is_good(self) -> bool:
        return all(one.status != "bad" for one in self.findings)


def check(
    stores: StoresHere, aliases: tuple[str, ...], env: Mapping[str, str]
) -> Iterator[Checked]:
    """Look at stores, one after the other."""
    for alias in aliases:
        findings: list[Finding] = []
        try:
            store = stores.store(alias)
            for look in _looks(store):
                findings += look()
        except AnvcsError as error:
            yield Checked(alias, [*findings, of_error("answers", error)], error)
        else:
            if alias == "s3":  # what broke off says nothing of what the server can do
                _remember(abilities_file(env), name_of(stores.bucket()), findings)
            yield Checked(alias, findings)


class Tried(NamedTuple):
    """When a server was tried (seconds since 1970), and what was bad."""

    seconds: int
    bad: tuple[str, ...]


def remembered(stores: StoresHere, env: Mapping[str, str]) -> Tried | None:
    """What is known of the bucket in force; None when nobody has tried it. Raises UsageError."""
    known = _read(abilities_file(env))
    try:
        found = known[name_of(stores.bucket())]
        findings = dict(found["findings"])
        bad = tuple(str(check) for check, status in findings.items() if status == "bad")
        return Tried(int(found["seconds"]), bad)
    except (TypeError, KeyError, ValueError):
        return None


def _looks(store: BlobStore) -> Iterator[Callable[[], Iterator[Finding]]]:
    """s3 first tells why its round trip will fail, if it will."""
    if isinstance(store, S3Store):
        yield store.probe
    if isinstance(store, FolderStore) and store.alias == "nfs":
        yield lambda: folder_probe.sharing(store.root)
    yield lambda: round_trip(store)


def _remember(file: Path, name: str, findings: list[Finding]) -> None:
    with suppress(AnvcsError, OSError), lock.held(file.with_name(f"{file.name}.lock")):
        known = _read(file)
        known[name] = {
            "seconds": int(clock.now()),
            "findings": {one.check: one.status for one in findings},
        }
        text = json.dumps({"version": 1, "servers": known}, indent=1, sort_keys=True)
        atomic.write(file, text.encode() + b"\n", mode=0o600)


def _read(file: Path) -> dict[str, Any]:
    try:
        servers = json.loads(file.read_bytes())["servers"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return dict(servers) if isinstance(servers, dict) else {}

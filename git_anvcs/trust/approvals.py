"""What the user of this machine allowed a repository's settings file to do.

Kept outside the repository, bound to the file's hash: a changed file is not the approved one.
"""

from collections.abc import Callable
import json
from pathlib import Path

from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, lock

_KEPT = 20  # approved contents per repository: a few branches may have different ones


def digest(text: bytes) -> str:
    """What an approval is bound to: the SHA-256 of the file's bytes."""
    return sha256(text).hexdigest()


def is_approved(store: Path, repository: Path, text: bytes) -> bool:
    """Whether these very bytes were approved for the repository with this common Git dir."""
    return digest(text) in _read(store).get(str(repository.resolve()), [])


def approve(store: Path, repository: Path, text: bytes) -> None:
    """Allow it on this machine. store: the file of approvals, made when missing."""
    now = digest(text)
    _change(store, repository, lambda known: [*(old for old in known if old != now), now])


def revoke(store: Path, repository: Path) -> int:
    """Forget every approval of the repository; how many there were."""
    before = len(_read(store).get(str(repository.resolve()), []))
    if before:
        _change(store, repository, lambda _: [])
    return before


def _change(store: Path, repository: Path, change: Callable[[list[str]], list[str]]) -> None:
    try:
        with lock.held(store.with_name(f"{store.name}.lock")):
            approved = _read(store)
            name = str(repository.resolve())
            left = change(approved.get(name, []))[-_KEPT:]
            approved = {**approved, name: left} if left else _without(approved, name)
            text = json.dumps({"version": 1, "approved": approved}, indent=1, sort_keys=True)
            atomic.write(store, text.encode() + b"\n", mode=0o600)
    except OSError as error:
        raise atomic.CannotWrite(f"cannot write {store}: {error.strerror}") from error


def _without(approved: dict[str, list[str]], name: str) -> dict[str, list[str]]:
    return {key: value for key, value in approved.items() if key != name}


def _read(store: Path) -> dict[str, list[str]]:
    try:
        value = json.loads(store.read_bytes())
        approved = value["approved"]
        return {str(k): [str(d) for d in v] for k, v in approved.items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnvcsError(
            f"the approvals in {store} cannot be read", hint="delete it and approve again"
        ) from error

"""The key of this clone: one Ed25519 key, made on first use, whose private half stays here.

Below `<common Git dir>/anvcs/keys/`: a private key file of mode 0600, and the public key of every
key this clone ever had, so that what an older one signed can still be verified here.
"""

from pathlib import Path
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, lock
from git_anvcs.store.paths import Paths
from git_anvcs.trust import public_keys
from git_anvcs.trust.public_keys import PublicKey

_READABLE_BY_OTHERS = 0o077


class Key(NamedTuple):
    """One key of this clone; current: the one that signs."""

    public: PublicKey
    current: bool


def known(paths: Paths) -> list[Key]:
    """Every key this clone has or had, the current one first; none before the first use."""
    current = _current(paths)
    files = sorted(paths.keys.glob("*.pub"))
    found = [Key(public, path.stem == current) for path in files for public in _public(path)]
    return sorted(found, key=lambda key: not key.current)


def own(paths: Paths) -> PublicKey:
    """The key that signs, made now if there is none. Raises CannotWrite, Locked."""
    with lock.held(paths.locks / "keys"):
        current = next((key.public for key in known(paths) if key.current), None)
        return current or _made(paths)


def replace(paths: Paths, private: bytes | None = None) -> PublicKey:
    """Another key that signs from now on; the private half of the old one is deleted.

    private: an OpenSSH private key file to use, instead of making one; ValueError if it is none
    """
    with lock.held(paths.locks / "keys"):
        old = _current(paths)
        made = _made(paths, private)
        if old and old != _current(paths):
            (paths.keys / old).unlink(missing_ok=True)
        return made


def sign(paths: Paths, message: bytes) -> tuple[PublicKey, bytes]:
    """Sign with this clone's key; the key, and the signature.

    Raises AnvcsError when the private key cannot be used, CannotWrite when none can be made.
    """
    from git_anvcs.trust import ed25519

    public = own(paths)
    path = paths.keys / _current(paths)
    try:
        if path.stat().st_mode & _READABLE_BY_OTHERS:
            raise AnvcsError(
                f"the private key {path} can be read by others", hint=f"chmod 600 {path}"
            )
        private = path.read_bytes()
        if ed25519.public_of(private) != public.raw:
            raise ValueError("it does not belong to the public key beside it")
        return public, ed25519.sign(private, message)
    except (OSError, ValueError) as error:
        raise AnvcsError(
            f"the private key {path} cannot be used: {error}",
            hint="`git anvcs keys new --replace` makes another one",
        ) from error


def _made(paths: Paths, private: bytes | None = None) -> PublicKey:
    """Private half, public half, and last the name that makes it the current one."""
    from git_anvcs.trust import ed25519

    private = private or ed25519.generate()
    raw = ed25519.public_of(private)
    name = raw.hex()[:16]
    public = PublicKey(raw, f"git-anvcs:{name}")
    paths.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic.write(paths.keys / name, private, mode=0o600)
    atomic.write(paths.keys / f"{name}.pub", f"{public.line}\n".encode())
    atomic.write(paths.keys / "current", f"{name}\n".encode())
    return public


def _current(paths: Paths) -> str:
    """The name of the current key's file; empty when there is none."""
    try:
        name = (paths.keys / "current").read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return name if len(name) == 16 and not name.strip("0123456789abcdef") else ""


def _public(path: Path) -> tuple[PublicKey, ...]:
    try:
        return public_keys.read(path.read_text(encoding="utf-8", errors="replace")).found
    except OSError:
        return ()

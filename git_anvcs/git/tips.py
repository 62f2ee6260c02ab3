"""What HEAD or another ref points at, told from files alone: for hooks that cannot wait for git.

Knows the files backend (gitrepository-layout(5)); for reftable, and on any doubt, the answer is
None, and git has to be asked.
"""

from pathlib import Path
import re

from git_anvcs.git.locate import Place

_OID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DEEPEST = 5  # of symbolic refs, as Git has it
_LONGEST_REF = 8192

# Refs of one worktree alone (gitglossary(7), "per-worktree ref").
_OWN = ("refs/bisect/", "refs/rewritten/", "refs/worktree/")


def tip(place: Place, ref: str) -> str | None:
    """The object id `ref` (`HEAD`, `refs/…`) points at; empty when there is no such ref."""
    if (place.common_dir / "reftable").is_dir():
        return None
    for _ in range(_DEEPEST):
        own = not ref.startswith("refs/") or ref.startswith(_OWN)
        said = _read(place.git_dir if own else place.common_dir, ref)
        if said is None:
            return None
        if not said.startswith(b"ref: "):
            break
        ref = said.removeprefix(b"ref: ").decode(errors="surrogateescape").strip()
        if ".." in ref:  # no ref has it in its name
            return None
    else:
        return None
    if not said:
        return _packed(place, ref)
    return said.decode() if _OID.fullmatch(said) else None


def _read(folder: Path, ref: str) -> bytes | None:
    """The content of a loose ref, empty when there is none; None when it cannot be read."""
    try:
        with (folder / ref).open("rb") as file:
            return file.read(_LONGEST_REF).strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return b""
    except (OSError, ValueError):
        return None


def _packed(place: Place, ref: str) -> str | None:
    try:
        listed = (place.common_dir / "packed-refs").read_bytes()
    except FileNotFoundError:
        return ""
    except OSError:
        return None
    at = listed.find(b" " + ref.encode(errors="surrogateescape") + b"\n")
    if at < 0:
        return ""
    found = listed[listed.rfind(b"\n", 0, at) + 1 : at]
    return found.decode() if _OID.fullmatch(found) else None

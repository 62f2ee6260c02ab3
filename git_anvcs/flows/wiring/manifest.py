"""What init did to this repository, with the exact bytes that were there before."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.flows.wiring import pieces
from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import AnvcsError

VERSION = 1


class Wired(NamedTuple):
    """One file with a piece of ours in it.

    what: the concern in words (`hook post-commit`)
    before: the bytes without us, None when there was no file
    after: the SHA-256 of the bytes we left
    chained: the name the hook that was there has now
    """

    what: str
    path: Path
    piece: pieces.Piece
    before: bytes | None
    after: str
    chained: Path | None = None


class Manifest(NamedTuple):
    """All of it. choices: the options of init in force, kept for the next init."""

    choices: dict[str, Any]
    wired: tuple[Wired, ...]
    folders: tuple[Path, ...]

    def at(self, path: Path) -> Wired | None:
        return next((wired for wired in self.wired if wired.path == path), None)


class Broken(AnvcsError):
    """The manifest cannot be read."""


def digest(text: bytes) -> str:
    return sha256(text).hexdigest()


class Here(NamedTuple):
    """From where a manifest is written or read.

    worktree: its Git directory relative to the common one, `.` or `worktrees/NAME`
    """

    common_dir: Path
    root: Path
    worktree: str


def encode(manifest: Manifest, here: Here) -> bytes:
    """One JSON object; with `here` a later reader sees whether the repository was moved."""
    value = {
        "version": VERSION,
        "common_dir": str(here.common_dir),
        "root": str(here.root),
        "worktree": here.worktree,
        "choices": manifest.choices,
        "folders": [str(folder) for folder in manifest.folders],
        "wired": [_to_json(wired) for wired in manifest.wired],
    }
    return json.dumps(value, indent=1).encode() + b"\n"


def decode(text: bytes, here: Here) -> Manifest:
    """Read it back, with paths as they are now should the repository have moved. Raises Broken.

    Another worktree than the one it was written from has not moved: it is another one.
    """
    try:
        value = json.loads(text)
        if value["version"] != VERSION:
            raise Broken(
                f"this repository was wired by another version of git-anvcs ({value['version']})",
                hint="use that version, or `git anvcs uninstall` and then init",
            )
        moves = [(Path(value["common_dir"]), here.common_dir)]
        if value.get("worktree", here.worktree) == here.worktree:
            moves.append((Path(value["root"]), here.root))
        wired = tuple(_from_json(item, moves) for item in value["wired"])
        folders = tuple(_moved(Path(folder), moves) for folder in value["folders"])
        return Manifest(dict(value["choices"]), wired, folders)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Broken(
            "the list of what init did cannot be read",
            hint="`git anvcs uninstall` finds our blocks by their marker lines; then run init",
        ) from error


def _to_json(wired: Wired) -> dict[str, object]:
    return {
        "what": wired.what,
        "path": str(wired.path),
        "piece": pieces.to_json(wired.piece),
        "before": None if wired.before is None else b64encode(wired.before).decode(),
        "after": wired.after,
        "chained": str(wired.chained) if wired.chained else None,
    }


def _from_json(value: Mapping[str, Any], moves: Sequence[tuple[Path, Path]]) -> Wired:
    before, chained = value["before"], value["chained"]
    return Wired(
        str(value["what"]),
        _moved(Path(value["path"]), moves),
        pieces.from_json(value["piece"]),
        None if before is None else b64decode(before),
        str(value["after"]),
        _moved(Path(chained), moves) if chained else None,
    )


def _moved(path: Path, moves: Sequence[tuple[Path, Path]]) -> Path:
    for old, new in moves:
        if path.is_relative_to(old):
            return new / path.relative_to(old)
    return path

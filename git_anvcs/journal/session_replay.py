"""A session's frames as two files that play anywhere: a manifest, and frames packed by gzip.

docs/formats/session-replay.md has the layout. What is read is not believed: sizes have ends, and
everything is checked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
import gzip
import hashlib
import json
from typing import Any, NamedTuple
import zlib

from git_anvcs.journal.frames import Change, Frame
from git_anvcs.kernel import clock

SCHEMA = "anvcs/session-replay/1"
MANIFEST, FRAMES = "manifest.json", "frames.jsonl.gz"
LARGEST = 64 << 20  # bytes of the packed frames that are read
_LARGEST_UNPACKED = 512 << 20
_WORDS = ("made", "edited", "deleted", "data", "unknown", "withheld")


class Damaged(ValueError):
    """These are no session replay, or not a whole one."""


class About(NamedTuple):
    """Whose session it is. withheld: path -> why its content is not in it; private: left out"""

    session: str
    agent: str
    model: str = ""
    withheld: Mapping[str, str] = {}
    private: int = 0


class Packed(NamedTuple):
    manifest: bytes
    frames: bytes


def pack(about: About, frames: Sequence[Frame]) -> Packed:
    """The same frames give the same bytes."""
    began = frames[0].seconds if frames else 0.0
    paths = list(dict.fromkeys(frame.path for frame in frames))
    numbers = {path: number for number, path in enumerate(paths)}
    lines = b"".join(_line(frame, numbers[frame.path], began) for frame in frames)
    packed = gzip.compress(lines, 9, mtime=0)
    counts = {path: sum(frame.path == path for frame in frames) for path in paths}
    manifest = {
        "schema": SCHEMA,
        "session": about.session,
        "agent": about.agent,
        "model": about.model or None,
        "began": clock.rfc3339(began),
        "ended": clock.rfc3339(frames[-1].seconds if frames else began),
        "frames": {
            "file": FRAMES,
            "count": len(frames),
            "bytes": len(packed),
            "sha256": hashlib.sha256(packed).hexdigest(),
        },
        "files": [
            {"path": path, "frames": counts[path], "withheld": about.withheld.get(path)}
            for path in paths
        ],
        "private": about.private,
    }
    return Packed(json.dumps(manifest, indent=2).encode() + b"\n", packed)


def _line(frame: Frame, file: int, began: float) -> bytes:
    facts: dict[str, object] = {
        "file": file,
        "ms": round((frame.seconds - began) * 1000),
        "by": frame.by,
        "what": frame.what,
        "mode": f"{frame.mode:06o}",
        "size": frame.size,
    }
    if frame.seed is not None:
        facts["seed"] = frame.seed
    if frame.changes:
        facts["changes"] = [list(change) for change in frame.changes]
    return json.dumps(facts, separators=(",", ":")).encode() + b"\n"


def unpack(packed: Packed) -> tuple[About, list[Frame]]:
    """What `pack` was given; numbers count from 1. Raises Damaged."""
    try:
        manifest = json.loads(packed.manifest)
        if manifest["schema"] != SCHEMA:
            raise Damaged(f"{manifest['schema']!r} is not known here")
        told = manifest["frames"]
        if hashlib.sha256(packed.frames).hexdigest() != told["sha256"]:
            raise Damaged("the frames are not those that the manifest tells of")
        began = clock.parse_rfc3339(manifest["began"])
        paths = [str(file["path"]) for file in manifest["files"]]
        withheld = {str(f["path"]): str(f["withheld"]) for f in manifest["files"] if f["withheld"]}
        frames = [
            _frame(json.loads(line), number, began, paths)
            for number, line in enumerate(_lines(packed.frames), 1)
        ]
        if len(frames) != told["count"]:
            raise Damaged("some frames are missing")
        session, agent, model = (str(manifest[k] or "") for k in ("session", "agent", "model"))
        return About(session, agent, model, withheld, int(manifest["private"])), frames
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise error if isinstance(error, Damaged) else Damaged(str(error)) from error


def _lines(packed: bytes) -> Iterator[bytes]:
    try:
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(packed, _LARGEST_UNPACKED)
    except zlib.error as error:
        raise Damaged(str(error)) from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise Damaged("the frames are too large, or cut short")
    yield from data.splitlines()


def _frame(facts: Mapping[str, Any], number: int, began: float, paths: Sequence[str]) -> Frame:
    what, seed, file = facts["what"], facts.get("seed"), facts["file"]
    if what not in _WORDS or not (seed is None or isinstance(seed, str)) or file < 0:
        raise Damaged(f"frame {number} is not known here")
    return Frame(
        number,
        began + int(facts["ms"]) / 1000,
        paths[file],
        str(facts["by"]),
        what,
        tuple(_changes(facts.get("changes", ()))),
        seed,
        int(facts["mode"], 8),
        int(facts["size"]),
    )


def _changes(told: Iterable[Any]) -> Iterator[Change]:
    for at, removed, added in told:
        if not (isinstance(at, int) and isinstance(removed, str) and isinstance(added, str)):
            raise Damaged("a change is not known here")
        yield Change(at, removed, added)

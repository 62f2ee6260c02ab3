"""The spool: what hooks and agents wrote down, one JSON object a line, until a drain reads it.

Writers only append (O_APPEND, one write a line), so neither they nor a reader ever waits.
The reader moves its mark on after the work is done; a crash repeats lines, it never loses one.
docs/formats/spool.md describes the lines; hooks/_anvcs.sh writes the same ones from sh.
"""

from collections.abc import Iterator, Mapping
import json
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths, make_folder, share

VERSION = 1
LARGEST_LINE = 16 << 20

# A spool read to its end and larger than this is put away; a writer that still holds it open
# may append to it until the next drain but one.
_ROTATE_AT = 1 << 20


class Mark(NamedTuple):
    """How far the spool is done.

    current: bytes of `lines`; old: bytes of `lines.<generation>`, the file put away last
    """

    current: int = 0
    old: int = 0
    generation: int = 0


class Line(NamedTuple):
    """One line read: its object, or (value None) the bytes that are none and why."""

    raw: bytes
    value: Mapping[str, object] | None
    reason: str = ""

    @property
    def kind(self) -> str:
        kind = self.value.get("kind") if self.value else None
        return kind if isinstance(kind, str) else ""

    @property
    def worktree(self) -> str:
        """The worktree's Git directory, relative to the common one: `.` or `worktrees/NAME`."""
        found = self.value.get("git_dir") if self.value else None
        return found if isinstance(found, str) else "."


def worktree_of(git_dir: Path, common_dir: Path) -> str:
    """What lines call a worktree: stays right when the repository is moved."""
    try:
        return git_dir.resolve().relative_to(common_dir.resolve()).as_posix()
    except ValueError:
        return "."


def append(paths: Paths, kind: str, worktree: str, facts: Mapping[str, object]) -> None:
    """Write one line down. Raises CannotWrite."""
    value = {"v": VERSION, "kind": kind, "git_dir": worktree, **facts}
    line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    if len(line) > LARGEST_LINE:
        raise CannotWrite(f"a spool line of {len(line):,} bytes is too long")
    try:
        make_folder(paths.spool)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(current(paths), flags, 0o600)
        try:
            share(current(paths), descriptor)
            written = os.write(descriptor, line)
        finally:
            os.close(descriptor)
        raise_flag(paths)
    except OSError as error:
        raise CannotWrite(f"cannot write {current(paths)}: {error.strerror}") from error
    if written < len(line):  # the rest of a torn line is found again by `split_torn`
        raise CannotWrite(f"cannot write {current(paths)}: the disk is full")


def raise_flag(paths: Paths) -> None:
    """Let the pre-push hook, which can read no marks, see that something waits."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
    flag = paths.spool / "waits"
    os.close(os.open(flag, flags, 0o600))
    share(flag)


def lower_flag(paths: Paths, mark: Mark) -> None:
    """Nothing waits after `mark`; a line written meanwhile raises the flag again."""
    flag = paths.spool / "waits"
    if not flag.exists():
        return
    try:
        flag.unlink(missing_ok=True)
        if pending(paths, mark):
            raise_flag(paths)
    except OSError as error:
        raise CannotWrite(f"cannot write {flag}: {error.strerror}") from error


def current(paths: Paths) -> Path:
    """The file that is being appended to."""
    return paths.spool / "lines"


def pending(paths: Paths, mark: Mark) -> bool:
    """Whether there is something after the mark; three stat calls."""
    mark = _after_rotation(paths, mark)
    put_away = _put_away(paths, mark.generation)
    return _size(current(paths)) > mark.current or _size(put_away) > mark.old


def read(paths: Paths, mark: Mark) -> tuple[list[Line], Mark]:
    """Every whole line after the mark, and the mark after them."""
    mark = _after_rotation(paths, mark)
    late, old_end = _read_file(_put_away(paths, mark.generation), mark.old)
    lines, end = _read_file(current(paths), mark.current)
    return late + lines, Mark(end, old_end, mark.generation)


def rotate(paths: Paths, mark: Mark) -> Mark:
    """Put a large spool that is read to its end away; returns the mark that is true then.

    Only for the holder of the drain's lock, with a mark that is saved already.
    """
    if mark.current < _ROTATE_AT or _size(current(paths)) != mark.current:
        return mark
    current(paths).replace(_put_away(paths, mark.generation + 1))
    _put_away(paths, mark.generation).unlink(missing_ok=True)
    return _after_rotation(paths, mark)


def _after_rotation(paths: Paths, mark: Mark) -> Mark:
    """The mark, moved along when a rotation happened that nobody lived to save."""
    if _put_away(paths, mark.generation + 1).exists():
        return Mark(0, mark.current, mark.generation + 1)
    return mark


def _put_away(paths: Paths, generation: int) -> Path:
    return paths.spool / f"lines.{generation}"


def put_aside(paths: Paths, line: Line) -> None:
    """Keep a line that cannot be used, with the reason, where doctor shows it."""
    kept = {"reason": line.reason, "line": line.raw.decode(errors="backslashreplace")}
    name = f"{_digest(line.raw)}.json"  # the same line set aside twice is one file
    atomic.write(paths.set_aside / name, json.dumps(kept, indent=2).encode() + b"\n")


def set_aside(paths: Paths) -> list[tuple[Path, str]]:
    """The lines set aside so far: file and reason, oldest name first."""
    found = []
    for path in sorted(paths.set_aside.glob("*.json")):
        try:
            value = json.loads(path.read_bytes())
            reason = str(value["reason"])
        except (OSError, ValueError, KeyError, TypeError):
            reason = "unreadable"
        found.append((path, reason))
    return found


def parse(raw: bytes) -> Line:
    """One line; whatever is wrong with it becomes `reason`."""
    if len(raw) > LARGEST_LINE:
        return Line(raw[:4096], None, f"longer than {LARGEST_LINE:,} bytes")
    try:
        value = json.loads(raw.decode(errors="surrogateescape"))
    except (ValueError, RecursionError):
        return Line(raw, None, "not JSON")
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return Line(raw, None, "not an object with a kind")
    if value.get("v") != VERSION:
        return Line(raw, None, f"spool version {value.get('v')!r}, this program reads {VERSION}")
    return Line(raw, value)


def split_torn(raw: bytes) -> Iterator[Line]:
    """A line that may begin with the torn end of another one (a writer died, the disk was full)."""
    line = parse(raw)
    start = raw.find(b'{"v":', 1) if line.value is None else -1
    while start > 0:
        rest = parse(raw[start:])
        if rest.value is not None:
            yield Line(raw[:start], None, "torn: its writer did not finish")
            yield rest
            return
        start = raw.find(b'{"v":', start + 1)
    yield line


def _read_file(path: Path, start: int) -> tuple[list[Line], int]:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < start:  # replaced behind our back
                start = 0
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    whole = data.rfind(b"\n") + 1  # the rest is being written
    lines = [line for raw in data[:whole].split(b"\n") if raw.strip() for line in split_torn(raw)]
    return lines, start + whole


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def _digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()[:24]

"""An answer from outside to one open conflict: what must hold before anybody is shown it.

The answer is text that may replace the conflict and nothing else. It comes from a program or a
model, so it may be anything: too long, full of escapes, a whole file, an essay. Pure.
"""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

from git_anvcs.kernel.terminal import safe_text
from git_anvcs.merge import checks, engine, lines, markers, registry
from git_anvcs.merge.notebook import inside
from git_anvcs.merge.notebook.inside import Inside
from git_anvcs.merge.result import Conflict, Merged, Options, Versions

LARGEST = 1 << 20  # bytes of an answer, whatever the conflict
_ROOM = 4096  # an answer may be four times as large as all that it is about, and this
_TELLING = 3  # letters and digits of a line that says something
_FENCE = "```"
_OPEN = Conflict("", "", 0, "", "", "")


class Refused(Exception):
    """Why an answer is none."""


class Within(NamedTuple):
    """A notebook: its versions, its text now, and the conflict in it that is asked about."""

    versions: Versions
    text: bytes
    conflict: Inside

    def with_lines(self, made: Sequence[bytes], options: Options) -> bytes:
        return inside.replaced(self.text, options.marker_size, [(self.conflict, made)])


class Hunk(NamedTuple):
    """One open conflict in a file.

    file: the versions of the whole file; now: its lines as they are, with the conflict
    start, end: the lines of the conflict, its markers included, from 0, half open
    here: what base, ours and theirs have at the conflict; base is empty where it is not known
    within: the notebook in a cell of which it stands; all else is about the cell alone then
    """

    options: Options
    format: str
    file: Versions
    now: tuple[bytes, ...]
    start: int
    end: int
    here: Versions
    within: Within | None = None


class Answer(NamedTuple):
    """Lines that may stand for the conflict; left_out: what a side brought and they have not."""

    lines: tuple[bytes, ...]
    left_out: tuple[str, ...]


def limit(hunk: Hunk) -> int:
    """How many bytes an answer to this conflict may have."""
    return min(LARGEST, 4 * sum(map(len, hunk.here)) + _ROOM)


def judged(answer: bytes, hunk: Hunk) -> Answer:
    """The answer as lines for the file. Raises Refused with the reason."""
    if len(answer) > limit(hunk):
        raise Refused(f"it is longer than {limit(hunk):,} bytes")
    text = _unwrapped(_read(answer, hunk), hunk)
    made = _with_line_ends(text, hunk)
    _check_lines(made, hunk)
    _check_file([*hunk.now[: hunk.start], *made, *hunk.now[hunk.end :]], hunk)
    if hunk.within:
        new = hunk.within.with_lines(made, hunk.options)
        _check("notebook", hunk.within.versions, (hunk.within.text, new), hunk.options)
    return Answer(tuple(made), tuple(_left_out(made, hunk)))


def _read(answer: bytes, hunk: Hunk) -> str:
    try:
        text = answer.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Refused("it is not UTF-8") from error
    known = "".join(map(lines.decoded, hunk.file))
    hidden = {sign for sign in text if safe_text(sign) != sign and sign not in known}
    if hidden:
        raise Refused(f"it holds control characters ({safe_text(min(hidden))})")
    return text


def _unwrapped(text: str, hunk: Hunk) -> str:
    """Without the fence that models put around code, and without blank lines around it."""
    known = "".join(map(lines.decoded, hunk.file))
    rows = text.strip("\n").split("\n")
    if len(rows) > 1 and rows[0].startswith(_FENCE) and rows[-1].strip() == _FENCE:
        rows = rows[1:-1]
    text = "\n".join(rows)
    if _FENCE in text and _FENCE not in known:
        raise Refused("it is more than the lines themselves: it holds Markdown")
    if not text.strip() and hunk.here.ours.strip() and hunk.here.theirs.strip():
        raise Refused("it is empty")
    return text


def _with_line_ends(text: str, hunk: Hunk) -> list[bytes]:
    if not text:
        return []
    crlf = hunk.now[hunk.start].endswith(b"\r\n")
    raw = text.encode()
    last = hunk.end == len(hunk.now)
    bare = not any(side.endswith(b"\n") for side in hunk.here[1:] if side)
    raw = raw if last and bare else raw + b"\n"
    return lines.split(raw.replace(b"\n", b"\r\n") if crlf else raw)


def _check_lines(made: Sequence[bytes], hunk: Hunk) -> None:
    if markers.has_markers(b"".join(made), hunk.options.marker_size):
        raise Refused("it holds conflict markers")
    inside = {line for side in hunk.here for line in _telling(side.split(b"\n"))}
    answer = _telling(made)
    before, after = _telling(hunk.now[: hunk.start]), _telling(hunk.now[hunk.end :])
    at_its_ends = [*product(answer[:1], before[-1:]), *product(answer[-1:], after[:1])]
    there = {*pairwise(before), *pairwise(after)}
    copied = [pair for pair in pairwise(answer) if pair in there]
    copied += [pair for pair in at_its_ends if pair[0] == pair[1]]
    if any(not inside & {*pair} for pair in copied):
        raise Refused("it repeats lines that stand outside of the conflict")


def _telling(text: Sequence[bytes]) -> list[bytes]:
    """The lines that say something, without the white space around them."""
    return [line for line in map(bytes.strip, text) if _tells(line)]


def _check_file(now: Sequence[bytes], hunk: Hunk) -> None:
    """The whole file must have nothing wrong that it had not before, as either side reads it."""
    if hunk.format in ("text", "?"):
        return
    read = inside.masked if hunk.within and hunk.format == "python" else b"".join
    texts = read(hunk.now), read(now)
    if texts[0] is not None and texts[1] is not None:
        _check(hunk.format, hunk.file, (texts[0], texts[1]), hunk.options)


def _check(name: str, versions: Versions, texts: tuple[bytes, bytes], options: Options) -> None:
    """Refuse what is wrong in the second text and not in the first."""
    form = registry.load_format(name)
    before, after = (
        {
            (flaw.kind, flaw.where)
            for found in engine.by_side(form, versions, _merged(text, options), options)
            for flaw in found
        }
        for text in texts
    )
    for kind, where in sorted(after - before):
        said = "would no longer parse" if kind == "syntax" else f"would have a {kind}"
        raise Refused(f"the file {said}{f' ({where})' if where else ''}")


def _merged(whole: bytes, options: Options) -> Merged:
    still_open = markers.has_markers(whole, options.marker_size)
    return Merged(whole, (_OPEN,) if still_open else ())


def _left_out(made: Sequence[bytes], hunk: Hunk) -> list[str]:
    """Lines that one side brought and that the answer has not."""
    base, ours, theirs = (checks.line_tokens(text) for text in hunk.here)
    kept = checks.line_tokens(b"".join(made))
    brought = (line for line in ours | theirs if line not in base and line not in kept)
    return [lines.decoded(line) for line in brought if isinstance(line, bytes) and _tells(line)]


def _tells(line: bytes) -> bool:
    return sum(bytes([sign]).isalnum() for sign in line) >= _TELLING

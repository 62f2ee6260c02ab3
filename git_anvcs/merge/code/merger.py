"""Merges three versions of a source file by its syntax. Pure; the language is a profile."""

from typing import NamedTuple

from git_anvcs.merge import markers
from git_anvcs.merge.code import block, numbered
from git_anvcs.merge.code.bindings import split_modules
from git_anvcs.merge.code.checks import conserved, known, unbound
from git_anvcs.merge.code.items import body
from git_anvcs.merge.code.outcome import Clash, Parts, Place, chosen, clean
from git_anvcs.merge.code.source import Source, read
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.result import (
    Conflict,
    Merged,
    NotUnderstood,
    Options,
    Resolution,
    Versions,
)

BOM = b"\xef\xbb\xbf"


class Frame(NamedTuple):
    """What surrounds the text: decided once for the whole file."""

    bom: bool
    crlf: bool
    newline: bool


def merge(profile: Profile, versions: Versions, options: Options) -> Merged:
    """The merged file, conflicts between markers. Raises NotUnderstood."""
    if not versions.base:
        raise NotUnderstood("both sides added the file")
    frames = [frame_of(version) for version in versions]
    frame = Frame(*(three_way(*values) for values in zip(*frames, strict=True)))
    sources = [read(profile, bare(version), rough=True) for version in versions]
    split = split_modules(sources)
    sources = [source._replace(split=split) for source in sources]
    log: list[Resolution] = []
    place = Place(profile, log, sources=tuple(sources), speculative=options.rules.speculative)
    parts = merge_sources(place, sources)
    results = readings(profile, parts)
    missing = {name for one in results for name in unbound(sources, one)}
    taken = {row for one in results for row in numbered.taken_twice(sources, one)}
    if missing or taken:
        log.clear()
        again = place._replace(needed=frozenset(missing), taken=frozenset(taken))
        parts = merge_sources(again, sources)
        note_kept(log, missing)
        results = readings(profile, parts)
    if not all(known(sources, result) for result in results):
        raise NotUnderstood("the result has a syntax error")
    if not conserved(sources, results):
        raise NotUnderstood("more changed than the two sides explain")
    if isinstance(next((part for part in reversed(parts) if part), None), Clash):
        frame = frame._replace(newline=True)  # a marker is a whole line, as Git writes it
    text, conflicts = render(parts, options)
    return Merged(framed(text, frame), tuple(conflicts), tuple(log))


def readings(profile: Profile, parts: Parts) -> list[Source]:
    """The result, or as it reads by either side of its clashes. Raises NotUnderstood: syntax."""
    sides = ["ours"] if clean(parts) else ["ours", "theirs"]
    return [read(profile, chosen(parts, side), rough=True) for side in sides]


def note_kept(log: list[Resolution], names: set[str]) -> None:
    log.extend(
        Resolution("import-kept", f"import {name}", name, "", name, name) for name in sorted(names)
    )


def merge_sources(place: Place, sources: list[Source]) -> Parts:
    bodies = [body(source, source.root, 0, len(source.starts) - 1) for source in sources]
    return block.merge(place, *bodies)


def three_way(base: bool, ours: bool, theirs: bool) -> bool:
    return theirs if base == ours else ours


def frame_of(text: bytes) -> Frame:
    """Raises NotUnderstood for line ends that are not all alike."""
    crlf = text.count(b"\r\n")
    if text.count(b"\r") != crlf or crlf not in (0, text.count(b"\n")):
        raise NotUnderstood("mixed line ends")
    return Frame(text.startswith(BOM), crlf > 0, text.endswith(b"\n"))


def bare(text: bytes) -> bytes:
    """The text as the merger reads it: LF, no byte order mark, a last newline."""
    text = text.removeprefix(BOM).replace(b"\r\n", b"\n")
    return text if text.endswith(b"\n") or not text else text + b"\n"


def framed(text: bytes, frame: Frame) -> bytes:
    if not frame.newline:
        text = text.removesuffix(b"\n")
    if frame.crlf:
        text = text.replace(b"\n", b"\r\n")
    return BOM + text if frame.bom else text


def render(parts: Parts, options: Options) -> tuple[bytes, list[Conflict]]:
    """The text with markers, and each conflict with the line of its first marker."""
    out: list[bytes] = []
    conflicts = []
    line = 1
    for part in parts:
        text = block_of(part, options) if isinstance(part, Clash) else part
        if isinstance(part, Clash):
            texts = (side.decode("utf-8", "replace") for side in part[2:])
            conflicts.append(Conflict(part.kind, part.where, line, *texts))
        out.append(text)
        line += text.count(b"\n")
    return b"".join(out), conflicts


def block_of(clash: Clash, options: Options) -> bytes:
    texts = [markers.lines_of(side) for side in clash[2:]]
    sizes = [size for lines in texts for size in (0, len(lines))]
    return b"".join(markers.block(texts, markers.Chunk("conflict", *sizes), options))

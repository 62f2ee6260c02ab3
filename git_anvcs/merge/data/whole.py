"""What concerns a whole data file: its line ends, what stands around its value, the final text."""

from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.data.write import Segment, assembled
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Resolution, Versions


class Texts(NamedTuple):
    """The three versions with LF line ends, and whether the result has CRLF."""

    base: bytes
    ours: bytes
    theirs: bytes
    crlf: bool

    @classmethod
    def of(cls, versions: Versions) -> "Texts":
        """Raises NotUnderstood when a version mixes line ends: then every byte must stay."""
        ends = [crlf(version) for version in versions]
        base, ours, theirs = (version.replace(b"\r\n", b"\n") for version in versions)
        wanted = ends[2] if ends[1] == ends[0] and ends[2] is not None else ends[1]
        return cls(base, ours, theirs, bool(wanted))


def crlf(text: bytes) -> bool | None:
    """Whether all line ends are CRLF; None for a text without one."""
    both = text.count(b"\r\n")
    if both and both != text.count(b"\n"):
        raise NotUnderstood("mixed line ends")
    return bool(both) if b"\n" in text else None


def around(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """What stands before or behind the value: the side that changed it, or merged by lines."""
    if theirs in (base, ours):
        return ours
    if ours == base or theirs.split() == base.split() == ours.split():
        return theirs if ours == base else ours
    merged = lines.merge(Versions(base, ours, theirs), Options())
    if merged.conflicts:
        raise NotUnderstood("both sides changed what stands around the data")
    return merged.text


def finished(
    segments: list[Segment], texts: Texts, options: Options, resolved: list[Resolution]
) -> Merged:
    """The segments as a file with the line ends it should have."""
    text, conflicts = assembled(segments, options)
    if texts.crlf:
        text = text.replace(b"\n", b"\r\n")
    return Merged(text, tuple(conflicts), tuple(resolved))

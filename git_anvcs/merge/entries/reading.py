"""From lines to entries: what parsers of line-oriented formats share."""

from collections.abc import Sequence

from git_anvcs.merge.entries.entry import Entry


def root(body: Sequence[Entry], tail: bytes = b"") -> Entry:
    """The file as a section; a comment at its top with a blank line below stays with the file."""
    if not body:
        return Entry(("file",), "", b"", b"", tail=tail, section=True)
    first, *rest = body
    header, lead = parted(first.lead)
    entries = (first._replace(lead=lead), *rest)
    return Entry(("file",), "", b"", header, b"", entries, tail, section=True)


def parted(lead: bytes) -> tuple[bytes, bytes]:
    """A free-standing comment (up to its last blank line) and what stands right above an entry."""
    cut = lead.rfind(b"\n\n") + 2
    if cut < 2 or not lead[:cut].strip():
        return b"", lead
    return lead[:cut], lead[cut:]


def closing(pending: bytes) -> tuple[bytes, bytes]:
    """Comments between two sections: what closes the first one, and what leads the second.

    Lines right below the last entry belong to it, what comes behind a blank line to the next.
    """
    if pending.startswith(b"\n"):
        return b"", pending
    cut = pending.find(b"\n\n") + 1
    return (pending[:cut], pending[cut:]) if cut else (b"", pending)


def noted(line: bytes, sign: bytes) -> tuple[bytes, bytes]:
    """A line as text and what stands behind it: white space, a comment that begins with `sign`.

    The comment must follow white space, and stand in no quotes.
    """
    quote = 0
    for at, byte in enumerate(line):
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif line.startswith(sign, at) and (at == 0 or line[at - 1 : at].isspace()):
            return split_end(line[:at], line[at:])
    return split_end(line, b"")


def split_end(text: bytes, rest: bytes) -> tuple[bytes, bytes]:
    bare = text.rstrip()
    return bare, text[len(bare) :] + rest

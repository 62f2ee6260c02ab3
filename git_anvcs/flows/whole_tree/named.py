"""Names for people where Git, given bare commits, could write only their ids."""

from typing import NamedTuple

from git_anvcs.git.ort import Note


class Names(NamedTuple):
    """What the caller calls the two commits and the base, and the ids that Git was given.

    base: for markers that Git itself has not written
    """

    our_id: str
    their_id: str
    ours: str
    theirs: str
    base: str


def in_text(text: bytes, names: Names) -> bytes:
    """The text with names behind its conflict markers."""
    for sign, oid, name in ((b"<", names.our_id, names.ours), (b">", names.their_id, names.theirs)):
        first, *rest = text.split(oid.encode())
        parts = [first]
        for part in rest:
            marker = parts[-1].rpartition(b"\n")[2]
            stands = marker == sign * (len(marker) - 1) + b" " and len(marker) > 7
            ends = not part or part.startswith((b":", b"\r", b"\n"))
            parts += [_written(name) if stands and ends else oid.encode(), part]
        text = b"".join(parts)
    return text


def _written(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def in_path(path: str, names: Names) -> str:
    """The path as Git would name it: `file~HEAD` where a folder has taken its place."""
    for oid, name in ((names.our_id, names.ours), (names.their_id, names.theirs)):
        path = path.replace(f"~{oid}", f"~{name.replace('/', '_')}")
    return path


def in_note(note: Note, names: Names) -> Note:
    """What Git says, with names."""
    text = in_path(note.text, names)
    for oid, name in ((names.our_id, names.ours), (names.their_id, names.theirs)):
        text = text.replace(oid, name)
    return Note(tuple(in_path(path, names) for path in note.paths), note.kind, text)

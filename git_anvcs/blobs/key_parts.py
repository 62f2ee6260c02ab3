"""Which keys a store takes: a relative path of plain names that leads nowhere else; pure."""

from git_anvcs.blobs.errors import Refused

_LONGEST = 1024  # bytes, as S3 has it
_LONGEST_PART = 200  # bytes; file systems take 255


def parts_of(key: str) -> list[str]:
    """The names between the slashes. Raises Refused for what cannot name a blob everywhere."""
    parts = key.split("/")
    if len(key.encode(errors="replace")) > _LONGEST or not all(map(_is_plain, parts)):
        raise Refused(
            f"{key!r} cannot be the key of a blob",
            hint="a key is a relative path: no empty part, no `.` or `..`, no control characters",
        )
    return parts


def _is_plain(part: str) -> bool:
    if part in ("", ".", "..") or part.startswith("-"):
        return False
    try:
        return part.isprintable() and len(part.encode()) <= _LONGEST_PART
    except UnicodeEncodeError:  # a lone surrogate: bytes that are no text
        return False

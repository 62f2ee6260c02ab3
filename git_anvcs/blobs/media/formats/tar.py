"""Tar files, compressed or not: what is in them; nothing is unpacked to a file."""

from pathlib import Path
import tarfile
import zlib

from git_anvcs.blobs.media.facts import MOST, Facts, Unreadable

UNPACKED = 1 << 30  # bytes of a compressed tar file that are passed over
KINDS = {tarfile.SYMTYPE: "link to", tarfile.LNKTYPE: "same as"}


def read(file: Path) -> Facts:
    listed: Facts = {}
    entries = unpacked = 0
    try:
        with tarfile.open(file, "r|*") as archive:
            for member in archive:
                entries += 1
                unpacked += member.size
                if len(listed) < MOST:
                    listed[f"file {member.name}"] = _member(member)
                if member.offset_data + member.size > UNPACKED:
                    listed["the list ends"] = "it is read only so far"
                    break
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError) as error:
        raise Unreadable("it is no tar file, or damaged, or cut off") from error
    return {"entries": entries, "unpacked bytes": unpacked, **dict(sorted(listed.items()))}


def _member(member: tarfile.TarInfo) -> str:
    if member.type in KINDS:
        return f"{KINDS[member.type]} {member.linkname}"
    if not member.isreg():
        return "folder" if member.isdir() else "device or pipe"
    return f"{member.size} bytes, mode {member.mode & 0o7777:o}"

"""What stands beside an object of ours, and whether what a server says of one fits; pure.

A packed object (blobs/packing) says so twice: as Content-Encoding, for whoever reads it through a
signed address, and in its metadata, with the size of the content and the size and checksum of what
is stored.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from git_anvcs.blobs import packing
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.s3.sums import Sums, base64_of, composite
from git_anvcs.blobs.store import Held

OID = "anvcs-sha256"  # of the content; these are names in an object's metadata
_PART = "anvcs-part-size"
_PACKING, _SIZE, _STORED = "anvcs-packing", "anvcs-size", "anvcs-stored"


class _Packed(NamedTuple):
    """What a packed object says of itself."""

    size: str  # of the content
    stored_size: str
    checksum: str


def words(content: Sums, sent: Sums) -> dict[str, Any]:
    """The arguments of an upload that say what it is. sent: the content itself, or its frame."""
    metadata = {OID: content.oid}
    if sent.parts:
        metadata[_PART] = str(sent.part_size)
    if sent.oid == content.oid:
        return {"Metadata": metadata}
    metadata[_PACKING], metadata[_SIZE] = packing.NAME, str(content.size)
    metadata[_STORED] = f"{sent.size} {_checksum(sent)}"
    return {"Metadata": metadata, "ContentEncoding": packing.NAME}


def encoding(found: Mapping[str, Any]) -> str:
    """How an object is packed; empty: it is not."""
    return packing.NAME if _packed(found) else ""


def words_for(answer: Mapping[str, Any]) -> str:
    """What an answer to a GET says of these bytes and of no others; empty: nothing."""
    version, etag = answer.get("VersionId", ""), answer.get("ETag", "")
    total = str(answer.get("ContentRange", answer.get("ContentLength", ""))).rpartition("/")[2]
    return f"{version} {etag} {total}" if version or etag else ""


def is_same(found: Mapping[str, Any], content: Sums) -> bool:
    """By the server's own checksum; where it keeps none, by what the uploader wrote beside it.

    What is packed: by what the uploader wrote beside it, and the checksum of that.
    """
    theirs, metadata = found.get("ChecksumSHA256", ""), found.get("Metadata", {})
    if packed := _packed(found):
        named = (metadata.get(OID), packed.size) == (content.oid, str(content.size))
        return named and not _packed_faults(found, packed)
    if found.get("ContentLength") != content.size:
        return False
    if not theirs:
        return bool(metadata.get(OID) == content.oid)
    if theirs == base64_of(bytes.fromhex(content.oid)):
        return True
    same_parts = metadata.get(_PART) == str(content.part_size)
    return bool(content.parts) and same_parts and _plain(theirs) == _plain(_checksum(content))


def is_proved(found: Mapping[str, Any], content: Sums) -> bool:
    """Whether the server's own sum is that of the content; of a frame it cannot say so.

    Raises WrongContent.
    """
    if said := faults(found, content.oid, content.size):
        raise WrongContent(f"{content.oid[:12]}: {said[0]}")
    told = bool(found.get("ChecksumSHA256")) and not encoding(found)
    return told and is_same(found, content)


def held(key: str, sums: Sums, answer: Mapping[str, Any]) -> Held:
    """version_id: empty where the server keeps no versions, or not any more (`null`)."""
    version = answer.get("VersionId", "")
    etag = str(answer.get("ETag", "")).strip('"')
    return Held(key, "" if version == "null" else version, sums.oid, sums.size, etag)


def faults(found: Mapping[str, Any], oid: str, size: int) -> list[str]:
    """What an answer says of another content; of a file sent in parts its sum says nothing here."""
    metadata, told = found.get("Metadata", {}), found.get("ChecksumSHA256", "")
    in_parts = _PART in metadata or "-" in told
    if packed := _packed(found):
        if packed.size != str(size):
            return [f"it holds {packed.size} bytes there"]
        if said := _packed_faults(found, packed):
            return said
    elif found.get("ContentLength") != size:
        return [f"it has {found.get('ContentLength', 'no number of')} bytes there"]
    elif told and oid and not in_parts and told != base64_of(bytes.fromhex(oid)):
        return ["the server says that its SHA-256 is another"]
    return ["it was sent as another content"] if metadata.get(OID, oid) != oid else []


def _packed(found: Mapping[str, Any]) -> _Packed | None:
    metadata = found.get("Metadata", {})
    if metadata.get(_PACKING) != packing.NAME:
        return None
    stored_size, _, checksum = metadata.get(_STORED, "").partition(" ")
    return _Packed(metadata.get(_SIZE, ""), stored_size, checksum)


def _packed_faults(found: Mapping[str, Any], packed: _Packed) -> list[str]:
    told = found.get("ChecksumSHA256", "")
    if str(found.get("ContentLength")) != packed.stored_size:
        return [f"its frame has {found.get('ContentLength', 'no number of')} bytes there"]
    if told and _plain(told) != _plain(packed.checksum):
        return ["the server says that the SHA-256 of its frame is another"]
    return []


def _checksum(sums: Sums) -> str:
    """The server's checksum of what is sent so."""
    return composite(sums.parts) if sums.parts else base64_of(bytes.fromhex(sums.oid))


def _plain(checksum: str) -> str:
    return checksum.partition("-")[0]  # some servers leave out the number of parts

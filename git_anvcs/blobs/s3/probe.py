"""What a server that speaks S3 really does, tried on a key of our own that is deleted again."""

from collections.abc import Callable, Iterator
from hashlib import sha256
import os
from typing import Any

from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.finding import Finding, Status
from git_anvcs.blobs.s3.client import proxy_of
from git_anvcs.blobs.s3.faults import AlreadyThere, NotAllowed, told
from git_anvcs.blobs.s3.parts import Target
from git_anvcs.blobs.s3.place import ONLY_NEW, Bucket
from git_anvcs.blobs.s3.sums import base64_of, composite
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError

_DATA = b"a probe of git-anvcs"
_DIGEST = sha256(_DATA).digest()
_SKEW_FORBIDDEN, _SKEW_TOLD = 900.0, 60.0  # seconds; S3 refuses a signature that old


def probe(client: Any, bucket: Bucket) -> Iterator[Finding]:
    """Findings as they come. Raises what the first requests do, when they fail."""
    yield _proxy(client)
    yield from _asked(client, bucket.bucket)
    to = Target(client, bucket.bucket, bucket.key(f"anvcs-probe/{os.urandom(8).hex()}"))
    made: list[str] = []
    looks = {"checksum": _checksum, ONLY_NEW: _only_new, "parts": _parts}
    try:
        _put(to, made)  # who may not write is told so, and nothing of the server
        for name, look in looks.items():
            yield _looked(name, look, to, made)
    finally:
        for version in made:
            _delete(to, version)


def versioning(client: Any, bucket: Bucket) -> Finding:
    """Whether the bucket keeps versions. Raises Refused, Unreachable."""
    with told(bucket.bucket):
        return _versioning(client.get_bucket_versioning(Bucket=bucket.bucket))


def _looked(
    name: str, look: Callable[[Target, list[str]], Finding], to: Target, made: list[str]
) -> Finding:
    """What a look finds; what the server does not know at all is weak, not bad."""
    try:
        return look(to, made)
    except Unreachable:
        raise
    except AnvcsError as error:
        return Finding(name, "weak", f"cannot be tried: {error.message}", error.hint)


def _proxy(client: Any) -> Finding:
    url = client.meta.endpoint_url
    proxy = proxy_of(url)
    return Finding("proxy", "good", f"{url} is asked {f'through {proxy}' if proxy else 'directly'}")


def _asked(client: Any, bucket: str) -> Iterator[Finding]:
    try:
        with told(bucket):
            answer = client.get_bucket_versioning(Bucket=bucket)
    except NotAllowed:
        said = "whether the bucket keeps versions may not be asked: see `versions` below"
        yield Finding("versioning", "weak", said, "allow s3:GetBucketVersioning")
        return
    yield _clock(answer)
    yield _versioning(answer)


def _clock(answer: dict[str, Any]) -> Finding:
    from email.utils import parsedate_to_datetime

    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date", "")
    try:
        ahead = clock.now() - parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError):
        return Finding("clock", "weak", "the server does not tell its time")
    if abs(ahead) < _SKEW_TOLD:
        return Finding("clock", "good", "this machine and the server have the same time")
    way = "ahead of" if ahead > 0 else "behind"
    status: Status = "bad" if abs(ahead) >= _SKEW_FORBIDDEN else "weak"
    words = f"this machine's clock is {abs(ahead):.0f} seconds {way} the server's"
    return Finding("clock", status, words, "set the clock: signatures of another time are refused")


def _versioning(answer: dict[str, Any]) -> Finding:
    status = answer.get("Status", "")
    if status == "Enabled":
        return Finding("versioning", "good", "the bucket keeps every version")
    said = "is suspended" if status == "Suspended" else "was never switched on"
    return Finding(
        "versioning", "bad", f"versioning of the bucket {said}", "switch it on: `Enabled`"
    )


def _checksum(to: Target, made: list[str]) -> Finding:
    """Whether bytes that do not have their checksum are refused."""
    try:
        _put(to, made, ChecksumSHA256=base64_of(sha256(b"other").digest()))
    except (WrongContent, Refused):
        return Finding("checksum", "good", "refuses bytes that do not have their SHA-256")
    said = "takes bytes that do not have their SHA-256"
    return Finding(
        "checksum", "weak", said, "they are counted here in any case, when they are read"
    )


def _only_new(to: Target, made: list[str]) -> Finding:
    """Whether `If-None-Match: *` makes one version of many uploads."""
    _put(to, made)
    try:
        _put(to, made, IfNoneMatch="*")
    except AlreadyThere:
        return Finding(ONLY_NEW, "good", "takes a content once, however many send it")
    said = "heeds no If-None-Match: contents sent at the same time get a version each"
    return Finding(ONLY_NEW, "weak", said, "this costs room, nothing else")


def _parts(to: Target, made: list[str]) -> Finding:
    """Whether a file sent in parts has a checksum that can be worked out here."""
    with told(to.name):
        begun = to.client.create_multipart_upload(**to.words, ChecksumAlgorithm="SHA256")
        words = {**to.words, "UploadId": begun["UploadId"]}
        sent = to.client.upload_part(
            **words, PartNumber=1, Body=_DATA, ChecksumSHA256=base64_of(_DIGEST)
        )
        part = {"PartNumber": 1, "ETag": sent["ETag"], "ChecksumSHA256": base64_of(_DIGEST)}
        ended = to.client.complete_multipart_upload(**words, MultipartUpload={"Parts": [part]})
        _note(made, ended)
        found = to.client.head_object(**to.words, ChecksumMode="ENABLED")
    if found.get("ChecksumSHA256", "").partition("-")[0] == composite((_DIGEST,)).partition("-")[0]:
        return Finding("parts", "good", "keeps the SHA-256 of files sent in parts")
    said = "keeps no SHA-256 of files sent in parts"
    return Finding(
        "parts", "weak", said, "what we write beside them is believed until they are read"
    )


def _put(to: Target, made: list[str], **more: str) -> None:
    with told(to.name):
        _note(made, to.client.put_object(**to.words, Body=_DATA, **more))


def _note(made: list[str], answer: dict[str, Any]) -> None:
    made.append(answer.get("VersionId", "") or "null")


def _delete(to: Target, version: str) -> None:
    try:
        with told(to.name, pinned=True):
            to.client.delete_object(**to.words, VersionId=version)
    except (BlobMissing, Refused, Unreachable):
        return  # `round_trip` tells of a store that deletes nothing

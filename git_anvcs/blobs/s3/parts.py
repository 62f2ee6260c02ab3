"""A large file sent in parts, by the calls of S3 itself: what was begun is gone on with.

Parts that the server has, and whose bytes are ours, are not sent again: not after a kill, nor when
another machine began to send the same content.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from hashlib import md5
import os
from pathlib import Path
import re
from typing import Any, NamedTuple

from git_anvcs.blobs.errors import BlobMissing, Refused
from git_anvcs.blobs.s3.ahead import ahead
from git_anvcs.blobs.s3.faults import told
from git_anvcs.blobs.s3.sums import Sums, base64_of
from git_anvcs.kernel.errors import AnvcsError

_AT_ONCE = 4  # parts, each in memory
_STALE = timedelta(days=7)
_VERSION = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}")

Parts = dict[int, dict[str, Any]]


class Target(NamedTuple):
    """Where to: a client of boto3, and the bucket and the whole key there."""

    client: Any
    bucket: str
    key: str

    @property
    def words(self) -> dict[str, str]:
        """The arguments that every call takes."""
        return {"Bucket": self.bucket, "Key": self.key}

    @property
    def name(self) -> str:
        """What a message calls it."""
        return f"{self.bucket}/{self.key}"

    def named(self, version_id: str) -> str:
        """What a message calls one version (empty: the newest)."""
        return f"{self.name} ({version_id})" if version_id else self.name

    def versioned(self, version_id: str) -> dict[str, str]:
        """The arguments for one version. Raises BlobMissing for what names none."""
        if not version_id:
            return self.words
        if not _VERSION.fullmatch(version_id):
            raise BlobMissing(f"the store has no {self.named(version_id)}")
        return {**self.words, "VersionId": version_id}


def send(
    to: Target, path: Path, sums: Sums, words: Mapping[str, Any], *, resume: bool
) -> dict[str, Any]:
    """Send the file; the server's answer, with its VersionId.

    words: what is said of the object when it is begun
    resume: whether whoever sends to this key sends these bytes; then a failure leaves the parts
    Raises what `told` does; BlobMissing: somebody else has ended the upload.
    """
    upload, have = (_begun(to, path, sums) if resume else None) or (_begin(to, words), {})
    try:
        wanted = [n for n in range(1, len(sums.parts) + 1) if n not in have]
        sending = (partial(_send_part, to, upload, path, sums, n) for n in wanted)
        have |= zip(wanted, ahead(sending, _AT_ONCE), strict=True)
        parts = [{"PartNumber": n, **have[n]} for n in sorted(have)]
        with told(to.name):
            ended: dict[str, Any] = to.client.complete_multipart_upload(
                **to.words, UploadId=upload, MultipartUpload={"Parts": parts}
            )
    except AnvcsError:
        if not resume:
            _abort(to, upload)
        raise
    return ended


def abort_stale(client: Any, bucket: str, prefix: str, now: datetime) -> int:
    """Take back uploads below a prefix that nobody has gone on with for a week; how many."""
    old = [one for one in _uploads(client, bucket, prefix) if one["Initiated"] < now - _STALE]
    for one in old:
        _abort(Target(client, bucket, one["Key"]), one["UploadId"])
    return len(old)


def _begin(to: Target, words: Mapping[str, Any]) -> str:
    with told(to.name):
        answer = to.client.create_multipart_upload(**to.words, **words, ChecksumAlgorithm="SHA256")
    return str(answer["UploadId"])


def _begun(to: Target, path: Path, sums: Sums) -> tuple[str, Parts] | None:
    """The newest upload to this key that has parts of ours and no others, and those.

    A content may be on its way in two forms, plain and packed, and what was said of an upload when
    it was begun cannot be asked: its parts tell. None where the server does not let us ask.
    """
    try:
        found = [one for one in _uploads(to.client, to.bucket, to.key) if one["Key"] == to.key]
        for one in sorted(found, key=lambda one: one["Initiated"], reverse=True):
            if have := _held(to, one["UploadId"], path, sums):
                return one["UploadId"], have
    except (Refused, BlobMissing):
        return None
    return None


def _uploads(client: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_multipart_uploads")
    with told(bucket):
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            yield from page.get("Uploads", ())


def _held(to: Target, upload: str, path: Path, sums: Sums) -> Parts:
    """Parts that the server has, if all are ours, by the checksum it keeps; else by the ETag."""
    found: Parts = {}
    with told(to.name):
        pages = to.client.get_paginator("list_parts").paginate(**to.words, UploadId=upload)
        rows = [row for page in pages for row in page.get("Parts", ())]
    for row in rows:
        number, etag = row["PartNumber"], row["ETag"]
        if not 1 <= number <= len(sums.parts):
            return {}
        ours = base64_of(sums.parts[number - 1])
        theirs = row.get("ChecksumSHA256")
        same = theirs == ours if theirs else etag.strip('"') == _md5(path, sums, number)
        if not same:
            return {}
        found[number] = {"ETag": etag, "ChecksumSHA256": ours}
    return found


def _send_part(to: Target, upload: str, path: Path, sums: Sums, number: int) -> dict[str, Any]:
    ours = base64_of(sums.parts[number - 1])
    data = _part(path, sums, number)
    with told(to.name):
        answer = to.client.upload_part(
            **to.words, UploadId=upload, PartNumber=number, Body=data, ChecksumSHA256=ours
        )
    return {"ETag": answer["ETag"], "ChecksumSHA256": ours}


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A file that is to be sent, to be read. Raises AnvcsError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    with file:
        yield file


def _part(path: Path, sums: Sums, number: int) -> bytes:
    try:
        with path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), sums.part_size, (number - 1) * sums.part_size)
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error


def _md5(path: Path, sums: Sums, number: int) -> str:
    return md5(_part(path, sums, number), usedforsecurity=False).hexdigest()


def _abort(to: Target, upload: str) -> None:
    try:
        with told(to.name):
            to.client.abort_multipart_upload(**to.words, UploadId=upload)
    except AnvcsError:
        return  # it stays for `abort_stale`, or the bucket's own rule

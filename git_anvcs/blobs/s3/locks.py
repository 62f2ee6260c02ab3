"""Locks in a bucket: objects that are made with `If-None-Match: *` and removed by their version."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.locks import FOLDER, LONGEST
from git_anvcs.blobs.s3.faults import AlreadyThere, told
from git_anvcs.blobs.s3.parts import Target
from git_anvcs.blobs.s3.place import Bucket


class BucketLocks:
    """The locks of one bucket; see blobs/locks.py."""

    def __init__(self, client: Any, bucket: Bucket) -> None:
        self._client = client
        self._bucket = bucket

    def make(self, name: str, data: bytes) -> bool:
        """Make the object; False when it is there."""
        to = self._to(name)
        try:
            with told(to.name):
                to.client.put_object(**to.words, Body=data, IfNoneMatch="*")
        except AlreadyThere:
            return False
        return True

    def read(self, name: str) -> tuple[bytes, str] | None:
        """The object, not more than a lock may have of it, and its version."""
        to = self._to(name)
        try:
            with told(to.name):
                answer = to.client.get_object(**to.words)
                with closing(answer["Body"]) as body:
                    return body.read(LONGEST + 1), answer.get("VersionId", "") or "null"
        except BlobMissing:
            return None

    def remove(self, name: str, version: str) -> None:
        """Remove this version."""
        to = self._to(name)
        with told(to.name, pinned=True):
            to.client.delete_object(**to.words, VersionId=version)

    def names(self) -> Iterator[str]:
        """Every object that is there."""
        prefix = self._bucket.key(FOLDER) + "/"
        with told(self._bucket.bucket):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket.bucket, Prefix=prefix):
                yield from (one["Key"].removeprefix(prefix) for one in page.get("Contents", ()))

    def _to(self, name: str) -> Target:
        return Target(self._client, self._bucket.bucket, self._bucket.key(f"{FOLDER}/{name}"))

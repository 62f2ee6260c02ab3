"""The store `s3`: a versioned bucket of AWS, or of any server that speaks S3.

The id of a version is what the answer to the upload says, never what a later question finds. A
server is not believed: what it sends is counted here before it becomes visible.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from git_anvcs.blobs import packing
from git_anvcs.blobs.arriving import arriving, check
from git_anvcs.blobs.begun import Begun
from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable
from git_anvcs.blobs.finding import Finding
from git_anvcs.blobs.s3 import client, parts, ranges, stored
from git_anvcs.blobs.s3.faults import AlreadyThere, Expired, UnclearAnswer, told
from git_anvcs.blobs.s3.place import Bucket, checked
from git_anvcs.blobs.s3.sums import Sizes, Sums, base64_of, summed
from git_anvcs.blobs.store import Held, Lane, oid_in
from git_anvcs.kernel import clock

if TYPE_CHECKING:
    from git_anvcs.blobs.s3.gets import Gets

_LONGEST_URL = 7 * 24 * 3600  # seconds that a signed address may hold, as S3 has it


T = TypeVar("T")


class S3Store:
    """The store in one bucket; methods may be called from many threads.

    only_new: whether the server heeds `If-None-Match: *`, as `git-ai-blob doctor` has found
    direct: whether small contents come by GETs of our own where they can, see s3/gets
    packs_in: the folder where contents are packed before they are sent; None: they are not
    """

    def __init__(
        self,
        bucket: Bucket,
        alias: str = "s3",
        *,
        only_new: bool = False,
        sizes: Sizes | None = None,
        direct: bool = True,
        packs_in: Path | None = None,
    ) -> None:
        self.alias = alias
        self.bucket = checked(bucket)
        self._sizes = sizes or Sizes()
        self._only_new = only_new
        self._packs_in = packs_in
        self._lock = Lock()
        self._client: Any = None
        self._direct = direct
        self._gets_lock = Lock()
        self._gets: Gets | None = None
        self._versioned: bool | None = None
        self._swept = False

    @property
    def client(self) -> Any:
        """The client of boto3, made when it is first wanted. Raises Refused, Unreachable."""
        with self._lock:
            if self._client is None:
                self._client = client.connect(self.bucket)
            return self._client

    @property
    def only_new(self) -> bool:
        """Whether it can make an object only while there is none, as far as is known."""
        return self._only_new

    def upload(self, local_path: Path, key: str) -> Held:
        """Keep the file, unless it is there with that size and checksum. Raises WrongContent."""
        return self._logged_in(lambda: self._upload(local_path, key))

    def _upload(self, local_path: Path, key: str) -> Held:
        to = self._to(key)
        sums = summed(local_path, self._sizes)
        wanted = oid_in(key)
        check(sums.oid, wanted)
        held = self._same(to, key, sums)
        if held:
            return held
        try:
            with self._form(local_path, sums, packs=wanted is not None) as (path, sent):
                words = stored.words(sums, sent)
                send = self._send_parts if sent.parts else self._send
                answer = send(to, path, sent, words, by_content=wanted is not None)
        except AlreadyThere as error:
            held = self._same(to, key, sums)
            if held:
                return held
            raise Unreachable(error.message, hint="try again") from error
        return stored.held(key, sums, answer)

    def download(
        self, key: str, version_id: str, dest_path: Path, begun: Begun | None = None
    ) -> None:
        """Write that version (empty: the newest) to `dest_path`, whole or not at all."""
        self._logged_in(lambda: self._download(key, version_id, dest_path, begun))

    def _download(self, key: str, version_id: str, dest_path: Path, begun: Begun | None) -> None:
        to = self._place(key)

        def get(version: str, **words: str) -> dict[str, Any]:
            return self._get(to._replace(client=self.client), version, **words)

        def whole() -> dict[str, Any]:
            return self._come(to, version_id) or get(version_id)

        def head() -> dict[str, Any]:
            return self._head(to._replace(client=self.client), version_id)

        where = f"{self.bucket.endpoint_url} {to.name}"
        with arriving(dest_path, oid_in(key), begun, where) as arrival:
            answer, start = ranges.begin(arrival, head, whole, partial(get, version_id))
            arrival.oid = arrival.oid or answer.get("Metadata", {}).get(stored.OID)
            ask = ranges.asker(to.name, answer, get)
            coming = ranges.stream(to.name, answer, ask, self.bucket.attempts, self._sizes, start)
            with closing(coming):
                for chunk in coming:
                    arrival.write(chunk)

    def lane(self) -> Lane | None:
        """Many small contents at once, in one thread. Raises Refused, Unreachable."""
        if not self._direct or not self._own().possible:
            return None
        from git_anvcs.blobs.s3.many import Many

        return Many(self._own(), self.bucket)

    def exists(self, key: str, version_id: str | None = None) -> bool:
        """Whether that version (None: any) can be had."""
        return self._logged_in(lambda: self._exists(key, version_id))

    def _exists(self, key: str, version_id: str | None) -> bool:
        to = self._to(key)
        try:
            self._head(to, version_id or "")
        except BlobMissing:
            return False
        except UnclearAnswer:
            return self._answers(to, version_id or "")
        return True

    def confirms(self, local_path: Path, key: str, version_id: str) -> bool:
        """Whether the server's own sum is that of the file. Raises BlobMissing, WrongContent."""
        sums = summed(local_path, self._sizes)
        check(sums.oid, oid_in(key))
        try:
            found = self._head(self._to(key), version_id)
        except UnclearAnswer:
            return False
        return stored.is_proved(found, sums)

    def faults(
        self, key: str, version_id: str, size: int, *, found_by_key: bool = True
    ) -> list[str]:
        """What is not as it was sent, as far as the server tells without sending it."""
        to = self._to(key)
        try:
            found = stored.faults(self._head(to, version_id), oid_in(key) or "", size)
        except UnclearAnswer:
            if not self._answers(to, version_id):
                raise BlobMissing(f"the store has no {to.named(version_id)}") from None
            found = []
        if version_id and found_by_key and not self.exists(key):
            found.append("a delete marker hides it: only who knows the version finds it")
        return found

    def encoding(self, key: str, version_id: str) -> str:
        """How the bytes of that version are packed, as a signed address gives them; empty: not."""
        try:
            return stored.encoding(self._head(self._to(key), version_id))
        except UnclearAnswer:
            return ""

    def versioning(self) -> Finding:
        """Whether the bucket keeps every version. Raises Refused, Unreachable."""
        from git_anvcs.blobs.s3 import probe

        return probe.versioning(self.client, self.bucket)

    def delete_version(self, key: str, version_id: str) -> None:
        """Remove one version for good."""
        to = self._to(key)
        if not version_id:
            raise BlobMissing(f"no version of {key} was named")
        words = to.versioned(version_id)
        with told(to.named(version_id), pinned=bool(version_id)):
            to.client.delete_object(**words)

    def presigned(self, key: str, version_id: str, seconds: int = 3600) -> str:
        """An address that anyone can read this version at, for that long; nothing is asked."""
        to = self._to(key)
        words = to.versioned(version_id)
        with told(to.name):
            url: str = to.client.generate_presigned_url(
                "get_object", Params=words, ExpiresIn=max(1, min(seconds, _LONGEST_URL))
            )
        return url

    def abort_stale(self) -> int:
        """Take back uploads of ours that nobody has gone on with for a week; how many.

        Done before the first large file is sent, too.
        """
        prefix = self.bucket.key("sha256") + "/"
        now = datetime.fromtimestamp(clock.now(), UTC)
        return parts.abort_stale(self.client, self.bucket.bucket, prefix, now)

    def probe(self) -> Iterator[Finding]:
        """What the server does, tried on a key of its own. Raises Refused, Unreachable."""
        from git_anvcs.blobs.s3 import probe

        yield from probe.probe(self.client, self.bucket)

    def _logged_in(self, do: Callable[[], T]) -> T:
        """What it gives; again, once, where the server says before botocore that we ran out."""
        try:
            return do()
        except Expired:
            if not client.renewable(self.bucket):
                raise
            with self._lock, self._gets_lock:
                self._client = self._gets = None
            return do()

    def _place(self, key: str) -> parts.Target:
        """Where a key is; no client is made for it."""
        return parts.Target(None, self.bucket.bucket, self.bucket.key(key))

    def _to(self, key: str) -> parts.Target:
        return self._place(key)._replace(client=self.client)

    def _come(self, to: parts.Target, version_id: str) -> dict[str, Any] | None:
        """The answer to a GET of our own; None where boto3 is to be asked."""
        if not self._direct:
            return None
        to.versioned(version_id)
        return self._own().get(to, version_id, to.named(version_id))

    def _own(self) -> "Gets":
        with self._gets_lock:
            if self._gets is None:
                from git_anvcs.blobs.s3.gets import Gets

                self._gets = Gets(self.bucket)
            return self._gets

    def _same(self, to: parts.Target, key: str, sums: Sums) -> Held | None:
        """What is there already, if it is this content and has a version to name it by.

        Who may not look is told so by the upload, or let: AWS answers 403 for what is not there,
        unless one may list.
        """
        try:
            found = self._head(to, "")
        except (BlobMissing, Refused):
            return None
        if not stored.is_same(found, sums):
            return None
        held = stored.held(key, sums, found)._replace(was_there=True)
        return held if held.version_id or not self._keeps_versions(to) else None

    def _keeps_versions(self, to: parts.Target) -> bool:
        if self._versioned is None:
            try:
                with told(self.bucket.bucket):
                    answer = to.client.get_bucket_versioning(Bucket=self.bucket.bucket)
            except Refused:
                answer = {}
            self._versioned = answer.get("Status") == "Enabled"
        return self._versioned

    @contextmanager
    def _form(self, path: Path, sums: Sums, *, packs: bool) -> Iterator[tuple[Path, Sums]]:
        """What is sent of a file: itself, or its frame; what has no name by its content is not
        packed, as nothing would tell which of both it is."""
        if not packs or self._packs_in is None:
            yield path, sums
            return
        with packing.packed(path, sums.oid, self._packs_in) as form:
            yield form, sums if form == path else summed(form, self._sizes)

    def _send(
        self, to: parts.Target, path: Path, sums: Sums, words: dict[str, Any], *, by_content: bool
    ) -> dict[str, Any]:
        condition = {"IfNoneMatch": "*"} if by_content and self._only_new else {}
        with parts.opened(path) as file, told(to.name):
            answer: dict[str, Any] = to.client.put_object(
                **to.words,
                **words,
                **condition,
                Body=file,
                ContentLength=sums.size,
                ChecksumSHA256=base64_of(bytes.fromhex(sums.oid)),
            )
        return answer

    def _send_parts(
        self, to: parts.Target, path: Path, sums: Sums, words: dict[str, Any], *, by_content: bool
    ) -> dict[str, Any]:
        if not self._swept:
            self._swept = True
            with suppress(Refused):  # who may write need not be let list
                self.abort_stale()
        try:
            return parts.send(to, path, sums, words, resume=by_content)
        except BlobMissing as error:  # who sent the same parts beside us was faster
            raise AlreadyThere(error.message) from error

    def _head(self, to: parts.Target, version_id: str) -> dict[str, Any]:
        words = to.versioned(version_id)
        with told(to.named(version_id), pinned=bool(version_id)):
            answer: dict[str, Any] = to.client.head_object(**words, ChecksumMode="ENABLED")
        return answer

    def _get(self, to: parts.Target, version_id: str, **more: str) -> dict[str, Any]:
        words = to.versioned(version_id)
        with told(to.named(version_id), pinned=bool(version_id)):
            answer: dict[str, Any] = to.client.get_object(**words, **more)
        return answer

    def _answers(self, to: parts.Target, version_id: str) -> bool:
        """Asked with GET, whose errors have words."""
        try:
            self._get(to, version_id, Range="bytes=0-0")["Body"].close()
        except BlobMissing:
            return False
        return True

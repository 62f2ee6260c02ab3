"""The store `ipfs`: a node that speaks Kubo's RPC; the id of a version is its CID.

What is kept is pinned, and stands in the node's own files (MFS) below `/PREFIX/KEY`, which is how
a blob is found whose pointer names no CID. The CID is worked out here before anything is sent, so
that the node's answer proves what it has, and what it has already is not sent again.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

from git_anvcs.blobs.arriving import arriving, check
from git_anvcs.blobs.begun import Begun
from git_anvcs.blobs.cid import LAYOUT, Counter, in_base32, is_cid
from git_anvcs.blobs.errors import BlobMissing, Unreachable, WrongContent
from git_anvcs.blobs.key_parts import parts_of
from git_anvcs.blobs.kubo import CHUNK, CONFIGURED, Node, add, ask, content
from git_anvcs.blobs.store import Held, oid_in
from git_anvcs.kernel.errors import AnvcsError

_HOW = {
    "cid_version": "1",
    "raw_leaves": "true",
    "chunker": f"size-{LAYOUT.chunk}",
    "cid_base": "base32",
    "pin": "true",
    "progress": "false",
}


def store(node: Node, alias: str = "ipfs", *, prefix: str = "git-anvcs") -> "IpfsStore":
    """The store in this node; nothing is asked before it is used."""
    return IpfsStore(alias, node, prefix)


class IpfsStore:
    """A store in an IPFS node. prefix: the folder of the node's files that is ours."""

    def __init__(self, alias: str, node: Node, prefix: str) -> None:
        self.alias = alias
        self._node = node
        self._prefix = prefix

    def upload(self, local_path: Path, key: str) -> Held:
        """Keep the file; what the node has pinned is not sent. Raises WrongContent too."""
        name = self._name(key)
        oid, cid, size = _counted(local_path)
        check(oid, oid_in(key))
        there = self._pinned(cid)
        if not there:
            cid = self._sent(local_path, size, cid, oid)
        self._put_name(name, cid)
        return Held(key, cid, oid, size, cid=cid, was_there=there)

    def download(
        self, key: str, version_id: str, dest_path: Path, begun: Begun | None = None
    ) -> None:
        """Write that version (empty: the newest) to `dest_path`, whole or not at all.

        Where the key names no SHA-256 the bytes must have the CID that an upload gives them.
        """
        name, oid = self._name(key), oid_in(key)
        cid = self._cid(key, version_id or self._named(name) or "")
        counted = Counter()
        with arriving(dest_path, oid, begun, "ipfs") as arrival:
            if arrival.is_begun:
                self._pinned(cid)  # whether it answers, before it is counted what is there
            with content(self._node, cid, arrival.begin(cid)) as pieces:
                for piece in pieces:
                    arrival.write(piece)
                    if arrival.oid is None:
                        counted.feed(piece)
            if arrival.oid is None and counted.cid() != cid:
                raise WrongContent(f"the bytes of {key} are not those of {cid}")

    def exists(self, key: str, version_id: str | None = None) -> bool:
        """Whether the node itself keeps that version (None: any); what peers have is no copy."""
        name = self._name(key)
        if version_id:
            return is_cid(version_id) and self._pinned(version_id)
        return self._named(name) is not None

    def confirms(self, local_path: Path, key: str, version_id: str) -> bool:
        """Whether it keeps the CID of the file; False for a CID that was cut in another way."""
        oid, cid, _ = _counted(local_path)
        check(oid, oid_in(key))
        kept = self._cid(key, version_id or self._named(self._name(key)) or "")
        if not self._pinned(kept):
            raise BlobMissing(f"the node does not keep {kept}")
        return kept == cid

    def delete_version(self, key: str, version_id: str) -> None:
        """Unpin one version; the node drops its bytes when it next collects garbage."""
        name, cid = self._name(key), self._cid(key, version_id)
        if self._named(name) == cid:
            ask(self._node, "files/rm", name)
        ask(self._node, "pin/rm", cid)

    def _sent(self, local_path: Path, size: int, cid: str, oid: str) -> str:
        """The CID the node gave. Another than ours is a node that cuts in its own way, or a lie."""
        given = _in(add(self._node, local_path, size, **_HOW))
        if given != cid:
            counted, left = sha256(), size
            with content(self._node, given) as pieces:
                for piece in pieces:
                    counted.update(piece)
                    left -= len(piece)
                    if left < 0:  # it may never end
                        break
            check(counted.hexdigest(), oid)
        return given

    def _pinned(self, cid: str) -> bool:
        try:
            return bool(ask(self._node, "pin/ls", cid, type="recursive").get("Keys"))
        except BlobMissing:
            return False

    def _put_name(self, name: str, cid: str) -> None:
        before = self._named(name)
        if before == cid:
            return
        if before:
            ask(self._node, "files/rm", name)
        try:
            ask(self._node, "files/cp", f"/ipfs/{cid}", name, parents="true")
        except AnvcsError:  # another process was faster, or it is a true complaint
            if self._named(name) != cid:
                raise

    def _named(self, name: str) -> str | None:
        """The CID that stands there."""
        try:
            found = ask(self._node, "files/stat", name, hash="true", cid_base="base32")
        except BlobMissing:
            return None
        return _in(found)

    def _name(self, key: str) -> str:
        """The place of a key in the node's files. Raises Refused."""
        return f"/{'/'.join(parts_of(f'{self._prefix}/{key}'))}"

    def _cid(self, key: str, version_id: str) -> str:
        """The id, if it is a CID: only so it names a content, and not a path or a name."""
        if not is_cid(version_id):
            which = f"version {version_id}" if version_id else "version"
            raise BlobMissing(
                f"the store {self.alias} has no {which} of {key}",
                hint="the versions of an IPFS store are CIDs of version 1",
            )
        return version_id


def _in(answer: dict[str, Any]) -> str:
    """The CID that a node answered with. Raises Unreachable."""
    cid = in_base32(str(answer.get("Hash", "")))
    if cid is None:
        raise Unreachable("the IPFS node gave an answer without a CID", hint=CONFIGURED)
    return cid


def _counted(path: Path) -> tuple[str, str, int]:
    """(SHA-256, CID, size) of a file, read once."""
    whole, cut, size = sha256(), Counter(), 0
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(CHUNK):
                whole.update(piece)
                cut.feed(piece)
                size += len(piece)
    except OSError as error:
        raise AnvcsError(f"cannot read {path}: {error.strerror}") from error
    return whole.hexdigest(), cut.cid(), size

"""The store `ipfs` with a real node; what it shares with the others is in test_stores.py."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
import random
import socket
import time

import pytest

from git_anvcs.blobs.cid import LAYOUT, Layout, cid_of
from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.kubo import Node, add, ask
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import ipfs
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError
from tests.support.servers.between import Behaviour, Handler, between
from tests.support.servers.ipfs import IpfsNode, running

MIB = 1 << 20
WIDTH = LAYOUT.width


def some(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def key_for(data: bytes) -> str:
    return key_of(sha256(data).hexdigest())


def file_of(folder: Path, data: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("chunk", "size"),
    [
        (MIB, 0),
        *((64, 64 * n + m) for n in (WIDTH, WIDTH * 2) for m in (-1, 0, 1)),
        (64, 64 * WIDTH**2 + 1),
    ],
)
def test_the_cid_is_what_the_node_says(
    ipfs_node: IpfsNode, tmp_path: Path, chunk: int, size: int
) -> None:
    how = {"cid_version": "1", "raw_leaves": "true", "cid_base": "base32", "only_hash": "true"}
    file = file_of(tmp_path, some(size))
    said = add(Node(ipfs_node.api), file, size, chunker=f"size-{chunk}", pin="false", **how)
    assert cid_of([some(size)], Layout(chunk, WIDTH)) == said["Hash"]


@pytest.mark.parametrize("size", [MIB - 1, MIB, MIB + 1, 2 * MIB, 5 * MIB + 7])
def test_a_file_at_the_edge_of_a_chunk_comes_back(
    ipfs_node: IpfsNode, tmp_path: Path, size: int
) -> None:
    store, data = ipfs.store(Node(ipfs_node.api)), some(size)
    held = store.upload(file_of(tmp_path, data), key_for(data))
    assert (held.version_id, held.cid) == (cid_of([data]), cid_of([data]))
    store.download(held.key, held.version_id, tmp_path / "dest")
    assert (tmp_path / "dest").read_bytes() == data
    store.delete_version(held.key, held.version_id)
    assert not store.exists(held.key, held.version_id)
    assert not store.exists(held.key)
    with pytest.raises(BlobMissing):
        store.delete_version(held.key, held.version_id)


def test_what_the_node_has_is_not_sent_again(ipfs_node: IpfsNode, tmp_path: Path) -> None:
    data = b"sent once"
    with between(ipfs_node.api) as server:
        for key in (key_for(data), key_for(data), "another/key"):
            ipfs.store(Node(server.url)).upload(file_of(tmp_path, data), key)
    assert server.asked.count("/api/v0/add") == 1
    assert ipfs.store(Node(ipfs_node.api)).exists("another/key")


def test_a_node_that_cuts_in_its_own_way_is_believed_when_its_bytes_are_read(
    ipfs_node: IpfsNode, tmp_path: Path
) -> None:
    def cuts(handler: Handler) -> None:
        handler.reply(*handler.passed_on(handler.path.replace(f"size-{LAYOUT.chunk}", "size-1000")))

    data = some(5000)
    with between(ipfs_node.api, cuts) as server:
        store = ipfs.store(Node(server.url))
        held = store.upload(file_of(tmp_path, data), key_for(data))
        assert held.version_id == cid_of([data], Layout(1000, WIDTH))
        assert store.exists(held.key, held.version_id)
        store.download(held.key, held.version_id, tmp_path / "dest")
    assert (tmp_path / "dest").read_bytes() == data


def test_a_node_that_says_it_has_what_it_was_not_sent_is_not_believed(
    ipfs_node: IpfsNode, tmp_path: Path
) -> None:
    ipfs.store(Node(ipfs_node.api)).upload(file_of(tmp_path, b"other"), key_for(b"other"))

    def lies(handler: Handler) -> None:
        status, body = handler.passed_on()
        if handler.path.startswith("/api/v0/add"):
            body = b'{"Hash": "%s"}\n' % cid_of([b"other"]).encode()
        handler.reply(status, body)

    with between(ipfs_node.api, lies) as server, pytest.raises(WrongContent):
        ipfs.store(Node(server.url)).upload(file_of(tmp_path, b"asked"), key_for(b"asked"))


def on_cat(answer: Callable[[Handler, bytes], None]) -> Behaviour:
    """Honest, but where content is asked for."""

    def behaviour(handler: Handler) -> None:
        status, body = handler.passed_on()
        if handler.path.startswith("/api/v0/cat"):
            answer(handler, body)
        else:
            handler.reply(status, body)

    return behaviour


CATS: dict[str, tuple[Callable[[Handler, bytes], None], type[AnvcsError]]] = {
    "another byte": (lambda h, body: h.reply(200, b"X" + body[1:]), WrongContent),
    "too much": (lambda h, body: h.reply(200, body + b"\0"), WrongContent),
    "nothing": (lambda h, _: h.reply(200, b""), WrongContent),
    "broken off": (lambda h, body: h.reply(200, body[:4], length=len(body)), Unreachable),
    "less than said": (lambda h, _: h.reply(200, b"pa", X_Content_Length="9"), Unreachable),
    "no HTTP": (lambda h, _: (h.wfile.write(b"\x16\x03\x01\n"), None)[1], Unreachable),
    "hung up": (lambda h, _: None, Unreachable),
}


@pytest.mark.parametrize("key", [key_for(b"the content"), "no/hash/here"])
@pytest.mark.parametrize("what", CATS)
def test_bytes_that_are_not_the_content_do_not_arrive(
    ipfs_node: IpfsNode, tmp_path: Path, what: str, key: str
) -> None:
    answer, error = CATS[what]
    held = ipfs.store(Node(ipfs_node.api)).upload(file_of(tmp_path, b"the content"), key)
    dest = tmp_path / "dest"
    dest.write_bytes(b"as it was")
    with between(ipfs_node.api, on_cat(answer)) as server, pytest.raises(error):
        ipfs.store(Node(server.url)).download(key, held.version_id, dest)
    assert dest.read_bytes() == b"as it was"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "dest"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, b"busy", Unreachable),
        (429, b"", Unreachable),
        (500, b'{"Message": "no space left on device"}', Unreachable),
        (500, b'{"Message": "pin: not found"}', BlobMissing),
        (200, b"<html>", Unreachable),
        (200, b"[]", Unreachable),
        (200, b'{"Hash": "/ipns/example.org"}', Unreachable),
        (401, b"", Refused),
        (403, b"403 - Forbidden", Refused),
        (404, b"404 page not found", Refused),
        (307, b"", Refused),
    ],
)
def test_what_a_node_complains_about_is_told_by_kind(
    ipfs_node: IpfsNode, tmp_path: Path, status: int, body: bytes, error: type[AnvcsError]
) -> None:
    with between(
        ipfs_node.api,
        lambda handler: handler.reply(status, body, Retry_After="7", Location=ipfs_node.api),
    ) as server:
        store = ipfs.store(Node(server.url))
        with pytest.raises(error) as told:
            store.download(key_for(b"x"), "", tmp_path / "dest")
    assert not (tmp_path / "dest").exists()
    assert told.value.message
    if status in (429, 503):
        assert isinstance(told.value, Unreachable)
        assert told.value.retry_after == 7


def test_a_secret_is_sent_and_never_shown(ipfs_node: IpfsNode) -> None:
    seen = []

    def wants(handler: Handler) -> None:
        seen.append(handler.headers["Authorization"])
        handler.reply(403, b"no")

    with between(ipfs_node.api, wants) as server, pytest.raises(Refused) as told:
        ipfs.store(Node(server.url, "Bearer s3cr3t")).exists("a/key")
    assert seen == ["Bearer s3cr3t"]
    assert "s3cr3t" not in told.value.message + told.value.hint


@pytest.mark.parametrize("secret", ["a\nHost: b", "schlüssel", "\x1b"])
def test_a_secret_that_is_no_header_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(UsageError) as told:
        ipfs.store(Node("http://127.0.0.1:1", secret)).exists("a/key")
    assert secret not in told.value.message + told.value.hint


def test_a_node_that_is_down_is_unreachable(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        store = ipfs.store(Node(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        for call in (
            lambda: store.upload(file_of(tmp_path, b"x"), key_for(b"x")),
            lambda: store.download(key_for(b"x"), cid_of([b"x"]), tmp_path / "dest"),
            lambda: store.exists(key_for(b"x")),
            lambda: store.delete_version(key_for(b"x"), cid_of([b"x"])),
        ):
            with pytest.raises(Unreachable, match="cannot be reached"):
                call()


def test_a_node_that_says_nothing_is_given_up(ipfs_node: IpfsNode) -> None:
    with (
        between(ipfs_node.api, lambda _: time.sleep(1)) as server,
        pytest.raises(Unreachable, match=r"nothing for 0\.2 seconds"),
    ):
        ipfs.store(Node(server.url, seconds=0.2)).exists("a/key")


@pytest.mark.parametrize("version_id", ["/ipns/example.org", "Qm" + "a" * 44, "b&arg=x", "../x"])
def test_a_version_that_is_no_cid_reaches_no_node(
    ipfs_node: IpfsNode, tmp_path: Path, version_id: str
) -> None:
    with between(ipfs_node.api) as server:
        store = ipfs.store(Node(server.url))
        assert not store.exists(key_for(b"x"), version_id)
        with pytest.raises(BlobMissing):
            store.download(key_for(b"x"), version_id, tmp_path / "dest")
        with pytest.raises(BlobMissing):
            store.delete_version(key_for(b"x"), version_id)
    assert server.asked == []


@pytest.mark.parametrize(
    ("api", "error"),
    [
        ("", UsageError),
        ("/ip4/127.0.0.1/tcp/5001", UsageError),
        ("ftp://127.0.0.1", UsageError),
        ("http://127.0.0.1:x", UsageError),
        ("http://me:s3cr3t@127.0.0.1:1", UsageError),
        ("http://node.example:5001", PolicyDenied),
    ],
)
def test_an_address_that_is_none_or_unsafe_is_refused(api: str, error: type[AnvcsError]) -> None:
    with pytest.raises(error) as told:
        ipfs.store(Node(api)).exists("a/key")
    assert "s3cr3t" not in told.value.message + told.value.hint


def test_a_content_of_one_node_comes_through_another(tmp_path: Path) -> None:
    data = some(3 * MIB + 5)
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        nodes = [running(tmp_path / name, offline=False) for name in ("a", "b")]
        first, second = pool.map(stack.enter_context, nodes)
        there, here = ipfs.store(Node(first.api)), ipfs.store(Node(second.api))
        held = there.upload(file_of(tmp_path, data), key_for(data))
        impatient = ipfs.store(Node(second.api, seconds=1))
        with pytest.raises(Unreachable, match="gave nothing for 1 seconds"):  # it knows nobody
            impatient.download(held.key, held.version_id, tmp_path / "dest")
        ask(Node(second.api), "swarm/connect", first.address)
        here.download(held.key, held.version_id, tmp_path / "dest")
        assert (tmp_path / "dest").read_bytes() == data
        assert not here.exists(held.key, held.version_id)  # it is a guest there, not kept
        assert here.upload(tmp_path / "dest", held.key) == held
        assert here.exists(held.key, held.version_id)

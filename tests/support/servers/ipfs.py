"""A real IPFS node that speaks Kubo's RPC: Kubo itself where it is, js-ipfs from npm where not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.servers import js_ipfs, kubo


class IpfsNode(NamedTuple):
    """api: the address of its RPC; address: where peers reach it, empty where none can."""

    api: str
    address: str


@contextmanager
def running(repo: Path, *, offline: bool) -> Iterator[IpfsNode]:
    """A node as long as the block. offline: what it has not, it does not look for."""
    kind = kubo if kubo.program() else js_ipfs
    with kind.running(repo, offline=offline) as (port, address):
        yield IpfsNode(f"http://127.0.0.1:{port}", address)

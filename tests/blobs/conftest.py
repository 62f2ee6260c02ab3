"""Servers of stores: started once by a process that runs tests, and only when one is asked for."""

from collections.abc import Iterator

import pytest

from tests.support.servers import ipfs


@pytest.fixture(scope="session")
def ipfs_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ipfs.IpfsNode]:
    with ipfs.running(tmp_path_factory.mktemp("ipfs") / "repo", offline=True) as node:
        yield node

"""Contents of a repository go to an IPFS node, as settings say, and come back from it."""

from pathlib import Path

from git_anvcs.blobs.cid import cid_of
from git_anvcs.flows.blobs import fetching, pins, uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
from tests.support.blobs import cache_of, planted
from tests.support.sandbox import Sandbox
from tests.support.servers.between import Handler, between
from tests.support.servers.ipfs import IpfsNode

DATA = b"through a node " * 99


def test_a_content_goes_to_the_node_that_settings_name_and_comes_back(
    ipfs_node: IpfsNode, tmp_path: Path
) -> None:
    seen = set()

    def looks(handler: Handler) -> None:
        seen.add(handler.headers["Authorization"])
        handler.reply(*handler.passed_on())

    with between(ipfs_node.api, looks) as server:
        settings = {
            "ANVCS_STORAGE_MODE": "remote",
            "ANVCS_STORAGE_PRIMARY": "ipfs",
            "ANVCS_ADAPTERS_IPFS_API": server.url,
            "ANVCS_ADAPTERS_IPFS_KEY_ENV": "NODE_TOKEN",
            "NODE_TOKEN": "t0ken",
        }
        clone = Sandbox(tmp_path, **settings)
        (pointer,) = planted(clone, {"a.bin": DATA}).values()
        repo = Repo.discover(clone.root)
        with opened(repo, clone.env) as here:
            (sent,) = uploading.send(here, uploading.enqueue(here, [pointer]))
        assert sent.problem is None
        (pin,) = pins.Notes(repo).of(pointer)
        assert (pin.storage, pin.version_id) == ("ipfs", cid_of([DATA]))
        cache_of(clone).place(pointer.oid).unlink()
        (found,) = fetching.fetch(repo, clone.env, [pointer], lambda *_: None)
    assert found.problem is None
    assert cache_of(clone).whole(pointer.oid)
    assert seen == {"Bearer t0ken"}

"""js-ipfs with its own HTTP server, from npm: where there is no Kubo.

It is no longer made, but its RPC is the same project's, as are its chunks, pins and peers: what a
client says to one it says to the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import shutil
import subprocess

import pytest

HERE = Path(__file__).with_name("ipfs_node")


@contextmanager
def running(repo: Path, *, offline: bool) -> Iterator[tuple[int, str]]:
    """(port of its RPC, where peers reach it or nothing) of a node, as long as the block."""
    if not (HERE / "node_modules").is_dir() or not shutil.which("node"):
        missing = "no IPFS node is installed: (cd tests/support/servers/ipfs_node && npm ci)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    words = ["node", "node.mjs", str(repo), *(["offline"] if offline else [])]
    said = repo.with_suffix(".log")
    with (
        said.open("wb") as log,
        subprocess.Popen(
            words, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        ) as process,
    ):
        assert process.stdin
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line, said.read_text(errors="replace")
            facts = json.loads(line)
            yield facts["api"], facts["address"] or ""
        finally:
            process.stdin.close()  # it ends then, also when this process is killed
            process.wait(20)

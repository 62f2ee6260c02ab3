"""Kubo, the program that most IPFS nodes are: one that somebody has, or that .ci/kubo has built."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import queue
import shutil
import subprocess
import threading

from git_anvcs.blobs.kubo import Node, ask
from tests.support.servers import ending

PROGRAM = "ANVCS_TEST_IPFS"  # names the program, or is `js-ipfs`
BUILT = Path(__file__).with_name("kubo_node") / "ipfs"
_PATIENCE = 60.0
_READY = b"Daemon is ready"
# Beyond what its own profile `test` does: nothing on other devices, and nothing said to anybody.
_QUIET = {
    "Addresses.Gateway": [],
    "Routing.Type": "none",
    "Provide.Enabled": False,
    "HTTPRetrieval.Enabled": False,
    "Swarm.RelayClient.Enabled": False,
    "Swarm.RelayService.Enabled": False,
    "Swarm.EnableHolePunching": False,
    "Plugins.Plugins": {"telemetry": {"Disabled": True}},
}


def program() -> str | None:
    """The program `ipfs`: what the variable names, what was built for us, or what is on PATH."""
    named = os.environ.get(PROGRAM)
    if named:
        return None if named == "js-ipfs" else named
    return str(BUILT) if BUILT.is_file() else shutil.which("ipfs")


@contextmanager
def running(repo: Path, *, offline: bool) -> Iterator[tuple[int, str]]:
    """(port of its RPC, where peers reach it or nothing) of a node, as long as the block."""
    ipfs = program()
    assert ipfs
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(repo.parent),
        "IPFS_PATH": str(repo),
        "IPFS_TELEMETRY": "off",
        "GOMEMLIMIT": "512MiB",
    }
    making = [ipfs, "init", "--empty-repo", "--profile=test"]
    subprocess.run(making, env=env, check=True, capture_output=True)
    _keep_quiet(repo / "config")
    daemon = [ipfs, "daemon", "--migrate=false", *(["--offline"] if offline else [])]
    said = repo.with_suffix(".log")
    with (
        said.open("wb") as log,
        subprocess.Popen(
            [*ending.with_us(), *daemon],
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            assert _ready(process), said.read_text(errors="replace")
            yield _where(repo, offline)
        finally:
            ending.killed(process)


def _keep_quiet(file: Path) -> None:
    config = json.loads(file.read_text())
    for name, value in _QUIET.items():
        *sections, last = name.split(".")
        place = config
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = value
    file.write_text(json.dumps(config))


def _ready(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it says before long that it is; what it says later is read and forgotten."""
    told: queue.Queue[bool] = queue.Queue()

    def reads() -> None:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(_READY):
                told.put(True)
        told.put(False)

    threading.Thread(target=reads, daemon=True).start()
    try:
        return told.get(timeout=_PATIENCE)
    except queue.Empty:
        return False


def _where(repo: Path, offline: bool) -> tuple[int, str]:
    port = int((repo / "api").read_text().strip().rpartition("/")[2])
    if offline:
        return port, ""
    addresses = ask(Node(f"http://127.0.0.1:{port}"), "id")["Addresses"]
    assert all(address.startswith("/ip4/127.0.0.1/tcp/") for address in addresses), addresses
    return port, str(addresses[0])

"""A checkout of many small files whose contents are in a store, 20 ms away, beside git-lfs.

Both fetch the same objects from the same SeaweedFS, through a relay that hands on every byte after
half of the round trip. git-lfs needs a server that knows its API: here one that answers with
presigned URLs of that SeaweedFS, behind a relay too. Every clone is new, so that nothing is in a
cache.

    python -m benchmarks.blobs_cold --git-lfs ~/go/bin/git-lfs
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import multiprocessing
import os
from pathlib import Path
import shutil
import tempfile
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from benchmarks import blobs_relay
from benchmarks.blobs_files import written
from benchmarks.blobs_sides import (
    HEAD,
    OURS,
    Cost,
    Side,
    git,
    repository,
    row,
    sides,
    timed,
    turns,
    where,
)
from git_anvcs.blobs.store import key_of
from tests.support.servers import certificate, identity, seaweed

_BUCKET = "benchmark"


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--files", type=int, default=2000, help="of --kilobytes each")
    parser.add_argument("--kilobytes", type=int, default=64)
    parser.add_argument("--round-trip", type=float, default=20.0, help="milliseconds")
    parser.add_argument("--git-lfs", default="", help="the program, if it is not on PATH")
    parser.add_argument("--folder", help="where to work")
    args = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="anvcs-cold-", dir=args.folder) as name,
        ExitStack() as s,
    ):
        folder = Path(name)
        issuer, tls = s.enter_context(identity.serving()), certificate.made(folder)
        server = s.enter_context(seaweed.serving(folder, issuer, tls))
        store = s.enter_context(relayed(server.url, args.round_trip))
        api = s.enter_context(relayed(s.enter_context(lfs_api(store)), args.round_trip))
        both = told(sides(folder, args.git_lfs), store, api)
        sources = [written(folder / f"{n}.bin", args.kilobytes << 10) for n in range(args.files)]
        server.bucket(_BUCKET)
        stored(server.client, sources)
        for side in both:
            origin(side, folder / f"origin-{side.name}", sources)
        print(f"{where(both, args.runs)}\n\n{HEAD}", flush=True)
        title = f"{args.files} of {args.kilobytes} KiB, nothing here, {args.round_trip:.0f} ms"
        found = turns(both, args.runs, lambda side, turn: cold(side, folder, turn, sources))
        print(row(title, found, 0.5), flush=True)


def cold(side: Side, folder: Path, turn: int, sources: Sequence[Path]) -> Cost:
    """A new clone, of which only the checkout is timed."""
    root = folder / f"{side.name}-{turn}"
    wiring = [word for key, value in side.wiring for word in ("-c", f"{key}={value}")]
    source = folder / f"origin-{side.name}"
    git(side, folder, "clone", "-q", "--no-checkout", *wiring, str(source), str(root))
    cost = timed(side, root, "checkout", "-q", "full")
    wrong = [one.name for one in sources if (root / one.name).read_bytes() != one.read_bytes()]
    assert not wrong, f"{side.name} did not bring {len(wrong)} files, {wrong[:3]}"
    shutil.rmtree(root)
    return cost


def told(both: tuple[Side, Side], store: str, api: str) -> tuple[Side, Side]:
    """Each side knows where its contents are."""
    ours, lfs = both
    home = Path(ours.env["HOME"])
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(
        f"[near]\naws_access_key_id = {seaweed.ACCESS}\naws_secret_access_key = {seaweed.SECRET}\n"
    )
    settings = {
        "ANVCS_STORAGE_MODE": "remote",
        "ANVCS_STORAGE_PRIMARY": "s3",
        "ANVCS_ADAPTERS_S3_BUCKET": _BUCKET,
        "ANVCS_ADAPTERS_S3_ENDPOINT_URL": store,
        "ANVCS_ADAPTERS_S3_PROFILE": "near",
    }
    wiring = (*lfs.wiring, ("lfs.url", api), ("lfs.locksverify", "false"))
    return ours._replace(env={**ours.env, **settings}), lfs._replace(wiring=wiring)


def stored(client: Any, sources: Sequence[Path]) -> None:
    """Put the contents where both look for them."""

    def put(path: Path) -> None:
        data = path.read_bytes()
        client.put_object(Bucket=_BUCKET, Key=key_of(sha256(data).hexdigest()), Body=data)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, sources))


def origin(side: Side, root: Path, sources: Sequence[Path]) -> None:
    """A repository that has the pointers, and is cloned from."""
    repository(side, root)
    git(side, root, "switch", "-q", "-c", "full")
    for source in sources:
        os.link(source, root / source.name)
    git(side, root, "add", ".")
    git(side, root, "commit", "-q", "-m", "full")
    shutil.rmtree(root / ".git" / ("anvcs" if side.name == OURS else "lfs"))


@contextmanager
def relayed(url: str, round_trip: float) -> Iterator[str]:
    """The same server, further away: a relay in a process of its own."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(
        target=blobs_relay.serve,
        args=(parts.hostname, parts.port, round_trip / 2000, there),
        daemon=True,
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


@contextmanager
def lfs_api(store: str) -> Iterator[str]:
    """The batch API of git-lfs, which sends everybody to the store by presigned URLs."""
    client = seaweed.client(store)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            objects = [_action(client, one) for one in asked["objects"]]
            said = {"transfer": "basic", "hash_algo": "sha256", "objects": objects}
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.git-lfs+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _action(client: Any, one: dict[str, Any]) -> dict[str, Any]:
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": _BUCKET, "Key": key_of(one["oid"])}
    )
    return {**one, "authenticated": True, "actions": {"download": {"href": url}}}


if __name__ == "__main__":
    main()

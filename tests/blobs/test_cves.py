"""What went wrong in other tools for large files, one test for each: none of it happens here."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
import shutil
import socket
from threading import Thread

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.errors import Refused
from git_anvcs.blobs.pointer import Pointer, parse, text
from git_anvcs.blobs.s3.place import Bucket, checked
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import nfs
from git_anvcs.kernel import settings
from tests.support.blobs import ATTRIBUTES, cache_of, planted, store_at, wire
from tests.support.sandbox import Sandbox

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"  # noqa: S105 - the example of the documentation of AWS
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
SETTINGS = "ai-vcs.config.yaml"


def pointer_to(content: bytes) -> Pointer:
    return Pointer(sha256(content).hexdigest(), len(content))


@pytest.fixture
def wired(tmp_path: Path) -> Sandbox:
    """A repository with the filter and a store that others can read."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wire(made)
    return made


def stored(repo: Sandbox, content: bytes) -> Pointer:
    """A content that only the store has."""
    (repo.base / "sent").write_bytes(content)
    pointer = pointer_to(content)
    nfs.store(repo.base / "mount").upload(repo.base / "sent", key_of(pointer.oid))
    return pointer


class Listener:
    """A server that says nothing, and remembers what it was sent."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.heard: list[bytes] = []
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._socket.accept()
                with caller:
                    caller.settimeout(5)
                    self.heard.append(caller.recv(1 << 16))

    def close(self) -> None:
        self._socket.close()


@contextmanager
def listening() -> Iterator[Listener]:
    server = Listener()
    try:
        yield server
    finally:
        server.close()


def test_a_repository_that_names_its_own_server_is_sent_nothing(tmp_path: Path) -> None:
    """CVE-2018-10859, gitnado: credentials go to no server that a repository names."""
    repo = Sandbox(tmp_path, **KEYS, AWS_EC2_METADATA_DISABLED="true")
    wire(repo)
    with listening() as server:
        repo.write(
            SETTINGS,
            "storage: {mode: hybrid, primary: s3, fallback: ipfs}\n"
            f"adapters:\n  s3: {{bucket: theirs, endpoint_url: '{server.url}', allow_http: true,"
            " credentials: ambient}\n"
            f"  ipfs: {{api: '{server.url}', key_env: AWS_SECRET_ACCESS_KEY}}\n"
            f"remotes: ['{server.url}/x.git']\n",
        )
        # Nothing of ours listens where a node of IPFS would.
        repo.env["ANVCS_ADAPTERS_IPFS_API"] = "http://127.0.0.1:9"
        repo.anvcs("init", "--agents", "none", "--yes")
        repo.commit("one", {"a.bin": b"content"})
        shutil.rmtree(cache_of(repo).root / pointer_to(b"content").oid[:2])
        (repo.root / "a.bin").unlink()
        assert repo.run("git", "checkout", "-q", "a.bin").returncode == 0
        for words in ("pull", "push --all", "verify", "url a.bin", "doctor", "fetch"):
            repo.run("git-ai-blob", *words.split())
        assert server.heard == []
        repo.anvcs("trust", "approve")
        repo.run("git-ai-blob", "pull")
        assert server.heard, "approved, it is asked: the test would have heard it"


def test_credentials_of_the_environment_go_to_no_other_server(tmp_path: Path) -> None:
    """gitnado: credentials are bound to the server that they were given for."""
    with listening() as server:
        repo = Sandbox(
            tmp_path,
            **KEYS,
            ANVCS_STORAGE_MODE="remote",
            ANVCS_STORAGE_PRIMARY="s3",
            ANVCS_ADAPTERS_S3_BUCKET="mine",
            ANVCS_ADAPTERS_S3_ENDPOINT_URL=server.url,
        )
        planted(repo, {"a.bin": b"content"})
        repo.commit("one")
        done = repo.run("git-ai-blob", "push", "--all")
        assert done.returncode == 1
        assert "no credentials" in done.stderr
        assert SECRET not in done.stdout + done.stderr
        assert server.heard == []


def test_no_value_becomes_an_option(wired: Sandbox) -> None:
    """git-lfs 2.1.1 (`-oProxyCommand`), CVE-2017-12976."""
    marker = wired.base / "owned"
    names = ("--upload-pack=touch owned.bin", "-oProxyCommand=touch owned.bin", "--help.bin")
    pointer = stored(wired, b"content")
    for name in names:
        wired.write(name, text(pointer))
    wired.write(SETTINGS, f"remotes: ['--upload-pack=touch {marker}']\n")
    wired.commit("one")
    wired.run("git-ai-blob", "pull", "--", *names)
    wired.anvcs("trust", "approve")
    wired.run("git-ai-blob", "push", "--all")
    assert not marker.exists()
    assert not (wired.root / "owned.bin").exists()
    assert [(wired.root / name).read_bytes() for name in names] == [b"content"] * 3
    assert parse(text(pointer) + b"storage -x\n") is None
    assert parse(text(pointer) + b"key -x\n") is None


def test_no_program_of_the_worktree_is_started(wired: Sandbox) -> None:
    """CVE-2020-27955, CVE-2021-21237, CVE-2022-24826."""
    pointer = stored(wired, b"content")
    wired.commit("one", {"a.bin": text(pointer)})
    marker = wired.base / "owned"
    for name in ("git", "git-ai-blob", "python", "python3", "sh", "rm"):
        wired.write(name, f"#!/bin/sh\ntouch {marker}\n").chmod(0o755)
    for name in ("json", "sitecustomize", "sqlite3", "boto3", "git_anvcs/__init__"):
        wired.write(f"{name}.py", f"open({str(marker)!r}, 'w')\n")
    (wired.root / "a.bin").unlink()
    wired.git("checkout", "-q", "a.bin")
    wired.write("a.bin", b"other")
    wired.git("diff")
    wired.git("add", "a.bin")
    for words in ("status", "push", "verify", "describe a.bin"):
        assert wired.run("git-ai-blob", *words.split()).returncode in (0, 1)
    assert not marker.exists()


def test_delayed_files_go_through_no_link(wired: Sandbox) -> None:
    """CVE-2021-21300: a link and a folder whose names differ by case, and files that come late."""
    pointer = stored(wired, b"#!/bin/sh\nfalse\n")
    wired.write("A/post-checkout.bin", text(pointer))
    (wired.root / "a").symlink_to(".git/hooks")
    wired.commit("one")
    wired.git("clone", "-q", str(wired.root), str(wired.base / "clone"))
    assert (wired.base / "clone/A/post-checkout.bin").read_bytes() == b"#!/bin/sh\nfalse\n"
    assert not (wired.base / "clone/.git/hooks/post-checkout.bin").exists()


@pytest.mark.parametrize("value", ["x\r\ny", "x\ny", "x%0d%0ay", "x\x1by"])
def test_no_value_holds_a_line_end(value: str) -> None:
    """CVE-2024-53263: control characters, also when they are spelt otherwise."""
    line = text(pointer_to(b"content"))
    assert parse(line + f"storage {value}\n".encode()) is None
    assert parse(line + f"version_id {value}\n".encode()) is None
    for words in ({"endpoint_url": f"https://example.org/{value}"}, {"region": value}):
        with pytest.raises(Refused):
            checked(Bucket("bucket", profile="tests")._replace(**words))


def test_nothing_is_written_through_links_or_into_a_bare_repository(wired: Sandbox) -> None:
    """CVE-2025-26625."""
    pointer = stored(wired, b"content")
    wired.commit("one", {"sub/a.bin": text(pointer), "b.bin": text(pointer)})
    outside = wired.base / "outside"
    outside.mkdir()
    (outside / "a.bin").write_bytes(text(pointer))
    shutil.rmtree(wired.root / "sub")
    (wired.root / "sub").symlink_to(outside)
    (wired.root / "b.bin").unlink()
    (outside / "b.bin").write_bytes(text(pointer))
    (wired.root / "b.bin").hardlink_to(outside / "b.bin")
    wired.run("git-ai-blob", "pull")
    assert (outside / "a.bin").read_bytes() == (outside / "b.bin").read_bytes() == text(pointer)
    assert (wired.root / "b.bin").read_bytes() == b"content"
    bare = wired.base / "bare.git"
    wired.git("clone", "-q", "--bare", str(wired.root), str(bare))
    wired.git("read-tree", "HEAD", cwd=bare)
    (bare / "b.bin").write_bytes(text(pointer))
    wired.run("git-ai-blob", "pull", cwd=bare)
    assert (bare / "b.bin").read_bytes() == text(pointer)


def test_a_pointer_reads_no_other_file(wired: Sandbox) -> None:
    """CVE-2018-10857: what it names is shown only where its bytes are those that it names."""
    secret = b"of somebody else"
    held = nfs.store(wired.base / "mount").upload(wired.write("x", secret), "team/secret")
    named = [
        Pointer("0" * 64, len(secret), "nfs", "team/secret", held.version_id),
        Pointer("1" * 64, len(secret), "nfs", "etc/passwd"),
        Pointer("2" * 64, len(secret), "elsewhere", "x"),
    ]
    wired.commit("one", {f"{at}.bin": text(one) for at, one in enumerate(named)})
    assert wired.run("git-ai-blob", "pull").returncode != 0
    for at, one in enumerate(named):
        assert (wired.root / f"{at}.bin").read_bytes() == text(one)
        assert not cache_of(wired).has(one.oid)
    for key in ("../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "a//b"):
        assert parse(text(pointer_to(b"x")) + f"key {key}\n".encode()) is None, key


@pytest.mark.parametrize(
    "line",
    [
        f"secret_access_key: {SECRET}",
        f"token: {SECRET}",
        f"endpoint_url: 'https://me:{SECRET}@example.org'",
    ],
)
def test_credentials_in_the_repository_are_refused_and_not_told(wired: Sandbox, line: str) -> None:
    """CVE-2014-6274, lfs#2149."""
    wired.write(SETTINGS, f"adapters:\n  s3:\n    bucket: theirs\n    {line}\n")
    wired.env["ANVCS_STORAGE_PRIMARY"] = "s3"
    wired.run("git-anvcs", "trust", "approve")
    done = wired.run("git-ai-blob", "doctor")
    assert done.returncode != 0
    assert SECRET not in done.stdout + done.stderr


def test_what_a_repository_may_set_stays_a_short_list() -> None:
    """lfs#3204: what is added to adapters or blobs is approved first, or stands here.

    fetch_include and fetch_exclude only leave files as pointers, and `status` names those.
    """
    free = {n for n, key in settings.known().items() if not key.asks("x") and not key.asks(True)}
    assert {name for name in free if name.startswith(("adapters.", "blobs.", "storage."))} == {
        "adapters.s3.use_presigned",
        "blobs.commit_seconds",
        "blobs.compress",
        "blobs.fetch_exclude",
        "blobs.fetch_include",
        "blobs.track",
        "blobs.upload_on_commit",
        "storage.fallback",
        "storage.mode",
        "storage.primary",
    }


def test_a_hostile_size_is_content_or_a_file_that_is_not_here(wired: Sandbox) -> None:
    """A pointer is at most what a file can be, and the largest of them harms nobody."""
    wired.write(".gitattributes", ATTRIBUTES)
    largest = text(Pointer("0" * 64, pointers.LARGEST))
    wired.commit("one", {"a.bin": largest})
    (wired.root / "a.bin").unlink()
    done = wired.run("git", "checkout", "-q", "a.bin")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert (wired.root / "a.bin").read_bytes() == largest
    assert wired.run("git-ai-blob", "pull").returncode == 1

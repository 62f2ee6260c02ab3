"""The stores that a repository's settings describe, once somebody here has approved them."""

from pathlib import Path

import pytest

from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs.stores_here import StoresHere, stores_here
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import settings as words
from git_anvcs.kernel.errors import UsageError
from tests.blobs.test_stores import file_of, got, oid_of
from tests.support.sandbox import Sandbox

FILE = "ai-vcs.config.yaml"


def here(repo: Sandbox, **env: str) -> StoresHere:
    return stores_here(Repo.discover(repo.root), {"HOME": str(repo.home), **env})


def test_blobs_stay_with_the_user_when_nothing_is_set(repo: Sandbox, tmp_path: Path) -> None:
    found = here(repo)
    assert (found.mode, found.writes, found.reads) == ("local", ("local",), ("local",))
    held = found.store("local").upload(file_of(tmp_path, b"x"), key_of(oid_of(b"x")))
    assert (repo.home / ".local/share/git-anvcs/blobs/blobs" / held.key).read_bytes() == b"x"
    other = here(repo, XDG_DATA_HOME=str(tmp_path / "data"))
    assert not other.store("local").exists(held.key)


@pytest.mark.parametrize(
    ("storage", "writes"),
    [
        ("{mode: hybrid, primary: s3, fallback: nfs}", ("nfs", "s3")),
        ("{mode: hybrid, primary: s3, fallback: s3}", ("s3",)),
        ("{mode: remote, primary: nfs, fallback: local}", ("nfs",)),
        ("{mode: local, primary: s3}", ("local",)),
    ],
)
def test_the_mode_says_where_blobs_go(repo: Sandbox, storage: str, writes: tuple[str]) -> None:
    repo.write(FILE, f"storage: {storage}\n")
    assert here(repo).writes == writes


def test_a_repository_names_no_folder_and_no_server_until_it_is_approved(
    repo: Sandbox, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "anvcs-blobs").touch()
    repo.write(FILE, f"adapters: {{nfs: {{path: {shared}}}, s3: {{bucket: theirs}}}}\n")
    for alias in ("nfs", "s3"):
        with pytest.raises(UsageError, match="is not set") as told:
            here(repo).store(alias)
        assert "trust approve" in told.value.hint
    repo.anvcs("trust", "approve")
    nfs = here(repo).store("nfs")
    held = nfs.upload(file_of(tmp_path, b"x"), key_of(oid_of(b"x")))
    assert got(nfs, held.key, held.version_id, tmp_path) == b"x"
    assert here(repo).bucket().bucket == "theirs"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("adapters.nfs.path", "relative/folder", UsageError),
        ("adapters.s3.bucket", "../x", UsageError),
        ("adapters.s3.bucket", "", UsageError),
    ],
)
def test_a_setting_that_cannot_be_is_told(
    repo: Sandbox, name: str, value: str, error: type[Exception]
) -> None:
    repo.git("config", f"anvcs.{name}", value)
    with pytest.raises(error):
        here(repo).store(name.split(".")[1])
    with pytest.raises(UsageError, match="there is no store"):
        here(repo).store("elsewhere")


# What a repository may say by itself: how its files are called and how its users work. Where the
# contents then go is a place that the user named; a value that is not here must ask.
HARMLESS = {
    "storage.mode": ["local", "hybrid", "remote"],
    "storage.primary": ["local", "nfs", "s3"],
    "storage.fallback": ["local", "nfs", "s3"],
    "adapters.s3.use_presigned": [True, False],
    "blobs.fetch_include": [["*"]],
    "blobs.fetch_exclude": [["*"]],
    "blobs.track": [["*"]],
    "blobs.upload_on_commit": [True, False],
    "blobs.commit_seconds": [0, 3600],
    "blobs.compress": [True, False],
}


def test_a_repository_sends_contents_nowhere_that_the_user_did_not_name() -> None:
    """Every value of every setting of large files: harmless and named here, or it asks."""
    for name, key in words.known().items():
        if name.split(".")[0] not in ("storage", "adapters", "blobs"):
            continue
        ends = [key.spec.get("minimum"), key.spec.get("maximum")]
        values = {"boolean": [True, False], "number": ends, "array": [["*"]]}.get(
            key.kind, key.spec.get("enum", ["${HOME}", "x"])
        )
        for value in values:
            quiet = value == key.spec["default"] or value in HARMLESS.get(name, [])
            assert bool(key.asks(value)) is not quiet, (name, value)


@pytest.mark.parametrize("storage", ["mode: remote, primary: ipfs", "mode: hybrid, fallback: ipfs"])
def test_a_repository_publishes_nothing_until_it_is_approved(repo: Sandbox, storage: str) -> None:
    repo.write(FILE, f"storage: {{{storage}}}\n")
    found = here(repo)
    assert "ipfs" in found.writes
    with pytest.raises(UsageError, match="approved") as told:
        found.store("ipfs")
    assert "trust approve" in told.value.hint
    repo.anvcs("trust", "approve")
    assert here(repo).store("ipfs").alias == "ipfs"
    repo.anvcs("trust", "revoke")
    name = "primary" if "primary" in storage else "fallback"
    repo.git("config", f"anvcs.storage.{name}", "ipfs")
    assert here(repo).store("ipfs").alias == "ipfs"
    repo.git("config", f"anvcs.storage.{name}", "local")
    assert "ipfs" not in here(repo).writes

"""What DVC tracks becomes large files of ours, in one commit. The layout is DVC's, by hand."""

import hashlib
import json
from typing import Any

import pytest

from git_anvcs.blobs import pointer
from tests.support.blobs import cache_of, wire
from tests.support.sandbox import Sandbox

MODEL, ONE, TWO, TEXT = b"\0model" * 50, b"one", b"two\n", b"a,b\r\n1,2\r\n"


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def cached(repo: Sandbox, data: bytes, *, digest: str = "", version: int = 3) -> str:
    """Put it where DVC's cache has it; its MD5."""
    found = digest or md5(data)
    layout = "files/md5/" if version == 3 else ""
    repo.write(f".dvc/cache/{layout}{found[:2]}/{found[2:]}", data)
    return found


@pytest.fixture
def tracked(repo: Sandbox) -> Sandbox:
    """A model, a folder, an output of a stage and a text of DVC 2; the model is checked out."""
    wire(repo)
    listed = [{"md5": cached(repo, ONE), "relpath": "x/one"}]
    listed += [{"md5": cached(repo, TWO), "relpath": "two [1].txt"}]
    data = json.dumps(listed).encode()
    folder = cached(repo, data, digest=f"{md5(data)}.dir")
    old = cached(repo, TEXT, digest=md5(TEXT.replace(b"\r\n", b"\n")), version=2)
    stage = cached(repo, b"made")
    row = f"- md5: {cached(repo, MODEL)}\n  size: {len(MODEL)}\n  hash: md5\n  isexec: true\n"
    files = {
        ".dvc/config": "[core]\n    remote = s3\n",
        ".dvc/.gitignore": "/cache\n/config.local\n",
        "models/m.bin.dvc": f"outs:\n{row}  path: m.bin\n",
        "models/.gitignore": "/m.bin\n",
        "data.dvc": f"outs:\n- md5: {folder}\n  nfiles: 2\n  hash: md5\n  path: data\n",
        "old.csv.dvc": f"outs:\n- md5: {old}\n  path: old.csv\n",
        ".gitignore": "*.pyc\n/data\n/old.csv\n/out\n",
        "dvc.yaml": "stages:\n  make:\n    cmd: make\n    outs:\n    - out\n",
        "dvc.lock": "schema: '2.0'\nstages:\n  make:\n    cmd: make\n    outs:\n"
        f"    - path: out\n      hash: md5\n      md5: {stage}\n      size: 4\n",
    }
    repo.commit("tracked by DVC", files)
    repo.write("models/m.bin", MODEL).chmod(0o755)
    return repo


def bring(repo: Sandbox, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        repo.ok("git-ai-blob", "migrate", "from-dvc", "--json", *words)
    )
    return found


def test_everything_is_taken_over_in_one_commit(tracked: Sandbox) -> None:
    old = tracked.git("rev-parse", "HEAD").strip()
    assert bring(tracked, "--dry-run")["commit"] == ""
    assert tracked.git("rev-parse", "HEAD").strip() == old
    facts = bring(tracked)
    assert tracked.git("rev-list", "--parents", "-1", "HEAD").split() == [facts["commit"], old]
    expected = {
        "models/m.bin": MODEL,
        "data/x/one": ONE,
        "data/two [1].txt": TWO,
        "old.csv": TEXT,
        "out": b"made",
    }
    assert facts["files"] == {name: len(data) for name, data in expected.items()}
    for name, data in expected.items():
        assert (tracked.root / name).read_bytes() == data
        found = pointer.parse(tracked.git("cat-file", "blob", f"HEAD:{name}").encode())
        assert found
        assert cache_of(tracked).whole(found.oid)
    assert tracked.git("ls-files", "*.dvc", "models/.gitignore") == ""
    assert tracked.read(".gitignore") == "*.pyc\n"
    assert facts["left"] == ["dvc.lock"]
    assert tracked.git("ls-files", "-s", "models/m.bin").startswith("100755")
    assert tracked.git("status", "--porcelain") == ""
    tracked.ok("git-ai-blob", "migrate", "undo")
    assert tracked.git("rev-parse", "HEAD").strip() == old


def test_a_file_that_was_edited_since_is_not_overwritten(tracked: Sandbox) -> None:
    tracked.write("models/m.bin", b"edited")
    done = tracked.run("git-ai-blob", "migrate", "from-dvc")
    assert (done.returncode, "models/m.bin" in done.stderr) == (3, True)
    assert (tracked.root / "models/m.bin").read_bytes() == b"edited"


def test_an_output_whose_bytes_are_not_here_stays_with_dvc(tracked: Sandbox) -> None:
    found = md5(ONE)
    tracked.write(f".dvc/cache/files/md5/{found[:2]}/{found[2:]}", b"0ne")
    assert tracked.run("git-ai-blob", "migrate", "from-dvc").returncode == 1
    done = tracked.run("git-ai-blob", "migrate", "from-dvc", "--allow-missing", "--json")
    assert (done.returncode, json.loads(done.stdout)["missing"]) == (4, ["data"])
    assert tracked.git("ls-files", "*.dvc") == "data.dvc\n"
    assert tracked.read(".gitignore") == "*.pyc\n/data\n"


def test_a_path_that_leads_out_is_not_taken(repo: Sandbox) -> None:
    wire(repo)
    row = f"outs:\n- md5: {cached(repo, MODEL)}\n  hash: md5\n  path: ../out\n"
    repo.commit("hostile", {"a.dvc": row, "b.dvc": row.replace("../out", ".git/hooks/x")})
    done = repo.run("git-ai-blob", "migrate", "from-dvc")
    assert (done.returncode, "tracks nothing" in done.stderr) == (2, True)


def test_a_link_into_the_cache_of_dvc_becomes_a_file_and_an_untracked_one_stays(
    tracked: Sandbox,
) -> None:
    model = tracked.root / "models/m.bin"
    found = md5(MODEL)
    kept = tracked.root / f".dvc/cache/files/md5/{found[:2]}/{found[2:]}"
    model.unlink()
    model.symlink_to(kept)
    tracked.write("old.csv", TEXT)
    inode = (tracked.root / "old.csv").stat().st_ino
    bring(tracked)
    assert (model.is_symlink(), model.read_bytes(), kept.read_bytes()) == (False, MODEL, MODEL)
    assert (tracked.root / "old.csv").stat().st_ino == inode
    assert tracked.git("status", "--porcelain", "-uno") == ""

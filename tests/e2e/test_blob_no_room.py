"""A disk that is full, or read-only, where large files are: a sentence, nothing lost, go on."""

from hashlib import sha256
from pathlib import Path

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.store import key_of
from tests.support.blobs import ATTRIBUTES, store_at, wire
from tests.support.small_disk import OnSmallDisk, on_small_disk

ONE, TWO = b"one" * 300_000, b"two" * 500_000
NEW = ONE[::-1]
LARGE = b"large" * (2 << 20)  # is written when Git has ended


def sent(box: OnSmallDisk, files: dict[str, bytes]) -> None:
    """Committed and in the store."""
    wire(box)
    for name, content in {**files, "plain.txt": b"text\n", ".gitignore": b"/filling\n"}.items():
        box.seen(box.root / name).write_bytes(content)
    box.seen(box.root / ".gitattributes").write_text(ATTRIBUTES)
    box.git("add", "-A")
    box.git("commit", "-q", "-m", "first")
    box.ok("git-ai-blob", "push", "--all")


def cached(box: OnSmallDisk, content: bytes) -> Path:
    oid = sha256(content).hexdigest()
    return box.seen(box.root / ".git/anvcs/blobs" / oid[:2] / oid[2:4] / oid)


def test_where_the_git_folder_is_full_nothing_is_lost_and_git_goes_on(tmp_path: Path) -> None:
    with on_small_disk(tmp_path, tmp_path / "repo/.git", 6, **store_at(tmp_path / "mount")) as box:
        box.git("init", "-q", "-b", "main")
        sent(box, {"one.bin": ONE, "two.bin": TWO})
        (box.root / "one.bin").unlink()
        cached(box, ONE).unlink()
        box.write("new.bin", NEW)
        before = "?? new.bin\n"
        fails_with_words(box, before)
        box.grow()
        assert box.git("status", "--porcelain") == before
        goes_on(box)


def fails_with_words(box: OnSmallDisk, before: str) -> None:
    """There is room for little, for less, for nothing."""
    box.fill(left=200_000)
    done = box.run("git", "add", "new.bin")
    assert done.returncode == 128
    assert "new.bin was not added: cannot write" in done.stderr
    assert "No space left on device" in done.stderr
    assert box.git("status", "--porcelain") == f" D one.bin\n{before}"
    assert (box.root / "new.bin").read_bytes() == NEW

    done = box.run("git", "checkout", "-q", "--", "one.bin")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "one.bin stays a pointer" in done.stderr
    assert "No space left on device" in done.stderr
    assert pointers.parse((box.root / "one.bin").read_bytes())
    assert box.git("status", "--porcelain") == before

    for left in (20_000, 0):  # not even for what is noted
        box.fill(left=left)
        (box.root / "two.bin").touch()
        done = box.run("git", "--no-optional-locks", "status", "--porcelain")
        assert (done.returncode, done.stdout) == (0, before), done.stderr
        for words in (("fetch",), ("push", "--all"), ("pull",)):
            done = box.run("git-ai-blob", *words)
            assert done.returncode in (0, 1, 5), done
            assert "Traceback" not in done.stderr
        assert "cannot write" in done.stderr


def goes_on(box: OnSmallDisk) -> None:
    box.ok("git-ai-blob", "pull")
    assert (box.root / "one.bin").read_bytes() == ONE
    box.git("add", "-A")
    box.git("commit", "-q", "-m", "second")
    box.ok("git-ai-blob", "push")
    assert (box.base / "mount/blobs" / key_of(sha256(NEW).hexdigest())).read_bytes() == NEW
    box.ok("git-ai-blob", "fsck", "--remote")
    assert box.git("status", "--porcelain") == ""


def test_a_download_that_filled_the_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    place = tmp_path / "repo/.git"
    with on_small_disk(tmp_path, place, 14, **store_at(tmp_path / "mount")) as box:
        box.git("init", "-q", "-b", "main")
        sent(box, {"large.bin": LARGE})
        cached(box, LARGE).unlink()
        box.fill(left=4 << 20)
        done = box.run("git-ai-blob", "fetch")
        assert "No space left on device" in done.stderr
        assert "goes on" in done.stderr
        (draft,) = box.seen(place / "anvcs/blobs/drafts").iterdir()
        begun = draft.stat()
        assert begun.st_size > 3 << 20
        box.grow()
        box.ok("git-ai-blob", "fetch")
        assert cached(box, LARGE).stat().st_ino == begun.st_ino
        assert cached(box, LARGE).read_bytes() == LARGE


def test_where_the_worktree_is_full_files_stay_pointers_until_there_is_room(
    tmp_path: Path,
) -> None:
    mount = tmp_path / "mount"
    with on_small_disk(tmp_path, tmp_path / "repo", 14, **store_at(mount)) as box:
        box.git("init", "-q", "-b", "main", "--separate-git-dir", str(tmp_path / "git"))
        sent(box, {"one.bin": ONE, "large.bin": LARGE})
        box.ok("rm", "one.bin", "large.bin")
        box.fill(left=500_000)

        done = box.run("git", "checkout", "-q", "--", "large.bin")
        assert (done.returncode, "Traceback" in done.stderr) == (0, False)
        assert "large.bin stays a pointer: No space left on device" in done.stderr
        assert pointers.parse(box.seen(box.root / "large.bin").read_bytes())
        assert box.git("status", "--porcelain") == " D one.bin\n"

        done = box.run("git", "checkout", "-q", "--", "one.bin")  # Git itself writes this one
        assert done.returncode != 0
        assert "unable to write file" in done.stderr or "No space" in done.stderr
        assert "large.bin" not in box.git("status", "--porcelain")
        box.run("rm", "-f", "one.bin")

        box.grow()
        box.git("checkout", "-q", "--", "one.bin")
        box.ok("git-ai-blob", "checkout")
        assert box.seen(box.root / "one.bin").read_bytes() == ONE
        assert box.seen(box.root / "large.bin").read_bytes() == LARGE
        assert box.git("status", "--porcelain") == ""
        assert [p.name for p in box.seen(box.root).iterdir() if "tmp" in p.name] == []


def test_where_the_cache_is_read_only_git_goes_on(tmp_path: Path) -> None:
    with on_small_disk(tmp_path, tmp_path / "repo", 14, **store_at(tmp_path / "mount")) as box:
        box.git("init", "-q", "-b", "main")
        sent(box, {"one.bin": ONE, "two.bin": TWO})
        cached(box, ONE).unlink()
        box.seen(box.root / "new.bin").write_bytes(NEW)
        place = str(box.root / ".git/anvcs/blobs")
        box.ok("mount", "--bind", place, place)
        box.ok("mount", "-o", "remount,bind,ro", place)
        box.ok("touch", "two.bin")
        box.ok("rm", "one.bin")
        assert box.git("status", "--porcelain") == " D one.bin\n?? new.bin\n"
        done = box.run("git", "add", "new.bin")
        assert done.returncode == 128
        assert "new.bin was not added: cannot write" in done.stderr
        done = box.run("git", "checkout", "-q", "--", "one.bin")
        assert (done.returncode, "one.bin stays a pointer" in done.stderr) == (0, True)
        assert "Traceback" not in done.stderr
        for words in (("fetch",), ("push",), ("pull",), ("status",)):
            done = box.run("git-ai-blob", *words)
            assert done.returncode in (0, 1, 5), done
            assert "Traceback" not in done.stderr
        box.ok("umount", place)
        box.ok("git-ai-blob", "pull")
        box.git("add", "-A")
        box.ok("git-ai-blob", "fsck")
        assert box.seen(box.root / "one.bin").read_bytes() == ONE

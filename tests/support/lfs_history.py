"""A random history with real git-lfs: what a migration must carry over byte for byte."""

from collections.abc import Callable, Mapping
from hashlib import sha256
import io
import os
import random
import shutil
import tarfile

import pytest

from git_anvcs.blobs import pointer
from tests.support.sandbox import Sandbox

LFS = "filter=lfs diff=lfs merge=lfs -text"
SIZES = (0, 1, 130, 1023, 1024, 1025, 4000)
FOLDERS = ("", "data/", "data/raw/", "src/", "a b/")
NAMES = ("one.bin", "two.bin", "big.dat", "notes.txt", "ä [x].bin", "run.sh")
ATTRIBUTES = (
    f"*.bin {LFS}",
    f"data/** {LFS}",
    f"*.dat\t{LFS} lockable",
    "*.txt text",
    "[attr]heavy filter=lfs diff=lfs merge=lfs -text",
    "*.dat heavy",
    "one.bin -filter -diff -merge",
    "# filter=lfs",
    '"a b/*.txt" filter=lfs',
)
KNOWN = b"what a pointer that somebody wrote by hand stands for"
OID = sha256(KNOWN).hexdigest()
POINTER = (
    f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize {len(KNOWN)}\n".encode()
)
OURS = f"version anvcs-blob/1\noid sha256:{OID}\nsize {len(KNOWN)}\n".encode()

needs_lfs = pytest.mark.skipif(shutil.which("git-lfs") is None, reason="there is no git-lfs here")

# Path -> mode and what a checkout writes.
Files = dict[str, tuple[int, bytes]]


class History:
    """Makes the history; the worktree is clean at the end, on `main`."""

    def __init__(self, box: Sandbox, seed: int) -> None:
        self.box = box
        self.random = random.Random(seed)
        box.git("lfs", "install", "--local", "--skip-repo")
        box.write(f".git/lfs/objects/{OID[:2]}/{OID[2:4]}/{OID}", KNOWN)

    def make(self, commits: int) -> None:
        """So many commits, with merges, tags and notes among them."""
        self.box.write(".gitattributes", f"*.bin {LFS}\n")
        self._commit("first")
        self.box.git("branch", "side")
        for number in range(commits):
            for _ in range(self.random.randrange(4)):
                self._step()
            self._commit(f"commit {number}\n\nwith a body: {number}\n")
            if number % 5 == 3:
                self._merge(number)
            if number % 7 == 4:
                self.box.git("tag", "-a", f"v{number}", "-m", f"tag {number}")
            if number % 7 == 5:
                self.box.git("notes", "add", "-m", f"note {number}")
        self.box.git("checkout", "-qf", "main")
        self.box.git("reset", "-q", "--hard")

    def _step(self) -> None:
        steps: list[Callable[[], None]] = [self._write] * 6
        steps += [self._rename, self._delete, self._attributes, self._executable, self._link]
        self.random.choice(steps)()

    def _path(self) -> str:
        return self.random.choice(FOLDERS) + self.random.choice(NAMES)

    def _files(self) -> list[str]:
        listed = self.box.git("ls-files", "-z").split("\0")[:-1]
        return [path for path in listed if not path.endswith(".gitattributes")]

    def _write(self) -> None:
        path = self._path()
        odd = (POINTER, OURS + b"x", POINTER + b"x", POINTER.replace(b"\n", b"\r\n"))
        data = (
            self.random.choice(odd)
            if self.random.random() < 0.15
            else self.random.randbytes(self.random.choice(SIZES))
        )
        file = self.box.root / path
        if file.is_symlink():
            file.unlink()
        self.box.write(path, data)

    def _rename(self) -> None:
        if files := self._files():
            source, target = self.random.choice(files), self._path()
            if not (self.box.root / target).exists() and (self.box.root / source).exists():
                (self.box.root / target).parent.mkdir(parents=True, exist_ok=True)
                (self.box.root / source).rename(self.box.root / target)

    def _delete(self) -> None:
        if files := self._files():
            (self.box.root / self.random.choice(files)).unlink(missing_ok=True)

    def _attributes(self) -> None:
        folder = self.random.choice(FOLDERS)
        file = self.box.root / folder / ".gitattributes"
        lines = file.read_text().splitlines() if file.exists() else []
        if lines and self.random.random() < 0.3:
            lines.pop(self.random.randrange(len(lines)))
        else:
            lines.append(self.random.choice(ATTRIBUTES))
        ending = self.random.choice(["\n", "\n", "\r\n", ""])
        self.box.write(f"{folder}.gitattributes", "\n".join(lines) + ending)

    def _executable(self) -> None:
        if files := self._files():
            file = self.box.root / self.random.choice(files)
            if file.is_file() and not file.is_symlink():
                file.chmod(0o755)

    def _link(self) -> None:
        file = self.box.root / "link.bin"
        if not file.is_symlink():
            file.symlink_to(self._path())

    def _commit(self, message: str) -> None:
        self.box.ticks += 1
        encoding = self.random.choice(["UTF-8", "UTF-8", "ISO-8859-1"])
        self.box.git("add", "-A")
        text = message.replace("body", "bödy")
        argv = ("-c", f"i18n.commitEncoding={encoding}", "commit", "-q", "--allow-empty", "-F", "-")
        self.box.git(*argv, stdin=text.encode(encoding))

    def _merge(self, number: int) -> None:
        here, other = ("main", "side") if number % 2 else ("side", "main")
        self.box.git("checkout", "-qf", other)
        self.box.git("reset", "-q", "--hard")
        self._write()
        self._commit(f"other {number}")
        self.box.git("checkout", "-qf", here)
        done = self.box.run("git", "merge", "-q", "--no-ff", "-X", "ours", "-m", "joined", other)
        if done.returncode != 0:
            self._commit("joined by hand")


def pin(box: Sandbox, versions: Mapping[str, str]) -> None:
    """Commit pointers of ours that name their store: path -> the version there."""
    for path, version in versions.items():
        found = pointer.parse(box.git("cat-file", "blob", f":{path}").encode())
        assert found
        text = pointer.text(found._replace(storage="s3", version_id=version))
        oid = box.git("hash-object", "-w", "--stdin", "--no-filters", stdin=text).strip()
        box.git("update-index", "--cacheinfo", f"100644,{oid},{path}")
    box.ticks += 1
    box.git("commit", "-q", "-m", f"pinned {versions}")
    box.git("reset", "-q", "--hard")


def trees(box: Sandbox) -> dict[str, str]:
    """Commit -> tree, of every commit that a branch or a tag reaches."""
    listed = box.git("log", "--branches", "--tags", "--format=%H %T").split()
    return dict(zip(listed[::2], listed[1::2], strict=True))


def checkout(box: Sandbox, commit: str) -> Files:
    """What a checkout of the commit writes, without .gitattributes."""
    archive = box.base / "checkout.tar"
    box.git("-c", "tar.umask=0022", "archive", "--format=tar", f"--output={archive}", commit)
    with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as tar:
        return {
            member.name: (member.mode, _content(tar, member))
            for member in tar.getmembers()
            if not member.isdir() and os.path.basename(member.name) != ".gitattributes"  # noqa: PTH119
        }


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member) if member.isfile() else None
    return file.read() if file else os.fsencode(member.linkname)

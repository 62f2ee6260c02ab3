"""A repository with a file system of few bytes in it, in a mount namespace of its own.

No right is needed but that of a user namespace (unshare(1)); where there is none, the test skips.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import subprocess
from typing import Any

import pytest

from tests.support.sandbox import Sandbox


class OnSmallDisk(Sandbox):
    """Every command runs where `place` is that file system; `seen` is a way to its files."""

    def __init__(self, base: Path, pid: int, place: Path, **env: str) -> None:
        self._pid, self.place = pid, place
        super().__init__(base, init=False, **env)

    def run(self, *argv: str, cwd: Path | None = None, **how: Any) -> Any:
        there = ("nsenter", "-t", str(self._pid), "-U", "-m", "--preserve-credentials")
        return super().run(*there, f"--wdns={cwd or self.root}", *argv, cwd=self.base, **how)

    def seen(self, path: Path) -> Path:
        """The file, as it can be reached from here."""
        return Path(f"/proc/{self._pid}/root{path}")

    def fill(self, left: int = 0) -> None:
        """Room for so many bytes is left, and no more."""
        file = self.seen(self.place / "filling")
        with file.open("wb", buffering=0) as out:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while out.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue
            out.truncate(max(0, out.tell() - left))

    def grow(self) -> None:
        """There is room again."""
        self.seen(self.place / "filling").unlink()
        self.ok("mount", "-o", "remount,size=64m", str(self.place))


@contextmanager
def on_small_disk(base: Path, place: Path, megabytes: int, **env: str) -> Iterator[OnSmallDisk]:
    """place: the folder that the file system is mounted on; it is made."""
    place.mkdir(parents=True)
    script = 'mount -t tmpfs -o "size=$1m" tmpfs "$2" && echo ready && exec cat'
    with subprocess.Popen(
        ("unshare", "-rm", "sh", "-c", script, "sh", str(megabytes), str(place)),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as holder:  # fmt: skip
        assert holder.stdin
        assert holder.stdout
        try:
            if holder.stdout.readline() != b"ready\n":
                pytest.skip("no file system can be mounted in a namespace of our own here")
            yield OnSmallDisk(base, holder.pid, place, **env)
        finally:
            holder.stdin.close()

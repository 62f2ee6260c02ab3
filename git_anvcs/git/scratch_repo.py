"""A throw-away repository beside the real one, with its objects, filters and refs.

Programs may be run in it. What they do there (a commit, a reset, an edit) changes nothing of the
real repository, no hook of which runs. It shows one commit after the other; between two nothing
is left over, not even what is ignored, nor what a program has set, tagged or hidden from Git.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import tempfile
from typing import IO

from git_anvcs.git.quoted import quoted
from git_anvcs.git.repo import Repo

# Files that all worktrees of a repository share, and that say how its objects are read.
_SHARED = ("info/attributes", "info/exclude", "shallow")


class Scratch:
    """The repository at `root`. Made by `opened`.

    furnish: writes its Git directory, all but index and objects
    index: keeps the index as we left it, which a program may have told to overlook files
    """

    def __init__(self, repo: Repo, furnish: Callable[[], None], index: IO[bytes]) -> None:
        self._repo = repo
        self._furnish = furnish
        self._index = index
        self._times: tuple[int, int] | None = None

    @property
    def root(self) -> Path:
        return self._repo.root

    def show(self, commit: str) -> None:
        """Make the worktree exactly this commit (full id).

        Raises GitFailed: a full disk, too; OSError where a program has taken away our rights.
        """
        if self._times:
            self._as_it_was(self._times)
        (self._repo.git_dir / "HEAD").write_text(f"{commit}\n")
        self._repo.git("reset", "--hard", "--quiet", commit)
        if self._times:
            self._repo.git("clean", "-ffdxq")
        self._times = self._kept()

    def _kept(self) -> tuple[int, int]:
        """Copy the index away, and tell its times."""
        file = self._repo.git_dir / "index"
        self._index.seek(0)
        self._index.truncate()
        with file.open("rb") as source:
            shutil.copyfileobj(source, self._index)
        found = file.stat()
        return found.st_atime_ns, found.st_mtime_ns

    def _as_it_was(self, times: tuple[int, int]) -> None:
        """The Git directory as before a program ran, and the index with its times: by them Git
        knows which files may have changed since."""
        shutil.rmtree(self._repo.git_dir)
        self._furnish()
        file = self._repo.git_dir / "index"
        self._index.seek(0)
        with file.open("wb") as copy:
            shutil.copyfileobj(self._index, copy)
        os.utime(file, ns=times)


@contextmanager
def opened(repo: Repo, root: Path, objects: Mapping[str, str]) -> Iterator[Scratch]:
    """A scratch repository in the empty folder `root`, which is deleted with the block.

    objects: variables that say where objects are kept beside those of `repo`
    Raises OSError where it cannot be written.
    """
    git_dir = root / ".git"
    refs = repo.git("for-each-ref", "--format=%(objectname) %(refname)")

    def furnish() -> None:
        for name in ("objects/info", "refs", "info"):
            (git_dir / name).mkdir(parents=True)
        (git_dir / "HEAD").write_text("ref: refs/heads/none\n")
        (git_dir / "config").write_text(_config(repo, root))
        _alternates(repo, git_dir, objects)
        for name in _SHARED:
            if (repo.common_dir / name).is_file():
                shutil.copyfile(repo.common_dir / name, git_dir / name)
        (git_dir / "packed-refs").write_bytes(refs)

    try:
        furnish()
        with tempfile.TemporaryFile() as index:
            yield Scratch(Repo(root, git_dir, git_dir, bare=False), furnish, index)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _config(repo: Repo, root: Path) -> str:
    """What is configured for the real one, the filters above all, and what must differ."""
    version = 1 if repo.object_format != "sha1" else 0
    lines = [
        "[core]",
        f"repositoryformatversion = {version}",
        "[include]",
        f"path = {quoted(str(repo.common_dir / 'config'))}",
        "[core]",
        "bare = false",
        f"worktree = {quoted(str(root))}",
        f"hooksPath = {os.devnull}",
        "sparseCheckout = false",
        "fsmonitor = false",
        "splitIndex = false",
        "logAllRefUpdates = false",
    ]
    if version:
        lines += ["[extensions]", f"objectFormat = {repo.object_format}"]
    return "\n".join([*lines, ""])


def _alternates(repo: Repo, git_dir: Path, objects: Mapping[str, str]) -> None:
    places = [str(repo.common_dir / "objects")]
    if "GIT_OBJECT_DIRECTORY" in objects:
        places.append(objects["GIT_OBJECT_DIRECTORY"])
    text = "".join(f"{quoted(place)}\n" for place in places)
    (git_dir / "objects" / "info" / "alternates").write_text(text)

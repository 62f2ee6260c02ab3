"""A throw-away repository beside the real one, with its objects, filters and refs.

Programs may be run in it. What they do there (a commit, a reset, an edit) changes nothing of the
real repository, no hook of which runs. It shows one commit after the other; between two nothing
is left over, not even what is ignored.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import os
from pathlib import Path
import shutil

from git_anvcs.git.quoted import quoted
from git_anvcs.git.repo import Repo


class Scratch:
    """The repository at `root`. Made by `opened`."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._used = False

    @property
    def root(self) -> Path:
        return self._repo.root

    def show(self, commit: str) -> None:
        """Make the worktree exactly this commit (full id). Raises GitFailed: a full disk, too."""
        (self._repo.git_dir / "HEAD").write_text(f"{commit}\n")
        self._repo.git("reset", "--hard", "--quiet", commit)
        if self._used:
            self._repo.git("clean", "-ffdxq")
        self._used = True


@contextmanager
def opened(repo: Repo, root: Path, objects: Mapping[str, str]) -> Iterator[Scratch]:
    """A scratch repository in the empty folder `root`, which is deleted with the block.

    objects: variables that say where objects are kept beside those of `repo`
    Raises OSError where it cannot be written.
    """
    try:
        git_dir = root / ".git"
        for name in ("objects/info", "refs", "info"):
            (git_dir / name).mkdir(parents=True)
        (git_dir / "HEAD").write_text("ref: refs/heads/none\n")
        (git_dir / "config").write_text(_config(repo, root))
        _alternates(repo, git_dir, objects)
        for name in ("attributes", "exclude"):
            if (repo.common_dir / "info" / name).is_file():
                shutil.copyfile(repo.common_dir / "info" / name, git_dir / "info" / name)
        listed = repo.git("for-each-ref", "--format=%(objectname) %(refname)")
        (git_dir / "packed-refs").write_bytes(listed)
        yield Scratch(Repo(root, git_dir, git_dir, bare=False))
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

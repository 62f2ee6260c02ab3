"""What is staged, as a tree: made of a copy of the index, so that nobody's git waits for ours."""

from pathlib import Path
import shutil
import tempfile

from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo


def written(repo: Repo) -> str | None:
    """The id of the tree, stored; None while the index has several versions of a file, or is none.

    A file that was added with `add -N` is not in it.
    """
    with tempfile.TemporaryDirectory(prefix="anvcs-") as scratch:
        copy = Path(scratch) / "index"
        try:
            shutil.copyfile(repo.git_dir / "index", copy)
        except OSError:
            return None
        env = {**NO_FETCH, "GIT_INDEX_FILE": str(copy)}
        done = repo.try_git("write-tree", "--missing-ok", env=env)
    return done.stdout.decode().strip() or None if done.returncode == 0 else None

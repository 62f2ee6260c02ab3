"""A checkout as it would have been under the attributes (.gitattributes) of another moment.

git reads them from the worktree it is started in, and from the index: it gets one of each that
hold nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import tempfile

from git_anvcs.git.repo import Repo

_NAME = ".gitattributes"


@contextmanager
def as_of(repo: Repo, attributes: Mapping[str, bytes]) -> Iterator[Repo]:
    """The repository as seen from a worktree with these files alone. attributes: path -> bytes"""
    with tempfile.TemporaryDirectory(prefix="anvcs-") as scratch:
        root = Path(scratch) / "tree"
        root.mkdir()
        for path, data in attributes.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        there = {"GIT_WORK_TREE": str(root), "GIT_INDEX_FILE": f"{scratch}/index"}
        # Named by its Git directory, as a bare one is: nothing leads there from a scratch folder.
        yield Repo(root, repo.git_dir, repo.common_dir, bare=True).within(there)


def is_one(path: str) -> bool:
    """Whether a file tells attributes."""
    return path.rpartition("/")[2] == _NAME

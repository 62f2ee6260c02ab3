"""Merges tried without a trace: objects go to a folder that is deleted, our drivers are on.

The variables are for `Repo.git`; the repository itself is only read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import os
from pathlib import Path
import tempfile

from git_anvcs.flows import places
from git_anvcs.git import beside
from git_anvcs.git.quoted import quoted
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.shipped import shipped

# Git knows these languages itself; the names tell its diffs in which function a change is.
_FUNCTIONS = (
    "*.c diff=cpp *.cc diff=cpp *.cpp diff=cpp *.h diff=cpp *.hpp diff=cpp *.cs diff=csharp",
    "*.css diff=css *.ex diff=elixir *.go diff=golang *.html diff=html *.java diff=java",
    "*.kt diff=kotlin *.md diff=markdown *.php diff=php *.pl diff=perl *.py diff=python",
    "*.rb diff=ruby *.rs diff=rust *.scm diff=scheme *.sh diff=bash *.tex diff=tex",
)


@contextmanager
def variables(repo: Repo, env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Variables for git while the block runs.

    env: the caller's environment; what it configures for git stays in force
    """
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        attributes = Path(folder) / "attributes"
        ours = shipped("merge-drivers/gitattributes").read_bytes()
        words = " ".join(_FUNCTIONS).split()
        known = "".join(f"{one} {two}\n" for one, two in zip(words[::2], words[1::2], strict=True))
        # Later lines win, and every other source of attributes outranks this file.
        users = beside.attributes(repo.try_git(*beside.ASK_FOR_ATTRIBUTES), env)
        attributes.write_bytes(known.encode() + ours + b"\n" + users)
        pairs = (
            ("include.path", str(shipped("merge-drivers/gitconfig"))),
            ("core.attributesFile", str(attributes)),
        )
        yield {
            "ANVCS_TRIAL": "1",  # our driver writes down no run
            **_beside(repo, env, Path(folder)),
            **beside.configured(env, *pairs),
        }


@contextmanager
def objects(repo: Repo, env: Mapping[str, str], *, wanted: bool) -> Iterator[dict[str, str]]:
    """Variables by which git writes objects to a folder that goes with the block; if wanted."""
    if not wanted:
        yield {}
        return
    with places.taken(repo) as folder:
        yield _beside(repo, env, folder)


def _beside(repo: Repo, env: Mapping[str, str], folder: Path) -> dict[str, str]:
    made = folder / "objects"
    made.mkdir()
    return {
        "GIT_OBJECT_DIRECTORY": str(made),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": _alternates(repo, env),
    }


def _alternates(repo: Repo, env: Mapping[str, str]) -> str:
    """Where the repository's objects are, quoted as Git takes it (git(1))."""
    own = quoted(str(repo.common_dir / "objects"))
    others = env.get("GIT_ALTERNATE_OBJECT_DIRECTORIES", "")
    return f"{own}{os.pathsep}{others}" if others else own

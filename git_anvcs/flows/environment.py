"""Story: with what was this commit made? Read in the background, at a bounded cost.

The lock files are those of the commit itself, so the answer does not depend on when it is asked.
"""

from functools import lru_cache
import os
from pathlib import Path
import sys

from git_anvcs import __version__
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo, version
from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance.env_block import LOCKFILES, block, pretty_os, venv_python

_LARGEST_LOCKFILE = 32 << 20
_SMALL_FILE = 8192


def environment_of(repo: Repo, commit: str) -> dict[str, object]:
    """The `env` block of a commit: two short git processes, none of which touches the network."""
    return block(
        os_name=_os_name(),
        python=_python(repo.root),
        container=_container(),
        tools=_tools(),
        lockfiles=_lockfiles(repo, commit),
    )


def _lockfiles(repo: Repo, commit: str) -> dict[str, str]:
    """SHA-256 of the lock files at the top of a commit's tree."""
    asked = "".join(f"{commit}:{name}\n" for name in LOCKFILES).encode()
    listed = repo.try_git(
        "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)",
        stdin=asked, env=objects.NO_FETCH,
    ).stdout  # fmt: skip
    found = {}
    for name, line in zip(LOCKFILES, listed.decode(errors="replace").splitlines(), strict=False):
        words = line.split(" ")
        if len(words) == 3 and words[1] == "blob" and int(words[2]) <= _LARGEST_LOCKFILE:
            found[name] = words[0]
    digests = {name: _digest(repo, oid) for name, oid in found.items()}
    return {name: digest for name, digest in digests.items() if digest}


@lru_cache(maxsize=64)
def _digest(repo: Repo, oid: str) -> str:
    """Of the content, not of the Git object; most commits share their lock files."""
    (found,) = objects.read(repo, [oid], env=objects.NO_FETCH)
    return sha256(found.data).hexdigest() if found else ""


@lru_cache(maxsize=1)
def _os_name() -> str:
    system = os.uname()
    return pretty_os(_text(Path("/etc/os-release")), system.sysname, system.machine)


@lru_cache(maxsize=1)
def _tools() -> dict[str, str]:
    return {"git": ".".join(map(str, version())), "git-anvcs": __version__}


def _python(root: Path) -> str:
    """The Python of the project's own environment; without one, the Python that runs us."""
    for name in (".venv", "venv"):
        found = venv_python(_text(root / name / "pyvenv.cfg"))
        if found:
            return found
    return sys.version.split(maxsplit=1)[0]


@lru_cache(maxsize=1)
def _container() -> str:
    """The kind of container we run in, as far as it leaves a mark; empty outside of one."""
    if Path("/run/.containerenv").exists():
        return "podman"
    if Path("/.dockerenv").exists():
        return "docker"
    groups = _text(Path("/proc/1/cgroup"))
    return next((kind for kind in ("kubepods", "docker", "lxc") if kind in groups), "")


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_SMALL_FILE).decode(errors="replace")
    except OSError:
        return ""

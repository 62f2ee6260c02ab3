"""Look at large files wherever their bytes are: facts, fingerprints, contracts.

A file that is a pointer stands for its content, from the cache of this clone; nothing is fetched.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import os
from pathlib import Path
import re
import tempfile
from typing import Any, NamedTuple

from git_anvcs.blobs import pointer
from git_anvcs.blobs.apart import WHOLE, GaveUp, ask, to_look
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.media.facts import Facts
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import Offline, UsageError
from git_anvcs.store.paths import Paths


class Subject(NamedTuple):
    """What is looked at. file: where its bytes are, None: not in this clone

    pointer: what the file is, if it is one
    """

    name: str
    file: Path | None
    pointer: Pointer | None = None


def subject(file: Path, name: str, repo: Repo | None) -> Subject:
    """What `file` stands for. name: its path for a person and for its format. Raises OSError."""
    with file.open("rb") as stream:
        found = pointer.parse(stream.read(pointer.LONGEST + 1))
    if found is None:
        return Subject(name, file)
    cache = Cache(Paths(repo.common_dir)) if repo else None
    here = cache is not None and cache.has(found.oid, found.size)
    return Subject(name, cache.place(found.oid) if cache and here else None, found)


@contextmanager
def named(word: str, cwd: Path, repo: Repo | None) -> Iterator[Subject]:
    """The content of a file, or of `REV:PATH` as Git has it. Raises UsageError."""
    file = cwd / word
    if file.is_file():
        yield subject(file, word, repo)
        return
    path = "" if word.startswith("-") else word.partition(":")[2]
    done = repo.try_git("-C", str(cwd), "cat-file", "blob", word) if repo and path else None
    if done is None or done.returncode != 0:
        raise UsageError(f"there is no file {word}", hint="a file, or REV:PATH as in git show")
    with tempfile.TemporaryDirectory(prefix="anvcs-") as scratch:
        copy = Path(scratch) / "content"
        copy.write_bytes(done.stdout)
        yield subject(copy, path, repo)


def with_worktree(word: str, cwd: Path, repo: Repo) -> tuple[str, str]:
    """What one word stands for where two are compared, as in git diff. Raises UsageError.

    A file: as it is in the index, and as it is; `REV:PATH`: that, and PATH in the worktree.
    """
    if (cwd / word).is_file():
        staged = f":./{os.path.relpath(cwd / word, cwd)}"
        if repo.try_git("-C", str(cwd), "cat-file", "-e", staged).returncode != 0:
            raise UsageError(f"{word} is not in the index", hint="name two files, or REV:PATH")
        return staged, word
    path = re.fullmatch(r":[0-3]:(.+)|[^:]*:(.+)", word, re.DOTALL)
    if path is None:
        raise UsageError(f"there is no file {word}", hint="a file, or REV:PATH as in git show")
    name = path[1] or path[2]
    return word, str((cwd if name.startswith(("./", "../")) else repo.root) / name)


def facts(found: Subject) -> Facts:
    """What the content is; of one that is not here what its pointer says."""
    if found.file is None and found.pointer:
        about = found.pointer
        return {"bytes": about.size, "sha256": about.oid, "content": "not here"}
    file = _file(found)
    size = file.stat().st_size
    try:
        told: Facts = ask(file, found.name, "describe", to_look(size))
    except GaveUp as error:
        return {"bytes": size, "problem": error.message}
    if found.pointer and told.get("sha256") != found.pointer.oid:
        return {**told, "problem": "this is not the content that the pointer names"}
    return told


def fingerprint(found: Subject) -> dict[str, Any]:
    """The fingerprint of a table. Raises Offline when it is not here, NotATable, GaveUp."""
    made: dict[str, Any] = ask(_file(found), found.name, "fingerprint", WHOLE)
    return made


def broken(found: Subject, contract: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the table breaks of a contract. Raises as `fingerprint` does."""
    findings: list[dict[str, Any]] = ask(
        _file(found), found.name, "contract", WHOLE, contract=contract
    )
    return findings


def _file(found: Subject) -> Path:
    if found.file is None:
        raise Offline(
            f"the content of {found.name} is not in this clone",
            hint="git-ai-blob fetch gets it from the stores",
        )
    return found.file

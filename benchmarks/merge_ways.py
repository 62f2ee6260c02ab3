"""The ways to merge one file that `merge_quality` compares: plain Git, ours, and the peers.

A peer is a program that may or may not be there: it is looked up on PATH or given by the caller,
and started as its own documentation says a merge driver of Git starts it.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
import shutil
import subprocess
from typing import NamedTuple

from benchmarks.merge_cases import Case
from git_anvcs import __version__
from git_anvcs.merge import engine
from git_anvcs.merge.registry import languages
from git_anvcs.merge.result import Merged, Options, Versions

TIMEOUT = 30  # seconds for one file
MARKER = b"<<<<<<< "


class Result(NamedTuple):
    """text: of the merged file; clean: without conflicts"""

    text: bytes
    clean: bool


class Way(NamedTuple):
    """name: as it is printed; version: of the program
    merge: one case to its result; None where the program does not know such files
    """

    name: str
    version: str
    merge: Callable[[Case], Result | None]


def ours(case: Case) -> Merged:
    """What the driver makes of the case, in this process; its line merge is the engine's own."""
    return engine.merge(Versions(case.base, case.ours, case.theirs), Options(case.path))


def ways(asked: Iterable[str], folder: Path) -> list[Way]:
    """The ways that are there; asked: `name` or `name=PROGRAM`; folder: for files of the peers."""
    found = []
    for word in asked:
        name, _, program = word.partition("=")
        if name == "git":
            found.append(Way("git", said("git", "version"), by_git))
            continue
        if name == "git-anvcs":
            found.append(Way(name, __version__, by_us))
            continue
        peer = PEERS.get(name)
        path = shutil.which(program or (peer.program if peer else name))
        if peer and path:
            path = str(Path(path).absolute())
            found.append(Way(name, said(path, "--version"), peer.starter(path, folder)))
    return found


def said(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return "version unknown"
    if done.returncode:
        return "version unknown"
    return (done.stdout.strip() or done.stderr.strip()).partition("\n")[0]


def by_git(case: Case) -> Result:
    return Result(case.git, not case.conflicting)


def by_us(case: Case) -> Result:
    merged = ours(case)
    return Result(merged.text, not merged.conflicts)


class Peer(NamedTuple):
    """program: its name on PATH
    extensions: the files it knows, with their dot; empty: it says so itself
    words: what follows the program, of the files base, ours, theirs and the path in the repository
    result: whether it is printed or replaces ours
    """

    program: str
    extensions: tuple[str, ...]
    words: Callable[[str, str, str, str], list[str]]
    printed: bool

    def starter(self, path: str, folder: Path) -> Callable[[Case], Result | None]:
        known = {*(self.extensions or extensions_of_mergiraf(path))}

        def merge(case: Case) -> Result | None:
            place = Path(case.path)
            if not {place.suffix, place.name} & known:
                return None
            files = [folder / f"{name}{place.suffix}" for name in ("base", "ours", "theirs")]
            for file, content in zip(files, case[2:5], strict=True):
                file.write_bytes(content)
            argv = [path, *self.words(*map(str, files), case.path)]
            try:
                done = subprocess.run(
                    argv, cwd=folder, capture_output=True, check=False, timeout=TIMEOUT
                )
            except subprocess.TimeoutExpired:
                return Result(case.git, False)
            result = done.stdout if self.printed else files[1].read_bytes()
            return Result(result, done.returncode == 0 and MARKER not in result)

        return merge


def extensions_of_mergiraf(path: str) -> list[str]:
    asked = (path, "languages", "--gitattributes")
    rows = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    return [row.split()[0].removeprefix("*") for row in rows if row.strip()]


PEERS = {
    "git-ai-merge": Peer(  # ours once more, as a program
        "git-ai-merge",
        tuple(end for language in languages() for end in language.extensions),
        lambda base, mine, yours, path: ["merge", base, mine, yours, "--path", path],
        printed=True,
    ),
    "mergiraf": Peer(
        "mergiraf",
        (),
        lambda base, mine, yours, path: ["merge", base, mine, yours, "-p", path],
        printed=True,
    ),
    "nbdime": Peer(
        "nbmerge",
        (".ipynb",),
        lambda base, mine, yours, _path: [base, mine, yours],
        printed=True,
    ),
    "git-json-merge": Peer(
        "git-json-merge",
        (".json",),
        lambda base, mine, yours, _path: [mine, base, yours],
        printed=False,
    ),
}

"""Story: whose lines are these? git blame for the lines, one look-up for all of its commits."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from git_anvcs.git import stream
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import blame
from git_anvcs.provenance.blame import Line, Origin
from git_anvcs.provenance.lookup import open_lookup
from git_anvcs.provenance.record import Record

_BLAME = ("blame", "--porcelain")


class Blamed(NamedTuple):
    """A file (or a part of it), line by line, and what is known of the commits."""

    porcelain: bytes
    lines: list[Line]
    origins: dict[str, Origin]
    records: dict[str, Record]


def read(repo: Repo, cwd: Path, args: list[str], stdin: bytes = b"") -> Blamed:
    """Blame with git's own arguments, paths relative to `cwd`. Raises AnvcsError, UsageError."""
    return read_while(repo, cwd, args, stdin, lambda: None)


def read_while(
    repo: Repo, cwd: Path, args: list[str], stdin: bytes, meanwhile: Callable[[], None]
) -> Blamed:
    """The same; `meanwhile` is done while git works, before records are looked up.

    Git prints when it is done, and then for a while: what it has printed is read, and records
    are asked for, before it has ended.
    """
    try:
        with repo.talk("-C", str(cwd), *_BLAME, *args) as git:
            with suppress(BrokenPipeError):  # git has refused already and says why
                git.write.write(stdin)
                git.write.close()
            meanwhile()
            return _blamed(repo, git.read)
    except GitFailed as error:
        if error.argv[3:5] != _BLAME:
            raise
        raise _refused(error.returncode, error.stderr.decode(errors="replace").strip()) from error


def _blamed(repo: Repo, printed: IO[bytes]) -> Blamed:
    reader = blame.Reader()
    pieces = []
    with open_lookup(repo) as lookup:
        for piece in stream.pieces(printed):
            pieces.append(piece)
            lookup.ahead(_committed(reader.feed(piece)))
        records = lookup(_committed(reader.origins))
    return Blamed(b"".join(pieces), reader.lines, reader.origins, records)


def _committed(commits: Iterable[str]) -> list[str]:
    return [commit for commit in commits if not blame.is_uncommitted(commit)]


def _refused(returncode: int, said: str) -> AnvcsError:
    """Git's complaint as one sentence, with what to do about it."""
    first = said.split("\n", 1)[0].removeprefix("fatal: ").removeprefix("error: ")
    if "no such ref: HEAD" in said:
        return AnvcsError("there are no commits yet", hint="git commit makes the first one")
    hints = {
        "no such path": "only files that are committed there have an author; `git ls-files` lists",
        "cannot stat path": "give a file of the worktree, or a revision that has it",
        "has only": "give line numbers the file has",
        "must be run in a work tree": "a bare repository needs a revision: blame HEAD -- FILE",
        "usage: ": "git anvcs blame --help",
        "unknown option": "`git blame -h` lists Git's options",
    }
    hint = next((hint for words, hint in hints.items() if words in first), "")
    if first.startswith("usage: "):
        first = "git blame does not understand these arguments: give one FILE"
    elif returncode == 128 and not hint:
        first = f"git blame: {first}"
    return UsageError(first, hint=hint or "git anvcs blame --help")

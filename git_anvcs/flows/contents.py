"""Texts of files, and what commits added to them, read once for a whole drain."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import IO, NamedTuple

from git_anvcs.git import hunks, ignored
from git_anvcs.git.commits import Commit
from git_anvcs.git.hunks import Added
from git_anvcs.git.locate import Place
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo, Talk
from git_anvcs.provenance import lines
from git_anvcs.provenance.versions import ABSENT, NOT_KEPT, Lines, Stashes
from git_anvcs.store import snapshots
from git_anvcs.store.paths import Paths

LARGEST = 8 << 20  # bytes of a file whose lines are told

# What makes of a file something else in a commit (gitattributes(5)).
_FILTERS = ("filter", "working-tree-encoding")


class Contents:
    """Texts of files and what commits added, read once; git is started when the first is asked.

    beside: who is asked for lines that no snapshot tells of; None: nobody
    """

    def __init__(
        self, repo: Repo, beside: Callable[["Asked"], Mapping[int, str]] | None = None
    ) -> None:
        self.repo = repo
        self.beside = beside
        self._paths = Paths(repo.common_dir)
        self._stack = ExitStack()
        self._git: Talk | None = None
        self._attributes: Talk | None = None
        self._filtered: dict[str, bool] = {}
        self._known: dict[str, Lines | None] = {}
        self._added: dict[str, dict[str, Added]] = {}
        self._expected: dict[str, int] = {}

    def __enter__(self) -> "Contents":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def content(self, key: str) -> Lines | None:
        """The lines of a snapshot; None when it is gone, or no text."""
        name = f"snapshot {key}"
        if name not in self._known:
            data = snapshots.get(self._paths, key)
            self._known[name] = _lines(data)
        return self._known[name]

    def committed(self, commit: str, path: str) -> Lines | None:
        """The lines of a file in a commit, none where it has no such file; None: no text."""
        name = f"{commit}:{path}"
        if "\n" in path:
            return None
        if name not in self._known:
            found = self._object(name)
            self._known[name] = [] if found is None else found[1] if found[0] == "blob" else None
        return self._known[name]

    def blob(self, oid: str) -> Lines | None:
        """The lines of a blob; None when it is not to be had, or no text."""
        return _lines(self._bytes(oid))

    def filtered(self, path: str) -> bool:
        """Whether Git changes the file on its way into a commit, by more than the ends of lines.

        What the worktree held is then no evidence of what is new in the commit.
        """
        if path not in self._filtered:
            self._filtered[path] = "\0" in path or self._has_filter(path)
        return self._filtered[path]

    def ignored(self, path: str) -> bool:
        """Whether Git would ignore the file if it were not tracked: then no snapshot has it."""
        return ignored.by_rules(
            Place(self.repo.root, self.repo.git_dir, self.repo.common_dir), path
        )

    def expect(self, commits: Iterable[Commit]) -> None:
        """Commits that `added` will be asked for; the first question is answered for all."""
        self._expected.update({commit.oid: len(commit.parents) for commit in commits})

    def added(self, commit: Commit) -> Mapping[str, Added]:
        """What a commit added: path -> lines."""
        if commit.oid not in self._added:
            self.expect([commit])
            asked = {o: n for o, n in self._expected.items() if o not in self._added}
            self._added.update(hunks.added(self.repo, asked))
        return self._added[commit.oid]

    def snapshot_of(self, commit: str, path: str) -> str:
        """The key that a snapshot of the committed file would have; empty without a file."""
        if "\n" in path:
            return NOT_KEPT
        data = self._bytes(f"{commit}:{path}")
        return snapshots.key_of(data) if data is not None else ABSENT

    def _has_filter(self, path: str) -> bool:
        if self._attributes is None:
            argv = ("check-attr", "--stdin", "-z", *_FILTERS)
            self._attributes = self._stack.enter_context(self.repo.talk(*argv))
        try:
            self._attributes.write.write(path.encode(errors="surrogateescape") + b"\0")
            self._attributes.write.flush()
            fields = [_until_nul(self._attributes.read) for _ in range(3 * len(_FILTERS))]
        except OSError:  # in doubt it has one
            return True
        return any(value not in (b"unspecified", b"unset") for value in fields[2::3])

    def _object(self, name: str) -> tuple[str, Lines | None] | None:
        """Kind and lines of an object; None when there is none of this name."""
        answer = self._ask(name)
        return None if answer is None else (answer[0], _lines(answer[1]))

    def _bytes(self, name: str) -> bytes | None:
        answer = self._ask(name)
        return answer[1] if answer and answer[0] == "blob" else None

    def _ask(self, name: str) -> tuple[str, bytes] | None:
        if self._git is None:
            self._git = self._stack.enter_context(
                self.repo.talk("cat-file", "--batch", env=NO_FETCH)
            )
        try:
            self._git.write.write(name.encode(errors="surrogateescape") + b"\n")
            self._git.write.flush()
            words = self._git.read.readline().split(b" ")
            if len(words) < 3 or not words[-1].strip().isdigit():
                return None
            data = self._git.read.read(int(words[-1]))
            self._git.read.read(1)
        except OSError:  # a git that died, over an object it may not fetch
            return None
        return words[-2].decode(), data


class Asked(NamedTuple):
    """Lines of one file of a commit of which nobody's snapshots tell whose they are.

    lane, moment: the worktree, and when the commit was made, in seconds since the epoch
    path, before: its name, and what it was called before
    lines, numbers: the file in the commit, and which of its lines (from 0) are asked for
    stashes: whose the lines in stashes are
    """

    contents: Contents
    lane: str
    moment: float
    path: str
    before: str
    lines: Lines
    numbers: Sequence[int]
    stashes: Stashes


def _lines(data: bytes | None) -> Lines | None:
    if data is None or len(data) > LARGEST or not lines.is_text(data):
        return None
    return lines.split(data)


def _until_nul(pipe: IO[bytes]) -> bytes:
    found = bytearray()
    while (byte := pipe.read(1)) not in (b"", b"\0"):
        found += byte
    return bytes(found)

"""Records looked up while commits stream by: one `git cat-file` for a whole command.

`records.read` is for a known set of commits. A log of any length is read in pieces, and each
piece must not start another git; the records of one command all come from one state of the ref.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from git_anvcs.git import objects
from git_anvcs.git.objects import Object
from git_anvcs.git.repo import Repo, Talk
from git_anvcs.kernel.errors import Offline
from git_anvcs.provenance import codec
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.records import FOLDER, META_REF, NOTES_REF, path_of

# Folders of records up to this size (of 400 thousand records) are kept, at most 256 of them.
_LARGEST_FOLDER = 1 << 17


class Lookup:
    """Records by commit; ask for many commits at once. Made by `open_lookup`."""

    def __init__(self, git: Talk) -> None:
        self._git = git
        self._known: dict[str, Record | None] = {}
        self._open: deque[list[tuple[str, int]]] = deque()
        self._tops: dict[bytes, str] = {}
        self._folders: dict[str, dict[bytes, str] | None] = {}
        self._meta, self._notes = self._trees()

    def __call__(self, commits: Iterable[str]) -> dict[str, Record]:
        """The records of `commits` (full ids) that have one; a second question costs nothing."""
        wanted = list(dict.fromkeys(commits))
        self.ahead(wanted)
        while self._open:
            self._take()
        return {commit: found for commit in wanted if (found := self._known[commit])}

    def ahead(self, commits: Iterable[str]) -> None:
        """Ask for what will be wanted soon: git reads it while the caller does something else."""
        asked = {commit for portion in self._open for commit, _ in portion}
        fresh = [c for c in dict.fromkeys(commits) if c not in self._known and c not in asked]
        for start in range(0, len(fresh), objects.PORTION):
            self._ask(fresh[start : start + objects.PORTION])

    def forget(self) -> None:
        """Drop what was read: a stream of any length is held in bounded memory."""
        self._known.clear()

    def _trees(self) -> tuple[str, str]:
        """The folder of records and the tree of the notes; empty where there is no such ref."""
        objects.ask(self._git, [f"info {META_REF}^{{tree}}", f"info {NOTES_REF}^{{tree}}"])
        meta, notes = (self._git.read.readline().split() for _ in range(2))
        if not (meta and meta[-1].isdigit()):
            return "", notes[0].decode() if notes and notes[-1].isdigit() else ""
        objects.ask(self._git, [f"contents {meta[0].decode()}:{FOLDER}"])
        folder = self._answer()
        if folder is not None and folder.kind == "tree":
            self._tops = objects.ids_in(folder)
        return meta[0].decode(), ""

    def _ask(self, commits: list[str]) -> None:
        """Send one portion of questions; the answers to the one before the last are taken."""
        if self._meta:
            self._read_folders(commits)
        named = [(commit, list(self._names(commit))) for commit in commits]
        while len(self._open) > (1 if self._meta else 0):  # a note has two names, both of them long
            self._take()
        objects.ask(self._git, [f"contents {name}" for _, names in named for name in names])
        self._open.append([(commit, len(names)) for commit, names in named])

    def _take(self) -> None:
        """The answers to the oldest open portion."""
        for commit, names in self._open.popleft():
            texts = [self._answer() for _ in range(names)]
            text = next((found.data for found in texts if found and found.kind == "blob"), b"")
            self._known[commit] = codec.primary(codec.decode(text).records)

    def _read_folders(self, commits: Iterable[str]) -> None:
        """Know what lies in the folders of `commits`; nothing may be open when they are read."""
        fresh = {c[:2] for c in commits} - self._folders.keys()
        wanted = {name: oid for name in sorted(fresh) if (oid := self._tops.get(name.encode()))}
        self._folders.update({name: {} for name in fresh})
        if not wanted:
            return
        while self._open:
            self._take()
        objects.ask(self._git, [f"contents {oid}" for oid in wanted.values()])
        for name in wanted:
            tree = self._answer()
            if tree is not None and tree.kind == "tree":
                small = len(tree.data) <= _LARGEST_FOLDER
                self._folders[name] = objects.ids_in(tree) if small else None

    def _names(self, commit: str) -> Iterator[str]:
        """Where a record may be: the meta ref; or, where only notes were fetched, the notes."""
        if self._meta:
            folder = self._folders[commit[:2]]
            if folder is None:
                yield f"{self._meta}:{path_of(commit)}"
            elif oid := folder.get(f"{commit}.json".encode()):
                yield oid
        elif self._notes:
            yield f"{self._notes}:{commit[:2]}/{commit[2:]}"
            yield f"{self._notes}:{commit}"

    def _answer(self) -> Object | None:
        found = objects.answer(self._git)
        if found == "":  # "untracked" would be untrue
            raise Offline(
                "not every record is on this machine, and the others could not be fetched",
                hint="this is a partial clone; try again when its remote can be reached",
            )
        return None if isinstance(found, str) else found


@contextmanager
def open_lookup(repo: Repo) -> Iterator[Lookup]:
    """A lookup that lives as long as the block."""
    with repo.talk("cat-file", "--batch-command", "--buffer") as git:
        yield Lookup(git)

"""Records looked up while commits stream by: one `git cat-file` for a whole command.

`records.read` is for a known set of commits. A log of any length is read in pieces, and each
piece must not start another git; the records of one command all come from one state of the ref.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from git_anvcs.git.repo import Repo, Talk
from git_anvcs.kernel.errors import Offline
from git_anvcs.provenance import codec
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.records import META_REF, NOTES_REF, path_of

# So many questions at once fit into a pipe nobody reads yet (16 KiB on macOS).
_AT_ONCE = 50


class Lookup:
    """Records by commit; ask for many commits at once. Made by `open_lookup`."""

    def __init__(self, git: Talk) -> None:
        self._git = git
        self._asked: dict[str, Record | None] = {}
        self._meta, self._notes = self._trees()

    def __call__(self, commits: Iterable[str]) -> dict[str, Record]:
        """The records of `commits` (full ids) that have one; a second question costs nothing."""
        wanted = list(dict.fromkeys(commits))
        fresh = [commit for commit in wanted if commit not in self._asked]
        for start in range(0, len(fresh), _AT_ONCE):
            self._ask(fresh[start : start + _AT_ONCE])
        return {commit: found for commit in wanted if (found := self._asked[commit])}

    def forget(self) -> None:
        """Drop what was read: a stream of any length is held in bounded memory."""
        self._asked.clear()

    def _trees(self) -> tuple[str, str]:
        """The trees of the meta ref and of the notes, empty where there is no such ref."""
        refs = (META_REF, NOTES_REF)
        self._say(f"info {ref}^{{tree}}" for ref in refs)
        meta, notes = (self._git.read.readline().split() for _ in refs)
        return tuple(  # type: ignore[return-value]  # two in, two out
            words[0].decode() if words and words[-1].isdigit() else "" for words in (meta, notes)
        )

    def _ask(self, commits: list[str]) -> None:
        names = [list(self._names(commit)) for commit in commits]
        self._say(f"contents {name}" for several in names for name in several)
        for commit, several in zip(commits, names, strict=True):
            texts = [self._answer() for _ in several]
            text = next((text for text in texts if text is not None), b"")
            self._asked[commit] = codec.primary(codec.decode(text).records)

    def _names(self, commit: str) -> Iterator[str]:
        """Where a record may be: the meta ref; or, where only notes were fetched, the notes."""
        if self._meta:
            yield f"{self._meta}:{path_of(commit)}"
        elif self._notes:
            yield f"{self._notes}:{commit[:2]}/{commit[2:]}"
            yield f"{self._notes}:{commit}"

    def _say(self, questions: Iterable[str]) -> None:
        self._git.write.write("".join(f"{question}\n" for question in questions).encode())
        self._git.write.flush()

    def _answer(self) -> bytes | None:
        words = self._git.read.readline().split()
        if not words:  # "untracked" would be untrue
            raise Offline(
                "not every record is on this machine, and the others could not be fetched",
                hint="this is a partial clone; try again when its remote can be reached",
            )
        if not words[-1].isdigit():  # "<name> missing"
            return None
        size = int(words[-1])
        return self._git.read.read(size + 1)[:size] if words[1] == b"blob" else None


@contextmanager
def open_lookup(repo: Repo) -> Iterator[Lookup]:
    """A lookup that lives as long as the block."""
    with repo.talk("cat-file", "--batch-command") as git:
        yield Lookup(git)

"""Files whose contents are fetched while Git waits (the delay of the filter protocol).

Every file that was asked for is answered, with its content or, when that does not come, with its
pointer: what is never answered would hang Git.
"""

from collections.abc import Mapping
from contextlib import ExitStack

from git_anvcs.blobs.errors import BlobMissing
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs.fetching import Fetcher, fetching
from git_anvcs.git.locate import Place
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError

_LOOK_SECONDS = 1.0
_TOLD = 3  # different reasons; a checkout of thousands of files has few


class Awaited:
    """The contents that were asked for in one run; `close` stops what is still on its way."""

    def __init__(self, place: Place, env: Mapping[str, str]) -> None:
        self._stack = ExitStack()
        self._texts: dict[str, bytes] = {}
        self._waiting: dict[Pointer, list[str]] = {}
        self._told: list[str] = []
        self._fetcher: Fetcher | None = None
        self.problems: list[str] = []
        try:
            self._fetcher = self._stack.enter_context(fetching(Repo.of(place), env))
        except AnvcsError as error:
            self._note(error)

    @property
    def possible(self) -> bool:
        """Whether anything can be fetched here."""
        return self._fetcher is not None

    def bring(self, pointer: Pointer) -> None:
        """Fetch one content now, for a file that Git does not ask for again."""
        self.add("", pointer, b"")
        while pointer in self._waiting:
            self._told += self._next()
        self._told.remove("")
        self._texts.pop("", None)

    def add(self, path: str, pointer: Pointer, text: bytes) -> None:
        """Begin to fetch the content of a file that Git will ask for again."""
        self._texts[path] = text
        paths = self._waiting.setdefault(pointer, [])
        paths.append(path)
        if self._fetcher is None or len(paths) > 1:
            return
        try:
            self._fetcher.ask(pointer)
        except AnvcsError as error:  # it is answered when the others have come
            self._note(error)

    def text_of(self, path: str) -> bytes | None:
        """The pointer of a file that was delayed, told once: Git does not send it again."""
        return self._texts.pop(path, None)

    def ready(self) -> list[str]:
        """The files that can be answered now, at least one; none when all were told."""
        while self._waiting and not self._told:
            self._told += self._next()
        paths, self._told = self._told, []
        return paths

    def _next(self) -> list[str]:
        """The paths of what has come by now; none when nothing has for a moment."""
        paths: list[str] = []
        while self._fetcher is not None and len(self._fetcher):
            try:
                got = self._fetcher.next(0.0 if paths else _LOOK_SECONDS)
            except AnvcsError as error:  # of the ledger; the file is answered below
                self._note(error)
                continue
            if got is None:
                return paths
            if got.problem is not None and not isinstance(got.problem, BlobMissing):
                self._note(got.problem)
            paths += self._waiting.pop(got.pointer, [])
        # Of what is left nothing will come any more.
        paths += [path for waiting in self._waiting.values() for path in waiting]
        self._waiting.clear()
        return paths

    def close(self) -> None:
        """Let go of the stores."""
        try:
            self._stack.close()
        except AnvcsError as error:
            self._note(error)

    def _note(self, error: AnvcsError) -> None:
        if error.message not in self.problems and len(self.problems) < _TOLD:
            self.problems.append(error.message)

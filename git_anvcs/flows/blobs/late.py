"""Story: large files that are written when Git has ended its work, not through it.

Git holds a whole file in memory that a filter gives it. So a large one is answered with its
pointer, and when Git hangs up, which it does behind its hooks and its last word on the index, the
content takes the pointer's place, copied by the file system, and the index is told. Git waits for
that. It is done only where Git is known to write files and nobody reads them in between.

A content is counted before it is copied, beside Git's own work, unless this clone has counted it
and nobody has touched its file since (docs/decisions/0006).
"""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from signal import SIGTERM, default_int_handler, signal
from threading import Thread
from typing import NamedTuple

from git_anvcs.blobs import placing
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import unwritten
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.flows.blobs.unwritten import List
from git_anvcs.git import caller, config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError

_COMMANDS = frozenset({
    "am", "checkout", "cherry-pick", "clone", "merge", "pull", "read-tree", "reset", "restore",
    "revert", "stash", "switch", "worktree",
})  # fmt: skip
# What may run and look at files before Git hangs up; the others see no worktree, or come before.
_HOOKS = frozenset({
    "applypatch-msg", "commit-msg", "post-applypatch", "post-checkout", "post-commit",
    "post-index-change", "post-merge", "post-rewrite", "pre-applypatch", "pre-commit",
    "pre-merge-commit", "prepare-commit-msg", "reference-transaction",
})  # fmt: skip
_JUST_NOW = 10  # seconds; an index as young as that is of the Git that waits for us


class Written(NamedTuple):
    """What became of the files. lacking: their contents are damaged; left: why, by path"""

    lacking: dict[str, Pointer]
    left: dict[str, str]


class _File(NamedTuple):
    """text: the pointer as Git has it; there: as it wrote it, where it changes line ends"""

    pointer: Pointer
    text: bytes
    there: bytes


class Late:
    """The files of one run that are written at its end."""

    def __init__(self, run: FilterRun, env: Mapping[str, str]) -> None:
        self._run = run
        self._place = run.names.place()
        self._env = env
        self._files: dict[str, _File] = {}
        self._whole: dict[str, bool] = {}
        self._to_read: SimpleQueue[str | None] = SimpleQueue()
        self._reader: Thread | None = None
        self._list = List(run.names.git_dir)

    @cached_property
    def possible(self) -> bool:
        """Whether this git may be given pointers first; on any doubt it may not."""
        if "GIT_INDEX_FILE" in self._env or self._place.root == self._place.git_dir:
            return False
        try:
            known = _unaliased(self._repo, caller.command()) in _COMMANDS
            return known and not self._others_look()
        except (AnvcsError, OSError):
            return False

    def _others_look(self) -> bool:
        from git_anvcs.flows.wiring import others

        return others.has(self._repo, _HOOKS)

    def add(self, path: str, pointer: Pointer, text: bytes, there: bytes) -> None:
        """This file gets its content at the end; its content is in the cache."""
        if not self._files:
            signal(SIGTERM, default_int_handler)  # from now on somebody has to hear of our end
        with suppress(OSError):  # what cannot be noted Git cannot write either
            self._list.add(path)
        self._files[path] = _File(pointer, text, there)
        if self._whole.get(pointer.oid) or self._run.was_counted(pointer.oid):
            self._whole[pointer.oid] = True
            return
        if self._reader is None:
            self._reader = Thread(target=self._read, daemon=True)
            self._reader.start()
        self._to_read.put(pointer.oid)

    def write(self) -> Written:
        """Put the contents in place. Raises AnvcsError: then all of them are as they were."""
        if not self._files:
            return Written({}, {})
        if self._reader is not None:
            self._to_read.put(None)
            self._reader.join()
        wanted, lacking = [], {}
        from git_anvcs.blobs.materialise import Wanted, materialise

        for path, (pointer, text, there) in self._files.items():
            if self._whole.get(pointer.oid):
                cached = Path(self._run.cache.name(pointer.oid))
                wanted.append(Wanted(path, text, cached, there))
            else:
                lacking[path] = pointer

        left = materialise(self._repo, wanted, age=_JUST_NOW).left
        # What Git, or anybody, has written over since is nobody's loss.
        self._list.done()
        stand = {path for path in left if self._is_pointer(path)}
        return Written(lacking, {path: why for path, why in left.items() if path in stand})

    def cut_off(self) -> list[str]:
        """Sentences for who has interrupted us; the list stays."""
        here = unwritten.waiting(self._run.names, self._files)
        early = [path for path in self._files if path not in here and self._is_pointer(path)]
        before = f"{len(early)} large files were not written yet: give Git's command again"
        return unwritten.said(here) + [before] * bool(early)

    @cached_property
    def _repo(self) -> Repo:
        return Repo.of(self._place)

    def _is_pointer(self, path: str) -> bool:
        there = self._files[path].there
        return placing.held(self._place.root / path, len(there)) == there

    def _read(self) -> None:
        """In a thread, beside Git: count the bytes of every content."""
        while (oid := self._to_read.get()) is not None:
            if oid not in self._whole:
                self._whole[oid] = self._run.cache.whole(oid)


def _unaliased(repo: Repo, command: str) -> str:
    """The command that an alias of configuration stands for."""
    if not command or command in _COMMANDS:
        return command
    words = config.get(repo, f"alias.{command}").split()
    return caller.command_in(["git", *words]) if words else command

"""Story: watch every worktree of a repository and write down what is saved, until nobody works.

One daemon for a repository. A thread of the watcher says what was touched; the loop here waits
until a save is over and Git is done, looks at just that, and goes back to sleep. What it may have
missed – while it was down, while the system's queue was full – it finds by looking at everything.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
import os
import queue
import time

from git_anvcs import __version__
from git_anvcs.flows.journal import housekeeping, watch_plan, worktrees
from git_anvcs.flows.journal.daemon_socket import Ask, Server, is_newer, running
from git_anvcs.flows.journal.daemon_tree import Tree, of_file, of_ref
from git_anvcs.flows.journal.held_open import HeldOpen
from git_anvcs.flows.journal.observe import Files, Look, ignored_files, lane_of, observe
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.upkeep import Rules
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.journal import watching
from git_anvcs.journal.op import Precision
from git_anvcs.journal.watching import DONE, OVERFLOW, Event, TooMany
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import lock, log
from git_anvcs.store.paths import Paths, make_folder

# A worktree that is being made is looked for so long, so often, before it is there.
SEARCH, SEARCH_EVERY = 5.0, 0.2
# After a failure, such as a full disk; and where not every folder can be watched.
RETRY, POLL = 2.0, 10.0

# So long, in seconds, one daemon may take to end before the next begins.
HANDOVER = 10.0

# More paths than this are looked at together with all others.
_MOST_PATHS = 5000
_IDLE_SECONDS = 4 * 3600.0


@contextmanager
def alone(repo: Repo) -> Iterator[None]:
    """No other daemon begins during the block. Raises Locked when one runs here, CannotWrite."""
    paths = Paths(repo.common_dir)
    # One that does not answer is ending, or an older one that makes room for us.
    patience = 0 if running(paths, HANDOVER) else HANDOVER
    with lock.held(paths.locks / "daemon", timeout=patience):
        yield


def run(
    repo: Repo,
    files: Callable[[], Files],
    idle: float = _IDLE_SECONDS,
    rules: Callable[[], Rules] = Rules,
    mirror: Callable[[], str] = str,
) -> str:
    """Watch until asked to stop, or for `idle` seconds nothing happens; why it ended.

    files: asked for which count
    rules: asked for how long all is kept
    mirror: asked for the folder of a second copy, empty for none
    The caller is `alone`. Raises CannotWrite, Damaged.
    """
    with opened(repo, look=False) as here, housekeeping.running(repo, rules):
        held = HeldOpen(repo, here.journal, mirror)
        return _Daemon(repo, held, Paths(repo.common_dir), idle, files).run()


class _Daemon:
    def __init__(
        self, repo: Repo, held: HeldOpen, paths: Paths, idle: float, files: Callable[[], Files]
    ) -> None:
        self._settings = files
        self._files = files()
        self._repo, self._paths = repo, paths
        self._held = held
        self._idle = idle
        self._queue: queue.SimpleQueue[Event | Ask] = queue.SimpleQueue()
        self._trees: dict[str, Tree] = {}
        self._git_folders: dict[str, list[Tree]] = {}  # several, of what worktrees share
        self._watcher = watching.start(self._queue.put)
        self._problems: dict[str, str] = {}  # lane -> why it cannot be looked at
        self._unwatched = ""  # why some folders are not watched, if any are not
        self._polled = 0.0
        self._search_until = 0.0
        self._began = time.monotonic()

    def run(self) -> str:
        server = Server(self._paths, self._request)
        self._held.begin()
        try:
            self._find_trees()
            return self._loop()
        finally:
            server.close()
            self._watcher.close()
            self._held.close()

    def _request(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        """Called in a thread of the socket: handed to the loop, which has the journal."""
        ask = Ask.of(asked)
        self._queue.put(ask)
        return ask.answer if ask.ready.wait(60) else {"error": "busy"}

    def _loop(self) -> str:
        used = time.monotonic()
        while True:
            for item in self._taken(self._pause()):
                used = time.monotonic()
                if isinstance(item, Ask):
                    if why := self._answered(item):
                        return why
                else:
                    self._note(item)
            if time.monotonic() < self._search_until:
                with suppress(GitFailed, OSError):  # they are searched again
                    self._find_trees()
            self._poll()
            self._look_where_due()
            if not self._trees:
                return "there is no worktree left"
            if time.monotonic() - used >= self._idle:
                return "nobody works here"

    def _pause(self) -> float:
        """How long nothing is due, in seconds."""
        now = time.monotonic()
        waits = [found for tree in self._trees.values() if (found := tree.due(now)) is not None]
        waits += [SEARCH_EVERY] if now < self._search_until else []
        waits += [max(0.0, self._polled + POLL - now)] if self._unwatched else []
        return min(waits, default=self._idle)

    def _poll(self) -> None:
        """Where the system watches no more folders, everything is looked at from time to time."""
        now = time.monotonic()
        if self._unwatched and now >= self._polled + POLL:
            self._polled = now
            for tree in self._trees.values():
                tree.all = True
                tree.touch(now, finished=True)

    def _taken(self, pause: float) -> list[Event | Ask]:
        """What came within `pause` seconds, with all that has come by then."""
        found: list[Event | Ask] = []
        with suppress(queue.Empty):
            found.append(self._queue.get(timeout=pause) if pause else self._queue.get_nowait())
            while True:
                found.append(self._queue.get_nowait())
        if not self._held.is_ours():  # moved, and another repository may be in its place
            self._search_until = 0.0
            self._trees.clear()
        return found

    def _note(self, event: Event) -> None:
        """An event becomes something to look at."""
        now = time.monotonic()
        folder = event.path.rpartition("/")[0]
        if event.kind == OVERFLOW:
            self._note_missed(now)
        elif folder == str(self._paths.spool):
            self._note_told(event, now)
        elif (
            f"{self._repo.common_dir}/worktrees" in (folder, event.path)
            or (folder in self._git_folders and event.path.endswith("/gitdir"))
            or any(event.path == str(tree.repo.root) for tree in self._trees.values())
        ):
            self._note_worktrees(event.path, now)
        elif folder in self._git_folders:
            self._note_git(self._git_folders[folder], event, now)
        else:
            self._note_work(event, now)

    def _note_work(self, event: Event, now: float) -> None:
        """Something in a worktree was touched."""
        for tree in self._trees.values():
            top = str(tree.repo.root)
            if event.path.startswith(f"{top}/"):
                self._note_file(tree, event, event.path.removeprefix(f"{top}/"), now)

    def _note_told(self, event: Event, now: float) -> None:
        """A hook wrote a line: of which worktree it is, each finds out for little."""
        if event.path.endswith("/lines"):
            for tree in self._trees.values():
                tree.told = True
                tree.touch(now, finished=event.kind == DONE)

    def _note_worktrees(self, path: str, now: float) -> None:
        """One was added, moved or taken away. What is at its place now may be another one."""
        for lane, tree in list(self._trees.items()):
            if path in (str(tree.repo.root), str(tree.repo.git_dir)):
                self._forget(lane)
        self._search_until = now + SEARCH

    def _note_missed(self, now: float) -> None:
        """Something was not told: everything is looked at, and watched anew."""
        for tree in self._trees.values():
            tree.all = True
            tree.touch(now, finished=True)
            self._watch(tree)

    def _note_git(self, owners: list[Tree], event: Event, now: float) -> None:
        """Git wrote: a ref, HEAD or an index was moved."""
        folder, _, name = event.path.rpartition("/")
        within = event.path.removeprefix(f"{self._repo.common_dir}/")
        of_refs = within.startswith(("refs/", "logs/refs/"))
        if event.folder and of_refs:
            for owner in owners:
                self._add(list(watch_plan.git_folders(owner.repo)), owner)
        if event.folder:
            return
        if name == "exclude" and not of_refs:
            for owner in owners:
                owner.plan_anew()
        concerned = of_ref(owners, within) if of_refs else of_file(owners, folder, name)
        for tree in concerned:
            tree.all = True
            tree.touch(now, finished=True)

    def _note_file(self, tree: Tree, event: Event, path: str, now: float) -> None:
        if path == ".git" or path.startswith(".git/"):
            return
        if event.folder:
            tree.folders.add(path)
        if path.rpartition("/")[2] == ".gitignore":
            tree.plan_anew()
        if tree.puts_off(path, now):
            return
        if not tree.paths and not tree.all:
            tree.first = 0.0
        tree.touch(now, finished=event.kind == DONE)
        tree.paths.add(path)

    def _look_where_due(self) -> None:
        for lane, tree in list(self._trees.items()):
            if tree.due(time.monotonic()) == 0:
                tree.take_put_off(time.monotonic())
                self._look(lane, tree)

    def _look(self, lane: str, tree: Tree, by: str = "") -> bool:
        """Look at what was touched; whether that went well: what did not is looked at again."""
        paths = None if tree.all or len(tree.paths) > _MOST_PATHS else tuple(sorted(tree.paths))
        folders = set(tree.folders)
        tree.done()
        tree.folders.clear()
        try:
            if paths is None and self._settings() != self._files:
                self._files = self._settings()
                folders.add("")
            for folder in folders:
                self._watch(tree, folder)
            look = Look(by, Precision.SAVE, paths, *self._files, tree.untouched)
            if observe(tree.repo, self._held.journal, self._held.texts, look):
                self._held.copying.changed()
            if problem := self._problems.pop(lane, ""):  # on a full disk it could not be told
                note = f"{lane}: it goes on after: {problem}"
                log.note(self._paths.logs / "journal.log", note)
            return True
        except (AnvcsError, OSError) as error:
            if not (tree.repo.root.is_dir() and tree.repo.git_dir.is_dir()):
                self._forget(lane)  # and write nothing where somebody is deleting
                return False
            if str(error) != self._problems.get(lane):
                log.note(self._paths.logs / "journal.log", f"{lane}: {error}")
            self._problems[lane] = str(error)
            self._held.mend_after(error)
            tree.all = True
            tree.first = tree.last = time.monotonic() + RETRY
            return False

    def _find_trees(self) -> None:
        """Begin to watch worktrees that are new, and forget those that are gone."""
        found = {lane_of(repo): repo for repo in worktrees.of(self._repo)}
        for lane, tree in list(self._trees.items()):
            if lane not in found or found[lane].root != tree.repo.root:
                self._forget(lane)
        for lane, repo in found.items():
            if lane not in self._trees:
                tree = Tree(repo)
                self._trees[lane] = tree
                self._add(list(watch_plan.git_folders(repo)), tree)
                self._watch(tree)
        with suppress(OSError):
            make_folder(self._paths.spool)
            self._watcher.add([f"{self._repo.common_dir}/worktrees", str(self._paths.spool)])

    def _watch(self, tree: Tree, below: str = "") -> None:
        with suppress(GitFailed, OSError):
            if not below or (tree.repo.root / below).is_dir():
                self._add(list(watch_plan.worktree_folders(tree.repo, below)), None)
            kept = ignored_files(tree.repo, self._files.ignored) if not below else []
            self._add([str((tree.repo.root / path).parent) for path in kept], None)

    def _add(self, folders: list[str], owner: Tree | None) -> None:
        for folder in folders if owner else ():
            owners = self._git_folders.setdefault(folder, [])
            if owner and owner not in owners:
                owners.append(owner)
        try:
            self._watcher.add(folders)
        except TooMany as error:
            if not self._unwatched:
                log.note(self._paths.logs / "journal.log", str(error))
            self._unwatched = f"{error}: everything is looked at every {POLL:g} seconds instead"

    def _forget(self, lane: str) -> None:
        tree = self._trees.pop(lane)
        self._problems.pop(lane, None)
        for owners in self._git_folders.values():
            with suppress(ValueError):
                owners.remove(tree)
        self._watcher.remove_below(str(tree.repo.root))

    def _answered(self, ask: Ask) -> str:
        """Do what was asked; why to end now, empty to go on."""
        kind = ask.asked.get("do")
        looked: list[str] = []
        if kind in ("flush", "stop"):
            for item in self._taken(0):  # what happened before the question
                if isinstance(item, Ask):
                    self._queue.put(item)
                else:
                    self._note(item)
            wanted, by = ask.asked.get("lane"), str(ask.asked.get("by") or "")
            for lane, tree in list(self._trees.items()):
                if wanted in (None, lane):
                    tree.all = True
                    looked += [lane] if self._look(lane, tree, by) else []
        ask.answer["looked"] = looked
        outdated = is_newer(ask.asked.get("version"))
        ask.answer.update(self._state(), ends=outdated)
        ask.ready.set()
        if outdated:
            return "a newer git-anvcs is there"
        return "it was asked to" if kind == "stop" else ""

    def _state(self) -> dict[str, object]:
        problem = "; ".join(self._problems.values())
        return {
            "pid": os.getpid(),
            "version": __version__,
            "seconds": round(time.monotonic() - self._began, 1),
            "operations": self._held.journal.last(),
            "worktrees": [str(tree.repo.root) for tree in self._trees.values()],
            "folders": self._watcher.count(),
            "stopped": problem,
            "problem": problem or self._unwatched or self._held.copying.problem,
        }

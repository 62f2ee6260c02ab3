"""Story: somebody watches the history; it is read again when something happened, not before.

While nothing happens, a few files are looked at twice a second and no program is started.
"""

from collections.abc import Callable, Iterator
import time

from git_anvcs.git import moved
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths

SECONDS = 0.5

# Looking at very many loose refs takes long: then it is done less often.
_SHARE_OF_TIME = 20


def changes(
    repo: Repo,
    wait: Callable[[float], bool],
    *,
    prepare: Callable[[], None] = lambda: None,
    also: Callable[[], object] = lambda: None,
) -> Iterator[None]:
    """Yields at once, and again whenever refs, HEAD or what waits to become records has changed.

    wait: waits so many seconds; False when nobody watches any more, which is the end
    prepare: done before each yield; what it changes itself is no news
    also: something else whose change counts, such as the size of the terminal
    """
    while True:
        prepare()
        before = _state(repo), also()
        yield
        interval = SECONDS
        while True:
            if not wait(interval):
                return
            begin = time.monotonic()
            now = _state(repo), also()
            if now != before:
                break
            interval = max(SECONDS, _SHARE_OF_TIME * (time.monotonic() - begin))


def _state(repo: Repo) -> object:
    """What refs and HEAD look like from outside, and the spool."""
    spooled = moved.files(Paths(repo.common_dir).spool, "lines")
    return moved.signature(repo), tuple(spooled)

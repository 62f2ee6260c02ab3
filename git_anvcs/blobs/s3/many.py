"""Many small GETs in one thread: it waits for all connections at once.

Threads that each wait for one connection wait for the interpreter, too, and for each other: 32 of
them take three times the processor time. Only what is as it should be is answered here; what is
not is asked for again on its own, by who can say why.
"""

from collections import deque
from http.client import HTTPConnection
from queue import Empty, SimpleQueue
import re
import selectors
import ssl
from threading import Thread
import time

from git_anvcs.blobs.s3.gets import Gets
from git_anvcs.blobs.s3.parts import Target
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.store import Wanted
from git_anvcs.kernel.errors import AnvcsError

_CONNECTIONS = 32
_OPENING_SECONDS = 0.005  # between two looks at connections that are being opened
_LONGEST_HEAD = 32 << 10  # bytes
_PIECE = 256 << 10
_GOOD = re.compile(rb"HTTP/1\.1 200[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,18}) *(?=\r\n)", re.IGNORECASE)
_NOT_PLAIN = re.compile(rb"\r\n(?:transfer-encoding|connection: *close)", re.IGNORECASE)
_NOT_YET = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Answer = tuple[Wanted, bytes | None]


class _Coming:
    """An answer on its way, over a connection of its own."""

    def __init__(self, wanted: Wanted, connection: HTTPConnection, patience: float) -> None:
        now = time.monotonic()
        self.wanted = wanted
        self.connection = connection
        self.until = now + patience
        self._latest = now + 2 * patience  # also for who sends a byte now and then
        self.heard = bytearray()
        self.body = -1  # where it begins

    def goes_on(self, patience: float) -> None:
        """Something has come."""
        self.until = min(self._latest, time.monotonic() + patience)


class Many:
    """A Lane of one bucket, see blobs/store."""

    def __init__(self, gets: Gets, bucket: Bucket) -> None:
        self._gets = gets
        self._bucket = bucket
        self._selector = selectors.DefaultSelector()
        self._waiting: deque[Wanted] = deque()
        self._coming: dict[HTTPConnection, _Coming] = {}
        self._idle: list[HTTPConnection] = []
        self._opened: SimpleQueue[HTTPConnection | None] = SimpleQueue()
        self._opening = 0
        self._off = False

    def __len__(self) -> int:
        """How many answers are still to come."""
        return len(self._waiting) + len(self._coming)

    def ask(self, wanted: Wanted) -> None:
        """Begin; there will be one answer."""
        self._waiting.append(wanted)

    def answers(self, seconds: float) -> list[Answer]:
        """What has come, waited for at most so long; None: it is to be asked for on its own."""
        self._take_opened()
        found: list[Answer] = []
        while self._waiting and (self._off or self._idle):
            if self._off:
                found.append((self._waiting.popleft(), None))
            else:
                found += self._begin(self._waiting.popleft(), self._idle.pop())
        self._open_more()
        if found:
            return found
        wait = min(seconds, _OPENING_SECONDS) if self._opening else seconds
        if not self._coming:
            time.sleep(wait)
        for key, _ in self._selector.select(wait) if self._coming else ():
            found += self._hear(key.data)
        now = time.monotonic()
        for late in [one for one in self._coming.values() if one.until < now]:
            found += self._ended(late, None)
        return found

    def close(self) -> None:
        """Let go of all connections, also of those that have not answered."""
        self._off = True
        self._selector.close()
        for connection in (*self._idle, *self._coming):
            connection.close()
        self._take_opened()
        for connection in self._idle:
            connection.close()

    def _take_opened(self) -> None:
        while True:
            try:
                connection = self._opened.get_nowait()
            except Empty:
                return
            self._opening -= 1
            if connection is not None:
                self._idle.append(connection)
            elif not (self._idle or self._coming):
                self._off = True

    def _open_more(self) -> None:
        most = min(_CONNECTIONS - len(self._coming), len(self._waiting))
        for _ in range(most - len(self._idle) - self._opening):
            self._opening += 1
            Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        """In a thread: a connection takes several round trips, and a look-up before them."""
        connection = None
        try:
            connection = self._gets.opened()
            connection.sock.setblocking(False)
        except AnvcsError:  # it is told by who asks for one alone
            pass
        finally:
            self._opened.put(connection)

    def _begin(self, wanted: Wanted, connection: HTTPConnection) -> list[Answer]:
        coming = _Coming(wanted, connection, self._bucket.timeout)
        self._coming[connection] = coming
        self._selector.register(connection.sock, selectors.EVENT_READ, coming)
        try:
            connection.sock.sendall(self._gets.request(self._to(wanted), wanted.version_id))
        except (OSError, AnvcsError):
            return self._ended(coming, None)
        return []

    def _to(self, wanted: Wanted) -> Target:
        return Target(None, self._bucket.bucket, self._bucket.key(wanted.key))

    def _hear(self, coming: _Coming) -> list[Answer]:
        """The answer, once it is whole."""
        most = _LONGEST_HEAD + coming.wanted.size
        try:
            while len(coming.heard) <= most:
                piece = coming.connection.sock.recv(_PIECE)
                if not piece:
                    return self._ended(coming, None)
                coming.heard += piece
                if len(piece) < _PIECE and not isinstance(coming.connection.sock, ssl.SSLSocket):
                    break  # there is no more for now
        except _NOT_YET:
            pass
        except OSError:
            return self._ended(coming, None)
        coming.goes_on(self._bucket.timeout)
        if coming.body < 0 and not self._head(coming):
            return self._ended(coming, None) if coming.body == -2 else []
        end = coming.body + coming.wanted.size
        if len(coming.heard) < end:
            return []
        whole = len(coming.heard) == end
        return self._ended(
            coming, bytes(memoryview(coming.heard)[coming.body :]) if whole else None
        )

    def _head(self, coming: _Coming) -> bool:
        """Whether the head is here, and good; `body` is -2 when it is not good."""
        end = coming.heard.find(b"\r\n\r\n")
        if end < 0:
            coming.body = -2 if len(coming.heard) > _LONGEST_HEAD else -1
            return False
        head = bytes(coming.heard[: end + 2])
        sizes = {int(size) for size in _LENGTH.findall(head)}
        good = _GOOD.match(head) and sizes == {coming.wanted.size} and not _NOT_PLAIN.search(head)
        coming.body = end + 4 if good else -2
        return bool(good)

    def _ended(self, coming: _Coming, data: bytes | None) -> list[Answer]:
        del self._coming[coming.connection]
        self._selector.unregister(coming.connection.sock)
        if data is None:
            coming.connection.close()
        else:
            self._idle.append(coming.connection)
        return [(coming.wanted, data)]

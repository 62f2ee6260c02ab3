"""The long-running filter process protocol (gitattributes(5), gitprotocol-common); no I/O.

A conversation takes what Git sent and says what it means, one event after another; the functions
below spell the answers. Git sends the next request only after the answer to the last one.
"""

from collections.abc import Iterator

from git_anvcs.git.pktline import FLUSH, Decoder, Piece, content, lines
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.records import NamedTuple

CAPABILITIES = (b"capability=clean", b"capability=smudge", b"capability=delay")
_WELCOME = [b"git-filter-client", b"version=2"]
_WITH_CONTENT = ("clean", "smudge")
_LIST = "list_available_blobs"


class NotTheProtocol(AnvcsError):
    """The other side is not a Git that we understand."""


class Reply(NamedTuple):
    """Bytes to send now: a part of the greeting."""

    data: bytes


class Request(NamedTuple):
    """Git asks for one file; its content follows in pieces, then Whole."""

    command: str  # clean or smudge
    path: str  # below the top of the worktree, os.fsdecode'd
    may_delay: bool = False
    blob: str = ""  # object id of what is smudged, where Git knows it
    treeish: str = ""  # the commit or tree that is checked out, where Git knows it
    ref: str = ""


class Whole(NamedTuple):
    """The content of the last request has ended: now it may be answered."""


class AskedForReady(NamedTuple):
    """Git waits for delayed files: answer with `ready`, as soon as there is one."""


Event = Reply | Request | Piece | Whole | AskedForReady


class Conversation:
    """Where in the protocol we are; `hear` is its table of states."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._state = "welcome"
        self._heard: list[bytes] = []

    def hear(self, data: Piece) -> Iterator[Event]:
        """What the bytes mean. Raises NotTheProtocol, BadPacket.

        The pieces of a content in a memoryview are views of the same memory.
        """
        for packet in self._decoder.feed(data):
            if self._state == "content":
                if packet is None:
                    self._state = "request"
                    yield Whole()
                else:
                    yield packet
            elif packet is not None:
                self._heard.append(bytes(packet).removesuffix(b"\n"))
            else:
                heard, self._heard = self._heard, []
                yield self._list_ended(heard)

    @property
    def may_end(self) -> bool:
        """Whether Git may hang up here: between two requests."""
        return self._state == "request" and not self._heard and self._decoder.between

    def _list_ended(self, heard: list[bytes]) -> Event:
        if self._state == "welcome":
            if heard[:1] != _WELCOME[:1] or _WELCOME[1] not in heard:
                raise _strange("its welcome", heard)
            self._state = "capabilities"
            return Reply(lines(b"git-filter-server", b"version=2"))
        if self._state == "capabilities":
            self._state = "request"
            return Reply(lines(*(one for one in CAPABILITIES if one in heard)))
        return self._request(heard)

    def _request(self, heard: list[bytes]) -> Event:
        words: dict[str, str] = {}
        for line in heard:
            key, _, value = line.partition(b"=")
            words[key.decode(errors="replace")] = value.decode(errors="surrogateescape")
        command = words.get("command", "")
        if command == _LIST:
            return AskedForReady()
        if command not in _WITH_CONTENT or "pathname" not in words:
            raise _strange("a request", heard)
        self._state = "content"
        return Request(
            command,
            words["pathname"],
            may_delay=words.get("can-delay") == "1",
            blob=words.get("blob", ""),
            treeish=words.get("treeish", ""),
            ref=words.get("ref", ""),
        )


def status(word: bytes) -> bytes:
    """A list that says how it went: success, error, abort, delayed."""
    return lines(b"status=" + word)


DELAYED = status(b"delayed")
ERROR = status(b"error")
ALL_WELL = FLUSH  # behind a content: the status stays as it was
BEGIN = status(b"success")


def answer(data: bytes) -> Iterator[Piece]:
    """The whole answer for a content that is in memory."""
    yield BEGIN
    yield from content((data,))
    yield FLUSH + ALL_WELL


def ready(paths: list[str]) -> bytes:
    """The delayed files that can be asked for now; none means that there will be none."""
    names = [b"pathname=" + path.encode(errors="surrogateescape") for path in paths]
    return lines(*names) + BEGIN


def _strange(what: str, heard: list[bytes]) -> NotTheProtocol:
    said = b" ".join(heard)[:80].decode(errors="replace")
    return NotTheProtocol(
        f"Git sent as {what}: {said or 'nothing'}",
        hint="git-ai-blob process is started by Git, not by hand",
    )

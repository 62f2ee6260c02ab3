"""The filter that Git starts: answers one file after another, then makes everything last.

The conversation is in blobs/protocol, what is done in flows/blobs; reading and writing are here.
A person hears at most a few lines, at the end, on standard error.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
import os
import sys

from git_anvcs.blobs import protocol
from git_anvcs.blobs.contents import chunks
from git_anvcs.blobs.pointer import LONGEST_SEEN, Pointer, parse
from git_anvcs.blobs.protocol import (
    AskedForReady,
    Conversation,
    Event,
    NotTheProtocol,
    Reply,
    Request,
    Whole,
)
from git_anvcs.flows.blobs.clean import Cleaning
from git_anvcs.flows.blobs.filter_run import FilterRun
from git_anvcs.flows.blobs.smudge import AT_ONCE, Content
from git_anvcs.git.locate import Names, called_in
from git_anvcs.git.pktline import FLUSH, BadPacket, Piece, content
from git_anvcs.kernel.errors import DONE, NO, AnvcsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

    from git_anvcs.blobs.selection import Selection
    from git_anvcs.flows.blobs.awaited import Awaited
    from git_anvcs.flows.blobs.late import Late

SKIP = "GIT_ANVCS_SKIP_SMUDGE"
LARGE = 8 << 20  # bytes; more is written when Git has hung up (flows/blobs/late)
_PIPE = 1 << 20
_NAMED = 5
_MENDED = ["hint: `git-ai-blob checkout` puts contents where pointers are"]
_IN_MEMORY = 8 << 20

Answer = Iterable[bytes] | bytes  # bytes are one of the two words below
ERROR, DELAYED = protocol.ERROR, protocol.DELAYED


class Filter:
    """Answers requests; `finish` when Git has hung up.

    names: None outside of every repository; until_end: whether Git waits for our end
    """

    def __init__(self, names: Names | None, env: Mapping[str, str], *, until_end: bool) -> None:
        self._run = FilterRun(names) if names else None
        self._env = env
        self._off = env.get("ANVCS") == "0"
        self._skip = env.get(SKIP, "") not in ("", "0")
        self._awaited: Awaited | None = None
        self._until_end = until_end
        self._late: Late | None = None
        self._selection: Selection | None = None
        self._problems: list[str] = []

    def clean(self, path: str, pieces: Iterator[Piece]) -> Answer:
        """What Git is to store, or ERROR; all pieces are taken in any case.

        A piece is what it is until the next one is asked for, here and below.
        """
        try:  # also with ANVCS=0: that a content goes past Git is what the repository asks for
            if self._run is None:
                raise AnvcsError("there is no repository here that could keep large files")
            with Cleaning(self._run, path) as cleaning:
                for piece in pieces:
                    cleaning.write(piece)
                return (cleaning.answer(),)
        except AnvcsError as error:
            from git_anvcs.kernel.terminal import quoted

            self._problems.append(f"{quoted(path)} was not added: {error.message}")
            for _ in pieces:
                continue
            return ERROR

    def smudge(self, request: Request, pieces: Iterator[Piece]) -> Answer:
        """What the file is to hold, or DELAYED where Git lets us; never ERROR."""
        data = _start(pieces)
        told = self._awaited.text_of(request.path) if self._awaited else None
        data = data if told is None else told
        if self._off or self._skip or self._run is None:
            return _collected(_chained(data, pieces))
        spelt = self._run.as_in_git(data, request.path, request.blob)
        pointer = parse(spelt)
        if pointer is None:
            return _collected(_chained(data, pieces))
        self._run.saw(pointer, spelt, request.path)
        found = Content(self._run, pointer)
        if writer := self._writer(self._run, pointer):
            writer.add(request.path, pointer, spelt, data)
            return (data,)
        if found.load():
            return found.pieces()
        if told is None and self._leaves_out(self._run, request):
            return (data,)
        if told is None and self._asks(self._run, request, pointer, data):
            return DELAYED
        if told is None and found.load():
            return found.pieces()
        self._run.lacks(pointer, request.path)
        return (data,)

    def _asks(self, run: FilterRun, request: Request, pointer: Pointer, data: bytes) -> bool:
        """Fetch the content of this file; whether Git is to ask for it again."""
        stores = self._stores(run)
        if stores.possible and request.may_delay:
            stores.add(request.path, pointer, data)
        elif stores.possible:
            stores.bring(pointer)
        return stores.possible and request.may_delay

    def ready(self) -> list[str]:
        """The delayed files that can be asked for now; none when there are none left."""
        return self._awaited.ready() if self._awaited else []

    def finish(self) -> list[str]:
        """Make everything last; sentences for standard error."""
        said = list(self._problems)
        if self._awaited:
            self._awaited.close()
            said += self._awaited.problems
        if self._late and self._run:
            said += self._write_late(self._late, self._run)
        return said + (self._run.end() if self._run else [])

    def cut_off(self) -> list[str]:
        """What somebody should hear who has interrupted us; sentences for standard error."""
        return self._late.cut_off() if self._late else []

    def _writer(self, run: FilterRun, pointer: Pointer) -> "Late | None":
        """What writes this file when Git has hung up, where that is possible and worth it."""
        if not self._until_end or pointer.size <= LARGE:
            return None
        if not run.has(pointer):
            return None
        if self._late is None:
            from git_anvcs.flows.blobs.late import Late

            self._late = Late(run, self._env)
        return self._late if self._late.possible else None

    def _write_late(self, late: "Late", run: FilterRun) -> list[str]:
        try:
            written = late.write()
        except AnvcsError as error:
            return [f"large files stay pointers: {error.message} (`git ai-blob checkout`)"]
        for path, pointer in written.lacking.items():
            run.lacks(pointer, path)
        from git_anvcs.kernel.terminal import quoted

        said = [f"{quoted(path)} stays a pointer: {why}" for path, why in written.left.items()]
        more = len(said) - _NAMED
        return said[:_NAMED] + [f"{more} more stay pointers"] * (more > 0) + _MENDED * bool(said)

    def _leaves_out(self, run: FilterRun, request: Request) -> bool:
        """Whether settings want no content for this file; it is not missed then."""
        if self._selection is None:
            from git_anvcs.flows.blobs import selecting

            place = run.names.place()
            self._selection = selecting.of_checkout(place, self._env, request.treeish)
        return not self._selection.takes(request.path)

    def _stores(self, run: FilterRun) -> "Awaited":
        if self._awaited is None:
            from git_anvcs.flows.blobs.awaited import Awaited

            self._awaited = Awaited(run.names.place(), self._env)
        return self._awaited


def main(words: Sequence[str], env: Mapping[str, str]) -> int:
    """`process`, or `clean PATH` or `smudge PATH` for one file; the exit code."""
    filter_ = Filter(called_in(os.getcwd(), env), env, until_end=words[0] == "process")
    if words[0] == "process":
        return serve(filter_, 0, 1)
    path = words[1] if len(words) > 1 else ""
    pieces = chunks(sys.stdin.buffer)
    one = words[0] == "clean"
    answer = filter_.clean(path, pieces) if one else filter_.smudge(Request("", path), pieces)
    if not isinstance(answer, bytes):
        for piece in answer:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    _tell(filter_.finish())
    return NO if isinstance(answer, bytes) else DONE


def serve(filter_: Filter, reader: int, writer: int) -> int:
    """Talk with Git until it hangs up; the exit code."""
    try:
        return _serve(filter_, reader, writer)
    except KeyboardInterrupt:
        _tell(filter_.cut_off())
        raise


def _serve(filter_: Filter, reader: int, writer: int) -> int:
    _widen(reader, writer)
    code = DONE
    try:
        with open(writer, "wb", buffering=AT_ONCE, closefd=False) as out:
            _talk(filter_, _events(reader), out)
    except (EOFError, BrokenPipeError):  # Git has died: nobody waits for an answer
        code = NO
    except (BadPacket, NotTheProtocol) as error:
        _tell([error.message])
        code = NO
    _tell(filter_.finish())
    return code


def _talk(filter_: Filter, events: Iterator[Event], out: "IO[bytes]") -> None:
    for event in events:
        match event:
            case Reply(data):
                out.write(data)
            case AskedForReady():
                out.write(protocol.ready(filter_.ready()))
            case Request("clean", path):
                _answer(out, filter_.clean(path, _content(events)))
            case Request():
                _answer(out, filter_.smudge(event, _content(events)))
            case _:  # the rest of a content that was not wanted
                continue
        out.flush()


def _answer(out: "IO[bytes]", answer: Answer) -> None:
    if isinstance(answer, bytes):
        out.write(answer)
        return
    out.write(protocol.BEGIN)
    end = protocol.ALL_WELL
    try:
        for piece in answer:
            out.writelines(content((piece,)))
    except BrokenPipeError:
        raise
    except OSError:  # a disk that fails now; Git must not believe what it has
        end = ERROR
    out.write(FLUSH + end)


def _events(reader: int) -> Iterator[Event]:
    talk = Conversation()
    memory = memoryview(bytearray(_PIPE))  # the same for all: new memory takes longer than counting
    while size := os.readv(reader, [memory]):
        yield from talk.hear(memory[:size])
    if not talk.may_end:
        raise EOFError


def _content(events: Iterator[Event]) -> Iterator[Piece]:
    """The pieces of a content, up to its end."""
    for event in events:
        if isinstance(event, Whole):
            return
        if isinstance(event, (bytes, memoryview)):
            yield event


def _start(pieces: Iterator[Piece]) -> bytes:
    """The whole of what is as short as a pointer, else a start that is none."""
    data = b""
    for piece in pieces:
        data += piece
        if len(data) > LONGEST_SEEN:
            break
    return data


def _chained(first: bytes, pieces: Iterator[Piece]) -> Iterator[Piece]:
    yield first
    yield from pieces


def _collected(pieces: Iterator[Piece]) -> Iterable[bytes]:
    """All of a content: Git reads no answer before it has sent everything."""
    kept: list[bytes] = []
    size = 0
    for piece in pieces:
        kept.append(bytes(piece))
        size += len(piece)
        if size > _IN_MEMORY:
            break
    else:
        return kept
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.writelines(kept)
        file.writelines(pieces)
        copy = os.fdopen(os.dup(file.fileno()), "rb")
    copy.seek(0)
    return chunks(copy)


def _widen(*descriptors: int) -> None:
    """Ask for pipes of a megabyte: half as many turns between Git and us."""
    import fcntl

    for descriptor in descriptors:
        try:
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE)
        except (OSError, AttributeError):  # no pipe, not allowed, not Linux
            continue


def _tell(sentences: Sequence[str]) -> None:
    if sentences:
        from git_anvcs.kernel.terminal import safe

        for sentence in sentences:
            sys.stderr.write(f"git-ai-blob: {safe(sentence)}\n")

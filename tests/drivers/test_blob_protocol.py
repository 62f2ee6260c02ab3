"""The filter process as Git talks to it: laws, broken streams, death at every packet."""

from hashlib import sha256
import os
from pathlib import Path
import signal
import subprocess
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.drivers.blob_filter import Filter, serve
from git_anvcs.git.locate import Names
from git_anvcs.git.pktline import FLUSH, Decoder, content, lines
from git_anvcs.store.paths import Paths
from tests.support.sandbox import PROGRAMS, Sandbox

GREETING = lines(b"git-filter-client", b"version=2") + lines(
    b"capability=clean", b"capability=smudge", b"capability=delay"
)


def asked(command: str, path: str, data: bytes) -> list[bytes]:
    """A request as its packets and flushes."""
    head = lines(f"command={command}".encode(), f"pathname={path}".encode())
    return [head, *content((data,)), FLUSH]


def talk(place: Names, stream: bytes) -> tuple[int, bytes]:
    """One run of the filter over these bytes: its exit code and what it said."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as out:
        said.write(stream)
        said.flush()
        os.lseek(said.fileno(), 0, os.SEEK_SET)
        code = serve(Filter(place, {}, until_end=False), said.fileno(), out.fileno())
        out.seek(0)
        return code, out.read()


def contents(said: bytes) -> list[bytes]:
    """The contents of successful answers, behind the greeting."""
    found: list[bytes] = []
    lists: list[list[bytes]] = [[]]
    for packet in Decoder().feed(said):
        if packet is None:
            lists.append([])
        else:
            lists[-1].append(packet)
    behind = lists[2:-1]
    for status, body, end in zip(behind[::3], behind[1::3], behind[2::3], strict=True):
        assert (status, end) == ([b"status=success\n"], [])
        found.append(b"".join(body))
    return found


POINTERS = st.builds(
    lambda size, storage, version: (size, storage, version),
    st.integers(1, 3),
    st.sampled_from(["", "s3", "ipfs"]),
    st.sampled_from(["", "v1", "-v2"]),
)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), POINTERS), min_size=1, max_size=6))
def test_what_was_smudged_is_cleaned_to_the_same_pointer(
    steps: list[tuple[str, tuple[int, str, str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        git_dir = Path(folder)
        here = Names(f"{folder}/w", folder, folder)
        stored = {}
        for size in (1, 2, 3):
            with Cache(Paths(git_dir)).draft() as draft:
                draft.write(b"x" * size)
                stored[size] = draft.keep()[0]
        last: dict[str, tuple[bytes, bytes]] = {}
        for path, (size, storage, version) in steps:
            spelt = text(Pointer(stored[size], size, storage, version_id=version))
            _, said = talk(here, GREETING + b"".join(asked("smudge", path, spelt)))
            assert contents(said) == [b"x" * size]
            last[path] = (b"x" * size, spelt)
        for path, (data, spelt) in last.items():
            _, said = talk(here, GREETING + b"".join(asked("clean", path, data) * 2))
            assert contents(said) == [spelt, spelt]


STREAM = [
    GREETING,
    *asked("clean", "a", b"a" * 3000),
    *asked("clean", "b", b"b" * 140_000),
    *asked("smudge", "c", text(Pointer(sha256(b"a" * 3000).hexdigest(), 3000))),
    *asked("clean", "d", b"d"),
]


@settings(max_examples=50)
@given(st.integers(0, len(b"".join(STREAM))), st.integers(0, 6), st.binary(max_size=6))
def test_a_broken_stream_ends_without_a_bug_and_without_a_wrong_content(
    cut: int, gone: int, put: bytes
) -> None:
    whole = b"".join(STREAM)
    with tempfile.TemporaryDirectory() as folder:
        here = Names(f"{folder}/w", folder, folder)
        talk(here, whole[:cut] + put + whole[cut + gone :])
        check(Cache(Paths(Path(folder))))
        drafts = Path(folder) / "anvcs/blobs/drafts"
        assert not drafts.is_dir() or list(drafts.iterdir()) == []


SHORT = b"".join([
    GREETING,
    lines(b"command=clean", b"pathname=a", b"new-key=of a later Git"),
    *content((b"abc",)),
    FLUSH,
    lines(b"command=smudge", b"pathname=b", b"can-delay=1", b"ref=refs/heads/x"),
    *content((b"no pointer",)),
    FLUSH,
    lines(b"command=list_available_blobs"),
])  # fmt: skip


def test_a_stream_that_ends_at_any_byte_is_answered_as_far_as_it_goes(tmp_path: Path) -> None:
    here = Names(str(tmp_path / "w"), str(tmp_path), str(tmp_path))
    code, whole = talk(here, SHORT)
    assert code == 0
    for end in range(len(SHORT)):
        code, said = talk(here, SHORT[:end])
        assert whole.startswith(said), end
        assert code in (0, 1)
    assert list(Cache(Paths(tmp_path)).oids()) == [sha256(b"abc").hexdigest()]


WORDS = st.one_of(
    st.sampled_from([
        b"git-filter-client", b"version=1", b"version=2", b"version=3", b"version=", b"",
        b"capability=clean", b"capability=delay", b"capability=later", b"command=clean",
        b"command=smudge", b"command=list_available_blobs", b"command=", b"pathname=a",
        b"pathname=", b"can-delay=1", b"can-delay=", b"blob=xyz", b"=", b"\xff=\xfe", b"a\nb",
    ]),
    st.binary(max_size=8),
)  # fmt: skip
LISTS = st.lists(WORDS, max_size=4).map(lambda words: lines(*words))
ODD = st.sampled_from([b"0001", b"0002", b"0003", b"0004", b"fff1", b"ffff", b"zzzz", b"00"])
SPEECHES = st.lists(
    st.one_of(st.just(GREETING), LISTS, LISTS, ODD, st.just(FLUSH)), max_size=8
).map(b"".join)


@settings(max_examples=150)
@given(st.booleans(), SPEECHES)
def test_whatever_is_said_is_answered_in_packets_or_ends_the_talk(
    greeted: bool, speech: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Names(f"{folder}/w", folder, folder)
        code, said = talk(here, GREETING * greeted + speech)
        assert code in (0, 1)
        decoder = Decoder()
        decoder.feed(said)
        assert decoder.between
        check(Cache(Paths(Path(folder))))


def check(cache: Cache) -> None:
    """What the cache has is whole."""
    assert all(cache.whole(oid) for oid in list(cache.oids()))


def test_a_filter_that_is_killed_at_any_packet_leaves_no_lock_and_a_whole_cache(
    repo: Sandbox,
) -> None:
    cache = Cache(Paths(repo.root / ".git"))
    for stop in range(1, len(STREAM) + 1):
        filter_ = subprocess.Popen(
            [PROGRAMS / "git-ai-blob", "process"],
            cwd=repo.root,
            env=repo.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert filter_.stdin is not None
        assert filter_.stdout is not None
        filter_.stdin.write(b"".join(STREAM[:stop]))
        filter_.stdin.flush()
        filter_.stdout.read(4)  # it is at work
        filter_.send_signal(signal.SIGKILL)
        filter_.communicate()
        check(cache)
    locks = [path for path in (repo.root / ".git").rglob("*") if "lock" in path.name]
    assert locks == []
    git_dir = str(repo.root / ".git")
    code, said = talk(Names(str(repo.root), git_dir, git_dir), b"".join(STREAM))
    assert code == 0
    assert [len(one) for one in contents(said)][2] == 3000
    check(cache)

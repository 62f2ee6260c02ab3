"""Objects read in bulk and written in bulk: one git process each way, in every object format.

Ids are computed here and the objects handed over as one pack, so that a batch of any size
costs one `git unpack-objects` (or, when it is large, one `git index-pack`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
import os
import re
from threading import Thread
from typing import NamedTuple
import zlib

from git_anvcs.git.repo import GitFailed, Repo, Talk

# Above this Git keeps the pack instead of many loose files (as its own fetch.unpackLimit).
UNPACK_LIMIT = 100

# A partial clone must not go to the network for a hook. Git >= 2.45 knows the first variable;
# older ones are stopped by having no transport.
NO_FETCH = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}

# A record is of the commit that its id names, as every clone has it, whatever replace refs show.
AS_STORED = {**NO_FETCH, "GIT_NO_REPLACE_OBJECTS": "1"}

# One entry of a tree, by the size of its ids; in a whole tree each match begins where one ended.
_ENTRIES = {
    size: re.compile(rb"[0-7]{5,6} ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)
}

# Twice so many questions fit into a pipe that nobody reads yet (16 KiB on macOS).
PORTION = 50

_PACK_TYPES = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


class Object(NamedTuple):
    """An object: its id, kind (`commit`, `tree`, `blob`, `tag`) and bytes."""

    oid: str
    kind: str
    data: bytes


class Entry(NamedTuple):
    """One entry of a tree; `mode` as Git writes it (`100644`, `40000`)."""

    mode: bytes
    name: bytes
    oid: str

    @property
    def is_tree(self) -> bool:
        return self.mode in (b"40000", b"040000")


def read(
    repo: Repo, names: Iterable[str], *, env: Mapping[str, str] | None = None
) -> list[Object | None]:
    """The objects that `names` (any revision syntax, no newline) stand for, in that order.

    None for a name that stands for nothing here.
    """
    asked = [name.encode(errors="surrogateescape") for name in names]
    if not asked:
        return []
    stdin = b"\n".join(asked) + b"\n"
    done = repo.try_git("cat-file", "--batch", "--buffer", stdin=stdin, env=env)
    found = list(_parse(done.stdout, len(asked)))
    if done.returncode != 0 and not found:
        raise GitFailed(done.argv, done.returncode, done.stderr)
    # A git that died on the way (an object it may not fetch) answered only the first ones.
    return found + [None] * (len(asked) - len(found))


def smudged(repo: Repo, files: Mapping[str, str]) -> dict[str, bytes]:
    """What a checkout writes for the blob of each path; without those that are not to be had.

    The size that git tells is that of the blob, not of what it writes: a mark that nothing else
    holds is looked for instead.
    """
    here = blob_sizes(repo, files.values())
    plain = [path for path, oid in files.items() if oid in here and "\n" not in path]
    mark = os.urandom(16).hex()
    stdin = "".join(f"{files[path]} {path}\n" for path in plain).encode(errors="surrogateescape")
    done = repo.try_git("cat-file", f"--batch={mark}", "--filters", stdin=stdin)
    parts = done.stdout.split(f"{mark}\n".encode())[1:]
    whole = parts if done.returncode == 0 else parts[:-1]  # it died in the last one
    found = {path: part[:-1] for path, part in zip(plain, whole, strict=False)}
    for path in files.keys() - found.keys():
        one = repo.try_git("cat-file", "--filters", f"--path={path}", files[path])
        if one.returncode == 0:
            found[path] = one.stdout
    return found


def stream(
    repo: Repo, oids: Sequence[str], *, env: Mapping[str, str] | None = None
) -> Iterator[Object | None]:
    """The same for many ids, one by one: git reads the next ones while the caller has this one."""
    if not oids:
        return
    asked = "\n".join([*oids, ""]).encode()
    with (
        suppress(GitFailed),  # it died on the way, and answered only the first ones
        repo.talk("cat-file", "--batch", "--buffer", env=env) as git,
        _fed(git, asked),
    ):
        for _ in oids:
            found = answer(git)
            yield None if isinstance(found, str) else found


@contextmanager
def _fed(git: Talk, stdin: bytes) -> Iterator[None]:
    """All of `stdin` goes to git while the block reads what it prints."""

    def feed() -> None:
        with suppress(BrokenPipeError, ValueError):  # it has died, or we have read enough
            git.write.write(stdin)
            git.write.close()

    feeder = Thread(target=feed, daemon=True)
    feeder.start()
    yield
    feeder.join()


def ask(git: Talk, questions: Iterable[str]) -> None:
    """Put questions to a `cat-file --batch-command --buffer`; at most two PORTIONs may be open."""
    text = "".join(f"{question}\n" for question in (*questions, "flush"))
    with suppress(BrokenPipeError):  # it has died; that there is no answer says so
        git.write.write(text.encode(errors="surrogateescape"))
        git.write.flush()


def answer(git: Talk) -> Object | str:
    """The answer to one `contents`: the object, or what git says instead (empty: it has died)."""
    said = git.read.readline()
    words = said.split()
    if len(words) < 3 or not words[-1].isdigit():  # "<name> missing", "<name> ambiguous"
        return said.decode(errors="replace").strip()
    size = int(words[2])
    return Object(words[0].decode(), words[1].decode(), git.read.read(size + 1)[:size])


def ids(repo: Repo, names: Iterable[str]) -> list[str | None]:
    """The ids that `names` stand for, in that order; nothing is read or fetched."""
    names = list(names)
    if odd := [name for name in names if _is_odd(name)]:
        apart = {name: _id(repo, name) for name in odd}
        plain = [name for name in names if name not in apart]
        apart |= dict(zip(plain, ids(repo, plain), strict=True))
        return [apart[name] for name in names]
    asked = [name.encode(errors="surrogateescape") for name in names]
    if not asked:
        return []
    stdin = b"\n".join(asked) + b"\n"
    done = repo.try_git("cat-file", "--batch-check=%(objectname)", stdin=stdin, env=NO_FETCH)
    lines = done.stdout.decode(errors="surrogateescape").splitlines()
    found = [line if len(line) == len(repo.zero_oid) else None for line in lines]
    return found + [None] * (len(asked) - len(found))


def _is_odd(name: str) -> bool:
    """Whether git cannot read it as one line: it takes CR LF for the end of one, too."""
    return "\n" in name or name.endswith("\r")


def _id(repo: Repo, name: str) -> str | None:
    done = repo.try_git("rev-parse", "--verify", "-q", "--end-of-options", name, env=NO_FETCH)
    return done.stdout.decode().strip() or None if done.returncode == 0 else None


def blob_sizes(repo: Repo, oids: Iterable[str]) -> dict[str, int]:
    """The size in bytes of those of `oids` that are blobs here; nothing is read or fetched."""
    stdin = "".join(f"{oid}\n" for oid in oids).encode()
    asked = ("cat-file", "--batch-check=%(objecttype) %(objectsize) %(objectname)")
    lines = repo.try_git(*asked, stdin=stdin, env=NO_FETCH).stdout.decode().splitlines()
    found = (line.split(" ") for line in lines if line.startswith("blob "))
    return {oid: int(size) for _, size, oid in found}


def write(repo: Repo, objects: Iterable[Object]) -> None:
    """Store objects made with `make`; the ones Git has already cost nothing."""
    unique = {found.oid: found for found in objects}
    if not unique:
        return
    pack = _pack(unique.values(), repo.object_format)
    if len(unique) > UNPACK_LIMIT:
        repo.git("index-pack", "--stdin", stdin=pack, env=NO_FETCH)
    else:
        repo.git("unpack-objects", "-q", stdin=pack, env=NO_FETCH)


def make(repo: Repo, kind: str, data: bytes) -> Object:
    """The object with its id; nothing is stored yet."""
    header = f"{kind} {len(data)}\0".encode()
    return Object(_digest(repo.object_format, header + data).hex(), kind, data)


def tree_entries(repo: Repo, data: bytes) -> list[Entry]:
    """A tree object taken apart."""
    size = len(repo.zero_oid) // 2
    entries = []
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        oid = data[end + 1 : end + 1 + size].hex()
        entries.append(Entry(data[at:space], data[space + 1 : end], oid))
        at = end + 1 + size
    return entries


def ids_in(tree: Object) -> dict[bytes, str]:
    """Name -> id of everything in a tree: `tree_entries` ten times as fast, for large ones."""
    entry = _ENTRIES[len(tree.oid) // 2]
    return {name: oid.hex() for name, oid in entry.findall(tree.data)}


def tree_data(entries: Iterable[Entry]) -> bytes:
    """The bytes of a tree object, entries in Git's order (a tree sorts as if it ended in `/`)."""
    ordered = sorted(entries, key=lambda e: e.name + b"/" if e.is_tree else e.name)
    return b"".join(e.mode + b" " + e.name + b"\0" + bytes.fromhex(e.oid) for e in ordered)


def _parse(out: bytes, wanted: int) -> Iterable[Object | None]:
    at = 0
    for _ in range(wanted):
        end = out.find(b"\n", at)
        if end < 0:
            return
        words = out[at:end].split(b" ")
        if len(words) < 3 or not words[-1].isdigit():  # "<name> missing", "<name> ambiguous"
            yield None
            at = end + 1
            continue
        size = int(words[2])
        yield Object(words[0].decode(), words[1].decode(), out[end + 1 : end + 1 + size])
        at = end + size + 2


def _pack(objects: Iterable[Object], object_format: str) -> bytes:
    """A version 2 pack of whole objects (gitformat-pack(5))."""
    chosen = list(objects)
    parts = [b"PACK" + (2).to_bytes(4, "big") + len(chosen).to_bytes(4, "big")]
    for found in chosen:
        parts += [
            _entry_header(_PACK_TYPES[found.kind], len(found.data)),
            zlib.compress(found.data),
        ]
    body = b"".join(parts)
    return body + _digest(object_format, body)


def _digest(object_format: str, data: bytes) -> bytes:
    import hashlib  # 3 ms that only who writes objects pays for

    return hashlib.new(object_format, data).digest()


def _entry_header(kind: int, size: int) -> bytes:
    """Type and size of a pack entry: 4 bits of size, then 7 a byte, low bits first."""
    byte = kind << 4 | size & 15
    size >>= 4
    header = bytearray()
    while size:
        header.append(byte | 0x80)
        byte = size & 0x7F
        size >>= 7
    header.append(byte)
    return bytes(header)

"""Commits and tags written anew over converted trees; all else in them stays byte for byte.

A commit whose tree and parents stay is left alone, signature and all. Of one that changes, what
signs the old bytes (`gpgsig`, `mergetag`) is dropped: it would be a lie.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
import re
from typing import NamedTuple

from git_anvcs.flows.blobs.migrate.contents import AHEAD, Contents, ObjectMissing
from git_anvcs.flows.blobs.migrate.trees import Trees
from git_anvcs.git import objects
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import Repo

_SIGNING = (b"gpgsig ", b"gpgsig-sha256 ", b"mergetag ")
_SIGNATURE = re.compile(
    rb"^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$", re.MULTILINE
)

Each = Callable[[Sequence[str], str], Iterable[str]]


class Rewritten(NamedTuple):
    """commits: old -> new, of those that change; seen: how many were looked at; unsigned: how many
    commits and tags lost a signature"""

    commits: Mapping[str, str]
    tags: Mapping[str, str]
    seen: int
    unsigned: int

    def now(self, oid: str) -> str:
        """What a commit or a tag has become."""
        return self.tags.get(oid) or self.commits.get(oid) or oid


def rewrite(
    repo: Repo,
    contents: Contents,
    trees: Trees,
    tips: Sequence[str],
    each: Each,
    origins: Mapping[str, str] | None = None,
) -> Rewritten:
    """Write everything that `tips` (commits and annotated tags) reach, the oldest first.

    each: goes through commits, as with a progress bar
    origins: commits that a migration wrote which is taken back -> the trees they were made from;
        what later commits have of these as it was is taken back in them, too
    Raises ObjectMissing, GitFailed and what the conversion raises; no ref has moved then.
    """
    asked = "".join(f"{oid}\n" for oid in dict.fromkeys(tips)).encode()
    listed = repo.git(
        "rev-list", "--topo-order", "--reverse", "--stdin", stdin=asked, env=AS_STORED
    )
    oids = listed.decode().split()
    done: dict[str, str] = {}
    came = dict(origins or {})  # of later commits: what became of their first parents' trees
    unsigned = 0
    for number, (oid, data) in enumerate(_each(repo, oids, each)):
        if number % AHEAD == 0:
            contents.expect(oids[number : number + AHEAD])
        was = came.get(oid) or came.get(_first_parent(data), "")
        made, signed = _commit(data, trees, done, was)
        if was and not contents.dry:  # which writes no tree
            came[oid] = made.removeprefix(b"tree ").partition(b"\n")[0].decode()
        if made != data:
            done[oid] = contents.write("commit", made)
            unsigned += signed
    tags: dict[str, str] = {}
    for oid in dict.fromkeys(tips):
        unsigned += _tag(contents, oid, done, tags)
    contents.flush()
    return Rewritten(done, tags, len(oids), unsigned)


def _each(repo: Repo, oids: Sequence[str], each: Each) -> Iterator[tuple[str, bytes]]:
    found = objects.stream(repo, oids, env=AS_STORED)
    for oid, commit in zip(each(oids, "rewriting commits"), found, strict=True):
        if commit is None:
            raise ObjectMissing(f"the commit {oid} is not here", hint="git fsck says what is lost")
        yield oid, commit.data


def _first_parent(data: bytes) -> str:
    lines = data.split(b"\n", 2)
    return lines[1].removeprefix(b"parent ").decode() if lines[1].startswith(b"parent ") else ""


def _commit(data: bytes, trees: Trees, done: Mapping[str, str], was: str) -> tuple[bytes, bool]:
    """The new bytes of a commit, the same ones where nothing changes; whether it was signed."""
    head, _, message = data.partition(b"\n\n")
    lines = head.split(b"\n")
    new = [_line(line, trees, done, was) for line in lines]
    if new == lines:
        return data, False
    kept = _unsigned(new)
    return b"\n".join(kept) + b"\n\n" + message, len(kept) != len(new)


def _line(line: bytes, trees: Trees, done: Mapping[str, str], was: str) -> bytes:
    key, _, value = line.partition(b" ")
    if key == b"tree":
        return b"tree " + trees.root(value.decode(), was).encode()
    if key == b"parent":
        old = value.decode()
        return b"parent " + done.get(old, old).encode()
    return line


def _unsigned(lines: Sequence[bytes]) -> list[bytes]:
    """The header without what signs it; such a header goes on in lines that begin with a blank."""
    kept = []
    dropping = False
    for line in lines:
        dropping = line.startswith(_SIGNING) or (dropping and line.startswith(b" "))
        if not dropping:
            kept.append(line)
    return kept


def _tag(contents: Contents, oid: str, commits: Mapping[str, str], tags: dict[str, str]) -> int:
    """Write a tag anew if what it tags has changed; how many signatures were lost.

    A tag may be of a tag; one of a tree or a blob is left alone.
    """
    if oid in commits or oid in tags:
        return 0
    data = contents.data(oid)
    head, _, message = data.partition(b"\n\n")
    lines = head.split(b"\n")
    if not lines[0].startswith(b"object "):
        return 0  # a commit that stays
    target = lines[0].removeprefix(b"object ").decode()
    lost = _tag(contents, target, commits, tags) if lines[1:2] == [b"type tag"] else 0
    new = tags.get(target) or commits.get(target)
    if new is None:
        return lost
    kept = [b"object " + new.encode(), *_unsigned(lines[1:])]
    signature = next(iter([*_SIGNATURE.finditer(message)][-1:]), None)  # as Git: the last one
    text = message[: signature.start()] if signature else message
    tags[oid] = contents.write("tag", b"\n".join(kept) + b"\n\n" + text)
    return lost + (signature is not None or len(kept) != len(lines))

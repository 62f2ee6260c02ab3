"""Clones that keep a journal each, and a network between them that loses, doubles and delays."""

from collections.abc import Callable, Iterator
import hashlib
from itertools import permutations
from pathlib import Path
import random
import shutil
from typing import NamedTuple

from git_anvcs.journal import hearing, history, saying, segment
from git_anvcs.journal.edits import between
from git_anvcs.journal.hearing import Taken
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.merged import merged
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.replica import Replica
from git_anvcs.journal.text import doc_id, new_client, seed
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from git_anvcs.trust import ed25519

PATHS = ("a.py", "b.md")
BASE = "one\ntwo é\nthree 😀\n"
BLOB = "b" * 40
LIVE, ALONE = "worktrees/live", "."
WORDS = ["x", "é", "word ", "\n", "line\n", "😀", "def f():\n    pass\n", "\t"]

Patch = tuple[int, int, str]


class Clone:
    """One clone: a journal in a folder, and what its people have in their editors.

    In the lane ALONE it writes without hearing anybody, in LIVE on top of all that it has heard.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open(ed25519.generate())
        self.said: list[bytes] = []  # digests of what was acknowledged

    def _open(self, key: bytes) -> None:
        self.key = key
        self.journal = Journal(Paths(self.folder))
        self.texts = Texts(self.journal)
        self.live = {}
        for path in PATHS:
            doc = doc_id(BLOB, path)
            with self.journal.writing():
                if not self.texts.knows(doc):
                    self.texts.begin(doc, BASE)
            self.live[doc] = Replica(new_client())
            self.live[doc].take(b"", [seed(doc, BASE)])
            for actor, payload in self.journal.updates_of(doc):
                self.live[doc].take(actor, [payload])

    def copied(self, folder: Path) -> "Clone":
        """As `cp -r` makes it, while this one goes on."""
        self.journal.close()
        shutil.copytree(self.folder, folder)
        self._open(self.key)
        return Clone(folder)

    def close(self) -> None:
        self.journal.close()

    def save(self, path: str, lane: str, change: Callable[[str], str]) -> str:
        """Somebody changes the text and saves; the text then."""
        doc = doc_id(BLOB, path)
        with self.journal.writing():
            replica = self.live[doc]
            document = replica.document if lane == LIVE else self.texts.newest(doc, lane)
            old = str(document)
            new = change(old)
            update = document.edit(between(old, new))
            digest = hashlib.sha256(new.encode()).digest()
            op = Op(Kind.EDIT, lane, 0, path, doc, base=BLOB, digest=digest, payload=update)
            [entry] = self.journal.append([op._replace(client=document.client)], 1000.0)
            if lane == ALONE:
                self.texts.written(entry)
                replica.take(self.journal.actor, [update])
            else:
                replica.wrote(update)
        *_, last = self.journal.chain(self.journal.actor, len(self.said))
        self.said.append(last.digest)
        return new

    def tells(self, after: int) -> list[bytes]:
        """Packed segments of its own chain, after an operation."""
        sign = lambda said: (ed25519.public_of(self.key), ed25519.sign(self.key, said))  # noqa: E731
        return [segment.pack(one) for one in saying.segments(self.journal, after, sign)]

    def hears(self, packed: bytes) -> Taken:
        with self.journal.writing():
            taken = hearing.take(self.journal, segment.unpack(packed))
        for entry in taken.entries:
            actor = entry.op.lane.partition("/")[0].encode()
            self.live[entry.op.doc].take(actor, [self.journal.payload(entry.n)])
        return taken

    def knows_of(self, other: "Clone") -> int:
        heard = self.journal.heard().get(other.journal.actor)
        return heard.seq if heard else 0


class Told(NamedTuple):
    """A message on its way."""

    to: int
    packed: bytes


class World:
    """Three clones, a fourth copied from one of them in the middle, and what is on its way."""

    def __init__(self, folder: Path, number: int, patches: Iterator[Patch] | None = None) -> None:
        self.chosen = random.Random(number)
        self._folder = folder
        self._patches = patches
        self.clones = [Clone(folder / str(one)) for one in range(3)]
        self._on_its_way: list[Told] = []
        self._apart: set[tuple[int, int]] = set()
        self.alone: dict[tuple[int, str], list[str]] = {}

    def run(self, steps: int) -> None:
        for step in range(steps):
            if step == steps // 2:
                of = self.chosen.randrange(3)
                self.clones.append(self.clones[of].copied(self._folder / "copy"))
            if self.chosen.random() < 0.15:
                both = list(permutations(range(len(self.clones)), 2))
                self._apart = set(self.chosen.sample(both, self.chosen.randrange(len(both))))
            self._edit(self.chosen.randrange(len(self.clones)))
            self._send()
            self._deliver()

    def _edit(self, one: int) -> None:
        path = self.chosen.choice(PATHS)
        lane = self.chosen.choice([LIVE, LIVE, ALONE])
        text = self.clones[one].save(path, lane, self._changed)
        if lane == ALONE:
            self.alone.setdefault((one, path), []).append(text)

    def _changed(self, old: str) -> str:
        if self._patches:
            at, removed, added = next(self._patches)
        else:
            at, removed = self.chosen.randrange(1 << 16), self.chosen.choice([0, 0, 0, 1, 3, 9])
            added = self.chosen.choice(["", *WORDS])
        at %= len(old) + 1
        return old[:at] + added + old[at + removed :]

    def _send(self) -> None:
        """One clone tells another what it thinks that one lacks, or more, or too little."""
        one, other = self.chosen.sample(range(len(self.clones)), 2)
        known = self.clones[other].knows_of(self.clones[one])
        after = max(
            0, min(known + self.chosen.choice([0, 0, 0, -2, 2]), len(self.clones[one].said))
        )
        for packed in self.clones[one].tells(after):
            times = self.chosen.choice([0, 1, 1, 1, 2])
            self._on_its_way += [Told(other, packed)] * times

    def _deliver(self) -> None:
        """Some of what is on its way arrives, in any order; much waits behind a partition."""
        self.chosen.shuffle(self._on_its_way)
        kept = []
        for told in self._on_its_way:
            arrives = self.chosen.random() < 0.6 and not any(b == told.to for _, b in self._apart)
            if arrives:
                self.clones[told.to].hears(told.packed)
            else:
                kept.append(told)
        self._on_its_way = kept

    def heal(self) -> None:
        """All that is on its way arrives; then each asks each for what it lacks."""
        self._apart = set()
        for told in self._on_its_way:
            self.clones[told.to].hears(told.packed)
        for to, of in permutations(self.clones, 2):
            for packed in of.tells(to.knows_of(of)):
                refused = to.hears(packed).refused
                assert not refused, refused

    def check(self) -> None:
        """All clones have one text of each document, and everything that was acknowledged."""
        acknowledged = {digest for clone in self.clones for digest in clone.said}
        for clone in self.clones:
            rows = clone.journal._db.execute("SELECT hash FROM op").fetchall()
            missing = acknowledged - {row[0] for row in rows}
            assert not missing, f"{len(missing)} acknowledged edits are lost"
        for path in PATHS:
            doc = doc_id(BLOB, path)
            found = [merged(clone.journal, doc) for clone in self.clones]
            assert all(one and one.left == 0 for one in found), f"{path}: something is left out"
            texts = {one.text.encode() for one in found if one}
            texts |= {str(clone.live[doc].document).encode() for clone in self.clones}
            assert len(texts) == 1, f"{path}: {len(texts)} texts"
        self._check_lanes()

    def _check_lanes(self) -> None:
        """What somebody wrote alone is exact at each save, there and in every other clone."""
        for (one, path), texts in self.alone.items():
            writer = self.clones[one]
            actor = writer.journal.actor.hex()[:8]
            for clone in self.clones:
                lane = ALONE if clone is writer else f"{actor}/{ALONE}"
                entries = list(clone.journal.newest_below(path, lane))[::-1]
                assert len(entries) >= len(texts)
                for entry, text in list(zip(entries[-len(texts) :], texts, strict=True))[::4]:
                    held = history.content(clone.journal, clone.texts, entry)
                    assert held, f"{path} of {actor} is damaged"
                    assert held.data == text.encode(), f"{path} of {actor} is another text"

    def close(self) -> None:
        for clone in self.clones:
            clone.close()


def converges(folder: Path, number: int, steps: int, patches: Iterator[Patch] | None = None) -> str:
    """One world from a seed; what is wrong at its end, empty when nothing is."""
    world = World(folder, number, patches)
    try:
        world.run(steps)
        world.heal()
        world.check()
    except AssertionError as error:
        return str(error)
    finally:
        world.close()
        shutil.rmtree(folder)
    return ""

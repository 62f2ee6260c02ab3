"""Story: do both refs and the mirror hold the same, valid records? Mend what can be mended.

Agreement is a comparison of object ids. Each record is looked at while git reads the next ones.
Either ref is rebuilt from the other: the union of both is written to both, so nothing that only
one of them holds is lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import mirror
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.objects import Object
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import checks, codec, records, refs
from git_anvcs.provenance.records import META_REF, NOTES_REF

_BATCH = 5000
_HEX = frozenset("0123456789abcdef")


class Finding(NamedTuple):
    """One thing that is wrong. mendable: `--repair` puts it right."""

    commit: str
    what: str
    mendable: bool


class Report(NamedTuple):
    """What was looked at, and what is wrong with it.

    foreign_notes: notes under our ref that hold no record; they are somebody's, and stay
    """

    records: int
    foreign_notes: int
    findings: tuple[Finding, ...]


def check(repo: Repo, *, by_schema: bool = False) -> Report:
    """Compare and validate everything; changes nothing.

    by_schema: hold every record against the JSON Schema itself (about a millisecond each); else
    only those that are not plainly well made
    """
    held = _Held(repo)
    findings = [
        *(Finding(ref, "the ref points to nothing readable", True) for ref in held.broken),
        *held.disagreements(),
    ]
    beside = _Mirror(repo)
    invalid: list[Finding] = []
    for commit, text in held.texts():
        if text is None:
            invalid.append(Finding(commit, "its record is not in this clone", False))
        else:
            invalid += _invalid(commit, text, by_schema=by_schema)
        beside.compare(commit, text)
    findings += [*invalid, *beside.findings()]
    return Report(len(held.meta), len(held.foreign), tuple(findings))


def repair(repo: Repo) -> int:
    """Make both refs and the mirror agree; returns how many commits' records were written."""
    held = _Held(repo)
    saved = _from_mirror(repo, held) if held.broken else {}
    for ref in held.broken:
        repo.git("update-ref", "-d", ref)
    wrong = [f.commit for f in held.disagreements() if f.mendable]
    if held.broken:
        wrong = list(dict.fromkeys([*held.meta, *held.notes]))
    texts = {**saved, **held.both([c for c in wrong if c not in held.foreign])}
    for batch in _batches(texts):
        refs.add(repo, batch, f"anvcs: repair {len(batch)} records")
    mend_mirror(repo)
    return len(texts)


def _from_mirror(repo: Repo, held: "_Held") -> dict[str, bytes]:
    """What only the mirror has still, when a ref is lost (`git gc --prune=now` beside a writer).

    Files that somebody committed there are no mirror.
    """
    folder = mirror.place(repo)
    if folder is None or repo.try_git("-C", str(folder), "ls-files", "--", ".").stdout:
        return {}
    found = {}
    for commit, path in _files(folder).items():
        if commit in held.meta or commit in held.notes or Path(path).is_symlink():
            continue
        text = Path(path).read_bytes()
        read = codec.decode(text).records
        if read and all(record.commit == commit for record in read):
            found[commit] = codec.union([text])
    return found


class _Held:
    """What both refs hold, and the blobs behind it."""

    def __init__(self, repo: Repo) -> None:
        self.meta = records.listing(repo, META_REF)
        self.notes = records.listing(repo, NOTES_REF)
        present = git_refs.read(repo, META_REF, NOTES_REF)
        trees = objects.ids(repo, [f"{ref}^{{tree}}" for ref in present])
        self.broken = [ref for ref, tree in zip(present, trees, strict=True) if tree is None]
        self._repo = repo
        noted = {commit: oid for commit, oid in self.notes.items() if commit not in self.meta}
        found = objects.stream(repo, list(noted.values()), env=objects.NO_FETCH)
        self.foreign = {
            commit for commit, blob in zip(noted, found, strict=True) if not _holds_records(blob)
        }

    def texts(self) -> Iterator[tuple[str, bytes | None]]:
        """What the meta ref holds of each commit; None for a text that is not in this clone."""
        oids = list(self.meta.values())
        blobs = objects.stream(self._repo, oids, env=objects.NO_FETCH)
        for commit, blob in zip(self.meta, blobs, strict=True):
            yield commit, blob.data if blob and blob.kind == "blob" else None

    def both(self, commits: Iterable[str]) -> dict[str, bytes]:
        """Everything either ref holds of these commits, but for those of which nothing is here."""
        wanted = [
            (c, oid) for c in commits for ref in (self.meta, self.notes) if (oid := ref.get(c))
        ]
        blobs = objects.stream(self._repo, [oid for _, oid in wanted], env=objects.NO_FETCH)
        texts: dict[str, list[bytes]] = {}
        for (commit, _), blob in zip(wanted, blobs, strict=True):
            if blob and blob.kind == "blob":
                texts.setdefault(commit, []).append(blob.data)
        return {commit: text for commit, found in texts.items() if (text := codec.union(found))}

    def disagreements(self) -> list[Finding]:
        if self.meta == self.notes:
            return []
        found = []
        for commit in sorted({*self.meta, *self.notes} - self.foreign):
            ours, note = self.meta.get(commit), self.notes.get(commit)
            if ours is None:
                found.append(Finding(commit, "only the note has it", True))
            elif note is None:
                found.append(Finding(commit, "it has no note", True))
            elif ours != note:
                found.append(Finding(commit, "the note is another one", True))
        return found


def _holds_records(blob: Object | None) -> bool:
    return bool(blob and blob.kind == "blob" and codec.decode(blob.data).records)


def _invalid(commit: str, text: bytes, *, by_schema: bool) -> list[Finding]:
    """What is wrong with the records in a text."""
    line = text.removesuffix(b"\n")
    if not by_schema and b"\n" not in line and not checks.wrong_at_a_glance(line, commit):
        return []
    found = codec.decode(text).records
    said = [] if found else ["no line of it is a record"]
    for record in found:
        if by_schema:
            said += [*checks.quickly(record, commit), *checks.against_schema(record)]
        else:
            said += checks.wrong(record, commit)
    return [Finding(commit, what, False) for what in said]


class _Mirror:
    """The files beside the refs, compared with what should stand in them."""

    def __init__(self, repo: Repo) -> None:
        self._folder = mirror.place(repo)
        self._left = _files(self._folder) if self._folder else {}
        self._found: list[Finding] = []

    def compare(self, commit: str, text: bytes | None) -> None:
        """text: None where it is not known; then the file need only be there."""
        if self._folder is None:
            return
        path = self._left.pop(commit, None)
        if path is None:
            self._found.append(Finding(commit, "it is not in the mirror", True))
        elif text is not None and not _is(path, text):
            self._found.append(Finding(commit, "the mirror shows another text", True))

    def findings(self) -> list[Finding]:
        return [*self._found, *(Finding(c, "only the mirror has it", True) for c in self._left)]


def mend_mirror(repo: Repo) -> None:
    """Make the files of the mirror those of the meta ref, where there is a mirror."""
    folder = mirror.place(repo)
    if folder is None:
        return
    held = _Held(repo)
    files = _files(folder)
    here = ((commit, text) for commit, text in held.texts() if text is not None)
    wrong = {c: text for c, text in here if c not in files or not _is(files[c], text)}
    mirror.update(repo, wrong)
    for commit, path in files.items():
        if commit not in held.meta:
            with suppress(OSError):
                Path(path).unlink()


def _files(folder: Path) -> dict[str, str]:
    """The paths of the mirror's files, by commit; as text, because there may be very many."""
    try:
        with os.scandir(folder) as entries:
            return {
                entry.name.removesuffix(".json"): entry.path
                for entry in entries
                if entry.name[:1] in _HEX and entry.name.endswith(".json") and entry.is_file()
            }
    except OSError:
        return {}


def _is(path: str, text: bytes) -> bool:
    """Whether a file holds exactly this; by three system calls, because there may be very many."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.read(file, len(text) + 1) == text
    finally:
        os.close(file)


def _batches(texts: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    items = list(texts.items())
    return [dict(items[start : start + _BATCH]) for start in range(0, len(items), _BATCH)]

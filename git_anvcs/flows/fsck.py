"""Story: do both refs and the mirror hold the same, valid records? Mend what can be mended.

Agreement is a comparison of object ids. Either ref is rebuilt from the other: the union of both
is written to both, so nothing that only one of them holds is lost.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import mirror
from git_anvcs.git import objects
from git_anvcs.git import refs as git_refs
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import checks, codec, records, refs
from git_anvcs.provenance.records import META_REF, NOTES_REF

_BATCH = 5000


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

    by_schema: validate each record by the JSON Schema too (about a millisecond each)
    """
    held = _Held(repo)
    findings = [
        *(Finding(ref, "the ref points to nothing readable", True) for ref in held.broken),
        *held.disagreements(),
        *_invalid(held, by_schema=by_schema),
        *_mirror_findings(repo, held),
    ]
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
    texts = {c: t for c in wrong if c not in held.foreign and (t := held.text(c))}
    texts = {**saved, **texts}
    for batch in _batches(texts):
        refs.add(repo, batch, f"anvcs: repair {len(batch)} records")
    _mend_mirror(repo)
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
        if commit in held.meta or commit in held.notes or path.is_symlink():
            continue
        text = path.read_bytes()
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
        wanted = list(dict.fromkeys([*self.meta.values(), *self.notes.values()]))
        found = objects.read(repo, wanted, env=objects.NO_FETCH)
        self.blobs = {o.oid: o.data for o in found if o and o.kind == "blob"}
        self.foreign = {
            commit
            for commit, oid in self.notes.items()
            if commit not in self.meta and not codec.decode(self.blobs.get(oid, b"")).records
        }

    def disagreements(self) -> list[Finding]:
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

    def text(self, commit: str) -> bytes:
        """Everything either ref holds of a commit."""
        oids = (self.meta.get(commit, ""), self.notes.get(commit, ""))
        return codec.union(self.blobs[oid] for oid in oids if oid in self.blobs)


def _invalid(held: _Held, *, by_schema: bool) -> list[Finding]:
    found = []
    for commit, oid in held.meta.items():
        if oid not in held.blobs:
            found.append(Finding(commit, "its record is not in this clone", False))
            continue
        text = codec.decode(held.blobs[oid])
        said = [s for record in text.records for s in checks.quickly(record, commit)]
        if by_schema:
            said += [s for record in text.records for s in checks.against_schema(record)]
        if not text.records:
            said.append("no line of it is a record")
        found += [Finding(commit, what, False) for what in said]
    return found


def _mirror_findings(repo: Repo, held: _Held) -> list[Finding]:
    folder = mirror.place(repo)
    if folder is None:
        return []
    found = []
    files = _files(folder)
    for commit, oid in held.meta.items():
        path = files.pop(commit, None)
        if path is None:
            found.append(Finding(commit, "it is not in the mirror", True))
        elif oid in held.blobs and path.read_bytes() != held.blobs[oid]:
            found.append(Finding(commit, "the mirror shows another text", True))
    found += [Finding(commit, "only the mirror has it", True) for commit in files]
    return found


def _mend_mirror(repo: Repo) -> None:
    folder = mirror.place(repo)
    if folder is None:
        return
    held = _Held(repo)
    files = _files(folder)
    texts = {c: held.blobs[oid] for c, oid in held.meta.items() if oid in held.blobs}
    wrong = {
        c: text for c, text in texts.items() if c not in files or files[c].read_bytes() != text
    }
    mirror.update(repo, wrong)
    for commit, path in files.items():
        if commit not in held.meta:
            with suppress(OSError):
                path.unlink()


def _files(folder: Path) -> dict[str, Path]:
    try:
        return {path.stem: path for path in folder.glob("[0-9a-f]*.json") if path.is_file()}
    except OSError:
        return {}


def _batches(texts: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    items = list(texts.items())
    return [dict(items[start : start + _BATCH]) for start in range(0, len(items), _BATCH)]

"""Notes and records of the old commits become those of the new ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from git_anvcs.flows import reconcile
from git_anvcs.flows.blobs.migrate import kept
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.provenance.records import NOTES_REF

Each = Callable[[Sequence[str], str], Iterable[str]]


def records(repo: Repo, commits: Mapping[str, str], each: Each) -> int:
    """How many records went along; commits: old -> new."""
    pairs = {new: old for old, new in commits.items()}
    return reconcile.declared(repo, pairs, lambda oids: each(oids, "carrying records"))


def notes(repo: Repo, number: int, commits: Mapping[str, str], *, again: bool = False) -> int:
    """Notes of the old commits are the new ones' as well (git-notes(1), `copy`); how many.

    Records are notes, too, and have a way of their own.
    again: what the new commits have by now stays
    """
    count = 0
    before = {
        ref: oid
        for ref, oid in refs.read(repo, "refs/notes/").items()
        if not ref.startswith(NOTES_REF)
    }
    for ref in before:
        listed = repo.git("notes", f"--ref={ref}", "list").decode().splitlines()
        has = {line.split(" ")[1] for line in listed}
        noted = [oid for oid in commits if oid in has and not (again and commits[oid] in has)]
        if noted:
            pairs = "".join(f"{oid} {commits[oid]}\n" for oid in noted)
            repo.git("notes", f"--ref={ref}", "copy", "-f", "--stdin", stdin=pairs.encode())
            count += len(noted)
    after = refs.read(repo, "refs/notes/")
    moved = {ref: (oid, after[ref]) for ref, oid in before.items() if after[ref] != oid}
    made = kept.read(repo, number)
    if moved and made:
        kept.save(repo, made._replace(refs={**made.refs, **moved}))
        refs.update(
            repo,
            [Update(made.backup(ref), None, old) for ref, (old, _) in moved.items()],
            f"migrate: {made.kind}",
        )
    return count

"""Look at a merge: what is open, what rules decided, what to look at first.

What was decided comes from the runs that drivers and strategy keep. Where nothing is on record
(another clone, a merge by a host) the engine merges the same versions again: it gives the same
result everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import both_sides, merge_runs
from git_anvcs.flows import kept_proposals as kept
from git_anvcs.flows.both_sides import Both
from git_anvcs.flows.kept_proposals import Proposal
from git_anvcs.flows.merge_runs import Run
from git_anvcs.flows.review import items, marks, octopus
from git_anvcs.flows.review.items import OPEN, Item, Looked
from git_anvcs.flows.review.subject import Subject
from git_anvcs.flows.whole_tree import worker
from git_anvcs.git import config, conflicted, objects, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.digest import sha256
from git_anvcs.merge import lines, reasons
from git_anvcs.merge.markers import has_markers
from git_anvcs.merge.result import Labels, Merged, Options, Versions

_WORST = ("open", "by rule", "by a person", "by Git")
STYLES = ("merge", "diff3", "zdiff3")
_ONE_SIDED = {"12": "modify/delete", "13": "delete/modify"}  # by the stages in the index


class File(NamedTuple):
    """A file that both sides changed, or that is unmerged.

    verdict: `by Git` (the line merge alone), `by rule`, `by a person`, `open`
    recorded: what was decided was written down when it happened
    result: the engine's, where it is known; now: the file as it is, or as it was committed
    """

    path: str
    verdict: str
    items: tuple[Item, ...] = ()
    recorded: bool = False
    options: Options = Options()
    versions: Versions = Versions(b"", b"", b"")
    result: Merged = Merged(b"")
    now: bytes = b""
    looked: Looked = Looked(())


class Review(NamedTuple):
    """All of a merge; items: the most doubtful first."""

    subject: Subject
    files: tuple[File, ...]
    items: tuple[Item, ...]

    def count(self, verdict: str) -> int:
        """How many files have this verdict; of an octopus the worst of those of its steps."""
        worst: dict[str, str] = {}
        for file in self.files:
            found = worst.get(file.path, file.verdict)
            worst[file.path] = min(found, file.verdict, key=_WORST.index)
        return sum(one == verdict for one in worst.values())

    @property
    def paths(self) -> set[str]:
        return {file.path for file in self.files}

    def file_of(self, item: Item) -> File:
        """The file in which it was found."""
        files = [one for one in self.files if one.path == item.path]
        return next((one for one in files if item in one.items), files[-1])


def look(repo: Repo, subject: Subject, env: Mapping[str, str]) -> Review:
    """Everything there is to see in the merge. env: the caller's environment"""
    with octopus.steps(repo, subject, env) as (seen, found):
        reviews = [_of_two(seen, one) for one in found]
    known: dict[tuple[str, str], Item] = {}
    for item in (item for review in reviews for item in review.items):
        known.setdefault((item.path, item.id), item)
    files = tuple(file for review in reviews for file in review.files)
    return Review(subject, files, tuple(sorted(known.values(), key=_doubtful_first)))


def _of_two(repo: Repo, subject: Subject) -> Review:
    """All of one merge of two sides."""
    both = _both(repo, subject)
    stages = conflicted.stages(repo) if subject.in_progress and subject.last else {}
    cases = list(_cases(repo, subject, both, stages))
    accepted, proposals = marks.accepted(repo), kept.read(repo)
    files = []
    for file in _files(repo, cases):
        found = tuple(_with_proposals(file, proposals))
        shown = tuple(one._replace(accepted=one.id in accepted) for one in found)
        files.append(file._replace(items=shown, verdict=_verdict(shown)))
    files += _without_text(stages, {file.path for file in files})
    return Review(subject, tuple(files), tuple(one for file in files for one in file.items))


def _with_proposals(file: File, proposals: Mapping[str, Proposal]) -> Iterator[Item]:
    """The items of a file, and those of proposals that were put into it."""
    mine = {name: one for name, one in proposals.items() if one.path == file.path}
    put_in = (one for one in mine.values() if one.state == kept.PUT_IN)
    made = [items.of_proposal(one, file.options, file.now) for one in put_in]
    found = {one.id: one for one in made if one is not None}
    for item in file.items:
        if item.state == OPEN or item.id not in found:
            known = mine.get(item.id)
            yield item._replace(proposal=known.state if known else "")
    yield from found.values()


class Case(NamedTuple):
    """One file with its texts; now: None where the result has no such file."""

    path: str
    versions: Versions
    now: bytes | None
    options: Options


def _doubtful_first(item: Item) -> tuple[bool, int, int, str, int]:
    size = len(item.versions.ours) + len(item.versions.theirs)
    return item.accepted, -item.doubt, -size, item.path, item.line


def _both(repo: Repo, subject: Subject) -> list[Both]:
    if not subject.our_tree:
        return []
    return both_sides.of_trees(repo, subject.base_tree, subject.our_tree, subject.their_tree)


def _cases(
    repo: Repo, subject: Subject, both: Sequence[Both], stages: Mapping[str, Mapping[int, str]]
) -> Iterator[Case]:
    """The files with their texts; of an unmerged one those that the index has."""
    wanted: dict[str, tuple[str, str, str]] = {
        one.path: (one.base.oid if one.base else "", one.ours.oid, one.theirs.oid) for one in both
    }
    for path, blobs in stages.items():
        if {2, 3} <= blobs.keys():
            wanted[path] = (blobs.get(1, ""), blobs[2], blobs[3])
    results = _results(repo, subject, both)
    oids = dict.fromkeys(oid for row in wanted.values() for oid in row if oid)
    oids |= dict.fromkeys(oid for oid in results.values() if oid)
    texts = {one.oid: one.data for one in objects.read(repo, oids, env=objects.NO_FETCH) if one}
    sizes = conflicted.marker_sizes(repo, wanted) if wanted else {}
    style = config.get(repo, "merge.conflictStyle").lower()
    chosen = Options(
        style=style if style in STYLES else "merge", labels=Labels("base", "HEAD", subject.theirs)
    )
    for path, row in sorted(wanted.items()):
        if all(oid in texts for oid in row if oid):
            base, ours, theirs = (texts.get(oid, b"") for oid in row)
            if subject.in_progress:
                now = texts.get(subject.passing.get(path, "")) or _in_worktree(repo, path, ours)
            else:
                now = texts.get(results.get(path, ""))
            options = chosen._replace(path=path, marker_size=sizes.get(path, 7))
            yield Case(path, Versions(base, ours, theirs), now, options)


def _results(repo: Repo, subject: Subject, both: Sequence[Both]) -> dict[str, str]:
    """The blobs that a commit has for the files."""
    if subject.in_progress:
        return dict(subject.passing)
    [changes] = tree_diff.changes(repo, [(subject.our_tree, subject.result_tree)])
    found = {}
    for one in both:
        change = changes.get(one.path)
        blob = change.after if change else one.ours
        found[one.path] = blob.oid if blob else ""
    return {**found, **subject.passing}


def _in_worktree(repo: Repo, path: str, ours: bytes) -> bytes | None:
    """The file as it lies there, with the line ends that its blobs have."""
    file = repo.root / path
    if file.is_symlink() or not file.is_file():
        return None
    text = file.read_bytes()
    return text if b"\r\n" in ours else text.replace(b"\r\n", b"\n")


def _files(repo: Repo, cases: Sequence[Case]) -> Iterator[File]:
    runs = _runs(repo)
    matched = {case.path: runs.get(_key(case.versions, case.path)) for case in cases}
    any_recorded = any(matched.values())
    again = [case for case in cases if _must_merge(case, matched[case.path], any_recorded)]
    tasks = [worker.Task(case.versions, _options(case, matched[case.path]), None) for case in again]
    merged = {
        case.path: made or lines.merge(task.versions, task.options)
        for case, task, made in zip(again, tasks, worker.merge_all(tasks), strict=True)
    }
    for case in cases:
        yield _file(case, matched[case.path], merged.get(case.path))


def _runs(repo: Repo) -> dict[tuple[str, ...], Run]:
    """The newest run of every merge of the same versions at the same path."""
    found: dict[tuple[str, ...], Run] = {}
    for run in merge_runs.read(repo.common_dir):
        said = run.digests
        if {"ours", "theirs", "result"} <= said.keys():
            found.setdefault((run.path, said["ours"], said["theirs"]), run)
    return found


def _key(versions: Versions, path: str) -> tuple[str, ...]:
    return path, sha256(versions.ours).hexdigest(), sha256(versions.theirs).hexdigest()


def _options(case: Case, run: Run | None) -> Options:
    return run.options if run else case.options


def _must_merge(case: Case, run: Run | None, any_recorded: bool) -> bool:
    """Whether the engine has to tell what it makes of a file.

    Where our merge was at work, a file without a run was merged by lines alone.
    """
    if run is None:
        is_open = case.now is not None and has_markers(case.now, case.options.marker_size)
        return is_open or (not any_recorded and case.now is not None)
    return case.now is None or sha256(case.now).hexdigest() != run.digests["result"]


def _file(case: Case, run: Run | None, again: Merged | None) -> File:
    options = _options(case, run)
    if case.now is None:
        return File(case.path, "by a person")
    merged = again or Merged(case.now)
    recorded = run is not None and (again is None or _digest(merged) == run.digests["result"])
    if run is not None and recorded:
        merged = merged._replace(
            resolutions=run.resolutions, conflicts=run.conflicts, format=run.format
        )
    if run is None and again is None:
        had = any(has_markers(text, options.marker_size) for text in case.versions)
        shown = Looked(() if had else tuple(items.still_open(options, case.now)))
    else:
        shown = items.of_file(case.versions, options, merged, case.now)
    verdict = _verdict(shown.items)
    return File(
        case.path, verdict, shown.items, recorded, options, case.versions, merged, case.now, shown
    )


def _digest(merged: Merged) -> str:
    return sha256(merged.text).hexdigest()


def _verdict(found: Sequence[Item]) -> str:
    states = {one.state for one in found}
    if states & {OPEN, "undone"}:
        return "open"
    if states - {items.DECIDED}:
        return "by a person"
    return "by rule" if states else "by Git"


def _without_text(stages: Mapping[str, Mapping[int, str]], known: set[str]) -> Iterator[File]:
    """Unmerged paths that have no two sides to merge: deleted by one, or a clash of names."""
    for path, blobs in stages.items():
        if path in known:
            continue
        kind = _ONE_SIDED.get("".join(map(str, sorted(blobs))))
        why = reasons.of_conflict(kind) if kind else "Git found no one file to merge here"
        yield File(path, "open", (items.without_text(path, why),))

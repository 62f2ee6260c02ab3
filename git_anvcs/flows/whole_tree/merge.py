"""Merge two trees: Git's own merge in memory, then our engine on every file both sides changed.

The result is what Git's own strategy would leave, with fewer conflicts, and with one where a file
merged cleanly by accident (a key or a function twice). Nothing is written but objects.
"""

from collections.abc import Collection, Mapping, Sequence
import re
from typing import NamedTuple

from git_anvcs.blobs import pointer
from git_anvcs.flows.whole_tree import across, named, worker
from git_anvcs.flows.whole_tree.draft import CONTENTS, Decided, Draft, Result
from git_anvcs.flows.whole_tree.named import Names
from git_anvcs.flows.whole_tree.options import ours_by_attribute, style
from git_anvcs.flows.whole_tree.sides import Origins, Sides, changes
from git_anvcs.flows.whole_tree.texts import Texts
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import objects, ort, rebuilt
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.ort import Note, Staged, TreeMerge
from git_anvcs.git.settings import Setting, last
from git_anvcs.git.synthetic import Pair
from git_anvcs.merge import checks, engine
from git_anvcs.merge.locks import table as locks
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import Labels, Merged, Options, Rules, Versions

DEFAULTS = Rules()
MERGING = "Auto-merging"
COLLISION = "CONFLICT (rename involved in collision)"
# Options that drop lines on purpose: what they merged cleanly is not for us to judge.
LOSSY = ("ours", "theirs", "ignore-", "renormalize", "subtree")


class Outcome(NamedTuple):
    """What Git's merge does to our tree: the files it writes and those it takes away."""

    written: Mapping[str, Staged]
    gone: Collection[str]


class Both(NamedTuple):
    """A file that both sides changed, as Git has merged it.

    open: Git has left a conflict in it
    """

    path: str
    stages: Mapping[int, Staged]
    now: Staged
    open: bool


def merge(
    repo: CalledRepo,
    pair: Pair,
    names: Names,
    options: Sequence[str],
    configured: Sequence[Setting],
    *,
    rules: Rules | None = DEFAULTS,
) -> Result:
    """Merge the two commits. Raises GitFailed when Git itself cannot.

    options: words after `-X`; rules: None leaves Git's own answer
    """
    plain = ort.merge(repo, pair.ours, pair.theirs, options, configured)
    ours = changes(repo, pair.our_tree, plain.tree, "--no-renames")
    written = {one.new: one.after for one in ours if one.status != "D"}
    if rules is None:
        return _result(repo, Draft(plain, {}), names, written)
    tree = Tree(repo, pair, Sides(repo, pair), Texts(repo), names, last(configured), rules)
    gone = {one.new for one in ours if one.status == "D"}
    both = _both_sides(tree, plain, Outcome(written, gone), options)
    draft = _finished(tree, plain, both)
    if _is_judged(pair, options):
        draft = _across(tree, draft)
    result = _result(repo, draft, names, written)
    if any(one.merged.relock for one in draft.decided):
        from git_anvcs.flows.whole_tree import relock

        result = relock.finished(tree, result, relock.waiting(result))
    return result


def _across(tree: Tree, draft: Draft) -> Draft:
    """The draft with what several files tell; as it is, and that is said, where that fails."""
    try:
        return across.finished(tree, draft)
    except Exception as error:  # noqa: BLE001 - what was merged file by file stands
        text = f"Files were merged one by one only ({type(error).__name__}: {error})\n"
        return draft.told(Note((), "Failed", text))


def _is_judged(pair: Pair, options: Sequence[str]) -> bool:
    """Only with one base is it clear what that base was."""
    return not any(word.startswith(LOSSY) for word in options) and len(pair.base_trees) == 1


def _both_sides(
    tree: Tree, plain: TreeMerge, outcome: Outcome, options: Sequence[str]
) -> list[Both]:
    """The files for the engine."""
    written = outcome.written
    found = [
        Both(path, stages, written.get(path, stages[2]), open=True)
        for path, stages in plain.stages.items()
        if {2, 3} <= stages.keys() and not _is_two_files(tree, path, stages)
    ]
    if _is_judged(tree.pair, options):
        found += _merged_by_lines(tree, plain, outcome)
    return [one for one in found if _is_ours_to_merge(one)]


def _is_two_files(tree: Tree, path: str, stages: Mapping[int, Staged]) -> bool:
    """Whether a rename gave one file the name of another: no text is right for both."""
    if 1 in stages or len(tree.pair.base_trees) != 1:
        return False
    return not tree.sides.origins.both_added(path)


def _merged_by_lines(tree: Tree, plain: TreeMerge, outcome: Outcome) -> list[Both]:
    """What Git merged without a conflict.

    Where a rename meets another file, Git tells of the old name, at which there is nothing.
    """
    paths = {path for note in plain.notes if note.kind == MERGING for path in note.paths}
    wanted = [path for path in sorted(paths - plain.stages.keys()) if format_of(path) != "text"]
    if not wanted:
        return []
    origins, written = tree.sides.origins, outcome.written
    found = []
    for path in wanted:
        stages = origins.of(path)
        if stages is not None and (path in written or _is_kept(path, origins, outcome)):
            found.append(Both(path, stages, written.get(path, stages[2]), open=False))
    return found


def _is_kept(path: str, origins: Origins, outcome: Outcome) -> bool:
    """Whether the file is in the merged tree as ours has it."""
    return origins.in_ours(path) and path not in outcome.gone


def _is_ours_to_merge(one: Both) -> bool:
    files = all(version.regular for version in one.stages.values())
    return files and format_of(one.path) != "text"


def _finished(tree: Tree, plain: TreeMerge, both: Sequence[Both]) -> Draft:
    """Run the engine and take over what it answers."""
    sizes = ours_by_attribute(tree.repo, [one.path for one in both])
    wanted = [one for one in both if one.path in sizes]
    oids = [oid for one in wanted for oid in (one.now.oid, *(v.oid for v in one.stages.values()))]
    texts = tree.texts.of(oids)
    made = {one.path: texts[one.stages[2].oid] for one in wanted if _is_large_file(one, texts)}
    wanted = [one for one in wanted if one.path not in made and _is_small(one, texts)]
    tasks = [_task(one, sizes[one.path], texts, tree) for one in wanted]
    answers = worker.merge_all(tasks, tree.seconds)
    verdicts: dict[str, tuple[Both, Merged]] = {}
    decided = []
    for one, task, merged in zip(wanted, tasks, answers, strict=True):
        if merged is None or not checks.well_marked(merged, task.versions, task.options):
            continue
        verdicts[one.path] = (one, merged)
        decided.append(Decided(task.versions, task.options, merged))
        if merged.text != task.lines:
            made[one.path] = merged.text
    return Draft(_judged(plain, verdicts), made, decided=tuple(decided))


def _is_large_file(one: Both, texts: Mapping[str, bytes]) -> bool:
    """Whether a side is a pointer: ours stays, whole, and the conflict with it.

    Where attributes are older than `git-ai-blob track`, Git merges it as text.
    """
    return one.open and any(pointer.parse(texts[one.stages[side].oid]) for side in (2, 3))


def _is_small(one: Both, texts: Mapping[str, bytes]) -> bool:
    """Whether the engine would do more than merge by lines, as Git has done already."""
    small = all(len(texts[version.oid]) <= engine.LIMIT for version in one.stages.values())
    return small or bool(locks.command(one.path))


def _task(one: Both, size: int, texts: Mapping[str, bytes], tree: Tree) -> worker.Task:
    base = one.stages.get(1)
    versions = Versions(
        texts[base.oid] if base else b"", texts[one.stages[2].oid], texts[one.stages[3].oid]
    )
    lines = named.in_text(texts[one.now.oid], tree.names)
    labels = _labels(lines, tree.names)
    chosen = Options(one.path, size, style(tree.settings), labels, tree.rules)
    return worker.Task(versions, chosen, lines)


def _labels(lines: bytes, names: Names) -> Labels:
    """What Git has written behind the markers of this file: names a path after a rename."""
    ours = re.search(rb"^<{7,} ([^\r\n]+)", lines, re.MULTILINE)
    theirs = re.search(rb"^>{7,} ([^\r\n]+)", lines, re.MULTILINE)
    base = re.search(rb"^\|{7,} ([^\r\n]+)", lines, re.MULTILINE)
    plain = Labels(names.base, names.ours, names.theirs)
    found = (base, ours, theirs)
    said = (one[1].decode("utf-8", "surrogateescape") if one else "" for one in found)
    return Labels(*(text or default for text, default in zip(said, plain, strict=True)))


def _judged(plain: TreeMerge, verdicts: Mapping[str, tuple[Both, Merged]]) -> TreeMerge:
    """Git's merge with our verdicts: what is solved has no stages, what is wrong gets them."""
    stages = dict(plain.stages)
    notes = list(plain.notes)
    for path, (one, merged) in verdicts.items():
        if one.open and not merged.conflicts and _only_contents(path, one, notes):
            del stages[path]
            notes = [note for note in notes if not (note.conflict and path in note.paths)]
        elif not one.open and merged.conflicts:
            stages[path] = dict(one.stages)
            where = ", ".join(sorted({found.where for found in merged.conflicts if found.where}))
            text = f"CONFLICT (content): Merge conflict in {path}{where and f': {where}'}\n"
            notes.append(Note((path,), CONTENTS, text))
    return plain._replace(stages=stages, notes=tuple(notes))


def _only_contents(path: str, one: Both, notes: Sequence[Note]) -> bool:
    """Whether the file's content is all that Git could not merge."""
    modes = {stage: version.mode for stage, version in one.stages.items()}
    if modes[2] != modes[3] and modes.get(1) not in (modes[2], modes[3]):
        return False
    return all(note.kind == CONTENTS for note in notes if note.conflict and path in note.paths)


def _result(repo: CalledRepo, draft: Draft, names: Names, written: Mapping[str, Staged]) -> Result:
    """The new tree, with the names that people know in it."""
    plain, texts = draft.merge, dict(draft.made)
    unnamed = [path for path in plain.stages if path in written and path not in texts]
    files = [path for path in unnamed if written[path].regular]
    found = objects.read(repo, [written[path].oid for path in files])
    now: dict[str, str] = {}  # where two renames meet, the text with markers is a stage itself
    for path, blob in zip(files, found, strict=True):
        if blob is not None and (text := named.in_text(blob.data, names)) != blob.data:
            texts[path] = text
            now[blob.oid] = objects.make(repo, "blob", text).oid
    for blob in objects.read(repo, _with_markers(plain)):
        if blob is not None and (text := named.in_text(blob.data, names)) != blob.data:
            made = objects.make(repo, "blob", text)
            objects.write(repo, [made])
            now[blob.oid] = made.oid
    moves = {path: new for path in written if (new := named.in_path(path, names)) != path}
    objects.write(repo, draft.blobs)
    tree = rebuilt.tree(repo, plain.tree, texts, moves, draft.gone)
    stages = {
        named.in_path(path, names): {
            stage: one._replace(oid=now.get(one.oid, one.oid)) for stage, one in versions.items()
        }
        for path, versions in plain.stages.items()
    }
    notes = tuple(named.in_note(note, names) for note in plain.notes)
    return Result(tree, stages, notes, draft.decided)


def _with_markers(plain: TreeMerge) -> list[str]:
    """The stages that Git has merged themselves, and that may have markers."""
    paths = {path for note in plain.notes if note.kind == COLLISION for path in note.paths}
    return [one.oid for path in paths for one in plain.stages.get(path, {}).values()]

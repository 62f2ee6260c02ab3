"""Changes of one side follow the definitions that the other side moved to another file."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.whole_tree import versions, worker
from git_anvcs.flows.whole_tree.draft import CONTENTS, Decided, Draft
from git_anvcs.flows.whole_tree.options import ours_by_attribute
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import objects
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.ort import Note, Staged
from git_anvcs.merge.across.moved import Left, Move, Replayed, replay
from git_anvcs.merge.across.tree import Three, other
from git_anvcs.merge.result import Merged, Options, Resolution, Versions

RULE = "moved-definition"
FOLLOWING = "Following"
STAYS = "CONFLICT (moved definition)"


class Tried(NamedTuple):
    """A file with other versions, merged again."""

    path: str
    three: Three
    options: Options
    merged: Merged


def followed(tree: Tree, draft: Draft, opened: Sequence[str]) -> Draft:
    """The draft with every change in the open files that can follow its definition."""
    ends = tuple({path.rpartition(".")[2] for path in opened})
    found = versions.changed(tree, ends, draft.merge.stages)
    opened = [path for path in opened if path in found.files]
    done = worker.apart(lambda: replay(found.files, opened), tree.seconds) if opened else None
    if done is None:
        return draft
    draft = draft.told(*(_stays(one, tree) for one in done.left if _is_open(draft, one)))
    tried = _tried(tree, draft, done) if done.moves else None
    if tried is None:
        return draft
    for path in done.gone:
        draft = draft.solved(path)._replace(gone=(*draft.gone, path))
    for one in tried:
        draft = _taken(tree.repo, draft, one, done.moves, found.modes[one.path])
    return draft.told(*(_moved(move, tree) for move in done.moves))


def _is_open(draft: Draft, left: Left) -> bool:
    """Whether the definition is in a conflict: it may have been found in the same file."""
    if len(draft.merge.stages[left.path]) < 3:
        return True
    merged = next((one.merged for one in draft.decided if one.path == left.path), None)
    return merged is None or any(
        not one.where or left.where in one.where or "delete" in one.kind for one in merged.conflicts
    )


def _tried(tree: Tree, draft: Draft, done: Replayed) -> list[Tried] | None:
    """The files with their new versions; None where one of them is not there to be changed."""
    paths = [path for path in done.versions if path not in done.gone]
    sizes = ours_by_attribute(tree.repo, paths)
    if paths != list(sizes) or not _all_there(tree, draft, done, paths):
        return None
    options = [tree.options(path, sizes[path]) for path in paths]
    threes = [done.versions[path] for path in paths]
    tasks = [
        worker.Task(_texts(three), chosen, None)
        for three, chosen in zip(threes, options, strict=True)
    ]
    answers = worker.merge_all(tasks, tree.seconds)
    rows = list(zip(paths, threes, options, answers, strict=True))
    return [Tried(*row[:3], row[3]) for row in rows if row[3]] if all(answers) else None


def _all_there(tree: Tree, draft: Draft, done: Replayed, paths: Sequence[str]) -> bool:
    """Whether Git's merge of these files is one of their versions by path: none is renamed."""
    if not set(paths) <= versions.there(tree.repo, draft.merge.tree, paths).keys():
        return False
    elsewhere = [path for path in paths if path not in draft.merge.stages]
    if any(done.versions[path].lost_by_a_side for path in paths):
        return False
    return not (elsewhere and tree.sides.origins.renamed & {*elsewhere})


def _texts(three: Three) -> Versions:
    """A file that one side alone has is as that side has it."""
    base = three.base or b""
    ours, theirs = (base if side is None else side for side in three[1:])
    return Versions(base, ours, theirs)


def _taken(repo: CalledRepo, draft: Draft, one: Tried, moves: Sequence[Move], mode: str) -> Draft:
    """The draft with this file as it is now; open, with its new versions, or solved."""
    here = [move for move in moves if move.new_path == one.path]
    merged = one.merged
    made = tuple(Resolution(RULE, move.where, *_read(*move.texts, move.result)) for move in here)
    merged = merged._replace(resolutions=(*merged.resolutions, *made))
    was_open = one.path in draft.merge.stages
    draft = draft.with_text(one.path, merged.text, Decided(_texts(one.three), one.options, merged))
    if not merged.conflicts:
        return draft.solved(one.path)
    texts = [(stage, text) for stage, text in enumerate(one.three, 1) if text is not None]
    blobs = {stage: objects.make(repo, "blob", text) for stage, text in texts}
    stages = {stage: Staged(mode, blob.oid) for stage, blob in blobs.items()}
    draft = draft.opened(one.path, stages)._replace(blobs=(*draft.blobs, *blobs.values()))
    if was_open:
        return draft
    return draft.told(
        Note((one.path,), CONTENTS, f"CONFLICT (content): Merge conflict in {one.path}\n")
    )


def _read(*texts: bytes) -> list[str]:
    return [text.decode("utf-8", "replace") for text in texts]


def _moved(move: Move, tree: Tree) -> Note:
    new = "" if move.new == move.where else f" ({move.new})"
    changed = tree.called(other(move.side))
    text = (
        f"{FOLLOWING} {move.where} of {move.path} to {move.new_path}{new}, changed in {changed}\n"
    )
    return Note((move.path, move.new_path), FOLLOWING, text)


def _stays(left: Left, tree: Tree) -> Note:
    gone, changed = tree.called(left.side), tree.called(other(left.side))
    what = f"{left.where} of {left.path}, gone in {gone} and changed in {changed}"
    text = f"{STAYS}: {what}, {left.why}\n"
    return Note((left.path,), STAYS, text)

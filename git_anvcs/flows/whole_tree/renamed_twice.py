"""A file that each side gave another name: which name is for people, what is in it need not be.

Git puts its line merge, with conflicts if there are any, under both names. Where the engine merges
the three versions without a conflict, its text is there instead; the names stay open.
"""

from git_anvcs.flows.whole_tree import versions, worker
from git_anvcs.flows.whole_tree.draft import CONTENTS, Decided, Draft
from git_anvcs.flows.whole_tree.options import ours_by_attribute
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.git import objects
from git_anvcs.git.ort import Note
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import Versions

KIND = "CONFLICT (rename/rename)"


def finished(tree: Tree, draft: Draft) -> Draft:
    """The draft with one text under both names, wherever that text has no conflict."""
    for note in draft.merge.notes:
        if note.kind == KIND and len(note.paths) == 3:
            draft = _merged(tree, draft, *note.paths)
    return draft


def _merged(tree: Tree, draft: Draft, base: str, ours: str, theirs: str) -> Draft:
    stages = draft.merge.stages
    places = ((base, 1), (ours, 2), (theirs, 3))
    if any(list(stages.get(path, ())) != [stage] for path, stage in places):
        return draft
    sides = [
        versions.there(tree.repo, side, [path]).get(path)
        for side, path in ((tree.pair.our_tree, ours), (tree.pair.their_tree, theirs))
    ]
    sizes = ours_by_attribute(tree.repo, [ours, theirs])
    known = [stages[base][1], *(side for side in sides if side is not None)]
    if format_of(ours) == "text" or len(sizes) < 2 or len(known) < 3:
        return draft
    texts = tree.texts.of(one.oid for one in known)
    three = Versions(*(texts[one.oid] for one in known))
    options = tree.options(ours, sizes[ours])
    [merged] = worker.merge_all([worker.Task(three, options, None)], tree.seconds)
    if merged is None or merged.conflicts:
        return draft
    blob = objects.make(tree.repo, "blob", merged.text)
    for path, stage in places[1:]:
        decided = Decided(three, options._replace(path=path), merged)
        draft = draft.with_text(path, merged.text, decided)
        draft = draft.opened(path, {stage: stages[path][stage]._replace(oid=blob.oid)})
    notes = tuple(one for one in draft.merge.notes if not _about(one, {base, ours, theirs}))
    return draft._replace(merge=draft.merge._replace(notes=notes), blobs=(*draft.blobs, blob))


def _about(note: Note, paths: set[str]) -> bool:
    """Whether it tells of a conflict in the contents of one of these."""
    return note.kind == CONTENTS and set(note.paths) <= paths

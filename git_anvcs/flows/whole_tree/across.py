"""What is left after every file is merged by itself, and shows only beside other files.

Little of it is loaded for a merge that needs none.
"""

from collections.abc import Iterable

from git_anvcs.flows.whole_tree.draft import CONTENTS, Draft
from git_anvcs.flows.whole_tree.sides import Change
from git_anvcs.flows.whole_tree.tree import Tree
from git_anvcs.merge.registry import format_of, is_code

FOLLOWED = (CONTENTS, "CONFLICT (modify/delete)")
RENAMED_TWICE = "CONFLICT (rename/rename)"
MANY = 2000  # files; a merge of more is not looked into across files


def finished(tree: Tree, draft: Draft) -> Draft:
    """The draft with what can be told only from several files."""
    kinds: dict[str, set[str]] = {}
    for note in draft.merge.notes:
        for path in note.paths if note.conflict else ():
            kinds.setdefault(path, set()).add(note.kind)
    opened = [
        path
        for path, stages in draft.merge.stages.items()
        if is_code(path) and 1 in stages and kinds.get(path, set()) <= {*FOLLOWED}
    ]
    if RENAMED_TWICE in {kind for found in kinds.values() for kind in found}:
        from git_anvcs.flows.whole_tree import renamed_twice

        draft = renamed_twice.finished(tree, draft)
    if opened:
        from git_anvcs.flows.whole_tree import following

        draft = following.followed(tree, draft, opened)
    ours, theirs = (_code(side) for side in (tree.sides.origins.ours, tree.sides.origins.theirs))
    if len(ours) + len(theirs) <= MANY and _languages(ours) & _languages(theirs):
        from git_anvcs.flows.whole_tree import names_across

        draft = names_across.finished(tree, draft, ours, theirs)
    return draft


def _code(changes: Iterable[Change]) -> list[Change]:
    return [one for one in changes if is_code(one.new)]


def _languages(changes: Iterable[Change]) -> set[str]:
    return {format_of(one.new) for one in changes}

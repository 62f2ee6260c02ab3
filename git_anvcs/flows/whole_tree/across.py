"""What is left after every file is merged by itself, and shows only beside other files.

Nothing of it is loaded for a merge that needs none.
"""

from collections.abc import Mapping

from git_anvcs.flows.whole_tree.draft import CONTENTS, Draft
from git_anvcs.flows.whole_tree.named import Names
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.synthetic import Pair
from git_anvcs.merge.registry import is_code

FOLLOWED = (CONTENTS, "CONFLICT (modify/delete)")


def finished(
    repo: CalledRepo, pair: Pair, draft: Draft, names: Names, settings: Mapping[str, str]
) -> Draft:
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
    if opened:
        from git_anvcs.flows.whole_tree import following

        draft = following.followed(repo, pair, draft, opened, (names, settings))
    return draft

"""The text that a document began with, from its blob: other clones name it, Git has it."""

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.journal import disk
from git_anvcs.journal.op import Op


def begin(here: Opened, op: Op) -> bool:
    """Within `Journal.writing`: whether the document of an operation has its first text now."""
    if here.texts.knows(op.doc):
        return True
    if not op.base:
        here.texts.begin(op.doc, "")
        return True
    [found] = objects.read(here.repo, [op.base], env=objects.NO_FETCH)
    if not found or found.kind != "blob":
        return False
    text = disk.text_of(found.data)
    here.texts.begin(op.doc, text[0] if text else "")
    return True

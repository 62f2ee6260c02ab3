"""Why a rule decided, and why a conflict is one, in words; and how much a reader should doubt it.

The rules themselves: docs/reference/merge-rules.md.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.merge.result import Resolution

ROUTINE, GLANCE, LOOK = 1, 2, 3


class Reason(NamedTuple):
    """words: what happened, as the end of a sentence; speculative: likely but not certain."""

    doubt: int
    words: str
    speculative: bool = False


_SAME_VALUE = "both sides changed the same value in different ways"

RULES = {
    "map-by-key": Reason(ROUTINE, "both sides changed this map, in different keys: each by itself"),
    "list-by-identity": Reason(
        ROUTINE, "both sides changed this list, in different elements: each by itself"
    ),
    "list-as-sequence": Reason(GLANCE, "both sides changed different parts of this list"),
    "text-in-scalar": Reason(GLANCE, "both sides changed different lines of this text"),
    "same-reference": Reason(
        GLANCE, "one side spelled this reference in another way, the other gave it another target"
    ),
    "larger-version": Reason(
        LOOK, "both sides raised this version: the larger one was taken", speculative=True
    ),
    "layout-of-theirs": Reason(
        ROUTINE, "theirs changed only the layout or order, ours the values: both were kept"
    ),
    "order-of-ours": Reason(GLANCE, "both sides reordered this in different ways: ours stands"),
    "entry-by-key": Reason(ROUTINE, "both sides changed different entries: each by itself"),
    "field-parts": Reason(
        GLANCE, "both sides changed different parts of this field: combined part by part"
    ),
    "incompatible-type": Reason(
        LOOK, "the parts of this field were combined, and old readers cannot read its new type"
    ),
    "reserved-set": Reason(ROUTINE, "both sides changed what is reserved: the union was taken"),
    "larger-requirement": Reason(
        GLANCE, "both sides raised this requirement: the larger one, as Go itself selects"
    ),
    "requirement-parts": Reason(
        GLANCE, "both sides changed different parts of one requirement: combined part by part"
    ),
    "inline-items": Reason(ROUTINE, "both sides changed different items on this line"),
    "words-apart": Reason(
        LOOK, "both sides edited this text at words far from each other: both edits were taken"
    ),
    "layout-of-ours": Reason(ROUTINE, "theirs only broke the lines anew: ours stands"),
    "row-columns": Reason(
        GLANCE, "one side changed the columns of this table: the rows of both follow them"
    ),
    "row-cells": Reason(GLANCE, "both sides edited different cells of this row"),
    "stays-unreleased": Reason(
        LOOK, "one side released what was here, the other added to it: that is still unreleased"
    ),
    "attributes": Reason(GLANCE, "both sides changed different attributes of this element"),
    "ranges-of-both": Reason(ROUTINE, "both sides need this version for other ranges: all of them"),
    "words-of-both": Reason(GLANCE, "both sides changed different words of this line"),
    "both-inserted": Reason(
        LOOK, "both sides put statements here: ours, then theirs", speculative=True
    ),
    "both-added": Reason(ROUTINE, "both sides added here: both stay, ours first"),
    "import-set": Reason(ROUTINE, "both sides changed these imports: the names of both"),
    "import-kept": Reason(
        GLANCE, "one side dropped this import, the other side's new code uses it: it stays"
    ),
    "move-edit": Reason(
        GLANCE, "one side moved this, the other edited it: the edit is at the new place"
    ),
    "header": Reason(
        GLANCE, "both sides changed this head: name, parameters and result each by itself"
    ),
    "statement": Reason(GLANCE, "both sides changed independent parts of one statement"),
    "reformat": Reason(
        ROUTINE, "one side only changed the layout: the other side's edit was taken"
    ),
    "delete-reformatted": Reason(
        GLANCE, "one side deleted what the other only laid out anew: it is gone"
    ),
    "mark-set": Reason(ROUTINE, "both sides changed the arguments of this mark: those of both"),
    "lines": Reason(GLANCE, "both sides changed different lines of this: merged by lines"),
    "moved-definition": Reason(
        LOOK, "one side moved this to another file, the other changed it: the change came along"
    ),
    "lock-written": Reason(
        ROUTINE, "both sides changed this lock file: the configured command wrote it anew"
    ),
    "renamed-use": Reason(
        LOOK, "one side renamed this, the other used the old name: it got the new", speculative=True
    ),
    "cells-of-both": Reason(ROUTINE, "both sides added cells here: both stay, ours first"),
    "cell-code": Reason(GLANCE, "both sides edited this cell: merged by the rules of code"),
    "cell-lines": Reason(GLANCE, "both sides edited different lines of this cell"),
    "cell-layout": Reason(ROUTINE, "one side changed only white space here"),
    "cell-containing": Reason(GLANCE, "one side made the other side's edit here, and more"),
    "cell-words": Reason(
        LOOK,
        "both sides edited different sentences of one paragraph: both edits were taken",
        speculative=True,
    ),
    "outputs-of-ours": Reason(GLANCE, "both sides ran this cell again: ours' outputs were kept"),
    "outputs-of-theirs": Reason(
        GLANCE, "both sides ran this cell again: theirs' outputs were kept"
    ),
    "outputs-newest": Reason(GLANCE, "both sides ran this cell again: the newer outputs were kept"),
    "outputs-cleared": Reason(
        ROUTINE, "no side ran what this cell is now: its outputs were cleared"
    ),
    "delete-outputs": Reason(GLANCE, "one side deleted a cell that the other only ran: it is gone"),
    "metadata-of-ours": Reason(ROUTINE, "both sides changed this metadata: ours stands"),
    "larger-minor": Reason(ROUTINE, "the larger minor version of the format was taken"),
    "cell-id": Reason(ROUTINE, "a cell had no id of its own: one was made of its content"),
}

CONFLICTS = {
    "edit/edit": _SAME_VALUE,
    "add/add": "both sides added something different at this place",
    "delete/modify": "ours deleted what theirs changed",
    "modify/delete": "theirs deleted what ours changed",
    "type-change": "one side made it another kind of value",
    "duplicate": "lines merged cleanly, but a name would stand here twice",
    "syntax": "lines merged cleanly, but the file would no longer parse",
    "anchor": "lines merged cleanly, but an anchor that is used would be gone",
    "unbound": "lines merged cleanly, but an import that is used would be gone",
    "misplaced": "lines merged cleanly, but a line would stand in another block",
    "stale": "lines merged cleanly, but outputs would stand under another source",
    "cell": "lines merged cleanly, but a cell would lack what the format asks for",
    "markers": "lines merged cleanly, but a source would hold markers",
    "binary": "binary files are not merged: ours is in place",
    "field-number-collision": "both sides gave one number to different fields",
    "number-reuse": "one side uses a number or name that the other reserved",
    "relock": "only the package manager can write this lock file: ours is there, without markers",
    "locked": "lines merged cleanly, but both sides changed what a package depends on",
    "one-of": "the sides took alternatives that exclude each other",
    "mixed": "lines merged cleanly, but would mix two versions of what only stands as a whole",
    "dangling": "lines merged cleanly, but a package that is needed would be locked nowhere",
    "ambiguous": "lines merged cleanly, but nothing would say which of two versions is needed",
    "released": "an entry would stand in a release that one side has as unreleased",
    "cascade": "another declaration would count than on the side that wrote it",
    "columns": "lines merged cleanly, but a row would stand under other columns",
    "revived": "lines merged cleanly, but what one side moved and the other deleted or moved "
    "elsewhere would stay at both places",
    "row": "lines merged cleanly, but a row would not fit its table",
    "number": "lines merged cleanly, but the numbers of a list would not be in sequence",
    "taken-twice": "both sides gave one number, or one identity, to different things",
    "first-value": "the first value of the enum would no longer be 0",
}

UNKNOWN = Reason(GLANCE, "both sides changed this: decided by the rule")
BY_STRUCTURE = Reason(GLANCE, "merged by meaning; no single rule quotes these lines")


def of_rule(rule: str) -> Reason:
    """The reason behind a rule, also one that this version does not know."""
    return RULES.get(rule) or UNKNOWN._replace(words=f"{UNKNOWN.words} {rule}")


def of_place(resolutions: Sequence[Resolution]) -> Reason:
    """The words of the closest rule, the doubt of the most doubtful one at work."""
    if not resolutions:
        return BY_STRUCTURE
    found = [of_rule(one.rule) for one in resolutions]
    speculative = any(one.speculative for one in found)
    return found[0]._replace(doubt=max(one.doubt for one in found), speculative=speculative)


def of_conflict(kind: str) -> str:
    """Why a conflict of this kind is left to a person."""
    return CONFLICTS.get(kind, f"both sides changed this, and no rule combines them ({kind})")

"""What goes into a merge and what comes out: plain values, shared by every format."""

from typing import NamedTuple


class Versions(NamedTuple):
    """One file three times, as bytes; `base` is empty when both sides added the file."""

    base: bytes
    ours: bytes
    theirs: bytes


class Labels(NamedTuple):
    """What stands behind the markers, as Git's -S, -X and -Y."""

    base: str = "base"
    ours: str = "ours"
    theirs: str = "theirs"


class Rules(NamedTuple):
    """What a repository says about the meaning of its data files.

    lists: pairs of a pattern of list paths (`jobs.*.steps`) and how such a list merges: `set`,
    `ordered`, `atomic`, or the fields that identify an element: `name`, `name+in`, `name|url`,
    in order with ` ordered` behind. A pattern of files and a space may stand before the path's.
    schema: the JSON Schema of the file, parsed, where the caller has it
    speculative: also resolve what is likely but not certain; needs a guard that runs the tests
    outputs: of a notebook's cell that both sides ran: `ours`, `theirs`, `clear`, `newest`
    cells: that both sides add to a notebook at one place: `both` stay, or are a `conflict`
    """

    lists: tuple[tuple[str, str], ...] = ()
    schema: object = None
    speculative: bool = False
    outputs: str = "ours"
    cells: str = "both"


class Options(NamedTuple):
    """How to merge and how to write conflicts.

    path: name of the file in the repository; decides the format
    marker_size: length of `<<<<<<<`; above 7 Git merges virtual ancestors
    style: `merge`, `diff3` or `zdiff3`, as merge.conflictStyle
    """

    path: str = ""
    marker_size: int = 7
    style: str = "merge"
    labels: Labels = Labels()
    rules: Rules = Rules()


class Conflict(NamedTuple):
    """One place that a person must decide, also present between markers in the text.

    kind: `edit/edit`, `add/add`, `delete/modify`, `modify/delete`, `duplicate`, `type-change`, …
    where: path of the node in the file's own terms: `dependencies.left-pad`, `class A > def f`
    line: first line of its markers in the result, counted from 1
    """

    kind: str
    where: str
    line: int
    base: str
    ours: str
    theirs: str


class Resolution(NamedTuple):
    """One place where both sides changed and a rule decided; kept for `explain` and the record.

    rule: name of the rule, one of the names in docs/reference/merge-rules.md
    """

    rule: str
    where: str
    base: str
    ours: str
    theirs: str
    result: str


class Merged(NamedTuple):
    """The merged file. With conflicts, `text` holds them between Git's standard markers.

    readings: the file as ours and as theirs reads, where the markers are not lines of the file but
    stand inside its strings (embedded.py); empty otherwise
    relock: of a lock file that nobody can merge, the command that writes it anew: `text` is ours,
    without markers, and the one conflict says why; empty otherwise
    """

    text: bytes
    conflicts: tuple[Conflict, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    format: str = "text"
    readings: tuple[bytes, ...] = ()
    relock: str = ""


class NotUnderstood(Exception):
    """A format cannot merge these versions by meaning; the line merge stands."""

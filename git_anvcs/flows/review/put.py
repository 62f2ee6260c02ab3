"""Take back what a rule decided, or put it in again: one place of one file, and nothing else.

The place is found by its content, so edits elsewhere in the file stay; where the place itself was
edited nothing is done. What was taken back can be put in again, exactly.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.review import marks
from git_anvcs.flows.review.indexed import Indexed
from git_anvcs.flows.review.items import Item
from git_anvcs.flows.review.look import File, Review
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError
from git_anvcs.kernel.terminal import typed
from git_anvcs.merge import embedded, lines, places, registry
from git_anvcs.merge.markers import has_markers
from git_anvcs.merge.places import CHANGED, STANDS, UNDONE, Place, Standing
from git_anvcs.merge.result import NotUnderstood
from git_anvcs.store import atomic

MARKERS = "markers"
TAKES = (MARKERS, *places.SIDES)


class Put(NamedTuple):
    """What was done to an item.

    state: of the place now, as in places.Standing; written: the file was changed
    staged: the index has the file as it is now; unmerged: it lists the path as open
    """

    item: Item
    state: str
    written: bool = False
    staged: bool = False
    unmerged: bool = False


class There(NamedTuple):
    """A file of the worktree as lines.

    raw: its bytes; crlf: its lines end in CRLF where those of its blobs do not
    """

    raw: bytes
    now: list[bytes]
    crlf: bool


class At(NamedTuple):
    """A place in a file as it lies there now."""

    file: File
    there: There
    standing: Standing


def undo(repo: Repo, review: Review, item: Item, take: str = MARKERS, *, dry: bool = False) -> Put:
    """Put back the conflict with its markers, or one side's version of the place.

    Raises AnvcsError where the place was edited, PolicyDenied where the file would no longer parse.
    """
    file = review.file_of(item)
    place = _place(file, item)
    at = _found(repo, file, place)
    state = UNDONE if take == MARKERS else take
    if at.standing.state == state:
        raise AnvcsError(f"{item.id}: that is what stands there already")
    form = registry.format_of(file.path)
    if take == MARKERS and (file.result.readings or form == "notebook"):
        raise PolicyDenied(
            f"{item.path}: a conflict on lines of its own would break the {form}",
            hint=f"--take ours or --take theirs, or git checkout --merge -- {typed(item.path)}",
        )
    others = dict(places.put_back(place))
    if state not in others:
        raise AnvcsError(f"{item.id}: what the rule wrote there is {take}'s")
    done = _put(repo, review, at, others[state], dry=dry)
    if not dry:
        marks.change(repo, forget=[item.id])
    return done._replace(item=item, state=state)


def accept(repo: Repo, review: Review, item: Item, *, dry: bool = False) -> Put:
    """Remember that a person agrees; what was taken back is put in again.

    Raises AnvcsError where the place was never decided.
    """
    file = review.file_of(item)
    place = _place(file, item)
    done = Put(item, STANDS)
    try:
        at = _found(repo, file, place)
    except AnvcsError:  # edited since, moved, or no worktree: what stands there is somebody's
        done = Put(item, CHANGED)
    else:
        if at.standing.state != STANDS:
            done = _put(repo, review, at, place.after, dry=dry)._replace(item=item, state=STANDS)
    if not dry:
        marks.change(repo, accept=[item.id])
    return done


def read(repo: Repo, file: File) -> There:
    """The file as it lies in the worktree. Raises AnvcsError, UsageError in a bare repository."""
    if repo.bare:
        raise UsageError("this repository has no worktree to change")
    path = repo.root / file.path
    if path.is_symlink() or not path.is_file():
        raise AnvcsError(f"{file.path} is not there any more as a file")
    raw = path.read_bytes()
    crlf = b"\r\n" in raw and b"\r\n" not in file.versions.ours
    if crlf and raw.count(b"\r\n") != raw.count(b"\n"):
        raise AnvcsError(f"{file.path} has mixed line ends: nothing was changed")
    return There(raw, lines.split(raw.replace(b"\r\n", b"\n") if crlf else raw), crlf)


def write(repo: Repo, file: File, there: There, new: bytes, *, in_progress: bool) -> Put:
    """Give the file this text; in a merge in progress the index follows, where it can.

    there: the file as it was read; when it is not so any more AnvcsError is raised
    """
    raw = new.replace(b"\n", b"\r\n") if there.crlf else new
    path = repo.root / file.path
    mode = path.stat().st_mode & 0o777
    index = Indexed(repo, file.path) if in_progress else None
    if path.read_bytes() != there.raw:
        raise AnvcsError(f"{file.path} is being changed by somebody else: nothing was done")
    atomic.write(path, raw, mode=mode)
    path.chmod(mode)
    staged, unmerged = index.follow(file, there.raw, new) if index else (False, False)
    return Put(file.items[0], "", written=True, staged=staged, unmerged=unmerged)


def checked(file: File, after: bytes) -> None:
    """Where both sides parse the file must parse, unless markers are in it. Raises PolicyDenied."""
    size = file.options.marker_size
    if has_markers(after, size) or embedded.has_markers(after, size):
        return
    form = registry.format_of(file.path)
    if all(parses(form, side) for side in file.versions[1:]) and not parses(form, after):
        raise PolicyDenied(
            f"{file.path} would no longer be {form}: nothing was changed",
            hint="put the conflict back (--take markers) and decide in an editor",
        )


def parses(name: str, text: bytes) -> bool:
    """Whether the text is of this format; everything is text."""
    try:
        form = registry.load_format(name) if name not in ("text", "?") else None
        if isinstance(form, registry.Checked):
            form.tokens(text)
    except NotUnderstood:
        return False
    return True


def _place(file: File, item: Item) -> Place:
    found = next((place for place, _ in file.looked.places if place.id == item.id), None)
    if found is None:
        raise AnvcsError(
            f"{item.id}: no rule decided this",
            hint=f"edit {item.path}, or git checkout --merge -- {typed(item.path)}",
        )
    return found


def _found(repo: Repo, file: File, place: Place) -> At:
    there = read(repo, file)
    merged = lines.split(file.result.text)
    [standing] = places.standings(merged, [place], there.now, file.options.marker_size)
    if standing.state == CHANGED:
        raise AnvcsError(
            f"{place.id}: this place of {file.path} was edited since: nothing was changed",
            hint=f"edit it from line {standing.start + 1} on",
        )
    return At(file, there, standing)


def _put(repo: Repo, review: Review, at: At, text: Sequence[bytes], *, dry: bool) -> Put:
    new = b"".join(places.exchanged(at.there.now, at.standing, text))
    checked(at.file, new)
    if dry:
        return Put(at.file.items[0], "", written=True)
    return write(repo, at.file, at.there, new, in_progress=review.subject.in_progress)

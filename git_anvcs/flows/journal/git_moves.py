"""Story: what Git did since the last look – to HEAD, the index, refs and stashes – as an operation.

What is left behind is kept: until then, the refs that it had from us when it was last seen stay.
"""

from collections.abc import Mapping
import hashlib
import os
from typing import NamedTuple

from git_anvcs.flows.journal import kept, lanes
from git_anvcs.git import index_tree, objects, reflog, tips_seen
from git_anvcs.git.reflog import Mark, Move
from git_anvcs.git.repo import Repo
from git_anvcs.git.standing import Standing
from git_anvcs.git.tips_seen import BRANCH, HEAD, INDEX, STASH
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import Moves, pack
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.texts import SEED

# Kept beside the refs of a lane: how far HEAD's reflog was read, and of what the index's tree is.
_READ, _STAGED = "HEAD:reflog", "HEAD:staged"
_OWN = (HEAD, BRANCH, INDEX)
_MOST_SAID = 20
# Commits that HEAD passed since the last look: so many are asked for.
_MOST_PASSED = 200
_RESET = ("reset:", "checkout:")


class Seen(NamedTuple):
    """What Git says at one look. moves: of HEAD since the last one; by: whose command it was"""

    now: Standing
    seconds: float
    moves: list[Move]
    mark: Mark
    by: str = ""


def seen(repo: Repo, journal: Journal, now: Standing, seconds: float, by: str = "") -> Seen:
    """Reads HEAD's reflog from where the last look stopped."""
    known = journal.refs(lanes.name_of(repo.git_dir, repo.common_dir))
    if _READ not in known:
        moves = since(repo, known.get(HEAD, ""))
        return Seen(now, seconds, moves, reflog.read(repo, repo.git_dir, Mark())[1], by)
    offset, _, last = known[_READ].partition(" ")
    return Seen(now, seconds, *reflog.read(repo, repo.git_dir, Mark(int(offset), last)), by)


class Took(NamedTuple):
    """refs: of ours, to be written when the look is over: it would take them for somebody's"""

    entries: list[Entry]
    refs: kept.Follow = kept.Follow()


def take(repo: Repo, journal: Journal, found: Seen) -> Took:
    """Append what moved, when something did. Raises CannotWrite, Damaged."""
    lane = lanes.name_of(repo.git_dir, repo.common_dir)
    known, known_shared = journal.refs(lane), journal.refs(SEED)
    index = _index(repo, known, found.now)
    own = tips_seen.own(repo, found.now.head, found.now.branch) | _named(INDEX, index[INDEX])
    before = {name: known[name] for name in _OWN if name in known}
    moved = tips_seen.changed(before, own)
    moved |= tips_seen.changed(known_shared, tips_seen.shared(repo))
    whole = _all_of(before | known_shared) | moved if _is_begun(journal, lane) else moved
    told, left = [Moves(whole)], set[str]()
    if before:
        told, left = _told(repo, whole, found, known.get(HEAD, ""))
    beside = {_READ: f"{found.mark.offset} {found.mark.last}", _STAGED: index[_STAGED]}
    if not told and all(known.get(k, "") == v for k, v in beside.items()):
        return Took([])
    changed = {name: new for name, (_, new) in moved.items()}
    with journal.writing():
        journal.know_refs(lane, beside | {k: v for k, v in changed.items() if k in _OWN})
        journal.know_refs(SEED, {k: v for k, v in changed.items() if k not in _OWN})
        made = journal.append([_operation(lane, one, found.by) for one in told], found.seconds)
    return Took(made, _refs(journal, moved, left))


def _is_begun(journal: Journal, lane: str) -> bool:
    """Whether another actor told where refs are, and this one did not yet: it says all of them."""
    begun = journal.begun()
    last = next(journal.newest(lane, kinds=(Kind.GIT,)), None) if begun else None
    return last is not None and last.n <= begun


def _all_of(refs: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (target, target) for name, target in refs.items()}


def _operation(lane: str, moves: Moves, by: str) -> Op:
    flags = Flag.BY_GIT | (Flag.LOST if moves.lost else Flag(0))
    return Op(Kind.GIT, lane, 0, flags=flags, payload=pack(moves), by=by)


def _told(
    repo: Repo, whole: Mapping[str, tuple[str, str]], found: Seen, head: str
) -> tuple[list[Moves], set[str]]:
    """What moved, with what Git says of it; and what it left behind."""
    moved = {name: pair for name, pair in whole.items() if pair[0] != pair[1]}
    lost = _lost(repo, moved, found)
    olds = {old for name, (old, _) in moved.items() if name not in (BRANCH, INDEX)}
    passed = {move.new for move in found.moves[-_MOST_PASSED:]}
    left = kept.left_behind(repo, olds | passed) if olds | passed else set()
    said = _said(repo, moved, found.moves)
    away = left | {moved[name][0] for name in lost}
    if not whole and not said:
        return [], away
    made = Moves(whole, lost, said)
    for move in reversed(found.moves):
        if move.message.startswith(_RESET) and move.old in left and move.old != head:
            return _there_and_away(made, move.old, head), away
    return [made], away


def _there_and_away(whole: Moves, passed: str, head: str) -> list[Moves]:
    """A commit was made and left behind between two looks: as two operations, there and away."""
    branch = whole.refs.get(BRANCH) is None and next(
        (
            name
            for name, pair in whole.refs.items()
            if name.startswith("refs/heads/") and pair == whole.refs.get(HEAD)
        ),
        None,
    )
    names = [HEAD, branch] if branch else [HEAD]
    last = whole.refs.get(HEAD, (head, head))[1]
    away = {**whole.refs, **dict.fromkeys(names, (passed, last))}
    lost = tuple(dict.fromkeys([*whole.lost, HEAD]))
    return [Moves(dict.fromkeys(names, (head, passed))), whole._replace(refs=away, lost=lost)]


def _named(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _index(repo: Repo, known: Mapping[str, str], now: Standing) -> dict[str, str]:
    """The tree of what is staged, empty when that is what HEAD has; made when it may be another.

    While files are in conflict it stays what it was.
    """
    conflicted = any(file.conflicted for file in now.files.values())
    listed = repr((now.head, sorted(now.staged.items()))).encode(errors="surrogateescape")
    sign = hashlib.sha256(listed).hexdigest() if now.staged else ""
    if conflicted or sign == known.get(_STAGED, ""):
        return {INDEX: known.get(INDEX, ""), _STAGED: known.get(_STAGED, "")}
    tree = index_tree.written(repo) if now.staged else ""
    if tree is None:
        return {INDEX: known.get(INDEX, ""), _STAGED: known.get(_STAGED, "")}
    return {INDEX: tree, _STAGED: sign}


def _said(repo: Repo, moved: Mapping[str, tuple[str, str]], moves: list[Move]) -> tuple[str, ...]:
    """Git's messages of HEAD, oldest first, and the same of what else moved, in our words."""
    stashed = any(name.startswith(STASH) and new for name, (_, new) in moved.items())
    found = [
        move.message
        for move in moves
        if not (stashed and move.old == move.new and move.message == "reset: moving to HEAD")
    ]
    with_head = {moved.get(HEAD), *((move.old, move.new) for move in moves)}
    for name, pair in moved.items():
        if name.startswith("refs/") and pair not in with_head:
            found.append(_of_ref(repo, name, *pair))
        elif name.startswith(STASH):
            found.append("stash: saved" if pair[1] else "stash: dropped")
    if HEAD in moved and not moves:
        found.insert(0, _of_own(HEAD, *moved[HEAD]))
    if INDEX in moved and not found:
        found.append(_of_own(INDEX, *moved[INDEX]))
    return tuple(dict.fromkeys(found[-_MOST_SAID:]))


def _of_own(name: str, old: str, new: str) -> str:
    """Where Git says nothing, as of a change of the index, or has forgotten what it said."""
    if name == INDEX:
        return "index: changed" if new else "index: as HEAD has it"
    return f"HEAD: moved from {old[:10] or 'nothing'} to {new[:10] or 'nothing'}"


def _of_ref(repo: Repo, name: str, old: str, new: str) -> str:
    _, kind, short = name.split("/", 2)
    what = "tag" if kind == "tags" else "branch"
    if not new:
        return f"{what}: deleted {short}"
    if not old:
        return f"{what}: created {short}"
    message = _last_said(repo, name, new)
    return f"{short}: {message}" if message else f"{what}: moved {short}"


def _lost(repo: Repo, moved: Mapping[str, tuple[str, str]], found: Seen) -> tuple[str, ...]:
    """The refs whose old commit no branch, tag or stash leads to, and that a person would miss.

    A commit that was rewritten has its successor in its place: only a reset, and what is deleted,
    takes something away. Of the index it is what is neither staged nor anywhere else any more.
    """
    lost = []
    for name, (old, new) in moved.items():
        if not old or name == BRANCH:
            continue
        if name == INDEX:
            gone = _unstaged(repo, old, moved, found)
        elif name.startswith(STASH):
            gone = not new and not _is_popped(repo, old)
        elif name == HEAD:
            gone = bool(new) and kept.is_left_behind(repo, old) and _was_reset(found.moves)
        else:
            gone = kept.is_left_behind(repo, old) and (not new or _by_hand(repo, name, new))
        if gone:
            lost.append(name)
    return tuple(lost)


def _is_popped(repo: Repo, oid: str) -> bool:
    """Whether all that a stash held lies on the disk."""
    asked = ("diff-tree", "-r", "-z", "--diff-filter=AMT", f"{oid}^1", oid)
    blobs = _blobs(repo.try_git(*asked).stdout, ls_tree=False)
    blobs |= _blobs(repo.try_git("ls-tree", "-r", "-z", f"{oid}^3").stdout, ls_tree=True)
    return bool(blobs) and all(_is_on_disk(repo, path, blob) for path, blob in blobs.items())


def _was_reset(moves: list[Move]) -> bool:
    """Whether HEAD went there by a reset, or was moved off its commits."""
    return any(move.message.startswith(_RESET) for move in moves) or not moves


def _by_hand(repo: Repo, name: str, new: str) -> bool:
    return _last_said(repo, name, new).startswith(("reset:", "branch: Reset", "branch: reset"))


def _last_said(repo: Repo, name: str, at: str) -> str:
    """The last message of a ref's reflog, if that led to where the ref is."""
    done = repo.try_git("reflog", "show", "-n1", "--format=%H %gs", name, "--")
    new, _, message = done.stdout.decode(errors="surrogateescape").strip().partition(" ")
    return message if new == at else ""


def _unstaged(repo: Repo, tree: str, moved: Mapping[str, tuple[str, str]], found: Seen) -> bool:
    """Whether something that was staged is neither staged, nor in a commit, nor on the disk now."""
    head = moved[HEAD][0] if HEAD in moved else found.now.head
    how = ("diff-tree", "-r", "-z", "--diff-filter=AMT", head) if head else ("ls-tree", "-r", "-z")
    blobs = _blobs(repo.try_git(*how, tree).stdout, ls_tree=not head)
    still = {path for path, entry in found.now.staged.items() if entry.strip("0 ")}
    blobs = {path: oid for path, oid in blobs.items() if path not in still}
    commits = dict.fromkeys([found.now.head, *(m.new for m in found.moves), *_stashed(moved)])
    asked = [(path, f"{commit}:{path}") for path in blobs for commit in commits if commit]
    there = objects.ids(repo, [name for _, name in asked])
    safe = {path for (path, _), oid in zip(asked, there, strict=True) if oid == blobs[path]}
    return any(not _is_on_disk(repo, path, blobs[path]) for path in sorted(blobs.keys() - safe))


def _stashed(moved: Mapping[str, tuple[str, str]]) -> list[str]:
    """The index of each stash that was saved now."""
    found = [name.removeprefix(STASH) for name, (_, new) in moved.items() if name.startswith(STASH)]
    return [f"{oid}{parent}" for oid in found for parent in ("", "^2")]


def _blobs(listed: bytes, *, ls_tree: bool) -> dict[str, str]:
    """Path -> blob, of what `ls-tree -z` or `diff-tree -z` printed."""
    rows = listed.split(b"\0")[:-1]
    if ls_tree:
        pairs = [row.split(b"\t", 1)[::-1] for row in rows]
        return {os.fsdecode(path): facts.split(b" ")[2].decode() for path, facts in pairs}
    return {
        os.fsdecode(path): facts.split(b" ")[3].decode()
        for facts, path in zip(rows[::2], rows[1::2], strict=True)
    }


def _is_on_disk(repo: Repo, path: str, oid: str) -> bool:
    place = repo.root / path
    if place.is_symlink():
        return objects.make(repo, "blob", os.fsencode(place.readlink())).oid == oid
    if not place.is_file():
        return False
    done = repo.try_git("hash-object", "--", path)
    return done.stdout.decode().strip() == oid


def _refs(journal: Journal, moved: Mapping[str, tuple[str, str]], left: set[str]) -> kept.Follow:
    """How our refs follow those of the repository."""
    pairs = [pair for name, pair in moved.items() if name != BRANCH]
    if len(pairs) > kept.MOST_TIPS:
        pairs = [moved[name] for name in (HEAD, INDEX) if name in moved]
    tips: set[str] = set()
    if pairs:
        tips = {v for lane in (SEED, *journal.lanes()) for v in _tips(journal.refs(lane))}
    come = {new for _, new in pairs if new in tips}
    gone = {old for old, _ in pairs if old and old not in tips}
    return kept.Follow(*(tuple(sorted(oids)) for oids in (left, come, gone)))


def _tips(known: Mapping[str, str]) -> set[str]:
    return {v for name, v in known.items() if name not in (BRANCH, _READ, _STAGED)}


def since(repo: Repo, head: str) -> list[Move]:
    """What moved HEAD since it was at `head`, oldest first; all that is known if it never was."""
    moves = reflog.recent(repo, repo.git_dir)
    for index in range(len(moves) - 1, -1, -1):
        if moves[index].new == head:
            return moves[index + 1 :]
    return moves

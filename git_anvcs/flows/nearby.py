"""Story: before an agent edits a file it hears who else is changing it, and what there.

Part of the hook that runs on every edit, so the first look reads files alone: leases, the other
worktrees' copies of the file, the end of the spool. Git and the engine are asked only about a file
that really differs elsewhere, and only where `radar.warn` is on.
"""

from collections.abc import Iterator, Mapping, Sequence
import json
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.guard import GUARD
from git_anvcs.git.locate import Place
from git_anvcs.kernel import spawn
from git_anvcs.store.paths import Paths, make_folder, share

OFF, TELL, ASK = "off", "tell", "ask"
LATELY = 900.0  # seconds: an edit of another session that is older is over
AGAIN = 600.0  # seconds: so long a session is not told of one file again
MOST_MARKS = 500
MOST_PATHS, MOST_TREES, MOST_NAMES = 8, 16, 4
_LARGEST = 2 << 20  # bytes of a file
_TAIL = 256 << 10  # bytes of the spool
_SECONDS = 1.0  # for one git


class Tree(NamedTuple):
    """Another worktree: its top, and the name Git has for its HEAD (gitglossary, worktree refs)."""

    root: Path
    head: str
    git_dir: Path


class Near(NamedTuple):
    """Somebody else who is at a file.

    where: worktree and branch, empty for the same worktree; who: the agent's session, where known
    names: what they change there; until: when their lease ends, seconds since 1970
    """

    path: str
    who: str = ""
    where: str = ""
    names: tuple[str, ...] = ()
    until: float = 0.0


class Advice(NamedTuple):
    """What an agent is told; ask: its user is to decide first."""

    text: str = ""
    ask: bool = False


def advice(
    place: Place, paths: Sequence[str], who: str, now: float, env: Mapping[str, str]
) -> Advice:
    """Who else is at these paths (relative to the top); nothing where `radar.warn` is off.

    who: the session that asks
    """
    trees = list(_others(place))
    leased = any(_names_in(Paths(place.common_dir).leases))
    due = [path for path in paths[:MOST_PATHS] if not _heard(place, who, path, now)]
    near = {path: _differing(place, trees, path) for path in due}
    edits = list(_edits(place, near, who, now))
    how = OFF
    if leased or edits or any(near.values()):
        how = mode(place, env)
    if how == OFF:
        return Advice()
    found = [one for path in near for one in _leases(place, path, who)] if leased else []
    here = _own_name(place)
    for path, others in near.items():
        found += [one for tree in others for one in _changing(place, tree, path, edits)]
        found += [Near(path, one.who) for one in edits if (one.path, one.worktree) == (path, here)]
    for path in {one.path for one in found}:
        _hears(place, who, path)
    return Advice(sentences(found, now), how == ASK)


def _heard(place: Place, who: str, path: str, now: float) -> bool:
    """Whether this session heard of this file lately: what it was told it still knows."""
    try:
        return now - _mark(place, who, path).stat().st_mtime < AGAIN
    except OSError:
        return False


def _hears(place: Place, who: str, path: str) -> None:
    mark = _mark(place, who, path)
    try:
        make_folder(mark.parent)
        old = list(mark.parent.iterdir())
        for file in old if len(old) > MOST_MARKS else ():
            file.unlink(missing_ok=True)
        mark.touch()
        share(mark)
    except OSError:
        return


def _mark(place: Place, who: str, path: str) -> Path:
    from git_anvcs.kernel import digest

    said = f"{who}\0{place.root}\0{path}".encode(errors="surrogateescape")
    return Paths(place.common_dir).advised / digest.sha256(said).hexdigest()[:32]


def mode(place: Place, env: Mapping[str, str]) -> str:
    """`radar.warn`: the environment, else Git's configuration, else the repository's file."""
    said = env.get("ANVCS_RADAR_WARN", "")
    if not said:
        _code, printed = _git(place.root, "config", "--get", "anvcs.radar.warn")
        said = printed.decode(errors="replace").strip()
    if not said:
        said = _in_file(place)
    return said if said in (TELL, ASK) else OFF


def _in_file(place: Place) -> str:
    """What ai-vcs.config.yaml says; it is only read with its parser where it says something."""
    from git_anvcs.kernel.settings import FILE

    try:
        if b"radar" not in (place.root / FILE).read_bytes():
            return OFF
    except OSError:
        return OFF
    from git_anvcs.flows import settings
    from git_anvcs.git.repo import Repo

    return settings.load(Repo.discover(place.root), {}).text("radar.warn")


def _others(place: Place) -> Iterator[Tree]:
    """The other worktrees that are there (gitrepository-layout(5)), the main one first."""
    common = place.common_dir
    main = common.parent
    if common.name == ".git" and main != place.root:
        yield Tree(main, "main-worktree/HEAD", common)
    for name in sorted(_names_in(common / "worktrees"))[:MOST_TREES]:
        git_dir = common / "worktrees" / name
        root = _root_of(git_dir)
        if root is not None and git_dir != place.git_dir:
            yield Tree(root, f"worktrees/{name}/HEAD", git_dir)


def _root_of(git_dir: Path) -> Path | None:
    try:
        pointer = (git_dir / "gitdir").read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return None
    root = Path(pointer).parent
    return root if root.is_absolute() and root.is_dir() else None


def _names_in(folder: Path) -> list[str]:
    try:
        return [one.name for one in os.scandir(folder)]
    except OSError:
        return []


def _differing(place: Place, trees: Sequence[Tree], path: str) -> list[Tree]:
    """The worktrees in which the file is another one than here."""
    if not trees:
        return []
    mine = _content(place.root / path)
    return [tree for tree in trees if (found := _content(tree.root / path)) and found != mine]


def _content(file: Path) -> bytes | None:
    """What a regular file holds; None for anything else, and for what is too large."""
    try:
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            return None
        return file.read_bytes().replace(b"\r\n", b"\n")
    except OSError:
        return None


class Edit(NamedTuple):
    """An edit by another session, as the spool has it."""

    path: str
    who: str
    worktree: str


def _edits(place: Place, paths: Mapping[str, object], who: str, now: float) -> Iterator[Edit]:
    """The last edits of these paths by others, once for each session and worktree."""
    seen = set()
    for line in _tail(Paths(place.common_dir).spool / "lines"):
        if b'"kind":"agent"' not in line or b"edit" not in line:
            continue
        edit = _edit(line)
        if edit is None or edit[1] < now - LATELY or edit[0].who == who:
            continue
        for path in edit[2]:
            one = edit[0]._replace(path=path)
            if path in paths and one not in seen:
                seen.add(one)
                yield one


def _tail(file: Path) -> list[bytes]:
    try:
        with file.open("rb") as spool:
            spool.seek(max(os.fstat(spool.fileno()).st_size - _TAIL, 0))
            return spool.read(_TAIL).split(b"\n")
    except OSError:
        return []


def _edit(line: bytes) -> tuple[Edit, float, list[str]] | None:
    """An edit that was made: by whom and where, when, of which paths."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    match value:
        case {
            "event": "post_edit",
            "agent": str(agent),
            "session": str(session),
            "git_dir": str(worktree),
            "ts": int() | float() as ts,
            "paths": list(paths),
        }:
            who = Edit("", f"{agent}:{session}", worktree)
            return who, ts, [path for path in paths if isinstance(path, str)]
    return None


def _own_name(place: Place) -> str:
    return _name(place.git_dir, place.common_dir)


def _name(git_dir: Path, common_dir: Path) -> str:
    """What the spool calls a worktree."""
    return "." if git_dir == common_dir else f"worktrees/{git_dir.name}"


def _leases(place: Place, path: str, who: str) -> Iterator[Near]:
    from git_anvcs.flows import leases

    for one in leases.held(place.common_dir):
        if one.who != who and leases.overlap(one.path, path):
            where = "" if one.worktree == str(place.root) else one.worktree
            yield Near(path, one.who, where, until=one.until)


def _changing(place: Place, tree: Tree, path: str, edits: Sequence[Edit]) -> Iterator[Near]:
    """The worktree, where it changed the file since what both share."""
    code, printed = _git(place.root, "merge-base", "HEAD", tree.head)
    base = printed.decode().strip()
    theirs = _content(tree.root / path)
    if code != 0 or theirs is None:
        return
    _code, before = _git(place.root, "cat-file", "blob", f"{base}:{path}")
    if before.replace(b"\r\n", b"\n") == theirs:
        return
    name = _name(tree.git_dir, place.common_dir)
    known = [one.who for one in edits if (one.path, one.worktree) == (path, name)]
    where = f"{tree.root} ({_branch(tree)})"
    yield Near(path, ", ".join(known), where, _names(path, before, theirs))


def _names(path: str, before: bytes, after: bytes) -> tuple[str, ...]:
    """What differs, by the names that people know it by."""
    from git_anvcs.merge.difference.compare import File, compare
    from git_anvcs.merge.difference.item import LAYOUT

    found = compare(File(path, before), File(path, after))
    named = (item.where for item in found.items if item.where and item.change != LAYOUT)
    return tuple(dict.fromkeys(named))


def _branch(tree: Tree) -> str:
    try:
        head = (tree.git_dir / "HEAD").read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return "?"
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref:") else "detached"


def _git(root: Path, *words: str) -> tuple[int | None, bytes]:
    env = spawn.clean_environment({**GUARD, "GIT_NO_LAZY_FETCH": "1"})
    argv = ("git", "-C", str(root), *words)
    try:
        return spawn.output_within(argv, env, seconds=_SECONDS, most=_LARGEST)
    except OSError:
        return None, b""


def sentences(found: Sequence[Near], now: float) -> str:
    """The advice, for an agent to read; every name in it is safe to print."""
    from git_anvcs.kernel.terminal import cut, safe

    said = []
    for one in found:
        who = safe(one.who) or "somebody"
        where = f" in the worktree {safe(one.where)}" if one.where else " in this worktree"
        if one.until:
            minutes = max(int((one.until - now) / 60), 1)
            said.append(f"{who} has a lease on {safe(one.path)} for {minutes} more min{where}.")
            continue
        names = [cut(safe(name), 60) for name in one.names[:MOST_NAMES]]
        more = f" and {len(one.names) - len(names)} more" if len(one.names) > len(names) else ""
        what = f": {', '.join(names)}{more}" if names else ""
        said.append(f"{who} is changing {safe(one.path)} too{where}{what}.")
    what = "Keep your change away from theirs, or agree first; `git anvcs radar` shows conflicts."
    return " ".join([*dict.fromkeys(said), what]) if said else ""

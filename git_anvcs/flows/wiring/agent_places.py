"""Which files of which agents get a piece of ours, here and now; what is left alone, and why."""

from collections.abc import Iterator, Sequence
from pathlib import Path
import shlex
from typing import NamedTuple

from git_anvcs.flows.wiring import agent_files, agents, pieces
from git_anvcs.flows.wiring.agent_tables import WIRINGS, Files, Wiring
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError

AGENTS = tuple(WIRINGS)


class Place(NamedTuple):
    """One file of an agent. what: the concern in words (`agent codex`)"""

    what: str
    path: Path
    piece: pieces.Piece
    executable: bool = False


class Places(NamedTuple):
    """Files to write, and a sentence for each thing left alone or left to the user."""

    places: tuple[Place, ...]
    notes: tuple[str, ...]


def wanted(repo: Repo, names: Sequence[str], home: Path, program: str) -> Places:
    """The places for these agents; `auto`: for those that are used here.

    program: absolute path of git-anvcs
    """
    made: list[Place] = []
    notes: list[str] = []
    by_name = tuple(names) != ("auto",)
    for name in _named(repo, names, home):
        if not by_name and (kept := tracked(repo, _files(name))):
            shown = ", ".join(sorted(kept))
            notes.append(
                f"agent {name}: not wired, Git tracks {shown}; `git anvcs init --agents {name}`"
                " (with the others you want) writes it, for you to commit or not"
            )
            continue
        found = [p for p in _places(repo, name, program) if _is_free(p, notes)]
        made += found
        if found and WIRINGS[name].note:
            notes.append(f"agent {name}: {WIRINGS[name].note}")
    return Places(tuple(made), tuple(notes))


def tracked(repo: Repo, names: Sequence[str]) -> set[str]:
    """Those of the files, as paths in the worktree, that Git tracks."""
    if not names:
        return set()
    listed = repo.try_git("ls-files", "-z", "--", *(f":(top,literal){n}" for n in names)).stdout
    return {name.decode(errors="surrogateescape") for name in listed.split(b"\0") if name}


def _files(name: str) -> list[str]:
    wiring = WIRINGS[name]
    return [wiring.file] if isinstance(wiring, Wiring) else list(wiring.files)


def found(repo: Repo) -> Iterator[tuple[Path, pieces.Piece]]:
    """Every file of an agent in this worktree with something of ours in it untracked."""
    held: list[Place] = []
    for name, wiring in WIRINGS.items():
        if isinstance(wiring, Wiring):
            path = repo.root / wiring.file
            if agents.has_any(_peek(path), name):
                held.append(Place(name, path, pieces.AgentHooks(name, "git-anvcs")))
            continue
        for file in wiring.files:
            text = _peek(repo.root / file)
            if agent_files.is_ours(text):
                held.append(Place(name, repo.root / file, pieces.Whole(text)))
    names = [place.path.relative_to(repo.root).as_posix() for place in held]
    known = tracked(repo, names)
    for name, place in zip(names, held, strict=True):
        if name not in known:
            yield place.path, place.piece


def _named(repo: Repo, names: Sequence[str], home: Path) -> list[str]:
    if repo.bare or tuple(names) == ("none",):
        return []
    if tuple(names) == ("auto",):
        return [name for name in AGENTS if _is_used(name, repo.root, home)]
    unknown = [name for name in names if name not in AGENTS]
    if unknown:
        raise UsageError(
            f"no hooks are known for the agent {unknown[0]!r}",
            hint=f"known: {', '.join(AGENTS)}; any agent can call `git anvcs hook`",
        )
    return list(dict.fromkeys(names))


def _is_used(name: str, root: Path, home: Path) -> bool:
    wiring = WIRINGS[name]
    signs = [*(root / sign for sign in wiring.project), *(home / sign for sign in wiring.home)]
    return any(sign.is_dir() for sign in signs)


def _places(repo: Repo, name: str, program: str) -> Iterator[Place]:
    wiring = WIRINGS[name]
    if isinstance(wiring, Files):
        for file, event in wiring.files.items():
            made = agent_files.cline(program, event) if event else agent_files.plugin(name, program)
            what = f"agent {name} {event}".strip()
            yield Place(what, repo.root / file, pieces.Whole(made), executable=bool(event))
        return
    path = repo.root / wiring.file
    piece = pieces.AgentHooks(name, shlex.quote(program))
    try:
        pieces.put(path.read_bytes() if path.is_file() else None, piece)
    except agents.NotSettings as error:
        raise AnvcsError(
            f"{path}: {error.message}",
            hint="mend it, or leave it out: `git anvcs init --agents LIST`, or --agents none",
        ) from error
    yield Place(f"agent {name}", path, piece)


def _is_free(place: Place, notes: list[str]) -> bool:
    """Whether a whole file may be written: there is none, or it is ours."""
    if not isinstance(place.piece, pieces.Whole):
        return True
    there = place.path.exists() or place.path.is_symlink()
    if there and not agent_files.is_ours(_peek(place.path)):
        notes.append(f"{place.what}: left alone, {place.path} is another tool's")
        return False
    return True


def _peek(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""

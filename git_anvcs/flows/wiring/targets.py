"""Every place in a repository that init writes to, for given choices."""

from collections.abc import Iterator, Mapping, Sequence
import os
from pathlib import Path
import sys
from typing import Any, NamedTuple

from git_anvcs.flows.wiring import agent_places, attributes, block, pieces, stubs
from git_anvcs.git import repo as git
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.shipped import shipped

CONFIG_HOOKS = (2, 54, 0)


class Choices(NamedTuple):
    """What the user wants wired.

    agents: names, or `auto`; drivers: formats, or `all`; attributes: `tracked` or `local`
    remotes: where our refs may travel
    foreign_hooks: whether a hooks folder that Git tracks may be written to
    """

    agents: tuple[str, ...] = ("auto",)
    drivers: tuple[str, ...] = ("all",)
    attributes: str = "local"
    strategy: bool = False
    daemon: bool = True
    remotes: tuple[str, ...] = ()
    foreign_hooks: bool = False

    def to_json(self) -> dict[str, Any]:
        return self._asdict()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Choices":
        """Choices of an earlier init; what a newer version wrote beside them is left out."""
        known: dict[str, Any] = {key: value[key] for key in cls._fields if key in value}
        for key in ("agents", "drivers", "remotes"):
            if key in known:
                known[key] = tuple(known[key])
        return cls(**known)


class Target(NamedTuple):
    """One file to hold one piece.

    chained: the other name of the hook that was there; move: it still has to get that name
    """

    what: str
    path: Path
    piece: pieces.Piece
    executable: bool = False
    chained: Path | None = None
    move: bool = False


class Wanted(NamedTuple):
    """Every target, a sentence for each thing left alone, the hooks folder that Git tracks."""

    targets: tuple[Target, ...]
    notes: tuple[str, ...]
    tracked_hooks: str = ""


def all_of(repo: Repo, choices: Choices, *, home: Path) -> Wanted:
    """Everything that these choices ask for here."""
    programs = find_programs()
    by_config = git.version() >= CONFIG_HOOKS
    folder = config_hooks_folder(repo) if by_config else hooks_folder(repo)
    owner = _owner_of(repo, folder)
    free = owner == "" or (owner == "tracked" and choices.foreign_hooks)
    settings = agent_places.wanted(repo, choices.agents, home, programs.program)
    made = [
        *(_hook(folder / event, event, programs) for event in shipped_events() if free),
        _config(repo, choices, by_config=by_config),
        *_attributes(repo, choices),
        _excludes(repo, settings.places),
        *(Target(p.what, p.path, p.piece, executable=p.executable) for p in settings.places),
    ]
    notes = [] if free else [_REFUSALS[owner].format(folder=folder)]
    notes += settings.notes
    if repo.bare and choices.attributes == "tracked":
        notes.append("attributes: a bare repository has no .gitattributes; local ones were made")
    return Wanted(tuple(made), tuple(notes), "" if free or owner == "others" else str(folder))


def find_programs() -> stubs.Programs:
    """Absolute paths: the program beside this Python, under the name PATH has for it."""
    beside = Path(sys.executable).parent / "git-anvcs"
    on_path = process.find("git-anvcs")
    if on_path and (not beside.exists() or on_path.samefile(beside)):
        beside = on_path.absolute()
    return stubs.Programs(str(shipped("hooks")), str(beside))


def config_file(repo: Repo) -> Path:
    """The configuration that all worktrees share."""
    return (repo.common_dir / "config").resolve()


def hooks_folder(repo: Repo) -> Path:
    """Where Git looks for hooks here, whatever core.hooksPath says."""
    return repo.git_path("hooks")


def config_hooks_folder(repo: Repo) -> Path:
    """Where our stubs are when Git finds them by configuration (Git 2.54 and later)."""
    return repo.common_dir / "anvcs" / "hooks"


def chained_name(hook: Path) -> Path:
    """The name a renamed hook has, whatever name a tool has given to our stub since."""
    event = next((e for e in stubs.EVENTS if hook.name.startswith(e)), hook.name)
    return hook.with_name(event + stubs.CHAINED)


def found(repo: Repo) -> Iterator[tuple[Path, pieces.Piece]]:
    """Every file here with a block of ours, by its marker lines; agents' files by our hooks."""
    ends = ("config", "info/exclude", "info/attributes")
    places = [(repo.common_dir / name, "end") for name in ends]
    places.append((repo.root / ".gitattributes", "start"))
    folder = hooks_folder(repo)
    for event in stubs.EVENTS:  # an older version may have shipped one that this has not
        places += [(folder / f"{event}{ending}", "shebang") for ending in ("", ".old", ".legacy")]
    for path, at in places:
        text = _peek(path)
        if block.has(text):
            yield path.resolve(), pieces.Block(tuple(block.inside(text)), at)
    if not repo.bare:
        yield from agent_places.found(repo)


def left_renamed(repo: Repo) -> Iterator[tuple[Path, Path]]:
    """Hooks under their other name without a stub of ours, and their own name."""
    folder = hooks_folder(repo)
    for event in stubs.EVENTS:
        path = folder / event
        if is_there(chained_name(path)) and not is_there(path):
            yield chained_name(path), path


def shipped_events() -> tuple[str, ...]:
    """The Git hooks that we have a script for."""
    return tuple(event for event in stubs.EVENTS if shipped(f"hooks/{event}").is_file())


def _peek(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except OSError:
        return b""


# Hooks


def _hook(path: Path, event: str, programs: stubs.Programs) -> Target:
    script = b"" if path.is_symlink() else _peek(path)
    ours = block.begun(script)
    # Git does not start a hook that is not executable: renamed it stays off, and ours runs.
    takes = bool(script) and stubs.takes_block(script) and os.access(path, os.X_OK)
    move = is_there(path) and not (ours or takes)
    renamed = chained_name(path)
    # An init that was killed has renamed a hook and not put ours in its place.
    chained = renamed if move or (is_there(renamed) and (ours or not is_there(path))) else None
    own = block.take(script)
    lines = stubs.lines(
        event,
        programs,
        script=b"" if own == stubs.SHEBANG else own,
        chained=chained is not None,
    )
    piece = pieces.Block(tuple(lines), "shebang")
    return Target(f"hook {event}", path, piece, executable=True, chained=chained, move=move)


def is_there(path: Path) -> bool:
    """Whether the name is taken, also by a symbolic link that leads nowhere."""
    return path.exists() or path.is_symlink()


def _owner_of(repo: Repo, folder: Path) -> str:
    """Who else a hooks folder serves: `tracked` (by Git), `others` (repositories), or nobody."""
    if folder.is_relative_to(repo.common_dir):
        return ""
    if not folder.is_relative_to(repo.root):
        return "others"
    name = str(folder.relative_to(repo.root) / "post-commit")
    ignored = repo.try_git("check-ignore", "-q", "--", name).returncode == 0
    return "" if ignored else "tracked"


_REFUSALS = {
    "others": "hooks: not wired, core.hooksPath names {folder}, which serves other repositories"
    " too; records are made by the next git-anvcs command instead",
    "tracked": "hooks: not wired, core.hooksPath names {folder}, which Git tracks;"
    " `git anvcs init --yes` writes there, for you to commit",
}


# Configuration, attributes, excludes


def _config(repo: Repo, choices: Choices, *, by_config: bool) -> Target:
    lines = ["[include]", f"\tpath = {stubs.config_value(str(shipped('merge-drivers/gitconfig')))}"]
    if by_config:
        lines += stubs.config_lines(shipped_events(), str(config_hooks_folder(repo)))
    if choices.strategy:
        lines += ["[pull]", "\ttwohead = anvcs"]
    if not choices.daemon:
        lines += ['[anvcs "daemon"]', "\tenabled = false"]
    if choices.remotes:
        lines += ["[anvcs]", *(f"\tremotes = {stubs.config_value(r)}" for r in choices.remotes)]
    for remote in choices.remotes:
        lines += _remote(repo, remote)
    return Target("configuration", config_file(repo), pieces.Block(tuple(lines)))


def _remote(repo: Repo, remote: str) -> list[str]:
    """Fetch our refs beside the branches: into tracking refs, never onto live ones.

    The `*` behind `anvcs` lets `git fetch` go on when the remote has no such ref.
    """
    if repo.try_git("config", "--get", f"remote.{remote}.url").returncode != 0:
        raise UsageError(f"there is no remote {remote!r} here", hint="`git remote` lists them")
    return [
        f"[remote {stubs.config_value(remote)}]",
        f"\tfetch = +refs/notes/anvcs*:refs/notes/anvcs-remote/{remote}*",
        f"\tfetch = +refs/anvcs/w/*:refs/anvcs/remotes/{remote}/w/*",
    ]


def _attributes(repo: Repo, choices: Choices) -> list[Target]:
    lines = _driver_lines(choices.drivers)
    if not lines:
        return []
    if choices.attributes == "tracked" and not repo.bare:
        piece = pieces.Block(tuple(lines), "start")
        return [Target("attributes (tracked)", repo.root / ".gitattributes", piece)]
    owners = attributes.owners_lines(_owners_files(repo))
    path = repo.common_dir / "info" / "attributes"
    return [Target("attributes (local)", path, pieces.Block((*lines, *owners)))]


def _driver_lines(drivers: Sequence[str]) -> list[str]:
    template = shipped("merge-drivers/gitattributes")
    known = attributes.by_format(template.read_text(encoding="utf-8"))
    chosen = {"all": list(known), "none": []}.get(",".join(drivers), drivers)
    for name in chosen:
        if name not in known:
            raise UsageError(
                f"there is no merge driver for {name!r}", hint=f"known: {', '.join(known)}"
            )
    return [line for name in chosen for line in known[name]]


def _owners_files(repo: Repo) -> dict[str, str]:
    """Every .gitattributes of the repository: the worktree's, or HEAD's in a bare one."""
    if repo.bare:
        listed = repo.try_git("ls-tree", "-r", "-z", "--name-only", "HEAD").stdout
    else:
        asked = ("ls-files", "-z", "-c", "-o", "--exclude-standard", "--")
        listed = repo.try_git(*asked, ".gitattributes", "**/.gitattributes").stdout
    names = [n.decode(errors="surrogateescape") for n in listed.split(b"\0") if n]
    names = [name for name in names if name.split("/")[-1] == ".gitattributes"]
    if not repo.bare and ".gitattributes" not in names:
        names.append(".gitattributes")
    return {n.removesuffix(".gitattributes"): _text_of(repo, n) for n in names}


def _text_of(repo: Repo, name: str) -> str:
    if repo.bare:
        text = repo.try_git("cat-file", "blob", f"HEAD:{name}", env=NO_FETCH).stdout
    else:
        text = _peek(repo.root / name)
    return text.decode(errors="surrogateescape")


def _excludes(repo: Repo, settings: Sequence[agent_places.Place]) -> Target:
    names = [place.path.relative_to(repo.root).as_posix() for place in settings]
    known = agent_places.tracked(repo, names)
    lines = ["/.ai/meta/", *(f"/{name}" for name in names if name not in known)]
    path = repo.common_dir / "info" / "exclude"
    return Target("excludes", path, pieces.Block(tuple(lines)))

"""Story: what differs between commits, the index and the worktree, by what it means.

Git says which files differ and which were renamed; nothing is written but to a folder that is
deleted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import scratch
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Blob, Change, Changes
from git_anvcs.merge.difference import across
from git_anvcs.merge.difference.compare import File
from git_anvcs.merge.difference.item import CHANGED, Difference, Item

_SUBMODULE = "160000"


class Pair(NamedTuple):
    """The two versions of one path; the first has the name that the path had before."""

    old: str
    new: str
    change: Change


def of_command(
    repo: Repo, asked: Sequence[str], folder: Path, env: Mapping[str, str]
) -> list[Difference]:
    """As `git diff` with these arguments, typed in this folder. Raises UsageError."""
    return of_changes(repo, tree_diff.compared(repo, asked, folder), env)


def of_changes(repo: Repo, changes: Changes, env: Mapping[str, str]) -> list[Difference]:
    """The same of what git diff found already."""
    with scratch.variables(repo, env) as own:
        return differences(repo.within(own), changes)


def of_trees(repo: Repo, old: str, new: str) -> list[Difference]:
    """Between two trees (ids), renames looked for. Raises GitFailed."""
    [changes] = tree_diff.changes(repo, [(old, new)], renames=True)
    return differences(repo, changes)


def differences(repo: Repo, changes: Changes) -> list[Difference]:
    """The files of a raw diff compared by what they mean, by path."""
    pairs = list(_pairs(changes))
    texts = _texts(repo, pairs)
    found: list[Difference] = []
    files: list[tuple[File, File]] = []
    for pair in pairs:
        old, new = (texts.get(one) for one in _names(pair))
        whole = [one for one in (pair.change.before, pair.change.after) if one]
        if any(one.mode == _SUBMODULE for one in whole):
            found.append(_of_submodule(pair))
        elif (old is None and pair.change.before) or (new is None and pair.change.after):
            found.append(Difference(pair.new, CHANGED, "text", (), why="not in this clone"))
        elif old == new and pair.old == pair.new:
            found.append(_of_mode(pair))
        else:
            files.append((File(pair.old, old), File(pair.new, new)))
    return sorted([*found, *across.compared(files)], key=lambda one: one.path)


def _pairs(changes: Changes) -> Iterator[Pair]:
    renamed = {change.source for change in changes.values() if change.source}
    for path, change in changes.items():
        if path not in renamed or change.after:
            yield Pair(change.source or path, path, change)


def _names(pair: Pair) -> tuple[str, str]:
    """Under which name the texts of both versions are kept."""
    before, after = pair.change.before, pair.change.after
    return _name(before, pair.old), _name(after, pair.new)


def _name(blob: Blob | None, path: str) -> str:
    if blob is None:
        return ""
    return blob.oid if blob.oid.strip("0") else f"/{path}"


def _texts(repo: Repo, pairs: Iterable[Pair]) -> dict[str, bytes]:
    """The versions by name; those of the worktree as Git would store them."""
    wanted: dict[str, None] = {}
    here: dict[str, str] = {}
    for pair in pairs:
        wanted.update(dict.fromkeys(name for name in _names(pair) if name))
        if pair.change.after and not pair.change.after.oid.strip("0"):
            here[f"/{pair.new}"] = pair.change.after.mode
    ids = _stored(repo, here)
    asked = {
        name: ids.get(name, name) for name in wanted if not name.startswith("/") or name in ids
    }
    found = objects.read(repo, asked.values(), env=objects.NO_FETCH)
    return {name: one.data for name, one in zip(asked, found, strict=True) if one}


def _stored(repo: Repo, files: Mapping[str, str]) -> dict[str, str]:
    """The ids of worktree files, filtered and put into the scratch objects; links as Git does."""
    links = [name for name, mode in files.items() if mode == "120000"]
    plain = [name for name in files if name not in links and "\n" not in name]
    if not plain and not links:
        return {}
    stdin = "".join(f"{name[1:]}\n" for name in plain).encode(errors="surrogateescape")
    printed = repo.git("hash-object", "-w", "--stdin-paths", stdin=stdin) if plain else b""
    found = dict(zip(plain, printed.decode().split(), strict=True))
    for name in links:
        target = (repo.root / name[1:]).readlink()
        data = str(target).encode(errors="surrogateescape")
        found[name] = repo.git("hash-object", "-w", "--stdin", stdin=data).decode().strip()
    return found


def _of_submodule(pair: Pair) -> Difference:
    before, after = (one.oid if one else "" for one in (pair.change.before, pair.change.after))
    item = Item(CHANGED, "submodule", "", aspects=("commit",), before=before, after=after)
    return Difference(pair.new, CHANGED, "submodule", (item,))


def _of_mode(pair: Pair) -> Difference:
    before, after = (one.mode if one else "" for one in (pair.change.before, pair.change.after))
    item = Item(CHANGED, "mode", "", aspects=("mode",), before=before, after=after)
    return Difference(pair.new, "mode", "text", (item,))

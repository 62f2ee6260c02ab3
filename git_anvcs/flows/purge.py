"""Story: what stays behind an uninstall goes as well: the mirror, our folder, the records."""

from pathlib import Path
import re
import shutil

from git_anvcs.flows.mirror import main_worktree
from git_anvcs.flows.wiring import steps
from git_anvcs.git import refs as git_refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance.records import FOLDER
from git_anvcs.store.paths import Paths

_MIRRORED = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\.json")


def record_refs(repo: Repo) -> dict[str, str]:
    """Every ref of ours with what it points at."""
    notes = ("refs/notes/anvcs", "refs/notes/anvcs-blobs", "refs/notes/anvcs-remote")
    return git_refs.read(repo, "refs/anvcs", *notes)


def refs(repo: Repo, found: dict[str, str]) -> None:
    """Delete them, all or none."""
    updates = [git_refs.Update(name, oid, None) for name, oid in found.items()]
    if updates:
        git_refs.update(repo, updates, "git anvcs uninstall --purge")


def mirror(repo: Repo) -> None:
    """Delete the mirrored records of the main worktree, which nothing hides any longer.

    A record that somebody has added to Git stays.
    """
    root = main_worktree(repo)
    folder = root / FOLDER if root else None
    if folder is None or not folder.is_dir():
        return
    if folder.is_symlink() or folder.parent.is_symlink():
        return  # it leads to what is somebody else's
    listed = repo.git("-C", str(folder), "ls-files", "-z", "--", ".")
    tracked = {name.decode(errors="surrogateescape") for name in listed.split(b"\0")}
    for path in folder.iterdir():
        if _MIRRORED.fullmatch(path.name) and path.name not in tracked:
            path.unlink(missing_ok=True)
    steps.remove_empty([folder, folder.parent])


def snapshots(repo: Repo) -> None:
    """Forget what files held, which nobody would sweep any longer."""
    _remove(Paths(repo.common_dir).snapshots)


def folder(repo: Repo) -> None:
    """Delete `<common Git dir>/anvcs/` and everything in it."""
    _remove(Paths(repo.common_dir).home)


def _remove(path: Path) -> None:
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise AnvcsError(f"cannot delete {path}: {error.strerror}") from error

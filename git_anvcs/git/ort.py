"""Git's own merge of whole trees, in memory: `git merge-tree --write-tree` and what it prints."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import tempfile
from typing import NamedTuple

from git_anvcs.git import settings
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.repo import GitFailed
from git_anvcs.git.settings import Setting

OUR_DRIVER = "merge.anvcs."
CLEAN, CONFLICTS = 0, 1


class Staged(NamedTuple):
    """A version of an unmerged path: its mode, such as `100644`, and its object."""

    mode: str
    oid: str

    @property
    def regular(self) -> bool:
        """Neither a symbolic link (120000) nor a submodule (160000)."""
        return self.mode.startswith("100")

    @property
    def missing(self) -> bool:
        """There is no such file in this version."""
        return self.mode == "000000"


class Note(NamedTuple):
    """What Git says about some paths.

    kind: stable words, such as `Auto-merging` or `CONFLICT (modify/delete)`
    text: the sentence for people, with its newline
    """

    paths: tuple[str, ...]
    kind: str
    text: str

    @property
    def conflict(self) -> bool:
        return self.kind.startswith("CONFLICT")


class TreeMerge(NamedTuple):
    """The merged tree, conflicts between markers; the stages of what is open; what Git says.

    stages: path -> stage (1 base, 2 ours, 3 theirs) -> version
    """

    tree: str
    stages: dict[str, dict[int, Staged]]
    notes: tuple[Note, ...]


def merge(
    repo: CalledRepo,
    ours: str,
    theirs: str,
    options: Sequence[str] = (),
    configured: Sequence[Setting] = (),
) -> TreeMerge:
    """Merge two commits, our own driver off, everybody else's on. Raises GitFailed.

    options: words after `-X`; a git before 2.44 takes none
    configured: all settings in force
    """
    words = [word for option in options for word in ("-X", option)]
    argv = ("merge-tree", "--write-tree", "-z", "--messages", "--allow-unrelated-histories")
    with _without_our_driver(repo, configured) as place:
        done = place.try_git(*argv, *words, ours, theirs)
    if done.returncode not in (CLEAN, CONFLICTS) or not done.stdout:
        raise GitFailed(done.argv, done.returncode, done.stderr)
    return read(done.stdout.decode(errors="surrogateescape"))


def read(printed: str) -> TreeMerge:
    """Take apart what `git merge-tree -z --messages` prints (its manual page, OUTPUT)."""
    tree, *fields = printed.split("\0")
    stages: dict[str, dict[int, Staged]] = {}
    place = 0
    while place < len(fields) and fields[place]:
        facts, _, path = fields[place].partition("\t")
        mode, oid, stage = facts.split(" ")
        stages.setdefault(path, {})[int(stage)] = Staged(mode, oid)
        place += 1
    return TreeMerge(tree, stages, tuple(_notes(fields[place + 1 :])))


def _notes(fields: list[str]) -> Iterator[Note]:
    place = 0
    while place < len(fields) and fields[place].isdigit():
        end = place + 1 + int(fields[place])
        kind, text = fields[end : end + 2]
        yield Note(tuple(fields[place + 1 : end]), kind, text)
        place = end + 2


@contextmanager
def _without_our_driver(repo: CalledRepo, configured: Sequence[Setting]) -> Iterator[CalledRepo]:
    """The repository as if nobody had configured our driver.

    Configuration cannot be taken back, only added to. So Git gets another Git directory with a
    copy of the rest; objects, refs, index and attributes are the real ones.
    """
    if not any(setting.key.startswith(OUR_DRIVER) for setting in configured):
        yield repo
        return
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        stand_in = Path(folder)
        kept = [setting for setting in configured if _is_kept(setting.key)]
        text = settings.as_file(kept).encode(errors="surrogateescape")
        (stand_in / "config").write_bytes(text)
        (stand_in / "HEAD").write_text(repo.line("rev-parse", "--verify", "HEAD") + "\n")
        (stand_in / "objects").mkdir()
        for name in ("info", "packed-refs", "refs", "reftable", "shallow"):
            if (repo.common_dir / name).exists():
                (stand_in / name).symlink_to(repo.common_dir / name)
        (stand_in / "refs").mkdir(exist_ok=True)
        for shared in repo.git_dir.glob("sharedindex.*"):  # parts of a split index
            (stand_in / shared.name).symlink_to(shared)
        env = {key: value for key, value in repo.env.items() if not _is_configuration(key)}
        yield _named(repo, env, stand_in)


def _named(repo: CalledRepo, env: dict[str, str], stand_in: Path) -> CalledRepo:
    objects = env.get("GIT_OBJECT_DIRECTORY") or str(repo.common_dir / "objects")
    index = env.get("GIT_INDEX_FILE") or str(repo.git_dir / "index")
    other = CalledRepo(repo.root, stand_in, stand_in, bare=False)
    other.env = {
        **env,
        "GIT_DIR": str(stand_in),
        "GIT_WORK_TREE": str(repo.root),
        "GIT_OBJECT_DIRECTORY": objects,
        "GIT_INDEX_FILE": index,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return other


def _is_kept(key: str) -> bool:
    return not key.startswith((OUR_DRIVER, "include.", "includeif.")) and key not in (
        "core.worktree",
        "core.bare",
        "extensions.worktreeconfig",
    )


def _is_configuration(key: str) -> bool:
    return key == "GIT_COMMON_DIR" or key.startswith(("GIT_CONFIG", "GIT_COMMON"))

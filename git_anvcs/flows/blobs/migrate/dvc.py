"""Story: what DVC tracks at HEAD becomes large files of ours, in one new commit.

`.dvc` files go, with the lines that DVC wrote into .gitignore; `dvc.lock` and `.dvc` files that
say where a file came from stay, as they tell more. Older commits stay as they are.
"""

from collections.abc import Mapping, Sequence
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import pointer
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs.migrate import attribute_text, dvc_files, finishing, kept, places, story
from git_anvcs.flows.blobs.migrate.dvc_files import Item, Output
from git_anvcs.flows.blobs.migrate.kept import Migration
from git_anvcs.flows.blobs.migrate.migrations import Missing
from git_anvcs.git import attribute_rules, objects, refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied, UsageError
from git_anvcs.store.paths import Paths, make_folder

MESSAGE = "Take large files over from DVC\n"
_ATTRIBUTES = ".gitattributes"


class Brought(NamedTuple):
    """files: path -> size in bytes; missing: outputs whose bytes are not here whole

    left: files of DVC that stay; commit: the new one, empty when there is none
    behind: this worktree, where its files could not follow
    """

    files: Mapping[str, int]
    missing: tuple[str, ...]
    left: tuple[str, ...]
    commit: str = ""
    number: int = 0
    behind: tuple[story.Left, ...] = ()


class _Taken(NamedTuple):
    output: Output
    items: Sequence[Item]
    sources: Sequence[Path]


def bring(repo: Repo, *, dry_run: bool, allow_missing: bool) -> Brought:
    """Do it. Raises UsageError, PolicyDenied, Missing; then nothing was changed."""
    here = next((one for one in places.worktrees(repo) if one.repo.root == repo.root), None)
    if here is None:
        raise UsageError("this needs a worktree with a commit", hint="go to one, or use -C DIR")
    if not dry_run:
        finishing.finish(repo, lambda items, _: items)
        places.refuse_unclean([here])
        place = places.Place({}, (here,))
        places.refuse_unwired(place, "ai-blob", "git anvcs init")
    listed = repo.git("ls-tree", "-r", "-z", "--format=%(objectname) %(path)", "HEAD")
    rows = (row.split(" ", 1) for row in os.fsdecode(listed).split("\0")[:-1])
    tree = {path: oid for oid, path in rows}
    taken, missing = _look(repo, tree)
    left = sorted({one.output.said_by for one in taken if one.output.stays})
    if missing and not allow_missing:
        raise Missing(
            f"{missing[0]} and {len(missing) - 1} more outputs of DVC are not here whole"
            if len(missing) > 1
            else f"{missing[0]} is not here whole; nothing was changed",
            hint="dvc fetch brings them here; --allow-missing leaves them to DVC",
        )
    sizes = {
        item.path: source.stat().st_size
        for one in taken
        for item, source in zip(one.items, one.sources, strict=True)
    }
    brought = Brought(sizes, tuple(missing), tuple(left))
    if dry_run or not taken:
        return brought
    commit = _commit(repo, here.oid, tree, taken)
    places.refuse_moved(repo, places.Place({}, (here,)), lambda oid: oid)
    places.refuse_unclean([here])
    number, behind = _move(here, commit, [item.path for one in taken for item in one.items])
    return brought._replace(commit=commit, number=number, behind=tuple(behind))


def _look(repo: Repo, tree: Mapping[str, str]) -> tuple[list[_Taken], list[str]]:
    """What can be taken over, and the outputs of which bytes are missing."""
    names = [path for path in tree if path.endswith((".dvc", "dvc.lock")) and ".dvc/" not in path]
    found: dict[str, Output] = {}
    for name, blob in zip(names, objects.read(repo, [tree[n] for n in names]), strict=True):
        text = blob.data.decode(errors="replace") if blob else ""
        for output in dvc_files.outputs(name, text):
            if output.path not in tree:
                found.setdefault(output.path, output)
    if not found:
        raise UsageError("DVC tracks nothing in this commit", hint="git ls-files '*.dvc' dvc.lock")
    taken, missing = [], []
    for output in found.values():
        one = _source(repo, output)
        if one is None:
            missing.append(output.path)
        else:
            taken.append(one)
    return taken, missing


def _source(repo: Repo, output: Output) -> _Taken | None:
    """Where the bytes of every file of an output are. Raises PolicyDenied for edited ones."""
    caches = dvc_files.cache_folders(repo.root, output.said_by)
    items = dvc_files.items(output, caches)
    if items is None:
        return None
    sources = []
    for item in items:
        file = repo.root / item.path
        if file.is_file():
            if not dvc_files.is_that(file, item.md5, legacy=output.legacy):
                raise PolicyDenied(
                    f"{item.path} is not what {output.said_by} says: it was edited since",
                    hint="dvc commit keeps what you edited, dvc checkout drops it",
                )
            sources.append(file)
            continue
        here = (f for f in dvc_files.candidates(caches, item.md5) if f.is_file())
        whole = (f for f in here if dvc_files.is_that(f, item.md5, legacy=output.legacy))
        source = next(whole, None)
        if source is None:
            return None
        sources.append(source)
    return _Taken(output, items, sources)


def _commit(repo: Repo, head: str, tree: Mapping[str, str], taken: Sequence[_Taken]) -> str:
    """A commit on top of `head` in which these outputs are ours."""
    cache = Cache(Paths(repo.common_dir))
    blobs: list[objects.Object] = []
    rows: list[str] = []

    def put(path: str, data: bytes | None, mode: str = "100644") -> None:
        if data is None:
            rows.append(f"0 {repo.zero_oid}\t{path}\0")
            return
        blobs.append(objects.make(repo, "blob", data))
        rows.append(f"{mode} {blobs[-1].oid}\t{path}\0")

    for one in taken:
        mode = "100755" if one.output.executable else "100644"
        for item, source in zip(one.items, one.sources, strict=True):
            oid, size = cache.add_file(source)
            put(item.path, pointer.text(Pointer(oid, size)) if size else b"", mode)
    cache.sync()
    for path, data in _edited(repo, tree, taken).items():
        put(path, data)
    objects.write(repo, blobs)
    index = cache.free_name()
    env = {"GIT_INDEX_FILE": str(index)}
    make_folder(index.parent)
    try:
        repo.git("read-tree", head, env=env)
        repo.git("update-index", "-z", "--index-info", stdin=os.fsencode("".join(rows)), env=env)
        made = repo.line("write-tree", env=env)
    finally:
        index.unlink(missing_ok=True)
    return repo.git("commit-tree", "-p", head, made, stdin=MESSAGE.encode()).decode().strip()


def _edited(
    repo: Repo, tree: Mapping[str, str], taken: Sequence[_Taken]
) -> dict[str, bytes | None]:
    """The small files that change: .gitattributes, .gitignore, `.dvc`; None takes one away."""
    found: dict[str, bytes | None] = {
        one.output.said_by: None for one in taken if not one.output.stays
    }
    ignoring: dict[str, set[bytes]] = {}
    for one in taken:
        folder, slash, name = one.output.path.rpartition("/")
        ignoring.setdefault(f"{folder}{slash}.gitignore", set()).add(b"/" + os.fsencode(name))
    asked = [path for path in (_ATTRIBUTES, *ignoring) if path in tree]
    blobs = objects.read(repo, [tree[path] for path in asked])
    texts = {path: blob.data for path, blob in zip(asked, blobs, strict=True) if blob}
    for path, lines in ignoring.items():
        if path in texts:
            kept_lines = [
                line for line in texts[path].split(b"\n") if line.rstrip(b"\r") not in lines
            ]
            left = b"\n".join(kept_lines)
            found[path] = left if left.strip() else None
    patterns = [_pattern(one.output) for one in taken]
    found[_ATTRIBUTES] = attribute_text.tracked(texts.get(_ATTRIBUTES), patterns)
    return found


def _pattern(output: Output) -> bytes:
    if not output.md5.endswith(".dir"):
        return attribute_rules.literal(os.fsencode(output.path))
    return attribute_rules.literal(os.fsencode(output.path), below=True)


def _move(here: places.Worktree, commit: str, paths: Sequence[str]) -> tuple[int, list[story.Left]]:
    repo = here.repo
    moved = {here.branch: (here.oid, commit)} if here.branch else {}
    heads = {} if here.branch else {str(repo.root): (here.oid, commit)}
    made = Migration(kept.next_number(repo), "from-dvc", moved, heads)
    kept.begin(repo, made.number)
    kept.save(repo, made, {})
    ref = here.branch or f"refs/heads-of-worktrees/{made.number}"
    updates = [Update(made.backup(ref), None, here.oid)]
    updates += [Update(ref, old, new) for ref, (old, new) in moved.items()]
    refs.update(repo, updates, "migrate: from-dvc")
    if not here.branch:
        places.move_head(repo, here.oid, commit, "migrate: from-dvc")
    _known(repo, commit, paths)
    left = story.followed(here, here.oid, commit)
    if not any(one.halfway for one in left):
        kept.finish(repo, made.number)
    return made.number, left


def _known(repo: Repo, commit: str, paths: Sequence[str]) -> None:
    """Files that DVC has put there are the index's already: what was edited just now is a change.

    A link into DVC's cache goes: the bytes have another name, and whoever writes is not to change
    them there.
    """
    wanted = set(paths)
    rows = []
    listed = repo.git(
        "ls-tree", "-r", "-z", "--format=%(objectmode) %(objectname)\t%(path)", commit
    )
    for row in os.fsdecode(listed).split("\0")[:-1]:
        path = row.partition("\t")[2]
        file = repo.root / path
        if path not in wanted or not file.is_file():
            continue
        if file.is_symlink() or file.stat().st_nlink > 1:
            file.unlink()
        else:
            rows.append(f"{row}\0")
    if rows:
        repo.git("update-index", "-z", "--index-info", stdin=os.fsencode("".join(rows)))

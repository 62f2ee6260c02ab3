"""The merge driver for pointers (gitattributes(5), "merge"): one content wins, or it is a conflict.

Git gives it pointers, never contents. It writes pointers only, never markers: two halves of a
pointer between markers would be a file that is neither.
"""

from collections.abc import Mapping
from pathlib import Path
import shlex
import sys

from git_anvcs.blobs.pointer import Pointer, parse, text
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.git.ort import Staged
    from git_anvcs.git.repo import Repo

MERGED, CONFLICT = 0, 1
_OURS, _THEIRS = 2, 3  # stages of the index


def run(words: list[str]) -> int:
    """BASE OURS THEIRS [PATH]: the result goes to OURS; 0 merged, 1 a conflict, ours stays."""
    if len(words) not in (3, 4):
        raise UsageError("git-ai-blob merge BASE OURS THEIRS [PATH]", hint="it is started by Git")
    files = [Path(word) for word in words[:3]]
    texts = [file.read_bytes() for file in files]
    merged = decide(*texts)
    if merged is None:
        sys.stderr.write(said(words[3] if len(words) == 4 else words[1], *texts[1:]))
        return CONFLICT
    if merged != texts[1]:
        files[1].write_bytes(merged)
    return MERGED


def said(path: str, ours: bytes, theirs: bytes) -> str:
    """What a person reads of a conflict: what the sides are, where, how to look and to take one."""
    name = safe(path)
    word = shlex.quote(name)
    one, other = (shlex.quote(f":{stage}:{name}") for stage in (_OURS, _THEIRS))
    return (
        f"git-ai-blob: {name}: both sides have changed it;"
        f" ours stays ({_shown(ours)}), theirs is {_shown(theirs)}\n"
        f"hint: git-ai-blob diff {one} {other} shows in what they differ\n"
        f"hint: git cat-file --filters {other} >FILE puts theirs beside ours\n"
        f"hint: git checkout --theirs -- {word} takes theirs, --ours ours again;"
        f" then git add -- {word}\n"
    )


def of_stages(repo: "Repo", stages: Mapping[str, "Mapping[int, Staged]"]) -> str:
    """The same of all large files among the conflicts of a merge; empty when there are none."""
    from git_anvcs.flows.blobs import pointed

    sides = {
        (path, stage): (one.mode, one.oid)
        for path, found in stages.items()
        for stage, one in found.items()
        if stage in (_OURS, _THEIRS) and one.regular
    }
    read = pointed.read(repo, {f"{stage}\0{path}": at for (path, stage), at in sides.items()})
    texts: dict[str, dict[str, bytes]] = {}
    for at in read:
        stage, _, path = at.path.partition("\0")
        texts.setdefault(path, {})[stage] = text(at.pointer)
    both = {path: found for path, found in texts.items() if len(found) == 2}
    return "".join(said(path, found["2"], found["3"]) for path, found in both.items())


def _shown(side: bytes) -> str:
    from git_anvcs.drivers.bars import size

    pointer = parse(side)
    if pointer is None:
        return f"{size(len(side))} in Git itself"
    return f"{size(pointer.size)}, SHA-256 {pointer.oid[:12]}"


def decide(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The text that wins; None: nobody can decide that here.

    Where only the pins differ, the content is the same: ours, unless theirs alone is pinned.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    was, one, other = (parse(text) for text in (base, ours, theirs))
    if one is None or other is None:
        return None
    if _same(one, other):
        return theirs if other.pinned and not one.pinned else ours
    if was and _same(was, one):
        return theirs
    return ours if was and _same(was, other) else None


def _same(one: Pointer, other: Pointer) -> bool:
    return one.unpinned() == other.unpinned()

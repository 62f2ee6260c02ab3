"""Story: a clone that borrows Git's objects from another one borrows its large files, too.

That is `git clone --shared` and `--reference`. What the other has is copied, with shared blocks
where the file system can, and its bytes are counted here: the other may prune or damage its own.
"""

from contextlib import suppress
import os
from pathlib import Path
import stat

from git_anvcs.blobs import copying
from git_anvcs.blobs.contents import Contents, chunks, digest
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.git import alternates
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import BlobNames, make_folder

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def borrow(common_dir: str | Path, contents: Contents, pointer: Pointer) -> bool:
    """Whether the content is in the cache now, since a clone that we borrow from had it.

    The cache is to be synced by the caller.
    """
    for objects in alternates.folders(Path(common_dir) / "objects"):
        lender = Contents(BlobNames(str(objects.parent)).blobs)
        with suppress(OSError, EOFError, CannotWrite):
            if _copied(lender.name(pointer.oid), contents, pointer):
                return True
    return False


def _copied(source: str, contents: Contents, pointer: Pointer) -> bool:
    """False where the file is another content. Raises OSError, EOFError, CannotWrite."""
    descriptor = os.open(source, _READ)
    draft = Path(contents.new_name())
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != pointer.size:
            return False
        make_folder(draft.parent)
        with draft.open("x+b", buffering=0) as file:
            copying.copy(descriptor, file.fileno(), pointer.size)
            file.seek(0)
            whole = digest(chunks(file)) == pointer.oid
        if whole:
            contents.put(draft, pointer.oid, pointer.size)
        return whole
    finally:
        os.close(descriptor)
        draft.unlink(missing_ok=True)

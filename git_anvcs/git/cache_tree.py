"""The index's cache of trees (gitformat-index(5), "TREE"), as bytes; no I/O.

Git writes a commit's trees from it without a look at the entries, so that whoever changes an
entry's object id has to mark the folders above it.
"""


def without(tree: bytes, paths: set[bytes], oid_size: int) -> bytes:
    """The cache with the folders above these paths no longer known.

    Raises ValueError when it is damaged.
    """
    stale = _above(paths)
    kept = bytearray()
    at = 0
    open_folders = [(b"", 1)]  # what their children's names begin with, how many are to come
    while open_folders:
        prefix, left = open_folders.pop()
        if not left:
            continue
        open_folders.append((prefix, left - 1))
        name_end = tree.index(b"\0", at)
        line_end = tree.index(b"\n", name_end)
        entries, children = tree[name_end + 1 : line_end].split(b" ")
        after = line_end + 1 + (oid_size if int(entries) >= 0 else 0)
        folder = prefix + tree[at:name_end]
        if folder in stale:
            kept += tree[at:name_end] + b"\0-1 " + children + b"\n"
        else:
            kept += tree[at:after]
        open_folders.append((folder + b"/" if folder else b"", int(children)))
        at = after
    return bytes(kept)


def _above(paths: set[bytes]) -> set[bytes]:
    found = {b""}
    for path in paths:
        steps = path.split(b"/")
        found |= {b"/".join(steps[:count]) for count in range(1, len(steps))}
    return found

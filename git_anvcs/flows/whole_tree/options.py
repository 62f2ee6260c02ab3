"""How a file of the tree is to be merged: attributes, the style of conflicts."""

from collections.abc import Mapping, Sequence

from git_anvcs.git.called import CalledRepo

STYLES = ("merge", "diff3", "zdiff3")


def ours_by_attribute(repo: CalledRepo, paths: Sequence[str]) -> dict[str, int]:
    """Those that no attribute gives to another driver, with the length of their markers."""
    if not paths:
        return {}
    stdin = "".join(f"{path}\0" for path in paths).encode(errors="surrogateescape")
    asked = ("check-attr", "-z", "--stdin", "merge", "conflict-marker-size")
    rows = repo.git(*asked, stdin=stdin).decode(errors="surrogateescape").split("\0")
    found = {}
    for path, driver, size in zip(paths, rows[2::6], rows[5::6], strict=False):
        if driver in ("unspecified", "anvcs"):
            found[path] = int(size) if size.isdigit() and int(size) else 7
    return found


def style(settings: Mapping[str, str]) -> str:
    """How conflicts are shown: `merge.conflictStyle`."""
    found = settings.get("merge.conflictstyle", "merge")
    return found if found in STYLES else "merge"

"""Where the files of hooks/ and merge-drivers/ are: in the wheel, or in the checkout."""

from pathlib import Path
import sys


def shipped(name: str) -> Path:
    """A file or folder such as `hooks/post-commit` or `merge-drivers/gitconfig`.

    Repositories keep these paths. install.sh links `share/git-anvcs` to the files inside the
    package: that name stays when an upgrade brings another Python, whose version the real one has.
    """
    package = Path(__file__).parents[1]
    inside = package / "_shipped"
    if not inside.is_dir():
        return package.parent / name
    lasting = Path(sys.executable).parents[1] / "share" / "git-anvcs"
    return (lasting if lasting.is_dir() and lasting.samefile(inside) else inside) / name

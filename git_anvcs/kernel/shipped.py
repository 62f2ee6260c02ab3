"""Where the files of hooks/ and merge-drivers/ are: in the wheel, or in the checkout."""

from pathlib import Path


def shipped(name: str) -> Path:
    """A file or folder such as `hooks/post-commit` or `merge-drivers/gitconfig`."""
    package = Path(__file__).parents[1]
    inside = package / "_shipped"
    return (inside if inside.is_dir() else package.parent) / name

"""Libraries that come with an extra: what is said where one is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from git_anvcs.kernel.errors import AnvcsError


class ExtraMissing(AnvcsError):
    """A library of an extra is not installed; the hint has the command that adds it."""


@contextmanager
def extra(name: str, library: str) -> Iterator[None]:
    """Around the import of a library that the extra `name` brings. Raises ExtraMissing."""
    try:
        yield
    except ImportError as error:
        raise ExtraMissing(
            f"the library {library} is not installed; "
            f"`pip install 'git-anvcs[{name}]'` or `./install.sh --extras {name}` adds it"
        ) from error

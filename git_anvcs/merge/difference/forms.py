"""The form of a file by the name of its format."""

import re

from git_anvcs.merge.difference.unit import Form
from git_anvcs.merge.profile import profile
from git_anvcs.merge.registry import ENTRIES, PROFILES, load_format

# Files of tests: nobody uses what they define.
_TEST = re.compile(
    r"(?:^|/)(?:tests?|spec|__tests__|testdata)/|(?:^|/)test_[^/]*$|[._-](?:test|spec)s?\.\w+$"
)


def form(name: str, path: str) -> Form | None:
    """How files of a format are compared; None where only lines say something."""
    if name == "python" or name in PROFILES:
        from git_anvcs.merge.difference.code import Code

        return Code(profile(name), _TEST.search(path) is None)
    if name in ("json", "yaml"):
        from git_anvcs.merge.difference.data import Data

        return Data(name, path)
    if name == "notebook":
        from git_anvcs.merge.difference.notebook import Notebooks

        return Notebooks(path)
    return of_entries(name) if name in ENTRIES else None


def of_entries(name: str) -> Form | None:
    from git_anvcs.merge.difference.entries import AnyEntry, Entries

    syntax = getattr(load_format(name), "SYNTAX", None)
    if syntax is None:  # its entries depend on the whole file
        return None
    if name != "proto":
        return Entries(syntax, AnyEntry())
    from git_anvcs.merge.difference.proto import Wire

    return Entries(syntax, Wire())

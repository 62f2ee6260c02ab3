"""The form of a file by the name of its format."""

from git_anvcs.merge.difference.unit import Form
from git_anvcs.merge.profile import profile
from git_anvcs.merge.registry import PROFILES


def form(name: str, path: str) -> Form | None:
    """How files of a format are compared; None where only lines say something."""
    if name == "python" or name in PROFILES:
        from git_anvcs.merge.difference.code import Code

        return Code(profile(name))
    if name in ("json", "yaml"):
        from git_anvcs.merge.difference.data import Data

        return Data(name, path)
    return None

"""The check that formats run on lock files besides their own."""

from git_anvcs.merge.checks import Flaw
from git_anvcs.merge.locks import table
from git_anvcs.merge.result import Versions


def flaws(path: str, versions: Versions, text: bytes) -> list[Flaw]:
    """Why no package manager wrote this lock file; nothing for other files."""
    if not table.command(path):
        return []
    from git_anvcs.merge.locks import graph, read  # other files need not wait for these

    found = read.all_of(path, versions, text)
    return graph.flaws(*found) if found else []

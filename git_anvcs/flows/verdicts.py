"""What the engine said of three versions of a file, kept so that no later look asks again.

Only where git-anvcs is set up; a cache: who deletes it loses time and nothing else.
"""

from collections.abc import Mapping, Sequence
import json

from git_anvcs import __version__
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import digest
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

MOST = 20_000  # verdicts that are kept, the newest


def load(repo: Repo) -> dict[str, bool]:
    """Key -> whether the engine merges the versions without a conflict; of this program only."""
    try:
        found = json.loads(Paths(repo.common_dir).verdicts.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    known = found.get("merges") if isinstance(found, dict) else None
    if not isinstance(known, dict) or found.get("program") != __version__:
        return {}
    return {key: value for key, value in known.items() if isinstance(value, bool)}


def save(repo: Repo, known: Mapping[str, bool], fresh: Mapping[str, bool]) -> None:
    """The verdicts with new ones behind them; where that fails nothing is kept."""
    paths = Paths(repo.common_dir)
    if not fresh or not paths.home.is_dir() or paths.off.exists():
        return
    kept = {**{key: one for key, one in known.items() if key not in fresh}, **fresh}
    newest = dict(list(kept.items())[-MOST:])
    said = json.dumps({"program": __version__, "merges": newest}, separators=(",", ":"))
    try:
        atomic.write(paths.verdicts, said.encode() + b"\n")
    except (OSError, AnvcsError):
        return


def key(three: Sequence[str]) -> str:
    """Of the ids of base, ours and theirs, and the path."""
    return digest.sha256("\0".join(three).encode(errors="surrogateescape")).hexdigest()[:32]

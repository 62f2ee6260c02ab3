"""What was said of merges, kept so that no later look asks again.

Two files: of three versions of a file what the engine said, of two commits what the radar saw.
Only where git-anvcs is set up; a cache: who deletes it loses time and nothing else.
"""

from collections.abc import Mapping, Sequence
import json
from pathlib import Path

from git_anvcs import __version__
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import digest
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

MOST = 20_000  # answers that a file keeps, the newest


def load(repo: Repo) -> dict[str, bool]:
    """Key -> whether the engine merges the versions without a conflict; of this program only."""
    known = read(Paths(repo.common_dir).verdicts)
    return {key: value for key, value in known.items() if isinstance(value, bool)}


def save(repo: Repo, known: Mapping[str, bool], fresh: Mapping[str, bool]) -> None:
    """The verdicts with new ones behind them; where that fails nothing is kept."""
    if kept(repo):
        write(Paths(repo.common_dir).verdicts, known, fresh)


def kept(repo: Repo) -> bool:
    """Whether anything may be kept here."""
    paths = Paths(repo.common_dir)
    return paths.home.is_dir() and not paths.off.exists()


def read(file: Path) -> dict[str, object]:
    """What this program has written into a file of answers, by key."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    known = found.get("merges") if isinstance(found, dict) else None
    return known if isinstance(known, dict) and found.get("program") == __version__ else {}


def write(file: Path, known: Mapping[str, object], fresh: Mapping[str, object]) -> None:
    """The answers with new ones behind them."""
    if not fresh:
        return
    both = {**{key: one for key, one in known.items() if key not in fresh}, **fresh}
    newest = dict(list(both.items())[-MOST:])
    said = json.dumps({"program": __version__, "merges": newest}, separators=(",", ":"))
    try:
        atomic.write(file, said.encode() + b"\n")
    except (OSError, AnvcsError):
        return


def key(parts: Sequence[str]) -> str:
    """Of all that an answer depends on: the ids of base, ours and theirs, and the path."""
    return digest.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]

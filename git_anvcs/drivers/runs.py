"""What the last merges decided by themselves: one small file a run, the newest ones kept.

Written under `<common Git dir>/anvcs/merges/`, read by flows/merge_runs.py. A run that cannot be
written is no reason for a merge to fail.
"""

import os
import time

from git_anvcs.kernel.digest import sha256
from git_anvcs.merge.result import Merged, Options, Versions
from git_anvcs.store.paths import make_folder, share

KEPT = 256
VERSION = 1


def keep(home: str, versions: Versions, options: Options, merged: Merged) -> None:
    """Write down one run under the common Git dir `home`, if there is anything to explain."""
    if home and (merged.resolutions or merged.conflicts):
        _write(os.path.join(home, "anvcs", "merges"), versions, options, merged)


def common_dir(env: dict[str, str]) -> str:
    """The Git directory all worktrees share, found as gitrepository-layout(5) says; `""`: none.

    By hand: the driver runs at the top of the worktree, or in a bare repository; asking git would
    cost one process a file. None either for a merge that is only tried (ANVCS_TRIAL).
    """
    if env.get("ANVCS_TRIAL") == "1":
        return ""
    git_dir = env.get("GIT_COMMON_DIR") or env.get("GIT_DIR") or _git_dir()
    try:
        if os.path.isfile(git_dir):
            git_dir = _line(git_dir).removeprefix("gitdir: ")
        pointer = os.path.join(git_dir, "commondir")
        if os.path.isfile(pointer):
            git_dir = os.path.join(git_dir, _line(pointer))
    except (OSError, ValueError):
        return ""
    return git_dir if os.path.isdir(os.path.join(git_dir, "objects")) else ""


def _git_dir() -> str:
    return ".git" if os.path.exists(".git") else "."


def _line(name: str) -> str:
    with open(name, encoding="utf-8", errors="surrogateescape") as file:
        return file.read().rstrip("\n")


def _write(folder: str, versions: Versions, options: Options, merged: Merged) -> None:
    import json

    name = f"{time.time_ns():020d}-{os.getpid():x}"
    facts = {
        "v": VERSION,
        "id": name,
        "path": options.path,
        "format": merged.format,
        "labels": options.labels._asdict(),
        "style": options.style,
        "marker_size": options.marker_size,
        "sha256": {
            **{name: sha256(text).hexdigest() for name, text in versions._asdict().items()},
            "result": sha256(merged.text).hexdigest(),
        },
        "resolutions": [found._asdict() for found in merged.resolutions],
        "conflicts": [found._asdict() for found in merged.conflicts],
        **({"relock": merged.relock} if merged.relock else {}),
    }
    try:
        make_folder(folder)
        # Whole or not at all, not synced: an explanation lost in a power cut is no work lost.
        temporary = os.path.join(folder, f"{name}.tmp")
        with open(temporary, "w", encoding="ascii") as file:
            json.dump(facts, file)
            share(temporary, file.fileno())
        os.replace(temporary, os.path.join(folder, f"{name}.json"))
        _forget(folder)
    except OSError:
        return


def _forget(folder: str) -> None:
    for name in sorted(os.listdir(folder))[:-KEPT]:
        os.unlink(os.path.join(folder, name))

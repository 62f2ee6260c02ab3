"""Scratch folders: one that is in use is never swept away."""

import fcntl
from pathlib import Path
import threading

import pytest

from git_anvcs.flows import places
from git_anvcs.git.repo import Repo
from git_anvcs.store import lock
from tests.support.sandbox import Sandbox


def test_a_folder_is_not_swept_between_its_name_and_its_lock(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Repo.discover(repo.root)
    names = here.common_dir / "anvcs" / "scratch"
    locked, sweepers = fcntl.flock, []

    def swept_before(descriptor: int, how: int) -> None:
        """The lock, as it is when another landing sweeps at the very moment."""
        if not sweepers and list(names.glob("*")):
            sweepers.append(threading.Thread(target=places.sweep, args=(here,)))
            sweepers[0].start()
            sweepers[0].join(timeout=0.5)
        locked(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", swept_before)
    with places.taken(here) as folder:
        monkeypatch.undo()
        sweepers[0].join()
        places.sweep(here)
        assert folder.is_dir()
        with pytest.raises(lock.Locked), lock.held(names / folder.name, timeout=0):
            pass
    assert not folder.exists()
    assert not any(Path(names).iterdir())

"""The daemon's socket: who asks is heard by the daemon that runs now, from wherever it asks."""

from collections.abc import Mapping
import os
from pathlib import Path

import pytest

from git_anvcs.flows.journal import daemon_socket
from git_anvcs.flows.journal.daemon_socket import Server, ask
from git_anvcs.store.paths import Paths


def test_one_that_was_closed_takes_no_call_of_the_next(tmp_path: Path) -> None:
    paths = _paths(tmp_path)
    for turn in range(200):

        def answer(asked: Mapping[str, object], turn: int = turn) -> Mapping[str, object]:
            return {"turn": turn, "asked": asked["do"]}

        server = Server(paths, answer)
        assert ask(paths, {"do": "status"}, 10) == {"turn": turn, "asked": "status"}
        server.close()
        assert not server._serving.is_alive()
        assert ask(paths, {"do": "status"}, 10) is None


@pytest.mark.parametrize("open_files", [daemon_socket._OPEN_FILES, Path("/nowhere")])
def test_a_folder_may_have_a_long_name_and_nobody_is_moved(
    tmp_path: Path, open_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_socket, "_OPEN_FILES", open_files)
    paths = _paths(tmp_path / ("long" * 30))
    before = Path.cwd()
    server = Server(paths, lambda asked: {"there": os.fspath(Path.cwd())})
    assert ask(paths, {"do": "status"}, 10) == {"there": os.fspath(before)}
    server.close()
    assert Path.cwd() == before


def _paths(git: Path) -> Paths:
    paths = Paths(git)
    paths.journal.mkdir(parents=True)
    return paths

"""Whoever deletes a repository finds nothing of it there afterwards."""

from pathlib import Path

from git_anvcs.store import log
from git_anvcs.store.paths import Paths


def test_a_log_makes_no_repository_anew(tmp_path: Path) -> None:
    file = Paths(tmp_path / "repo" / ".git").logs / "journal.log"
    log.note(file, "the mirror cannot be written")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    log.note(file, "the mirror cannot be written")
    assert file.read_text().endswith("Z the mirror cannot be written\n")

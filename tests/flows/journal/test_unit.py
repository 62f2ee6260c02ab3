"""The unit that keeps a daemon: what systemd and launchd read of it is what was meant."""

from pathlib import Path
import plistlib
import shutil
import subprocess
import sys

import pytest

from git_anvcs.flows.journal import unit
from git_anvcs.flows.journal.keeping import OURS
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from tests.support.sandbox import Sandbox

NAME = 'my "100%" $HOME & <project> \\ é'


@pytest.fixture
def odd(repo: Sandbox, tmp_path: Path) -> Repo:
    """A repository in a folder with a difficult name."""
    return Repo.discover(repo.root.rename(tmp_path / NAME))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_it(odd: Repo, tmp_path: Path) -> None:
    found = unit.unit(odd, {"HOME": str(tmp_path)}, "linux")
    assert unit.install(found)
    assert not unit.install(found)
    done = subprocess.run(
        ("systemd-analyze", "verify", "--man=no", "--user", str(found.file)),
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert found.file.name not in done.stderr
    assert done.returncode == 0, done.stderr


def test_a_unit_names_folder_and_program(odd: Repo, tmp_path: Path) -> None:
    text = unit.unit(odd, {"HOME": str(tmp_path)}, "linux").data.decode()
    lines = dict(line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    assert lines["WorkingDirectory"] == str(odd.root).replace("%", "%%")
    assert lines["ExecStart"].startswith(f'"{sys.executable}" "-P" "-m"')
    assert lines["ExecStart"].endswith('"daemon" "run" "--idle" "0"')


def test_launchd_gets_a_property_list(odd: Repo, tmp_path: Path) -> None:
    found = unit.unit(odd, {"HOME": str(tmp_path)}, "darwin")
    facts = plistlib.loads(found.data)
    assert found.file == tmp_path / f"Library/LaunchAgents/{facts['Label']}.plist"
    assert facts["ProgramArguments"] == [*OURS, "daemon", "run", "--idle", "0"]
    assert facts["WorkingDirectory"] == str(odd.root)


def test_what_a_unit_cannot_name_is_said(repo: Sandbox, tmp_path: Path) -> None:
    moved = Repo.discover(repo.root.rename(tmp_path / "two\nlines"))
    with pytest.raises(UsageError, match="several lines"):
        unit.unit(moved, {"HOME": str(tmp_path)}, "linux")
    with pytest.raises(UsageError, match="HOME"):
        unit.unit(moved, {}, "linux")


def test_the_command_writes_and_deletes_it(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    assert "[Service]" in repo.ok("git-anvcs", "daemon", "unit")
    assert "systemctl --user" in repo.ok("git-anvcs", "daemon", "unit", "--install")
    folder = repo.home / ".config/systemd/user"
    assert len(list(folder.glob("git-anvcs-*.service"))) == 1
    repo.ok("git-anvcs", "daemon", "unit", "--remove")
    assert list(folder.iterdir()) == []

"""What others may do with our files: Git's own rule, compared with what Git makes itself."""

from pathlib import Path
import stat

import pytest

from git_anvcs.store import paths
from tests.support.sandbox import Sandbox


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.mark.parametrize("umask", ["022", "077"])
@pytest.mark.parametrize("value", ["umask", "group", "all", "0640", "0666", "0600"])
def test_files_and_folders_are_for_whom_those_of_git_are(
    tmp_path: Path, value: str, umask: str
) -> None:
    box = Sandbox(tmp_path, init=False)
    box.root.mkdir()
    made = 'umask "$1" && git init -q --shared="$2" . && echo x | git hash-object -w --stdin'
    oid = box.ok("sh", "-c", f"{made}; mkdir .git/anvcs; touch .git/anvcs/f", "sh", umask, value)
    theirs = box.root / ".git/objects" / oid[:2]
    ours = box.root / ".git/anvcs"
    content = ours / "f"
    content.chmod(0o444 & ~int(umask, 8))
    for path in (ours, content):
        paths.share(path)
    assert mode(ours) == mode(theirs)
    assert mode(content) == mode(theirs / oid[2:].strip())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[core]\n\tsharedRepository = group\n", 0o660),
        ("[CORE] SHAREDREPOSITORY=1 ; one\n", 0o660),
        ("[core]\n\tsharedrepository\n", 0o660),
        ("[core]\nsharedrepository = group\n[core]\n sharedrepository = \"0640\" # \n", -0o640),
        ("[core \"x\"]\nsharedrepository = group\n", 0),
        ("[other]\nsharedrepository = group\n", 0),
        ("[core]\nsharedrepository = world\n", 0o664),
        ("[core]\nsharedrepository = 0022\n", 0),
        ("[core]\nsharedrepository = nonsense\n", 0),
        ("[core]\nsharedrepository = 0666\n", -0o666),
        ("\0\xff", 0),
    ],
)  # fmt: skip
def test_the_configuration_is_read_as_git_reads_it(text: str, rule: int) -> None:
    assert paths.rule_of(paths.value_in(text)) == rule


def test_what_is_private_or_elsewhere_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "anvcs").mkdir()  # a name that others have, too
    box = Sandbox(tmp_path / "anvcs", init=False)
    box.root.mkdir()
    box.git("init", "-q", "--shared=all", ".")
    ours = box.root / ".git/anvcs"
    paths.make_folder(ours / "blobs/drafts", mode=0o700)
    assert [mode(ours / name) for name in (".", "blobs", "blobs/drafts")] == ["2775"] * 3
    paths.make_folder(ours / "keys", mode=0o700)
    paths.make_folder(box.root / "anvcs/blobs", mode=0o700)
    assert stat.S_IMODE((ours / "keys").stat().st_mode) & 0o777 == 0o700
    assert mode(box.root / "anvcs/blobs") == "0700"

"""A migration that was killed when its refs had moved: finished by the next one, or taken back."""

from collections.abc import Mapping
import json
from pathlib import Path

import pytest

from git_anvcs.blobs import pointer
from git_anvcs.flows.blobs.migrate import migrations, places, story
from git_anvcs.git.repo import Repo
from tests.support.blobs import ATTRIBUTES, in_git, wire
from tests.support.records import write_record
from tests.support.sandbox import Sandbox

FIRST, SECOND, THIRD = b"\0first" * 400, b"\0second" * 400, b"\0third" * 400
FILES = {"a.bin": FIRST, "b.bin": SECOND, "d/c.bin": THIRD}


class Killed(BaseException):
    """What `kill -9` is to the code that runs."""


@pytest.fixture
def killed(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Killed when Git had written `.gitattributes` and a pointer and taken a file away; the index
    is written behind all files."""
    wire(repo)
    (repo.root / ".gitattributes").unlink()
    repo.commit("first", {"a.bin": SECOND, "text": "1\n"})
    repo.commit("second", FILES)
    write_record(repo, "HEAD~")
    repo.git("notes", "add", "-m", "a word", "HEAD~")
    repo.git("worktree", "add", "-q", "--detach", "../apart")
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)

    def die() -> Mapping[str, str]:
        raise Killed

    found = Repo.discover(repo.root)
    place = places.find(found, [])
    plan = migrations.import_(found, ["*.bin"], None, place).plan
    with pytest.raises(Killed):
        story.migrate(found, place, plan._replace(env=die), lambda items, _: items)
    repo.write(".gitattributes", ATTRIBUTES)
    (repo.root / "a.bin").unlink()
    repo.write("b.bin", in_git(repo, "b.bin", "main"))
    assert pointer.parse((repo.root / "b.bin").read_bytes())
    return repo


def state(repo: Sandbox) -> dict[str, object]:
    """What each file is, and whether Git sees a change, here or in the other worktree."""
    names = repo.git("ls-files", "-z").split("\0")[:-1]
    files = {name: (repo.root / name).read_bytes() for name in names}
    apart = repo.git("status", "--porcelain", cwd=repo.base / "apart")
    return {"files": files, "status": repo.git("status", "--porcelain") + apart}


def unfinished(repo: Sandbox) -> list[Path]:
    return list((repo.root / ".git/anvcs/blobs/migrate").glob("*/unfinished"))


AFTER = {"files": {**FILES, "text": b"1\n", ".gitattributes": ATTRIBUTES.encode()}, "status": ""}
BEFORE = {"files": {**FILES, "text": b"1\n"}, "status": ""}


def test_it_is_finished_when_it_is_given_again(killed: Sandbox) -> None:
    assert unfinished(killed)
    facts = json.loads(killed.ok("git-ai-blob", "migrate", "import", "*.bin", "--json"))
    assert (facts["number"], facts["finished"], facts["left"]) == (0, 1, [])
    assert state(killed) == AFTER
    assert killed.git("notes", "show", "HEAD~") == "a word\n"
    record = json.loads(killed.git("notes", "--ref=anvcs", "show", "HEAD~"))
    assert record["lineage"][-1]["match"] == "declared"
    assert not unfinished(killed)
    killed.git("rm", "-q", "a.bin")  # from now on this is somebody's doing
    done = killed.run("git-ai-blob", "migrate", "undo")
    assert (done.returncode, "a.bin" in done.stderr) == (3, True)
    killed.git("reset", "-q", "--hard")
    killed.ok("git-ai-blob", "migrate", "undo")
    assert state(killed) == BEFORE
    assert not pointer.parse(in_git(killed, "a.bin", "main"))


def test_it_is_taken_back_exactly(killed: Sandbox) -> None:
    notes = killed.git("for-each-ref", "refs/notes")
    killed.ok("git-ai-blob", "migrate", "undo")
    assert state(killed) == BEFORE
    assert killed.git("rev-parse", "main") == killed.git(
        "rev-parse", "HEAD", cwd=killed.base / "apart"
    )
    assert killed.git("for-each-ref", "refs/notes") == notes
    assert not unfinished(killed)


@pytest.mark.parametrize("what", ["import", "undo"])
def test_what_somebody_did_since_stays_and_is_named(killed: Sandbox, what: str) -> None:
    killed.write("d/c.bin", b"work")
    killed.write("text", "work\n")
    killed.git("add", "text")
    words = ("git-ai-blob", "migrate", what, *(["*.bin"] if what == "import" else []))
    done = killed.run(*words)
    assert done.returncode == 3
    assert "d/c.bin" in done.stderr
    assert killed.git("status", "--porcelain") == " M d/c.bin\nM  text\n"
    assert (killed.root / "d/c.bin").read_bytes() == b"work"
    assert (killed.root / "a.bin").read_bytes() == FIRST
    killed.git("stash", "-q")
    killed.ok(*words)
    assert state(killed) == (AFTER if what == "import" else BEFORE)
    if what == "undo":  # another file by now
        return
    killed.git("stash", "pop", "-q")
    assert ((killed.root / "d/c.bin").read_bytes(), killed.read("text")) == (b"work", "work\n")


def test_what_somebody_took_out_of_the_index_stays_out(killed: Sandbox) -> None:
    killed.git("rm", "-q", "-f", "--cached", "d/c.bin")
    done = killed.run("git-ai-blob", "migrate", "import", "*.bin")
    assert (done.returncode, "d/c.bin" in done.stderr) == (3, True)
    assert killed.git("status", "--porcelain") == "D  d/c.bin\n?? d/\n"


def test_files_that_lie_behind_a_link_are_not_ours(killed: Sandbox) -> None:
    (killed.root / "d").rename(killed.base / "d")
    (killed.root / "d").symlink_to(killed.base / "d")
    assert killed.run("git-ai-blob", "migrate", "undo").returncode == 3
    assert (killed.base / "d/c.bin").read_bytes() == THIRD

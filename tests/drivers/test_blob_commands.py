"""track, untrack, ls and status of git-ai-blob."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.flows.blobs import tracking
from git_anvcs.kernel.errors import UsageError
from tests.support.blobs import cache_of, wire
from tests.support.sandbox import Sandbox

WORDS = "filter=ai-blob diff=ai-blob merge=ai-blob -text"


def asked(repo: Sandbox, *words: str, code: int = 0, cwd: Path | None = None) -> Any:
    done = repo.run("git-ai-blob", *words, "--json", cwd=cwd)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def wired(repo: Sandbox) -> Sandbox:
    wire(repo)
    return repo


def test_track_writes_one_exact_line_and_untrack_takes_it_out(repo: Sandbox) -> None:
    repo.write(".gitattributes", "*.txt text")
    assert asked(repo, "track", "*.psd", "--dry-run")["patterns"][0]["line"] == f"*.psd {WORDS}"
    assert repo.read(".gitattributes") == "*.txt text"
    facts = asked(repo, "track", "*.psd", "a b/*", "*.psd")
    assert [row["added"] for row in facts["patterns"]] == [True, True, False]
    assert facts["wired"] is False
    assert repo.read(".gitattributes") == f'*.txt text\n*.psd {WORDS}\n"a b/*" {WORDS}\n'
    assert asked(repo, "track")["patterns"] == ["*.psd", "a b/*"]
    assert "git anvcs init" in repo.ok("git-ai-blob", "track", "*.psd")
    asked(repo, "untrack", "*.psd", "a b/*")
    assert repo.read(".gitattributes") == "*.txt text\n"
    assert asked(repo, "untrack", "*.psd", code=1)["patterns"][0]["removed"] is False


def test_untrack_leaves_what_others_wrote_into_the_line(repo: Sandbox) -> None:
    repo.write(".gitattributes", f"*.psd {WORDS} export-ignore\r\n*.b binary\n")
    asked(repo, "untrack", "*.psd")
    assert repo.read(".gitattributes") == "*.psd export-ignore\r\n*.b binary\n"


def test_a_file_that_is_ours_alone_goes_with_its_last_line(repo: Sandbox) -> None:
    folder = repo.root / "sub"
    folder.mkdir()
    asked(repo, "track", "x", cwd=folder)
    assert (folder / ".gitattributes").read_text() == f"x {WORDS}\n"
    asked(repo, "untrack", "x", cwd=folder)
    assert not (folder / ".gitattributes").exists()


def test_files_whose_content_git_has_are_told(wired: Sandbox) -> None:
    wired.commit("before", {"a.psd": "1", "sub/b.psd": "2", "sub/c.txt": "3", "empty.psd": ""})
    rows = asked(wired, "track", "*.psd", "sub/*.txt", "*.none")["patterns"]
    assert [sorted(row["contents_in_git"]) for row in rows] == [
        ["a.psd", "sub/b.psd"],
        ["sub/c.txt"],
        [],
    ]
    assert [row["files"] for row in rows] == [3, 1, 0]
    assert "no file here has such a name" in wired.ok("git-ai-blob", "track", "*.none")
    assert asked(wired, "status")["contents_in_git"] == ["a.psd", "sub/b.psd", "sub/c.txt"]
    wired.git("add", "--renormalize", ".")
    assert asked(wired, "status")["contents_in_git"] == []
    rows = asked(wired, "untrack", "*.psd", cwd=wired.root)["patterns"]
    assert rows[0]["pointers"] == ["a.psd", "sub/b.psd"]


def test_ls_and_status_say_what_is_here(wired: Sandbox) -> None:
    wired.commit("one", {"a.bin": "aaa", "sub/b.bin": "bbbb", "sub/c.bin": "c"})
    assert asked(wired, "status")["missing"] == []
    rows = {row["path"]: row for row in asked(wired, "ls")["files"]}
    assert rows["a.bin"]["size"] == 3
    assert rows["a.bin"]["here"]
    cache_of(wired).place(rows["sub/b.bin"]["oid"]).unlink()
    (wired.root / "a.bin").unlink()
    (wired.root / "sub/b.bin").unlink()
    wired.git("checkout", "sub/b.bin")
    found = asked(wired, "ls", cwd=wired.root / "sub")["files"]
    assert [(row["path"], row["here"], row["worktree"]) for row in found] == [
        ("sub/b.bin", False, "pointer"),
        ("sub/c.bin", True, "content"),
    ]
    assert [row["worktree"] for row in asked(wired, "ls", "a.bin")["files"]] == ["absent"]
    facts = asked(wired, "status", code=1)
    assert [row["path"] for row in facts["missing"]] == ["sub/b.bin"]
    assert (facts["files"], facts["bytes"], facts["waiting"]) == (3, 8, {"fetch": 1})
    text = wired.run("git-ai-blob", "status").stdout
    assert "3 large files" in text
    assert "  sub/b.bin" in text
    assert wired.run("git-ai-blob", "ls").stdout.splitlines()[1].startswith("! ")


def test_uninstall_does_not_delete_the_only_copy_unasked(wired: Sandbox) -> None:
    wired.commit("one", {"a.bin": "aaa"})
    done = wired.run("git-anvcs", "uninstall", "--purge")
    assert done.returncode == 3
    assert "1 contents of large files are in no store" in done.stderr
    assert len(list(cache_of(wired).oids())) == 1
    wired.anvcs("uninstall", "--purge", "--yes")
    assert list(cache_of(wired).oids()) == []


@pytest.mark.parametrize("pattern", ["", "!a", "[attr]x", "folder/"])
def test_what_gitattributes_cannot_say_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        tracking.line_of(pattern)


def test_a_link_instead_of_the_file_is_refused(repo: Sandbox) -> None:
    (repo.root / ".gitattributes").symlink_to("elsewhere")
    assert "symbolic link" in asked(repo, "track", "a", code=2)["error"]["message"]


def test_a_bare_repository_has_nothing_to_track_in(repo: Sandbox) -> None:
    repo.git("init", "-q", "--bare", "bare.git")
    bare = repo.root / "bare.git"
    assert "bare repository" in asked(repo, "track", "a", code=2, cwd=bare)["error"]["message"]
    assert not (bare / ".gitattributes").exists()


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0/*?[\\!"), min_size=1, max_size=8
).filter(lambda name: name not in (".", "..") and not name.startswith("[attr]"))


def test_git_reads_every_line_as_the_pattern_it_was_made_of(repo: Sandbox) -> None:
    @settings(max_examples=6)
    @given(st.lists(NAMES, min_size=20, max_size=40, unique=True))
    def law(names: list[str]) -> None:
        repo.write(".gitattributes", "".join(f"{tracking.line_of(name)}\n" for name in names))
        asked = "".join(f"{name}\0" for name in (*names, "other than these"))
        said = repo.git("check-attr", "-z", "--stdin", "filter", "text", stdin=asked)
        ours = ["ai-blob", "unset"] * len(names)
        assert said.split("\0")[2::3] == [*ours, "unspecified", "unspecified"]
        assert tracking.listed(repo.root) == names

    law()


def test_the_patterns_of_settings_are_written_at_the_top(repo: Sandbox) -> None:
    assert "blobs.track" in asked(repo, "track", "--settings", code=2)["error"]["message"]
    repo.write("ai-vcs.config.yaml", "blobs:\n  track: ['*.pt', 'data/*.{csv,png}']\n")
    (repo.root / "sub").mkdir()
    facts = asked(repo, "track", "--settings", cwd=repo.root / "sub")
    assert [row["pattern"] for row in facts["patterns"]] == ["*.pt", "data/*.csv", "data/*.png"]
    assert asked(repo, "track")["patterns"] == ["*.pt", "data/*.csv", "data/*.png"]
    assert not any(row["added"] for row in asked(repo, "track", "--settings")["patterns"])
    assert asked(repo, "track", "--settings", "x", code=2)["error"]

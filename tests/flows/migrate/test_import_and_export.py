"""Files of Git's own become large files through a whole history, and Git's own again."""

from collections.abc import Callable, Mapping
import json
import shlex
from typing import Any

import pytest

from git_anvcs.blobs import pointer
from git_anvcs.flows.blobs.migrate import migrations, places, story
from git_anvcs.flows.blobs.migrate.story import Outcome, Plan
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied
from tests.support.blobs import ATTRIBUTES, cache_of, wire
from tests.support.records import write_record
from tests.support.sandbox import Sandbox

FIRST, SECOND = b"\0first" * 400, b"\0second" * 400


def migrate(repo: Sandbox, *words: str, **how: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.ok("git-ai-blob", "migrate", *words, "--json", **how))
    return found


def refused(repo: Sandbox, *words: str) -> tuple[int, str]:
    done = repo.run("git-ai-blob", "migrate", *words)
    assert done.stderr.count("\n") <= 2, done.stderr
    return done.returncode, done.stderr


@pytest.fixture
def history(repo: Sandbox) -> Sandbox:
    """Three commits on `main` and a merged branch; large files come, change, move and go."""
    _wire(repo)
    repo.commit("first", {"a.bin": FIRST, "text": "1\n"})
    repo.commit("second", {"a.bin": SECOND, "d/b.bin": FIRST, "d/e.bin": b""})
    repo.git("checkout", "-q", "-b", "side", "HEAD~")
    repo.commit("third", {"side.dat": SECOND * 2})
    repo.git("checkout", "-q", "main")
    repo.git("rm", "-q", "a.bin")
    repo.commit("gone")
    repo.git("merge", "-q", "--no-ff", "-m", "joined", "side", "-X", "ours")
    return repo


def _wire(repo: Sandbox) -> None:
    """Git knows the filter, and nothing is tracked yet."""
    wire(repo)
    (repo.root / ".gitattributes").unlink()


def state(repo: Sandbox) -> tuple[str, Mapping[str, bytes]]:
    refs = repo.git("for-each-ref", "refs/heads", "refs/tags", "refs/notes/commits")
    names = repo.git("ls-files", "-z").split("\0")[:-1]
    return refs, {name: (repo.root / name).read_bytes() for name in names}


def blob(repo: Sandbox, name: str) -> bytes:
    return repo.git("cat-file", "blob", name).encode(errors="surrogateescape")


def test_every_commit_has_pointers_when_a_pattern_is_imported(history: Sandbox) -> None:
    before = state(history)
    old = history.git("rev-list", "main").split()
    facts = migrate(history, "import", "*.bin")
    assert (facts["seen"], facts["commits"]) == (5, 5)
    for commit in history.git("rev-list", "--branches").split():
        assert blob(history, f"{commit}:.gitattributes").decode() == ATTRIBUTES
        for name in history.git("ls-tree", "-r", "--name-only", commit).split():
            if name.endswith(".bin"):
                data = blob(history, f"{commit}:{name}")
                found = pointer.parse(data)
                assert found is None if name == "d/e.bin" else cache_of(history).whole(found.oid)  # type: ignore[union-attr]
    assert blob(history, "main:side.dat") == SECOND * 2
    refs, files = state(history)
    assert {**files, ".gitattributes": b""} == {**before[1], ".gitattributes": b""}
    assert history.git("status", "--porcelain") == ""
    assert len(history.git("rev-list", "main").split()) == len(old)
    migrate(history, "export")
    assert state(history) == before
    migrate(history, "undo")
    assert state(history) == (refs, files)
    migrate(history, "undo")
    assert state(history) == before
    assert history.git("for-each-ref", "refs/anvcs/migrate") == ""


def test_only_files_that_were_ever_large_move_when_a_size_is_given(history: Sandbox) -> None:
    migrate(history, "import", "--above", "4k")
    assert pointer.parse(blob(history, "main:side.dat"))
    assert blob(history, "main:d/b.bin") == FIRST
    assert blob(history, "main:.gitattributes").startswith(b"/side.dat filter=ai-blob ")
    assert refused(history, "import", "--above", "1G")[0] == 2


def test_one_pattern_leaves_and_the_others_stay_when_it_is_exported(history: Sandbox) -> None:
    migrate(history, "import", "*.bin", "*.dat")
    migrate(history, "export", "*.dat")
    assert blob(history, "main:.gitattributes").decode() == ATTRIBUTES
    assert blob(history, "main:side.dat") == SECOND * 2
    migrate(history, "export", "/d/b.bin")
    assert blob(history, "main:d/b.bin") == FIRST
    assert history.git("status", "--porcelain") == ""


def test_nothing_is_written_when_it_is_tried(history: Sandbox) -> None:
    before = state(history)
    objects = history.git("count-objects", "-v")
    facts = migrate(history, "import", "*.bin", "--dry-run")
    assert (facts["commits"], facts["contents"], facts["number"]) == (5, 2, 0)
    assert facts["bytes"] == len(FIRST + SECOND)
    assert state(history) == before
    assert history.git("count-objects", "-v") == objects
    assert not list(cache_of(history).oids())


def test_a_history_is_weighed_by_kind(history: Sandbox) -> None:
    rows = migrate(history, "info", "--above", "100")["kinds"]
    assert [(row["name"], row["paths"], row["contents"], row["size"]) for row in rows] == [
        ("*.dat", 1, 1, len(SECOND) * 2),
        ("*.bin", 2, 2, len(FIRST + SECOND)),
    ]
    assert "*.bin" in history.ok("git-ai-blob", "migrate", "info")


def test_records_notes_tags_and_worktrees_go_along(history: Sandbox) -> None:
    tip = history.git("rev-parse", "main").strip()
    old = history.git("rev-parse", "main^1^").strip()
    write_record(history, old)
    history.git("notes", "add", "-m", "a word", old)
    history.git("tag", "-a", "v1", "-m", "one\n\n-----BEGIN PGP SIGNATURE-----\nx\n", old)
    history.git("tag", "-a", "v2", "-m", "of a tag", "v1")
    history.git("worktree", "add", "-q", str(history.base / "w"), "side")
    history.git("worktree", "add", "-q", "--detach", str(history.base / "d"), old)
    before = state(history)
    facts = migrate(history, "import", "*.bin", "*.dat")
    assert (facts["records"], facts["notes"], facts["unsigned"]) == (1, 1, 1)
    new = history.git("rev-parse", "main^1^").strip()
    record = json.loads(history.git("notes", "--ref=anvcs", "show", new))
    assert record["agent_id"] == "claude-code:8f21"
    assert record["lineage"][-1]["op"] == "filter"
    assert history.git("notes", "show", new) == "a word\n"
    assert history.git("rev-parse", "v1^{}", "v2^{}").split() == [new, new]
    assert "SIGNATURE" not in history.git("cat-file", "tag", "v1")
    for folder in ("w", "d"):
        where = history.base / folder
        assert history.git("status", "--porcelain", cwd=where) == ""
        assert history.git("rev-parse", "HEAD:.gitattributes", cwd=where)
    assert (history.base / "w/side.dat").read_bytes() == SECOND * 2
    migrate(history, "undo")
    assert state(history) == before
    assert history.git("rev-parse", "HEAD", cwd=history.base / "d").strip() == old
    assert history.git("rev-parse", "main").strip() == tip


def test_a_commit_keeps_all_but_its_signature(repo: Sandbox) -> None:
    _wire(repo)
    repo.commit("first", {"a.bin": FIRST})
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    head = f"tree {tree}\nparent {repo.git('rev-parse', 'HEAD').strip()}\n"
    who = "A  <> 1790000000 -0930\ncommitter Ö <o@example.com> 1 +0000\nencoding ISO-8859-1\n"
    text = f"author {who}gpgsig -----BEGIN\n  x\n -----END\nodd header\n\n\n no end: ö".encode(
        "latin1"
    )
    oid = repo.git(
        "hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=head.encode() + text
    )
    repo.git("reset", "-q", "--hard", oid.strip())
    assert migrate(repo, "import", "*.bin")["unsigned"] == 1
    made = repo.git("cat-file", "commit", "HEAD").encode(errors="surrogateescape")
    assert made.split(b"\n", 2)[2] == text.replace(b"gpgsig -----BEGIN\n  x\n -----END\n", b"")


def test_it_refuses_what_would_lose_work(history: Sandbox) -> None:
    before = state(history)
    history.write("text", "edited\n")
    assert refused(history, "import", "*.bin")[0] == 3
    history.git("checkout", "--", "text")
    history.write(".gitattributes", "mine\n")
    assert refused(history, "import", "*.bin")[0] == 3
    (history.root / ".gitattributes").unlink()
    assert refused(history, "import")[0] == 2
    assert refused(history, "import", "*.bin", "--ref", "nowhere")[0] == 2
    assert refused(history, "undo")[0] == 2
    assert state(history) == before
    migrate(history, "import", "*.bin")
    history.commit("after", {"text": "2\n"})
    code, said = refused(history, "undo")
    assert code == 3
    assert "refs/heads/main has moved" in said


def test_what_is_not_here_stays_a_pointer_and_is_told(history: Sandbox) -> None:
    migrate(history, "import", "*.bin")
    found = pointer.parse(blob(history, "main:d/b.bin"))
    assert found
    cache_of(history).place(found.oid).unlink()
    (history.root / "d/b.bin").unlink()  # else Git would have it cleaned, and so cached, anew
    history.git("checkout", "--", "d/b.bin")
    before = state(history)
    code, said = refused(history, "export")
    assert (code, found.oid[:12] in said) == (1, True)
    assert state(history) == before
    done = history.run("git-ai-blob", "migrate", "export", "--allow-missing", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["missing"] == [found.oid]
    assert pointer.parse(blob(history, "main:d/b.bin")) == found


def test_it_is_undone_when_it_was_killed_before_the_worktree_followed(history: Sandbox) -> None:
    before = state(history)
    old = history.git("rev-parse", "main").strip()
    migrate(history, "import", "*.bin")
    new = history.git("rev-parse", "main").strip()
    history.git("reset", "-q", "--hard", old)
    history.git("update-ref", "refs/heads/main", new)
    assert history.git("status", "--porcelain") != ""
    migrate(history, "undo")
    assert state(history) == before
    assert history.git("status", "--porcelain") == ""


def test_a_migration_of_a_newer_version_is_left_alone(history: Sandbox) -> None:
    facts = migrate(history, "import", "*.bin")
    after = state(history)
    file = history.root / f".git/anvcs/blobs/migrate/{facts['number']}/state.json"
    known = json.loads(file.read_text())
    assert known.keys() == {"version", "kind", "refs", "heads", "undone"}
    assert (known["version"], known["refs"]) == (1, facts["moved"])
    file.write_text(json.dumps({**known, "version": 2}))
    assert refused(history, "undo")[0] == 1
    assert state(history) == after
    assert migrate(history, "export")["number"] == facts["number"] + 1


def test_records_come_later_when_it_was_killed_before_them(history: Sandbox) -> None:
    write_record(history, "main^1^")
    refs = history.git(
        "for-each-ref",
        "--format=update %(refname) %(objectname)",
        "refs/anvcs/meta",
        "refs/notes/anvcs",
    )
    migrate(history, "import", "*.bin")
    history.git("update-ref", "--stdin", stdin=refs)
    history.anvcs("meta", "reconcile")
    record = json.loads(history.git("notes", "--ref=anvcs", "show", "main^1^"))
    assert record["agent_id"] == "claude-code:8f21"
    assert record["lineage"][-1]["match"] == "declared"


def _imported(history: Sandbox, plan_of: Callable[[Plan], Plan]) -> Outcome:
    """An import of all `*.bin`, its plan changed: what its steps do happens at that moment."""
    found = Repo.discover(history.root)
    place = places.find(found, [])
    ready = migrations.import_(found, ["*.bin"], None, place)
    return story.migrate(found, place, plan_of(ready.plan), lambda items, _: items)


@pytest.fixture
def second(history: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A worktree more, on `side`; a git that is started here is a sealed one."""
    for key, value in history.env.items():
        monkeypatch.setenv(key, value)
    history.git("worktree", "add", "-q", "../second", "side")
    return history


def test_edits_during_a_migration_stay_when_it_changes_other_files(second: Sandbox) -> None:
    other = second.base / "second" / "text"

    def work() -> None:
        for file in (second.root / "text", other):
            file.write_text("work\n")
        second.git("add", "text")

    done = _imported(second, lambda plan: plan._replace(check=work))
    assert done.left == ()
    assert ((second.root / "text").read_text(), other.read_text()) == ("work\n", "work\n")
    assert second.git("status", "--porcelain") == "M  text\n"
    assert second.git("status", "--porcelain", cwd=other.parent) == " M text\n"


def test_nothing_moves_when_what_it_changes_is_edited_meanwhile(second: Sandbox) -> None:
    refs = second.git("for-each-ref", "refs/heads")
    edited = second.base / "second" / "a.bin"

    def work() -> None:
        edited.write_bytes(b"work")

    with pytest.raises(PolicyDenied, match=r"a\.bin"):
        _imported(second, lambda plan: plan._replace(check=work))
    assert edited.read_bytes() == b"work"
    assert second.git("for-each-ref", "refs/heads") == refs
    edited.write_bytes(FIRST)

    def leave() -> None:
        second.git("switch", "-q", "-c", "elsewhere")

    with pytest.raises(PolicyDenied, match="went elsewhere"):
        _imported(second, lambda plan: plan._replace(check=leave))


def test_a_worktree_that_cannot_follow_is_left_and_comes_along_later(second: Sandbox) -> None:
    edited = second.base / "second" / "a.bin"

    def work() -> Mapping[str, str]:  # refs have moved, and no worktree has followed yet
        edited.write_bytes(b"work")
        return {}

    done = _imported(second, lambda plan: plan._replace(env=work))
    assert [one.folder for one in done.left] == [str(edited.parent)]
    assert edited.read_bytes() == b"work"
    second.git("restore", "a.bin", cwd=edited.parent)
    second.ok(*shlex.split(done.left[0].command))
    assert second.git("status", "--porcelain", cwd=edited.parent) == ""
    assert edited.read_bytes() == FIRST

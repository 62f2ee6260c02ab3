"""Large files under real Git: contents in the cache, pointers in Git, and nothing ever lost."""

from hashlib import sha256
import json
import os
from pathlib import Path
import shutil
import unicodedata

import pytest

from git_anvcs.blobs.pointer import Pointer, text
from tests.support.blobs import SHIPPED, cache_of, in_git, store_at, wire
from tests.support.sandbox import PROGRAMS, Sandbox, newer_git


def data(size: int, seed: int = 1) -> bytes:
    return bytes((index * 7 + index // 251 + seed) % 256 for index in range(size))


def pointer_to(content: bytes) -> bytes:
    return text(Pointer(sha256(content).hexdigest(), len(content)))


RAW = ("-c", "filter.ai-blob.process=", "-c", "filter.ai-blob.required=false")
UNKNOWN = pointer_to(b"a content that nobody has")
CONTENTS = {f"{size}.bin": data(size) for size in (0, 1, 1023, 1024, 1025, 65515, 65516, 65517)}
CONTENTS |= {
    "two packets.bin": data(131033),
    "pointer and a byte.bin": UNKNOWN + b"\n",
    "crlf.bin": UNKNOWN.replace(b"\n", b"\r\n"),
    "conflict.bin": b"<<<<<<< a\n" + UNKNOWN + b"=======\n" + UNKNOWN + b">>>>>>> b\n",
    "zeros.bin": bytes(70000),
    "new\nline.bin": b"1",
    "a=b.bin": b"2",
    "-x.bin": b"3",
    unicodedata.normalize("NFC", "é.bin"): b"4",
    unicodedata.normalize("NFD", "é.bin"): b"5",
    'quote".bin': b"6",
    os.fsdecode(b"\xff.bin"): b"7",
    " %f $(x) .bin": b"8",
}


@pytest.fixture(params=["plain", "newer", "sha256"])
def any_git(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    if request.param == "plain":
        return Sandbox(tmp_path)
    made = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "newer"))
    made.root.mkdir()
    made.git(
        "init", "-q", "-b", "main", *(["--object-format=sha256"] * (request.param == "sha256"))
    )
    return made


@pytest.fixture
def big(repo: Sandbox) -> Sandbox:
    """A repository with two large files in its only commit."""
    wire(repo)
    repo.commit("one", {"a.bin": data(3000), "sub/b.bin": data(5000), "plain": "text\n"})
    return repo


def emptied(repo: Sandbox, content: bytes) -> None:
    """Take a content out of the cache."""
    cache_of(repo).place(sha256(content).hexdigest()).unlink()


def test_contents_of_any_size_and_name_come_back_and_git_has_pointers(any_git: Sandbox) -> None:
    repo = any_git
    wire(repo)
    (repo.root / "own.bin").write_bytes(UNKNOWN)
    repo.commit("all", CONTENTS)
    for name, content in CONTENTS.items():
        assert in_git(repo, name) == (pointer_to(content) if content else b""), name
        (repo.root / name).unlink()
    assert in_git(repo, "own.bin") == UNKNOWN
    done = repo.run("git", "checkout", "--", ".")
    assert (done.returncode, "git-ai-blob" in done.stderr) == (0, False)
    for name, content in CONTENTS.items():
        assert (repo.root / name).read_bytes() == content, name
    assert repo.git("status", "--porcelain") == ""
    repo.git("add", "--renormalize", ".")
    assert repo.git("status", "--porcelain") == ""
    assert set(cache_of(repo).oids()) == {sha256(c).hexdigest() for c in CONTENTS.values() if c}
    assert list(cache_of(repo).drafts.iterdir()) == []


def test_everyday_commands_keep_contents_and_pointers_apart(big: Sandbox) -> None:
    def content(name: str = "a.bin") -> bytes:
        return (big.root / name).read_bytes()

    big.git("switch", "-q", "-c", "topic")
    big.commit("two", {"a.bin": data(4000)})
    big.write("a.bin", data(7000))
    big.git("stash", "-q")
    assert content() == data(4000)
    big.git("stash", "pop", "-q")
    assert content() == data(7000)
    assert in_git(big, "a.bin") == pointer_to(data(4000))
    big.git("reset", "-q", "--hard")
    big.git("switch", "-q", "main")
    assert content() == data(3000)
    big.commit("three", {"sub/b.bin": data(6000)})
    big.git("cherry-pick", "topic")
    assert (content(), content("sub/b.bin")) == (data(4000), data(6000))
    big.git("reset", "-q", "--hard", "HEAD~")
    big.git("merge", "-q", "topic", "-m", "both")
    assert (content(), content("sub/b.bin")) == (data(4000), data(6000))
    assert big.git("status", "--porcelain") == ""
    tree = big.base / "out"
    tree.mkdir()
    big.ok("sh", "-c", "git archive HEAD | tar -xf - -C ../out")
    assert (tree / "a.bin").read_bytes() == data(4000)
    bare = big.base / "bare.git"
    big.git("clone", "-q", "--bare", ".", str(bare))
    packed = big.ok("sh", "-c", "git archive HEAD a.bin | tar -xOf -", cwd=bare)
    assert packed.encode(errors="surrogateescape") == pointer_to(data(4000))


def test_two_changes_of_one_file_are_a_conflict_without_markers(big: Sandbox) -> None:
    big.git("switch", "-q", "-c", "topic")
    big.commit("theirs", {"a.bin": data(4000)})
    big.git("switch", "-q", "main")
    big.commit("ours", {"a.bin": data(5000)})
    assert big.run("git", "merge", "topic").returncode == 1
    assert (big.root / "a.bin").read_bytes() == data(5000)
    assert big.git("status", "--porcelain") == "UU a.bin\n"
    big.git("checkout", "--theirs", "a.bin")
    assert (big.root / "a.bin").read_bytes() == data(4000)
    big.git("add", "a.bin")
    assert in_git(big, "a.bin") == pointer_to(data(4000))


def test_worktrees_share_contents_and_each_keeps_how_its_pointer_is_spelt(big: Sandbox) -> None:
    pinned = text(Pointer(sha256(data(3000)).hexdigest(), 3000, "s3", version_id="v1"))
    blob = big.git("hash-object", "-w", "--stdin", "--no-filters", stdin=pinned).strip()
    big.git("switch", "-q", "-c", "pinned")
    big.git("update-index", "--cacheinfo", f"100644,{blob},a.bin")
    big.git("commit", "-q", "-m", "pinned")
    big.git("worktree", "add", "-q", "../other", "main")
    other = big.base / "other"
    big.git("checkout", "-q", "pinned", "--", "a.bin")
    for folder, spelt in ((big.root, pinned), (other, pointer_to(data(3000)))):
        assert (folder / "a.bin").read_bytes() == data(3000)
        os.utime(folder / "a.bin")
        big.git("add", "a.bin", cwd=folder)
        assert big.git("status", "--porcelain", cwd=folder) == ""
        assert big.git("cat-file", "blob", ":a.bin", cwd=folder).encode() == spelt
    big.write("copy.bin", data(3000))
    big.git("add", "copy.bin")
    assert in_git(big, "copy.bin") in (pinned, pointer_to(data(3000)))


@pytest.mark.parametrize("how", [(), ("--filter=blob:none",), ("--depth", "1"), ("--sparse",)])
def test_a_clone_without_contents_has_pointers_says_so_once_and_loses_nothing(
    big: Sandbox, how: tuple[str, ...]
) -> None:
    done = big.run("git", "clone", "-q", *how, f"file://{big.root}", str(big.base / "clone"))
    clone = Sandbox(big.base, name="clone", init=False, **big.env)
    wide = "--sparse" not in how
    assert done.returncode == 0
    assert done.stderr.count("git-ai-blob: ") == 1
    assert ("2 files stay pointers" if wide else "a.bin stays a pointer") in done.stderr
    assert (clone.root / "a.bin").read_bytes() == pointer_to(data(3000))
    assert (clone.root / "sub/b.bin").exists() == wide
    assert clone.git("status", "--porcelain") == ""
    told = clone.run("git-ai-blob", "status", "--json")
    facts = json.loads(told.stdout)
    assert told.returncode == 1
    # What a sparse checkout does not write is not missed.
    assert {file["path"] for file in facts["missing"]} == {
        "a.bin",
        *(["sub/b.bin"] if wide else []),
    }
    assert facts["waiting"] == {"fetch": 2 if wide else 1}
    os.utime(clone.root / "a.bin")
    clone.git("add", "-A")
    assert clone.git("status", "--porcelain") == ""
    # A content that comes later is there after the next checkout.
    cache_of(clone).add_file(big.root / "a.bin")
    (clone.root / "a.bin").unlink()
    clone.git("checkout", "a.bin")
    assert (clone.root / "a.bin").read_bytes() == data(3000)
    assert clone.git("status", "--porcelain") == ""


def test_a_submodule_has_its_own_cache(big: Sandbox) -> None:
    outer = Sandbox(big.base, name="outer", **big.env)
    outer.git("submodule", "add", "-q", str(big.root), "inner")
    inner = outer.root / "inner"
    (inner / "c.bin").write_bytes(data(2000))
    outer.git("add", "c.bin", cwd=inner)
    oid = sha256(data(2000)).hexdigest()
    place = outer.root / ".git/modules/inner/anvcs/blobs" / oid[:2] / oid[2:4] / oid
    assert place.read_bytes() == data(2000)
    assert not cache_of(big).has(oid)


def test_contents_come_from_a_store_while_git_waits_and_what_is_missing_stays_a_pointer(
    big: Sandbox,
) -> None:
    from git_anvcs.blobs.store import key_of
    from git_anvcs.blobs.stores import nfs

    many = {f"{number}.bin": data(2000, number) for number in range(20)}
    big.commit("many", many)
    folder = big.base / "store"
    store = store_at(folder)
    for content in [*many.values(), data(3000)]:
        oid = sha256(content).hexdigest()
        nfs.store(folder).upload(cache_of(big).place(oid), key_of(oid))
    big.env |= store
    done = big.run("git", "clone", "-q", str(big.root), str(big.base / "clone"), timeout=60)
    assert done.returncode == 0
    assert "sub/b.bin stays a pointer" in done.stderr
    clone = Sandbox(big.base, name="clone", init=False, **big.env)
    for name, content in (many | {"a.bin": data(3000)}).items():
        assert (clone.root / name).read_bytes() == content
    assert (clone.root / "sub/b.bin").read_bytes() == pointer_to(data(5000))
    assert clone.git("status", "--porcelain") == ""
    # An archive cannot wait for later: it is fetched at once.
    emptied(clone, data(3000))
    got = clone.ok("sh", "-c", "git archive HEAD a.bin | tar -xOf -")
    assert got.encode(errors="surrogateescape").startswith(data(3000)[:20])
    assert cache_of(clone).has(sha256(data(3000)).hexdigest(), 3000)


def test_switched_off_nothing_is_changed_on_the_way(big: Sandbox) -> None:
    (big.root / "a.bin").unlink()
    big.git("checkout", "a.bin", env={"GIT_ANVCS_SKIP_SMUDGE": "1"})
    assert (big.root / "a.bin").read_bytes() == pointer_to(data(3000))
    assert big.git("status", "--porcelain") == ""
    big.write("raw.bin", data(200_000))
    big.git("add", "raw.bin", env={"ANVCS": "0"})
    assert in_git(big, "raw.bin") == pointer_to(data(200_000))
    (big.root / "raw.bin").unlink()
    big.git("checkout", "raw.bin", env={"ANVCS": "0"})
    assert (big.root / "raw.bin").read_bytes() == pointer_to(data(200_000))
    assert big.git("status", "--porcelain", env={"ANVCS": "0"}) == "A  raw.bin\n"


def test_a_content_that_git_has_is_written_as_it_is(big: Sandbox) -> None:
    big.write("raw.bin", data(200_000))
    big.git(*RAW, "add", "raw.bin")
    assert in_git(big, "raw.bin") == data(200_000)
    (big.root / "raw.bin").unlink()
    big.git("checkout", "raw.bin")
    assert (big.root / "raw.bin").read_bytes() == data(200_000)


def test_a_damaged_content_is_set_aside_and_not_handed_out(big: Sandbox) -> None:
    oid = sha256(data(3000)).hexdigest()
    place = cache_of(big).place(oid)
    place.chmod(0o644)
    place.write_bytes(data(2999) + b"x")
    (big.root / "a.bin").unlink()
    assert "a.bin stays a pointer" in big.run("git", "checkout", "a.bin").stderr
    assert (big.root / "a.bin").read_bytes() == pointer_to(data(3000))
    assert (cache_of(big).damaged / oid).exists()


def test_a_content_that_cannot_be_put_away_is_not_added(big: Sandbox) -> None:
    shutil.rmtree(cache_of(big).root)
    cache_of(big).root.write_text("no folder")
    big.write("new.bin", data(4000))
    done = big.run("git", "add", "new.bin")
    assert done.returncode != 0
    assert "new.bin was not added: cannot write" in done.stderr
    assert big.git("ls-files", "new.bin") == ""
    assert not (big.root / ".git/index.lock").exists()


def test_git_without_the_protocol_gets_the_same_from_one_start_a_file(repo: Sandbox) -> None:
    wire(repo)
    done = repo.run("git-ai-blob", "clean", "-x.bin", stdin=data(3000))
    assert done.stdout.encode() == pointer_to(data(3000))
    back = repo.run("git-ai-blob", "smudge", "-x.bin", stdin=done.stdout)
    assert back.stdout.encode(errors="surrogateescape") == data(3000)
    missing = repo.run("git-ai-blob", "smudge", "a.bin", stdin=UNKNOWN)
    assert (missing.returncode, missing.stdout.encode()) == (0, UNKNOWN)
    assert "a.bin stays a pointer" in missing.stderr


@pytest.fixture
def without(big: Sandbox) -> Sandbox:
    """The same where git-ai-blob is on no PATH, and not where this Git configuration is."""
    shutil.copytree(SHIPPED.parent, big.base / "elsewhere/merge-drivers")
    wire(big, gitconfig=big.base / "elsewhere/merge-drivers/gitconfig")
    (big.base / "bin/git-ai-blob").unlink()
    folders = big.env["PATH"].split(os.pathsep)
    big.env["PATH"] = os.pathsep.join(f for f in folders if not (Path(f) / "git-ai-blob").exists())
    return big


def test_without_the_program_pointers_pass_and_contents_are_refused(without: Sandbox) -> None:
    repo = without
    (repo.root / "a.bin").unlink()
    repo.git("checkout", "a.bin")
    assert (repo.root / "a.bin").read_bytes() == pointer_to(data(3000))
    os.utime(repo.root / "a.bin")
    repo.write("empty.bin", b"")
    repo.write("pointer.bin", UNKNOWN)
    repo.git("add", "a.bin", "empty.bin", "pointer.bin")
    assert repo.git("status", "--porcelain") == "A  empty.bin\nA  pointer.bin\n"
    repo.write("new.bin", data(70_000))
    done = repo.run("git", "add", "new.bin")
    assert done.returncode != 0
    assert "new.bin was not added: git-ai-blob is not on PATH" in done.stderr
    assert repo.git("ls-files", "new.bin") == ""
    assert repo.run("git", "add", "new.bin", env={"ANVCS": "0"}).returncode != 0
    repo.git(*RAW, "add", "new.bin")
    (repo.root / "new.bin").unlink()
    repo.git("checkout", "new.bin")
    assert (repo.root / "new.bin").read_bytes() == data(70_000)
    repo.git(*RAW, "rm", "-q", "-f", "new.bin")
    # What is in the cache is no surprise: `git status` may have to look into it.
    os.utime(repo.root / "sub/b.bin")
    assert "sub/b.bin" not in repo.git("status", "--porcelain")


def test_the_program_is_found_where_it_was_installed_when_path_has_it_not(without: Sandbox) -> None:
    repo, lasting = without, without.base / "home2/share/git-anvcs/merge-drivers"
    shutil.copytree(SHIPPED.parent, lasting)
    wire(repo, gitconfig=lasting / "gitconfig")
    (repo.base / "home2/bin").mkdir()
    (repo.base / "home2/bin/git-ai-blob").symlink_to(PROGRAMS / "git-ai-blob")
    repo.write("new.bin", data(4000))
    repo.git("add", "new.bin")
    assert in_git(repo, "new.bin") == pointer_to(data(4000))


def test_what_others_wrote_into_notes_stops_no_checkout(big: Sandbox) -> None:
    lost = big.git("ls-files", "-s", "a.bin").split()[1]
    shutil.rmtree(cache_of(big).root)
    ref = "refs/notes/anvcs-remote/origin-blobs"
    deep = big.git("hash-object", "-w", "--stdin", stdin=b"[" * 100_000).strip()
    tree = big.git("mktree", stdin=f"100644 blob {deep}\t{lost}\n").strip()
    for hostile in (deep, tree):
        big.git("update-ref", ref, hostile)
        (big.root / "a.bin").unlink()
        done = big.run("git", "checkout", "a.bin")
        assert done.returncode == 0, done.stderr
        assert (big.root / "a.bin").read_bytes() == pointer_to(data(3000))
        assert "Traceback" not in done.stderr

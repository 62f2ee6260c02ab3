"""Large files in every kind of repository: sparse, borrowed, bare with a worktree, beside LFS."""

from hashlib import sha256
import os
from pathlib import Path
import shutil

import pytest

from git_anvcs.blobs.pointer import Pointer, parse, text
from git_anvcs.drivers.blob_filter import LARGE
from tests.support.blobs import ATTRIBUTES, cache_of, in_git, store_at, wire
from tests.support.lfs_history import needs_lfs
from tests.support.sandbox import Sandbox

LATE = bytes(range(256)) * (LARGE // 256 + 1)
FILES = {"a.bin": b"one", "sub/b.bin": b"two", "sub/deep/late.bin": LATE}


def pointer_to(content: bytes) -> bytes:
    return text(Pointer(sha256(content).hexdigest(), len(content)))


@pytest.fixture
def big(repo: Sandbox) -> Sandbox:
    """A repository with FILES in its first commit and others, reversed, in its second."""
    wire(repo)
    repo.commit("one", FILES)
    repo.commit("two", {name: content[::-1] for name, content in FILES.items()})
    return repo


def held(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.bin")}


@pytest.mark.parametrize("how", ["--cone", "--sparse-index", "--no-cone"])
def test_a_sparse_checkout_has_contents_of_what_it_shows_and_of_nothing_else(
    big: Sandbox, how: str
) -> None:
    shown = ["/a.bin", "/sub/deep/"] if how == "--no-cone" else ["sub/deep"]
    big.commit("more", {"other/c.bin": b"three"})
    big.git("sparse-checkout", "set", how, *shown)
    big.git("checkout", "-q", "HEAD~2")
    here = held(big.root)
    assert "other/c.bin" not in here
    assert here == {name: content for name, content in FILES.items() if name in here}
    assert "sub/deep/late.bin" in here
    assert ("sub/b.bin" in here) == (how != "--no-cone")
    assert big.git("status", "--porcelain") == ""
    assert "no file is a pointer" in big.ok("git-ai-blob", "checkout")
    big.git("sparse-checkout", "disable")
    assert held(big.root) == FILES
    assert big.git("status", "--porcelain") == ""


@pytest.mark.parametrize("how", ["--shared", "--reference"])
def test_who_borrows_objects_borrows_contents(big: Sandbox, how: str) -> None:
    words = ["--shared", "."] if how == "--shared" else ["--reference", ".", f"file://{big.root}"]
    done = big.run("git", "clone", "-q", *words, "../clone")
    clone = Sandbox(big.base, name="clone", init=False, **big.env)
    assert "git-ai-blob" not in done.stderr
    now = {name: content[::-1] for name, content in FILES.items()}
    assert held(clone.root) == now
    # They are its own: the other may lose or damage what it has.
    shutil.rmtree(cache_of(big).root)
    for name in now:
        (clone.root / name).unlink()
    clone.git("checkout", "-q", ".")
    assert held(clone.root) == now


def test_what_is_borrowed_is_counted_and_comes_by_pull_too(big: Sandbox) -> None:
    one, two = (cache_of(big).place(sha256(c[::-1]).hexdigest()) for c in (b"one", b"two"))
    one.chmod(0o644)
    one.write_bytes(b"xxx")
    two.unlink()
    os.mkfifo(two)
    big.git("clone", "-q", "--shared", ".", "../clone", env={"GIT_ANVCS_SKIP_SMUDGE": "1"})
    clone = Sandbox(big.base, name="clone", init=False, **big.env)
    done = clone.run("git-ai-blob", "pull")
    assert done.returncode == 1
    assert "1 large file checked out, 2 files not here" in done.stdout
    assert {name for name, data in held(clone.root).items() if parse(data)} == {
        "a.bin", "sub/b.bin"}  # fmt: skip
    assert list(cache_of(clone).oids()) == [sha256(LATE[::-1]).hexdigest()]


@pytest.mark.parametrize("named", ["environment", "options"])
def test_a_bare_repository_with_a_worktree_elsewhere_is_like_any_other(
    repo: Sandbox, named: str
) -> None:
    wire(repo)
    repo.env |= store_at(repo.base / "store")
    bare, home = repo.base / "dots.git", repo.base / "house"
    repo.git("init", "-q", "--bare", str(bare))
    repo.anvcs("init", "--agents", "none", "--yes", cwd=bare)
    (home / "below").mkdir(parents=True)
    (home / ".gitattributes").write_text(ATTRIBUTES)
    for name, content in {"a.bin": b"one", "late.bin": LATE}.items():
        (home / name).write_bytes(content)
    words = [f"--git-dir={bare}", f"--work-tree={home}"] if named == "options" else []
    env = {} if words else {"GIT_DIR": str(bare), "GIT_WORK_TREE": "."}

    def git(*args: str) -> str:
        return repo.git(*words, *args, cwd=home, env=env)

    git("add", ".gitattributes", "a.bin", "late.bin")
    git("commit", "-q", "-m", "one")
    found = parse(git("cat-file", "blob", "HEAD:a.bin").encode())
    assert found
    assert found.storage == "nfs"  # pre-commit has sent and pinned it
    assert "2 large files" in git("ai-blob", "status")
    for name in ("a.bin", "late.bin"):
        (home / name).unlink()
    git("checkout", "-q", "--", "a.bin")
    repo.env["GIT_ANVCS_SKIP_SMUDGE"] = "1"
    git("checkout", "-q", "--", "late.bin")
    assert "1 large file checked out" in git("ai-blob", "checkout")
    assert ((home / "a.bin").read_bytes(), (home / "late.bin").read_bytes()) == (b"one", LATE)
    assert git("status", "--porcelain", "-uno") == ""
    assert not (home / "anvcs").exists()


def test_submodules_get_their_contents_when_they_are_updated(big: Sandbox) -> None:
    big.env |= store_at(big.base / "store")
    big.ok("git-ai-blob", "push", "--all")
    outer = Sandbox(big.base, name="outer", **big.env)
    outer.git("submodule", "add", "-q", str(big.root), "inner")
    outer.git("commit", "-q", "-m", "new")
    outer.git("-C", "inner", "checkout", "-q", "HEAD~")
    outer.git("commit", "-q", "-a", "-m", "old")
    outer.git("clone", "-q", "--recurse-submodules", str(outer.root), "../other")
    other = big.base / "other"
    assert held(other / "inner") == FILES
    outer.git("-C", str(other), "checkout", "-q", "HEAD~")
    outer.git("-C", str(other), "submodule", "update", "-q")
    assert held(other / "inner")["a.bin"] == b"eno"
    assert outer.git("-C", str(other), "status", "--porcelain") == ""
    assert not (other / ".git/anvcs").exists()


def test_patches_and_partial_choices_keep_contents_and_pointers_apart(big: Sandbox) -> None:
    big.write("a.bin", b"three")
    big.write("new.bin", b"four")
    big.git("add", "-N", "new.bin")
    big.git("add", "-p", stdin="y\ny\n")
    assert (in_git(big, "a.bin"), in_git(big, "new.bin")) == (
        pointer_to(b"three"), pointer_to(b"four"))  # fmt: skip
    big.git("reset", "-q", "HEAD", "a.bin")
    big.git("checkout", "-p", "a.bin", stdin="y\n")
    assert (big.root / "a.bin").read_bytes() == b"eno"


def test_stashes_patches_and_bisections_bring_contents(big: Sandbox) -> None:
    big.write("sub/deep/late.bin", b"three")
    big.write("loose.bin", b"five")
    big.git("stash", "-u", "-q")
    assert held(big.root)["sub/deep/late.bin"] == LATE[::-1]
    big.git("stash", "pop", "-q")
    assert held(big.root)["loose.bin"] == b"five"
    big.git("add", "-A")
    big.git("commit", "-q", "-m", "three")
    patch = big.git("format-patch", "-1", "--stdout")
    for words in (["apply"], ["apply", "--index"], ["am", "-q"], ["am", "-q", "-3"]):
        big.git("reset", "-q", "--hard", "HEAD~")
        big.git(*words, stdin=patch)
        assert held(big.root)["sub/deep/late.bin"] == b"three", words
        assert held(big.root)["loose.bin"] == b"five", words
        if words[0] == "apply":
            big.git("add", "-A")
            big.git("commit", "-q", "-m", "three")
        assert big.git("status", "--porcelain") == ""
    big.git("read-tree", "-u", "-m", "HEAD~2")
    assert held(big.root) == FILES
    big.git("reset", "-q", "--hard")
    big.git("bisect", "start", "HEAD", "HEAD~2")
    seen = big.base / "seen"
    big.git("bisect", "run", "sh", "-c", f"wc -c <sub/deep/late.bin >>{seen}; exit 0")
    assert set(seen.read_text().split()) <= {str(len(LATE)), "5"}


@needs_lfs
def test_files_of_git_lfs_live_beside_ours(repo: Sandbox) -> None:
    wire(repo)
    lfs = {"process": "git-lfs filter-process", "clean": "git-lfs clean -- %f",
           "smudge": "git-lfs smudge -- %f", "required": "true"}  # fmt: skip
    for key, value in lfs.items():
        repo.git("config", f"filter.lfs.{key}", value)
    rules = f"{ATTRIBUTES}*.psd filter=lfs diff=lfs merge=lfs -text\n"
    both = {"ours.bin": LATE, "theirs.psd": LATE[::-1], "a.bin": b"one", "b.psd": b"two"}
    repo.commit("one", {".gitattributes": rules, **both})
    assert in_git(repo, "theirs.psd").startswith(b"version https://git-lfs.github.com/spec/v1\n")
    assert in_git(repo, "ours.bin") == pointer_to(LATE)
    repo.commit("two", dict.fromkeys(both, b"changed"))
    repo.git("checkout", "-q", "HEAD~")
    assert {name: (repo.root / name).read_bytes() for name in both} == both
    assert repo.git("status", "--porcelain") == ""
    assert "2 large files" in repo.ok("git-ai-blob", "status")
    # A pointer of the other kind is a content like any other.
    repo.write("copy.bin", in_git(repo, "theirs.psd"))
    repo.git("add", "copy.bin")
    assert in_git(repo, "copy.bin") == pointer_to(in_git(repo, "theirs.psd"))


def test_a_clone_of_who_never_heard_of_us_works_with_pointers(big: Sandbox) -> None:
    big.git("clone", "-q", ".", "../clone", env={"GIT_CONFIG_GLOBAL": os.devnull})
    other = Sandbox(big.base, name="clone", init=False, GIT_CONFIG_GLOBAL=os.devnull)
    assert held(other.root)["a.bin"] == pointer_to(b"eno")
    other.git("mv", "a.bin", "moved.bin")
    other.commit("theirs", {"plain": "text\n"})
    big.git("pull", "-q", str(other.root), "main")
    assert held(big.root)["moved.bin"] == b"eno"
    assert held(big.root)["sub/deep/late.bin"] == LATE[::-1]
    assert big.git("status", "--porcelain") == ""


def test_an_index_of_ones_own_gets_contents_and_the_other_one_stays(big: Sandbox) -> None:
    other = {"GIT_INDEX_FILE": str(big.base / "index")}
    before = (big.root / ".git/index").read_bytes()
    big.git("read-tree", "HEAD~", env=other)
    big.git("checkout", "-q", "-f", "HEAD~", "--", ".", env=other)
    assert held(big.root) == FILES
    assert big.git("diff", "--name-only", env=other) == ""
    assert (big.root / ".git/index").read_bytes() == before
    big.git("checkout", "-q", "-f", "HEAD")
    assert held(big.root)["a.bin"] == b"eno"

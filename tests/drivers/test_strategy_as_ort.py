"""Where no format is at play, the strategy leaves what Git's own (ort) leaves, to the byte.

Every story is merged twice, `-s ort` and `-s anvcs`; exit code, index, worktree and conflict
messages must agree.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drivers.support import two_sides, wire
from tests.support.sandbox import Sandbox, newer_git

TEXT = "".join(f"{number}\n" for number in range(20))
OURS = TEXT.replace("3\n", "of ours\n", 1)
THEIRS = TEXT.replace("3\n", "of theirs\n", 1)
FAR = TEXT.replace("17\n", "far away\n", 1)


@pytest.fixture(params=["this git", "git 2.50"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    env = newer_git(tmp_path / "newer") if request.param == "git 2.50" else {}
    return Sandbox(tmp_path, **env)


def state(repo: Sandbox) -> dict[str, str]:
    """Everything a merge leaves: index with stages, files, links, status."""
    found = {"index": repo.git("ls-files", "-s", "-t"), "status": repo.git("status", "--porcelain")}
    for path in sorted(repo.root.rglob("*")):
        name = str(path.relative_to(repo.root))
        if name.partition("/")[0] == ".git" or path.is_dir():
            continue
        found[name] = (
            f"link {path.readlink()}"
            if path.is_symlink()
            else (repo.root / name).read_bytes().decode("latin-1")
        )
        found[name] += f" {path.lstat().st_mode & 0o100:o}"
    return found


def merged_by(repo: Sandbox, strategy: str, *more: str) -> tuple[int, list[str], dict[str, str]]:
    done = repo.run("git", "merge", "-s", strategy, "-m", "both", *more)
    told = [line for line in done.stdout.splitlines() if line.startswith(("CONFLICT", "Auto-"))]
    left = state(repo)
    if done.returncode == 1:
        repo.git("merge", "--abort")
    return done.returncode, told, left


def agree(repo: Sandbox, *more: str) -> tuple[int, dict[str, str]]:
    """Merge both ways; the exit code and what was left."""
    more = more or ("feature",)
    repo.git("config", "merge.conflictStyle", "diff3")
    before = repo.git("rev-parse", "HEAD").strip()
    by_git = merged_by(repo, "ort", *more)
    repo.git("reset", "-q", "--hard", before)
    repo.git("clean", "-qfd")
    ours = merged_by(repo, "anvcs", *more)
    assert ours == by_git
    return by_git[0], by_git[2]


def on_feature(repo: Sandbox, change: Callable[[], object]) -> None:
    repo.git("switch", "-q", "feature")
    change()
    repo.commit("more of theirs")
    repo.git("switch", "-q", "main")


def test_content_conflict(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT, "b": TEXT}, {"a": OURS, "b": OURS}, {"a": THEIRS, "b": FAR})
    code, left = agree(repo)
    assert code == 1
    assert ">>>>>>> feature" in left["a"]
    assert "<<<<<<<" not in left["b"]


def test_with_our_driver_wired_files_of_no_format_are_still_gits(repo: Sandbox) -> None:
    wire(repo, "*.txt merge=anvcs\n")
    two_sides(repo, {"a.txt": TEXT}, {"a.txt": OURS}, {"a.txt": THEIRS})
    repo.git("config", "merge.conflictStyle", "diff3")
    code, _, left = merged_by(repo, "anvcs", "feature")
    repo.git("config", "--unset", "include.path")
    (repo.root / ".git/info/attributes").unlink()
    assert (code, left) == merged_by(repo, "ort", "feature")[::2]


def test_modify_delete_both_ways(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT, "b": TEXT}, {"a": OURS}, {"b": OURS})
    repo.git("rm", "-q", "b")
    repo.commit("gone here")
    on_feature(repo, lambda: repo.git("rm", "-q", "a"))
    code, left = agree(repo)
    assert code == 1
    assert {"a", "b"} <= left.keys()


def test_rename_with_a_change_on_the_other_side(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT}, {"a": OURS}, {"a": THEIRS})
    on_feature(repo, lambda: repo.git("mv", "a", "new"))
    code, left = agree(repo)
    assert code == 1
    assert "<<<<<<< HEAD:a\n" in left["new"]
    assert ">>>>>>> feature:new\n" in left["new"]


def test_rename_rename_to_two_names(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT}, {"a": OURS}, {"a": THEIRS})
    repo.git("mv", "a", "x")
    repo.commit("x")
    on_feature(repo, lambda: repo.git("mv", "a", "y"))
    code, left = agree(repo)
    assert code == 1
    assert {"x", "y"} <= left.keys()


def test_rename_rename_to_one_name(repo: Sandbox) -> None:
    other = TEXT.replace("\n", " of b\n")
    two_sides(repo, {"a": TEXT, "b": other}, {"o": "1"}, {"t": "1"})
    repo.git("mv", "a", "same")
    repo.commit("a is same")
    on_feature(repo, lambda: repo.git("mv", "b", "same"))
    assert agree(repo)[0] == 1


def test_rename_delete(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT}, {"o": "1"}, {"t": "1"})
    repo.git("mv", "a", "x")
    repo.commit("x")
    on_feature(repo, lambda: repo.git("rm", "-q", "a"))
    assert agree(repo)[0] == 1


def code(word: str, **values: int) -> str:
    """Three functions that no other word has; `two=5` says what one of them returns."""
    known = {"one": 1, "two": 2, "three": 3, **values}
    return "\n\n".join(
        f"def {word}_{name}({word}):\n    print({word}, 'in {name}')\n    return {value}\n"
        for name, value in known.items()
    )


def data(word: str) -> str:
    return "".join(f"{word}_{number}: {number}\n" for number in range(5))


def test_a_file_that_gets_the_name_of_another_is_never_fused_with_it(repo: Sandbox) -> None:
    words = ("plain", "calm", "torn", "mine", "left", "right", "split", "lost")
    base = {f"{word}.py": code(word) for word in words} | {"k.yaml": data("k"), "q.md": data("q")}
    ours = {"calm.py": code("calm", two=20), "torn.py": code("torn", two=20)}
    ours |= {"new-mine.py": code("own"), "mine.py": code("mine", one=10)}
    ours |= {"split.py": code("split", one=10), "lost.py": code("lost", one=10)}
    theirs = {"calm.py": code("calm", three=30), "torn.py": code("torn", two=21)}
    theirs |= {f"new-{word}.py": code(f"their_{word}") for word in ("plain", "calm", "torn")}
    theirs |= {"mine.py": code("mine", three=30), "split.py": code("split", three=30)}
    theirs |= {"ours.py": code("their_ours"), "new.yaml": data("n"), "new.md": data("m")}
    two_sides(repo, base, ours, theirs)
    for word in ("plain", "calm", "torn"):  # rename/add
        repo.git("mv", f"{word}.py", f"new-{word}.py")
    repo.git("mv", "k.yaml", "new.yaml")
    repo.git("mv", "q.md", "new.md")
    repo.git("mv", "left.py", "same.py")  # two to one
    repo.git("mv", "split.py", "ours.py")  # one to two, with a file of theirs in the way
    repo.git("mv", "lost.py", "found.py")  # rename/delete
    repo.commit("renamed here")

    def renamed() -> None:
        repo.git("mv", "mine.py", "new-mine.py")
        repo.git("mv", "right.py", "same.py")
        repo.git("mv", "split.py", "theirs.py")
        repo.git("rm", "-q", "lost.py")

    on_feature(repo, renamed)
    found, left = agree(repo)
    assert found == 1
    assert {"calm.py", "torn.py", "mine.py", "right.py"}.isdisjoint(left)
    assert left["new.yaml"].count("<<<<<<<") == left["new.md"].count("<<<<<<<") == 1


def test_directory_rename(repo: Sandbox) -> None:
    files = {f"old/{name}": TEXT.replace("\n", f" {name}\n") for name in "abc"}
    two_sides(repo, files, {"old/d": "new here\n"}, {"t": "1"})

    def moved() -> None:
        for name in "abc":
            (repo.root / "new").mkdir(exist_ok=True)
            repo.git("mv", f"old/{name}", f"new/{name}")

    on_feature(repo, moved)
    code, left = agree(repo)
    assert code == 1
    assert "new/d" in left
    repo.git("config", "merge.directoryRenames", "true")
    assert agree(repo)[0] == 0


def test_add_add(repo: Sandbox) -> None:
    two_sides(repo, {"z": "1"}, {"a": OURS, "same": TEXT}, {"a": THEIRS, "same": TEXT})
    assert agree(repo)[0] == 1


@pytest.mark.parametrize("swap", [False, True])
def test_a_file_where_the_other_side_has_a_folder(repo: Sandbox, *, swap: bool) -> None:
    sides = [{"a": "a file of theirs\n"}, {"a/inner": "ours\n"}]
    two_sides(repo, {"z": "1"}, sides[swap], sides[not swap])
    code, left = agree(repo)
    assert code == 1
    assert {"a~HEAD", "a~feature"} & left.keys()


def test_symbolic_links_and_modes(repo: Sandbox) -> None:
    two_sides(repo, {"a": TEXT, "tool": TEXT, "m": TEXT}, {"a": OURS, "tool": OURS}, {"t": "1"})
    (repo.root / "link").symlink_to("here")
    repo.commit("link")

    def theirs() -> None:
        (repo.root / "link").symlink_to("there")
        (repo.root / "tool").chmod(0o755)
        (repo.root / "a").unlink()
        (repo.root / "a").symlink_to("m")

    on_feature(repo, theirs)
    code, left = agree(repo)
    assert code == 1
    assert left["tool"].endswith(" 100")


def test_binary_files(repo: Sandbox) -> None:
    two_sides(repo, {"a": b"\0base"}, {"a": b"\0ours"}, {"a": b"\0theirs"})
    assert agree(repo)[0] == 1


def test_submodules(repo: Sandbox, tmp_path: Path) -> None:
    inner = Sandbox(tmp_path, name="inner")
    ids = [inner.commit(str(number), {"f": str(number)}) for number in range(3)]
    two_sides(repo, {"z": "1"}, {"o": "1"}, {"t": "1"})
    for branch, oid in (("main", ids[1]), ("feature", ids[2])):
        repo.git("switch", "-q", branch)
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{oid},sub")
        repo.git("commit", "-q", "-m", "sub")
    repo.git("switch", "-q", "main")
    assert agree(repo)[0] == 1


def criss_cross(repo: Sandbox, name: str, *texts: str) -> None:
    """main and feature each merge the other's first change: two merge bases."""
    base, ours, theirs, ours_later, theirs_later = texts
    two_sides(repo, {name: base}, {name: ours}, {name: theirs})
    repo.git("branch", "first", "main")
    for branch, other, both, later in (
        ("main", "feature", ours, ours_later),
        ("feature", "first", theirs, theirs_later),
    ):
        repo.git("switch", "-q", branch)
        repo.run("git", "merge", "-s", "ort", other)
        repo.commit("crossed", {name: both})
        repo.commit("later", {name: later})
    repo.git("switch", "-q", "main")


def test_criss_cross(repo: Sandbox) -> None:
    later = OURS.replace("9\n", "later of ours\n", 1), THEIRS.replace("9\n", "of theirs\n", 1)
    criss_cross(repo, "a", TEXT, OURS, THEIRS, *later)
    code, left = agree(repo)
    assert code == 1
    assert "merged common ancestors" in left["a"]


def test_unrelated_histories(repo: Sandbox) -> None:
    repo.commit("one", {"a": OURS, "o": "1"})
    repo.git("switch", "-q", "--orphan", "feature")
    repo.commit("two", {"a": THEIRS, "t": "1"})
    repo.git("switch", "-q", "main")
    assert agree(repo, "--allow-unrelated-histories", "feature")[0] == 1


@pytest.mark.parametrize(
    "option",
    ["ours", "theirs", "ignore-space-change", "no-renames", "find-renames=90", "patience"],
)
def test_options(tmp_path: Path, option: str) -> None:
    repo = Sandbox(tmp_path, **newer_git(tmp_path / "newer"))
    two_sides(
        repo,
        {"a": TEXT, "r": TEXT, "s": TEXT},
        {"a": OURS, "r": OURS, "s": TEXT.replace("5\n", "5 \n")},
        {"a": THEIRS, "s": TEXT.replace("5\n", "five\n")},
    )
    on_feature(repo, lambda: repo.git("mv", "r", "renamed"))
    agree(repo, "-X", option, "feature")


def test_names_that_are_odd(repo: Sandbox) -> None:
    names = ["with space", "tab\there", "new\nline", "ümlaut", "-dash", ":(top)x", "*"]
    two_sides(
        repo,
        dict.fromkeys(names, TEXT),
        dict.fromkeys(names, OURS),
        dict.fromkeys(names, THEIRS),
    )
    assert agree(repo)[0] == 1

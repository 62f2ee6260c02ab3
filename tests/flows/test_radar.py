"""`git anvcs radar`: predictions are what `git merge` then does, and nothing is touched."""

from itertools import combinations
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import Sandbox, newer_git

BASE = "".join(f"line number {number}\n" for number in range(1, 13))
CODE = """\
def first():
    one = 1
    two = 2
    three = 3
    four = 4
    five = 5
    return one


def second():
    one = 1
    two = 2
    return two
"""


@pytest.fixture(params=["old", "new"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Sandbox:
    newer = newer_git(tmp_path / "newer") if request.param == "new" else {}
    return Sandbox(tmp_path, **newer)


def branch(repo: Sandbox, name: str, files: dict[str, str], base: str = "main") -> str:
    repo.git("switch", "-q", "-c", name, base)
    commit = repo.commit(name, files)
    repo.git("switch", "-q", "main")
    return commit


def radar(repo: Sandbox, *args: str, cwd: Path | None = None) -> dict[str, Any]:
    done = repo.run("git-anvcs", "radar", "--json", *args, cwd=cwd)
    said = json.loads(done.stdout)
    assert done.returncode == (1 if any(p["conflicts"] for p in said["pairs"]) else 0), done.stderr
    assert isinstance(said, dict)
    return said


def conflicts(said: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    return {(p["one"], p["other"]): p["conflicts"] for p in said["pairs"] if p["conflicts"]}


def state(repo: Sandbox) -> list[tuple[str, bytes, int]]:
    """Every file below the repository with its content and time.

    Of objects without: Git renews the time of one that it would have written again.
    """
    files = sorted(path for path in repo.root.rglob("*") if path.is_file())
    timed = {path: "objects" not in path.parts for path in files}
    return [(str(p), p.read_bytes(), timed[p] and p.stat().st_mtime_ns) for p in files]


def test_what_it_predicts_is_what_git_merge_does(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE, "b.txt": BASE})
    branch(repo, "one", {"a.txt": BASE.replace("number 3", "one")})
    branch(repo, "two", {"a.txt": BASE.replace("number 3", "two"), "b.txt": "all new\n"})
    branch(repo, "three", {"b.txt": BASE.replace("number 9", "three"), "c.txt": "3\n"})
    branch(repo, "four", {"c.txt": "4\n"})
    before = state(repo)

    said = radar(repo)

    assert state(repo) == before
    names = [side["name"] for side in said["sides"]]
    assert sorted(names) == ["four", "main", "one", "three", "two"]
    real = {}
    for one, other in combinations(names, 2):
        repo.git("switch", "-q", "--detach", one)
        if repo.run("git", "merge", "-q", "--no-edit", other).returncode:
            unmerged = repo.git("diff", "--name-only", "--diff-filter=U").split()
            real[one, other] = unmerged
            repo.git("merge", "--abort")
    assert conflicts(said) == real
    assert said["touched"]["a.txt"] == ["one", "two"]
    assert len(real) == 3


def test_what_is_not_committed_counts_and_stays_untouched(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE, ".gitignore": "*.log\n"})
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", "-b", "topic", str(tree))
    (tree / "a.txt").write_text(BASE.replace("number 3", "topic"))
    (tree / "new.txt").write_text("untracked\n")
    (tree / "x.log").write_text("ignored\n")
    repo.write("a.txt", BASE.replace("number 3", "main"))
    repo.git("add", "a.txt")
    status = [repo.git("status", "--porcelain", cwd=cwd) for cwd in (repo.root, tree)]
    before = state(repo)

    said = radar(repo, cwd=tree)

    assert conflicts(said) == {("main", "topic"): ["a.txt"]}
    assert all(side["uncommitted"] for side in said["sides"])
    assert "new.txt" in said["touched"]
    assert "x.log" not in said["touched"]
    assert state(repo) == before
    assert [repo.git("status", "--porcelain", cwd=cwd) for cwd in (repo.root, tree)] == status
    assert conflicts(radar(repo, "--committed")) == {}


def test_our_drivers_take_part_though_nothing_is_wired(repo: Sandbox) -> None:
    repo.commit("base", {"package.json": '{"name": "x", "deps": {}}\n'})
    branch(repo, "one", {"package.json": '{"name": "x", "deps": {"a": 1}}\n'})
    branch(repo, "two", {"package.json": '{"name": "x", "deps": {"b": 2}}\n'})
    assert repo.run("git", "merge-tree", "--write-tree", "one", "two").returncode == 1

    assert conflicts(radar(repo)) == {}
    assert not (repo.root / ".git/anvcs").exists(), "no run is written down"


def test_a_second_look_says_the_same_and_asks_the_engine_nothing(repo: Sandbox) -> None:
    repo.commit("base", {"a.json": '{"name": "x", "deps": {}}\n', "b.json": '{"v": 1}\n'})
    branch(repo, "one", {"a.json": '{"name": "x", "deps": {"a": 1}}\n', "b.json": '{"v": 2}\n'})
    branch(repo, "two", {"a.json": '{"name": "x", "deps": {"b": 2}}\n', "b.json": '{"v": 3}\n'})
    (repo.root / ".git/anvcs").mkdir()

    first = radar(repo)

    assert conflicts(first) == {("one", "two"): ["b.json"]}
    pairs = repo.root / ".git/anvcs/pairs.json"
    pairs.unlink()
    cache = repo.root / ".git/anvcs/verdicts.json"
    known = json.loads(cache.read_text())["merges"]
    assert sorted(known.values()) == [False, True]
    cache.write_text(cache.read_text().replace("false", "true"))
    assert conflicts(radar(repo)) == {}, "what is known is not asked again"
    for broken in ("", "[]", '{"program": "another", "merges": {}}', '{"merges": 1}'):
        pairs.unlink()
        cache.write_text(broken)
        assert radar(repo) == first


def test_a_pair_that_was_seen_is_not_merged_again_until_something_changes(repo: Sandbox) -> None:
    repo.commit("base", {"a.py": CODE, "b.txt": BASE})
    one = CODE.replace("one = 1", "one = 10", 1)
    branch(repo, "one", {"a.py": one, "b.txt": BASE.replace("number 3", "one")})
    two = CODE.replace("five = 5", "five = 50", 1)
    branch(repo, "two", {"a.py": two, "b.txt": BASE.replace("number 3", "two")})
    repo.write("c.txt", "not committed\n")
    (repo.root / ".git/anvcs").mkdir()

    first = radar(repo)

    assert conflicts(first) == {("one", "two"): ["b.txt"]}
    assert [near["path"] for pair in first["pairs"] for near in pair["near"]] == ["a.py"]
    pairs = repo.root / ".git/anvcs/pairs.json"
    as_kept = pairs.read_text()
    assert len(json.loads(as_kept)["merges"]) == 3
    assert radar(repo) == first
    assert pairs.read_text() == as_kept, "nothing is new, what is not committed neither"
    pairs.write_text(as_kept.replace("b.txt", "c.txt"))
    assert conflicts(radar(repo)) == {("one", "two"): ["c.txt"]}, "what is known is not merged"
    repo.write(".gitattributes", "*.txt merge=union\n")
    assert conflicts(radar(repo)) == {}
    repo.write(".gitattributes", "*.txt merge=theirs\n")
    repo.git("config", "merge.theirs.driver", "cp %B %A")
    assert conflicts(radar(repo)) == {}
    repo.git("config", "merge.theirs.driver", "false")
    assert conflicts(radar(repo)) == {("one", "two"): ["b.txt"]}
    for broken in ("", "[]", json.dumps({**json.loads(as_kept), "merges": {"key": [1, 2]}})):
        pairs.write_text(broken)
        (repo.root / ".gitattributes").unlink(missing_ok=True)
        assert radar(repo) == first


def test_pairs_that_share_no_path_may_collide_all_the_same(repo: Sandbox) -> None:
    files = {f"old/{name}.txt": BASE + name for name in "abc"}
    repo.commit("base", {**files, "other/x.txt": "x\n"})
    repo.git("switch", "-q", "-c", "moves")
    repo.git("mv", "old", "new")
    repo.commit("moves")
    repo.git("switch", "-q", "main")
    branch(repo, "adds", {"old/d.txt": "d\n"})
    branch(repo, "folder", {"thing/inside.txt": "1\n"})
    branch(repo, "file", {"thing": "1\n"})
    branch(repo, "apart", {"other/y.txt": "1\n"})

    found = conflicts(radar(repo))

    for one, other in combinations(["adds", "apart", "file", "folder", "moves"], 2):
        clean = repo.run("git", "merge-tree", "--write-tree", one, other).returncode == 0
        assert clean == ((one, other) not in found), (one, other)
    assert {("adds", "moves"), ("file", "folder")} == found.keys()


def test_a_driver_of_the_users_own_is_asked(repo: Sandbox) -> None:
    repo.git("config", "merge.theirs.driver", "cp %B %A")
    repo.commit("base", {"a.json": '{"v": 1}\n', ".gitattributes": "*.json merge=theirs\n"})
    branch(repo, "one", {"a.json": '{"v": 2}\n'})
    branch(repo, "two", {"a.json": '{"v": 3}\n'})

    assert conflicts(radar(repo)) == {}


def test_two_who_change_one_function_are_told(repo: Sandbox) -> None:
    repo.commit("base", {"a.py": CODE})
    branch(repo, "one", {"a.py": CODE.replace("one = 1", "one = 11", 1)})
    branch(repo, "two", {"a.py": CODE.replace("five = 5", "five = 55")})
    branch(repo, "three", {"a.py": CODE.replace("return two", "return one")})

    said = radar(repo)

    assert conflicts(said) == {}
    assert [(p["one"], p["other"], p["near"]) for p in said["pairs"]] == [
        ("one", "two", [{"path": "a.py", "function": "def first():"}])
    ]
    text = repo.run("git-anvcs", "radar").stdout
    assert "one and two both change def first(): in a.py" in text
    assert "6 pairs: none in conflict" in text


def test_a_place_that_many_change_is_told_once(repo: Sandbox) -> None:
    repo.commit("base", {"a.py": CODE})
    branch(repo, "one", {"a.py": CODE.replace("one = 1", "one = 11", 1)})
    branch(repo, "two", {"a.py": CODE.replace("five = 5", "five = 55")})
    branch(repo, "three", {"a.py": CODE.replace("three = 3", "three = 33")})
    text = repo.run("git-anvcs", "radar").stdout
    assert text.count("def first():") == 1
    assert "one, three and two all change def first(): in a.py" in text


def test_any_number_of_branches_costs_a_fixed_number_of_processes(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE})

    def processes() -> int:
        trace = repo.base / "trace"
        trace.unlink(missing_ok=True)
        repo.run("git-anvcs", "radar", "--committed", env={"GIT_TRACE2_EVENT": str(trace)})
        return trace.read_text().count('"event":"version"')

    for number in range(3):
        branch(repo, f"a{number}", {"a.txt": BASE.replace("number 3", f"{number}")})
    few = processes()
    for number in range(9):
        branch(repo, f"b{number}", {"a.txt": BASE.replace("number 3", f"b{number}")})
    assert processes() == few


def test_a_detached_worktree_a_bare_repository_and_histories_that_share_nothing(
    repo: Sandbox, tmp_path: Path
) -> None:
    repo.commit("base", {"a.txt": BASE})
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", "--detach", str(tree))
    (tree / "a.txt").write_text(BASE.replace("number 3", "detached"))
    branch(repo, "one", {"a.txt": BASE.replace("number 3", "one")})
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("alone", {"a.txt": "alone\n"})
    repo.git("switch", "-q", "main")

    found = conflicts(radar(repo))

    assert found.get(("one", str(tree))) == ["a.txt"], radar(repo)
    assert {pair for pair in found if "other" in pair} == {
        ("main", "other"), ("one", "other"), ("other", str(tree)),
    }  # fmt: skip
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.root), str(bare), cwd=tmp_path)
    assert {side["name"] for side in radar(repo, cwd=bare)["sides"]} == {"main", "one", "other"}


def test_only_what_is_named(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE})
    for name in ("one", "two", "three"):
        branch(repo, name, {"a.txt": BASE.replace("number 3", name)})
    assert list(conflicts(radar(repo, "one", "three"))) == [("one", "three")]
    assert repo.run("git-anvcs", "radar", "nothing").returncode == 2


def lease(repo: Sandbox, *args: str, cwd: Path | None = None) -> tuple[int, dict[str, Any]]:
    done = repo.run("git-anvcs", "radar", "--json", *args, cwd=cwd)
    return done.returncode, json.loads(done.stdout)


def test_a_lease_is_seen_by_other_worktrees_until_it_ends(repo: Sandbox) -> None:
    repo.commit("base", {"src/a.py": CODE})
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", "-b", "topic", str(tree))

    assert lease(repo, "--lease", "src/a.py", "--as", "a")[0] == 0
    assert lease(repo, "--lease", "src/a.py", "--as", "a", "--ttl", "2h")[0] == 0
    code, said = lease(repo, "--lease", "src", "--as", "b", cwd=tree)
    assert (code, said["taken"], [one["who"] for one in said["others"]]) == (1, False, ["a"])
    assert lease(repo, "--lease", "src/b.py", cwd=tree)[1]["lease"]["who"] == "topic"
    assert {one["path"]: one["who"] for one in radar(repo)["leases"]} == {
        "src/a.py": "a", "src/b.py": "topic",
    }  # fmt: skip
    assert "src/a.py: a works on it until" in repo.run("git-anvcs", "radar").stdout

    for file in (repo.root / ".git/anvcs/leases").iterdir():
        facts = json.loads(file.read_text())
        file.write_text(json.dumps({**facts, "until": facts["since"] - 1}))
    assert radar(repo)["leases"] == []
    assert lease(repo, "--lease", "src", "--as", "b", "--dry-run")[0] == 0
    assert radar(repo)["leases"] == []
    assert lease(repo, "--lease", "src", "--as", "b")[0] == 0
    assert lease(repo, "--release", "src", "--as", "b")[1]["released"] is True
    assert lease(repo, "--release", "src", "--as", "b")[1]["released"] is False


@pytest.mark.parametrize("ttl", ["", "m", "10", "0m", "25h", "-1m", "1d"])
def test_a_lease_needs_a_duration(repo: Sandbox, ttl: str) -> None:
    repo.commit("base", {"a": "1\n"})
    done = repo.run("git-anvcs", "radar", "--lease", "a", f"--ttl={ttl}")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_broken_leases_are_no_surprise(repo: Sandbox) -> None:
    repo.commit("base", {"a": "1\n"})
    folder = repo.root / ".git/anvcs/leases"
    folder.mkdir(parents=True)
    far = {"path": "a", "who": "w", "worktree": "", "since": 0, "until": 9e99}
    for number, text in enumerate(("", "[]", "{}", "\xff", json.dumps(far))):
        (folder / f"{number}.json").write_text(text)
    assert radar(repo)["leases"] == []
    assert repo.run("git-anvcs", "radar", "--lease", "../x").returncode == 2

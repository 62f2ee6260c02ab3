"""What a commit added, as Git's own diff says: renames, merges, names and texts of every kind."""

from git_anvcs.git import commits, hunks
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox


def added(repo: Sandbox, *revisions: str) -> list[dict[str, tuple[str, list[int]]]]:
    here = Repo.discover(repo.root)
    oids = [repo.git("rev-parse", revision).strip() for revision in revisions]
    known = commits.load(here, oids)
    found = hunks.added(here, {oid: len(known[oid].parents) for oid in oids})
    return [{p: (a.before, sorted(a.numbers)) for p, a in found[oid].items()} for oid in oids]


def test_new_changed_renamed_and_deleted_files_of_several_commits(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n2\n3\n4\n5\n6\n7\n", "gone": "x\n"})
    (repo.root / "gone").unlink()
    repo.commit("two", {"a": "1\n2b\n3\n4\n5\n6\n7\n8\n"})
    (repo.root / "a").rename(repo.root / "b c")
    repo.commit("three", {"b c": "1\n2b\n3\n4\n5\n6\n7\n9\n"})
    one, two, three = added(repo, "HEAD~2", "HEAD~1", "HEAD")
    assert one == {"a": ("a", [1, 2, 3, 4, 5, 6, 7]), "gone": ("gone", [1])}
    assert two == {"a": ("a", [2, 8])}
    assert three == {"b c": ("a", [8])}


def test_texts_that_look_like_a_diff_and_names_that_need_quotes(repo: Sandbox) -> None:
    hostile = "++ b/other\n@@ -1 +1 @@\n" + "a" * 40 + "\ndiff --git a/x b/x\n"
    repo.commit("one", {'t"a\tb': hostile, "ä\n": "-- a\n", "end": "none"})
    (found,) = added(repo, "HEAD")
    assert found == {
        't"a\tb': ('t"a\tb', [1, 2, 3, 4]),
        "ä\n": ("ä\n", [1]),
        "end": ("end", [1]),
    }
    repo.commit("two", {"end": "++ b/evil", "ä\n": "-- a\n++ c\n"})
    (found,) = added(repo, "HEAD")
    assert found == {"end": ("end", [1]), "ä\n": ("ä\n", [2])}


def test_a_merge_adds_only_what_no_parent_has(repo: Sandbox) -> None:
    repo.commit("base", {"a": "1\n2\n3\n"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", {"a": "1\n2 side\n3\n", "s": "s\n"})
    repo.git("switch", "-q", "main")
    repo.commit("main", {"a": "1\n2 main\n3\n"})
    assert repo.run("git", "merge", "-q", "side").returncode == 1
    repo.commit("merged", {"a": "1\n2 both\n3\n"})
    (found,) = added(repo, "HEAD")
    assert found == {"a": ("a", [2])}
    repo.git("switch", "-q", "side")
    repo.commit("more", {"s": "s\nt\n"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "-m", "again", "side")
    assert added(repo, "HEAD") == [{}]

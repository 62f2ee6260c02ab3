"""`git anvcs verify` on merges as people, hosts and tools make them, in real repositories."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.records import write_record
from tests.support.sandbox import Sandbox, newer_git

BASE = "".join(f"line number {number}\n" for number in range(1, 13))


@pytest.fixture(params=["old", "new"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Sandbox:
    newer = newer_git(tmp_path / "newer") if request.param == "new" else {}
    return Sandbox(tmp_path, **newer)


def edited(place: int, text: str, base: str = BASE) -> str:
    lines = base.splitlines(keepends=True)
    lines[place - 1] = text
    return "".join(lines)


def forked(repo: Sandbox, ours: dict[str, str], theirs: dict[str, str]) -> tuple[str, str]:
    """Commits of main and of topic, on one base that holds `a.txt`; main is checked out."""
    repo.commit("base", {"a.txt": BASE, "old.txt": "kept as it was\n"})
    repo.git("switch", "-q", "-c", "topic")
    second = repo.commit("theirs", theirs)
    repo.git("switch", "-q", "main")
    return repo.commit("ours", ours), second


def merged(repo: Sandbox, *parents: str, **files: str | None) -> str:
    """A merge commit that holds the first parent's tree with `files` put in (`_` is a dot)."""
    repo.git("read-tree", parents[0])
    for name, text in files.items():
        path = name.replace("_", ".")
        if text is None:
            repo.git("update-index", "--force-remove", path)
        else:
            blob = repo.git("hash-object", "-w", "--stdin", stdin=text).strip()
            repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    tree = repo.git("write-tree").strip()
    repo.ticks += 1
    heads = [word for parent in parents for word in ("-p", parent)]
    commit = repo.git("commit-tree", tree, *heads, "-m", "merge").strip()
    repo.git("reset", "-q", "--hard", commit)
    return commit


def verified(repo: Sandbox, *args: str, cwd: Path | None = None) -> dict[str, Any]:
    done = repo.run("git-anvcs", "verify", "--json", *args, cwd=cwd)
    said = json.loads(done.stdout)
    assert done.returncode == (1 if said["findings"] else 0), done.stderr
    assert isinstance(said, dict)
    return said


def findings(repo: Sandbox, *args: str) -> list[tuple[str, str, list[str], str | None]]:
    """Kind, path, lines, whose work."""
    return [
        (one["kind"], one["path"], [line["text"] for line in one["lines"]], one["lost"])
        for one in verified(repo, *args)["findings"]
    ]


OURS, THEIRS = edited(2, "ours has this\n"), edited(11, "theirs has that\n")


def test_a_merge_by_git_has_no_finding(repo: Sandbox) -> None:
    forked(repo, {"a.txt": OURS, "b.txt": "new here\n"}, {"a.txt": THEIRS, "c.txt": "there\n"})
    repo.git("merge", "-q", "--no-edit", "topic")

    said = verified(repo)

    assert (said["commits"], said["landed"], said["findings"]) == (1, 1, [])
    assert "nothing was lost" in repo.anvcs("verify")


def test_a_tree_from_the_wrong_base_loses_what_landed_between(repo: Sandbox) -> None:
    """What a host's merge queue did in April 2026: the result lacks the target's newer work."""
    ours, theirs = forked(
        repo, {"a.txt": OURS, "d.txt": "landed meanwhile\n"}, {"c.txt": "the pull request\n"}
    )
    merged(repo, ours, theirs, a_txt=BASE, d_txt=None, c_txt="the pull request\n")

    assert findings(repo) == [
        ("reverted-file", "a.txt", ["ours has this"], ours),
        ("lost-file", "d.txt", ["landed meanwhile"], ours),
    ]


def test_a_resolver_that_took_one_side_lost_the_other(repo: Sandbox) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS}, {"a.txt": THEIRS})
    merged(repo, ours, theirs, a_txt=THEIRS)

    done = repo.run("git-anvcs", "verify")

    assert done.returncode == 1
    assert f"lost-line  a.txt: a line of {ours[:10]} is not in it any more" in done.stdout
    assert "ours has this" in done.stdout
    assert "resurrected-line  a.txt" in done.stdout
    assert "1 commit, 1 of them put work together: 2 findings" in done.stdout


def test_only_the_lines_that_only_one_side_touched_count(repo: Sandbox) -> None:
    ours, theirs = forked(
        repo, {"a.txt": edited(5, "port = 8080\n")}, {"a.txt": edited(5, "host = local\n")}
    )
    merged(repo, ours, theirs)

    assert findings(repo) == []
    [chosen] = verified(repo)["decided"]
    assert (chosen["kind"], chosen["lines"][0]["text"]) == ("lost-line", "host = local")
    assert [one[0] for one in findings(repo, "--strict")] == ["lost-line"]


def test_a_resolution_that_the_record_lists_is_no_finding(repo: Sandbox) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS, "b.txt": "b is new\n"}, {"a.txt": THEIRS})
    commit = merged(repo, ours, theirs, a_txt=THEIRS, b_txt=None)
    assert {one[1] for one in findings(repo)} == {"a.txt", "b.txt"}

    meant = json.dumps([{"path": "a.txt", "why": "theirs replaces it"}])
    repo.anvcs("meta", "set", commit, f"ext.anvcs.resolved={meant}")
    assert {one[1] for one in findings(repo)} == {"b.txt"}
    meant = json.dumps(["a.txt", {"path": "b.txt", "lines": ["b is new"]}])
    repo.anvcs("meta", "set", commit, f"ext.anvcs.resolved={meant}")
    assert findings(repo) == []


def test_a_rename_takes_the_work_along(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE})
    repo.git("switch", "-q", "-c", "topic")
    theirs = repo.commit("theirs", {"a.txt": THEIRS})
    repo.git("switch", "-q", "main")
    repo.git("mv", "a.txt", "renamed.txt")
    ours = repo.commit("ours")
    repo.git("merge", "-q", "--no-edit", "topic")
    assert "theirs has that" in repo.read("renamed.txt")
    assert findings(repo) == []

    merged(repo, ours, theirs, renamed_txt=BASE)
    assert findings(repo) == [("lost-line", "a.txt", ["theirs has that"], theirs)] or findings(
        repo
    ) == [("reverted-file", "a.txt", ["theirs has that"], theirs)]


def test_code_that_one_side_moved_to_another_file_is_not_lost(repo: Sandbox) -> None:
    rest = "".join(BASE.splitlines(keepends=True)[:10])
    moved = "".join(BASE.splitlines(keepends=True)[10:])
    ours, theirs = forked(repo, {"a.txt": rest, "b.txt": moved}, {"a.txt": THEIRS})
    merged(repo, ours, theirs, a_txt=rest, b_txt=moved.replace("line number 11", "theirs has that"))

    assert findings(repo) == []


def test_what_the_other_side_had_and_gave_up_is_not_lost(repo: Sandbox) -> None:
    """A branch whose first half was squashed into main goes on and merges main."""
    repo.commit("base", {"a.txt": BASE})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("first half", {"new.txt": "version one of it\n"})
    theirs = repo.commit("second half", {"new.txt": "another way altogether\n"})
    repo.git("switch", "-q", "main")
    ours = repo.commit("squashed by the host", {"new.txt": "version one of it\n"})
    merged(repo, ours, theirs, new_txt="another way altogether\n")

    assert findings(repo) == []


def test_an_octopus_is_judged_with_all_its_sides(repo: Sandbox) -> None:
    base = repo.commit("base", {"a.txt": BASE})
    tips = []
    whole = BASE
    for place in (2, 6, 11):
        repo.git("switch", "-q", "-c", f"topic{place}", base)
        text = f"topic {place} has this\n"
        tips.append(repo.commit(f"topic {place}", {"a.txt": edited(place, text)}))
        whole = edited(place, text, whole)
    merged(repo, *tips, a_txt=whole)
    assert (verified(repo)["landed"], findings(repo)) == (1, [])

    merged(repo, *tips, a_txt=edited(6, "line number 6\n", whole))
    assert findings(repo) == [
        ("lost-line", "a.txt", ["topic 6 has this"], tips[1]),
        ("resurrected-line", "a.txt", ["line number 6"], tips[1]),
    ]


def test_a_criss_cross_is_judged_from_every_base(repo: Sandbox) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS}, {"b.txt": "there\n"})
    merged(repo, ours, theirs, b_txt="there\n")
    repo.git("branch", "-q", "one")
    merged(repo, theirs, ours, a_txt=OURS)
    two = repo.commit("two", {"c.txt": "more of it\n"})
    repo.git("switch", "-q", "one")
    one = repo.commit("one", {"d.txt": "even more\n"})
    assert len(repo.git("merge-base", "--all", one, two).split()) == 2
    merged(repo, one, two, c_txt="more of it\n")
    assert findings(repo) == []

    merged(repo, one, two)
    assert findings(repo) == [("lost-file", "c.txt", ["more of it"], two)]


def test_histories_that_share_nothing(repo: Sandbox) -> None:
    ours = repo.commit("one", {"a.txt": "one is here\n"})
    repo.git("switch", "-q", "--orphan", "other")
    theirs = repo.commit("two", {"b.txt": "two is here\n"})
    merged(repo, ours, theirs, b_txt="two is here\n")
    assert findings(repo) == []
    merged(repo, ours, theirs)
    assert [one[:2] for one in findings(repo)] == [("lost-file", "b.txt")]


@pytest.mark.parametrize("op", ["squash", "rebase", "cherry-pick"])
def test_a_landing_without_a_merge_is_judged_where_the_record_knows_it(
    repo: Sandbox, op: str
) -> None:
    ours, theirs = forked(repo, {"b.txt": "landed meanwhile\n"}, {"a.txt": THEIRS})
    repo.git("rm", "-q", "b.txt")
    commit = repo.commit("theirs (#1)", {"a.txt": THEIRS})
    assert findings(repo) == []
    step = {"op": op, "from": [theirs], "match": "declared", "at": "2026-09-21T14:14:00.000Z"}
    write_record(repo, commit, lineage=[step])

    assert findings(repo) == [("lost-file", "b.txt", ["landed meanwhile"], ours)]


def test_a_commit_from_an_old_copy_is_stale(repo: Sandbox) -> None:
    other = {"GIT_AUTHOR_NAME": "Other", "GIT_AUTHOR_EMAIL": "other@example.com"}
    repo.commit("base", {"a.txt": BASE})
    newer = BASE.replace("number 3", "number three").replace("number 4", "number four")
    landed = repo.commit("meanwhile", {"a.txt": newer})
    repo.write("a.txt", BASE)
    repo.write("b.txt", "the work itself\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "feature", env=other)

    [(kind, path, lines, lost)] = findings(repo)

    assert (kind, path, lost) == ("stale-content", "a.txt", landed)
    assert lines == ["line number three", "line number four"]
    repo.git("commit", "-q", "--amend", "-m", "feature, and revert the numbers", env=other)
    assert findings(repo) == [], "it says so"
    repo.git("rm", "-q", "b.txt")
    repo.git("commit", "-q", "--amend", "-m", "numbers", env=other)
    assert findings(repo) == [], "it does nothing else"


def test_a_stale_commit_among_other_changes_of_the_file(repo: Sandbox) -> None:
    other = {"GIT_AUTHOR_NAME": "Other", "GIT_AUTHOR_EMAIL": "other@example.com"}
    repo.commit("base", {"a.txt": BASE})
    newer = BASE.replace("number 3", "number three").replace("number 4", "number four")
    landed = repo.commit("meanwhile", {"a.txt": newer})
    repo.write("a.txt", edited(11, "the work itself\n"))
    repo.git("commit", "-qam", "feature", env=other)
    repo.write("c.txt", "more\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "--no-edit", env=other)

    assert [(one[0], one[3]) for one in findings(repo)] == [("stale-content", landed)]


def test_sessions_of_agents_are_told_apart_though_one_name_commits(repo: Sandbox) -> None:
    repo.commit("base", {"a.txt": BASE})
    newer = BASE.replace("number 3", "number three").replace("number 4", "number four")
    landed = repo.commit("meanwhile", {"a.txt": newer})
    commit = repo.commit("feature", {"a.txt": BASE, "b.txt": "work\n"})
    assert findings(repo) == [], "one person knows what they undo"

    write_record(repo, landed, 1, agent_id="claude-code:one")
    write_record(repo, commit, 2, agent_id="claude-code:two")
    assert [one[0] for one in findings(repo)] == ["stale-content"]


def test_a_range_is_judged_commit_by_commit_also_in_a_bare_clone(
    repo: Sandbox, tmp_path: Path
) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS}, {"a.txt": THEIRS})
    bad = merged(repo, ours, theirs, a_txt=THEIRS)
    repo.commit("after", {"z.txt": "z\n"})
    bare = tmp_path / "bare.git"
    repo.git("clone", "-q", "--bare", str(repo.root), str(bare), cwd=tmp_path)

    said = verified(repo, "main~2..main", cwd=bare)

    assert (said["commits"], said["landed"]) == (3, 1)
    assert {one["commit"] for one in said["findings"]} == {bad}
    assert verified(repo, "--merges", "main~2..main")["commits"] == 1
    assert verified(repo, "main")["findings"] == []


def test_a_shallow_clone_says_what_it_cannot_judge(repo: Sandbox, tmp_path: Path) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS}, {"a.txt": THEIRS})
    merged(repo, ours, theirs, a_txt=THEIRS)
    for depth, why in ((1, "a parent"), (2, "what its sides started from"), (3, "")):
        shallow = tmp_path / f"shallow{depth}"
        url = f"file://{repo.root}"
        repo.git("clone", "-q", f"--depth={depth}", url, str(shallow), cwd=tmp_path)
        said = verified(repo, cwd=shallow)
        assert [one["why"].startswith(why) for one in said["unjudged"]] == [True] * bool(why)
        assert bool(said["findings"]) == (not why)


def test_nothing_is_fetched_into_a_partial_clone(repo: Sandbox, tmp_path: Path) -> None:
    ours, theirs = forked(repo, {"a.txt": OURS, "d.txt": "new\n"}, {"a.txt": THEIRS})
    merged(repo, ours, theirs, a_txt=THEIRS, d_txt=None)
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    url = f"file://{repo.root}"
    repo.git("clone", "-q", "--bare", "--filter=blob:none", url, str(partial), cwd=tmp_path)
    before = sorted(path.name for path in (partial / "objects/pack").iterdir())

    said = verified(repo, cwd=partial)

    assert ("lost-file", "d.txt") in {(one["kind"], one["path"]) for one in said["findings"]}
    assert sorted(path.name for path in (partial / "objects/pack").iterdir()) == before


def test_names_that_are_no_text_and_patterns(repo: Sandbox) -> None:
    name = "we ird\n\u202e[*].txt"
    repo.commit("base", {name: BASE})
    repo.git("switch", "-q", "-c", "topic")
    theirs = repo.commit("theirs", {"b": "b\n"})
    repo.git("switch", "-q", "main")
    ours = repo.commit("ours", {name: OURS})
    repo.git("switch", "-q", "--detach", theirs)
    repo.git("read-tree", theirs)
    tree = repo.git("write-tree").strip()
    commit = repo.git("commit-tree", tree, "-p", ours, "-p", theirs, "-m", "m").strip()

    [(kind, path, lines, lost)] = findings(repo, commit)

    assert (kind, path, lines, lost) == ("reverted-file", name, ["ours has this"], ours)
    assert "\u202e" not in repo.run("git-anvcs", "verify", commit).stdout


@pytest.mark.parametrize("name", ["nothing", "main..nothing", "--all"])
def test_what_is_no_commit_is_wrong_usage(repo: Sandbox, name: str) -> None:
    repo.commit("one", {"a": "1\n"})
    done = repo.run("git-anvcs", "verify", name)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr

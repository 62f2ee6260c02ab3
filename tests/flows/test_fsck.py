"""Both refs and the mirror are compared, and each is made again from the others."""

import json
from pathlib import Path

import pytest

from git_anvcs.flows import fsck, mirror
from git_anvcs.flows.drain import drain
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records
from tests.support.records import write_record, write_texts
from tests.support.sandbox import Sandbox, newer_git
from tests.support.wired import wire


@pytest.fixture
def repo(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    wire(repo)
    for number in range(4):
        repo.commit(f"commit {number}", {"a": str(number)})
    assert drain(Repo.discover(repo.root)).problem is None
    return repo


def refs_of(here: Repo) -> list[dict[str, str]]:
    return [records.listing(here, ref) for ref in (records.META_REF, records.NOTES_REF)]


def break_one(repo: Sandbox, how: str) -> None:  # noqa: C901 - one case for each damage
    commits = repo.git("rev-list", "HEAD").split()
    match how:
        case "no notes":
            repo.git("update-ref", "-d", "refs/notes/anvcs")
        case "no meta":
            repo.git("update-ref", "-d", "refs/anvcs/meta")
        case "a note removed":
            repo.git("notes", "--ref=anvcs", "remove", commits[1])
        case "a note changed":
            repo.git("notes", "--ref=anvcs", "append", "-m", "by hand", commits[1])
        case "an old meta":
            tip = repo.git("rev-parse", "refs/anvcs/meta").strip()
            tree = repo.git("mktree", stdin="").strip()
            empty = repo.git("commit-tree", tree, "-p", tip, "-m", "emptied").strip()
            repo.git("update-ref", "refs/anvcs/meta", empty)
        case "meta damaged":
            (repo.root / ".git/refs/anvcs/meta").write_text(f"{'1' * 40}\n")
        case "no mirror":
            for path in (repo.root / ".ai/meta").iterdir():
                path.unlink()
        case "mirror changed":
            next((repo.root / ".ai/meta").iterdir()).write_text("{}")
        case "mirror has more":
            (repo.root / ".ai/meta" / f"{'2' * 40}.json").write_text("{}")


@pytest.mark.parametrize(
    "how",
    [
        "no notes", "no meta", "a note removed", "a note changed", "an old meta", "meta damaged",
        "no mirror", "mirror changed", "mirror has more",
    ],
)  # fmt: skip
def test_what_is_missing_or_different_is_found_and_made_again(repo: Sandbox, how: str) -> None:
    here = Repo.discover(repo.root)
    before, _ = refs_of(here)
    assert fsck.check(here, by_schema=True).findings == ()
    break_one(repo, how)
    found = fsck.check(here).findings
    assert found
    assert all(finding.mendable for finding in found)
    fsck.repair(here)
    assert fsck.check(here, by_schema=True).findings == ()
    meta, notes = refs_of(here)
    assert meta == notes
    assert set(meta) == set(before)
    if how != "a note changed":
        assert meta == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"coverage": 101}, {"model": "no-slash"}, {"rev": 0}, {"surprise": 1}, {"artifacts": [{}]},
        {"tests_passed": True, "tests": {"ran_on_tree": "1" * 40}},
    ],
    ids=str,
)  # fmt: skip
def test_a_record_that_the_schema_refuses_is_found_without_asking_for_the_schema(
    repo: Sandbox, wrong: dict[str, object]
) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    write_record(repo, commit, 7, **wrong)
    here = Repo.discover(repo.root)

    found = {f.commit for f in fsck.check(here).findings if not f.mendable}

    assert found == {commit}


def test_a_damaged_line_among_sound_ones_is_found(repo: Sandbox) -> None:
    commit = repo.git("rev-parse", "HEAD").strip()
    here = Repo.discover(repo.root)
    sound = records.texts(here, [commit])[commit]
    second = sound.replace(b'"coverage":null', b'"coverage":-1')
    assert second != sound
    for text, known in ((sound + second, True), (b"x" + sound, True), (sound + b"x\n", False)):
        write_texts(repo, {commit: text})
        found = [f for f in fsck.check(here).findings if f.commit == commit and not f.mendable]
        assert bool(found) is known, text


def test_git_is_started_as_often_for_many_records_as_for_one(repo: Sandbox) -> None:
    counts = []
    repo.run("git-anvcs", "meta", "fsck")  # the first command here looks at every branch, once
    for number in (0, 300):
        write_texts(repo, {f"{n:040x}": f"{n}\n" for n in range(number)})
        trace = repo.base / f"trace{number}"
        repo.run("git-anvcs", "meta", "fsck", env={"GIT_TRACE2_EVENT": str(trace)})
        counts.append(trace.read_text().count('"event":"start"'))
    assert counts[0] == counts[1] <= 8, counts


def test_somebodys_own_note_is_no_finding_and_stays(repo: Sandbox) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    repo.git("notes", "--ref=anvcs", "add", "-m", "mine", tree)
    here = Repo.discover(repo.root)
    report = fsck.check(here)
    assert (report.findings, report.foreign_notes, report.records) == ((), 1, 4)
    repo.git("update-ref", "-d", "refs/anvcs/meta")
    fsck.repair(here)
    assert repo.git("notes", "--ref=anvcs", "show", tree) == "mine\n"


def test_a_mirror_is_never_written_through_a_link_or_where_git_would_show_it(
    repo: Sandbox, tmp_path: Path
) -> None:
    here = Repo.discover(repo.root)
    assert mirror.place(here) == repo.root / ".ai" / "meta"
    elsewhere = tmp_path / "elsewhere"
    (repo.root / ".ai").rename(elsewhere)
    (repo.root / ".ai").symlink_to(elsewhere)
    assert mirror.place(here) is None
    (repo.root / ".ai").unlink()
    (repo.root / ".git/info/exclude").write_text("")
    assert mirror.place(here) is None
    commit = repo.commit("one more", {"a": "more"})
    assert drain(here).problem is None
    assert records.read_one(here, commit)
    assert not (repo.root / ".ai").exists()


def test_the_mirror_is_in_the_main_worktree_and_a_bare_repository_has_none(
    repo: Sandbox, tmp_path: Path
) -> None:
    linked, bare = tmp_path / "linked", tmp_path / "bare.git"
    repo.git("worktree", "add", "-q", str(linked))
    assert mirror.main_worktree(Repo.discover(linked)) == repo.root
    repo.git("clone", "-q", "--bare", ".", str(bare))
    assert mirror.main_worktree(Repo.discover(bare)) is None


@pytest.mark.parametrize("options", [["--object-format=sha256"], ["--ref-format=reftable"]])
def test_records_follow_commits_in_repositories_that_libgit2_cannot_open(
    tmp_path: Path, options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "newer"))
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", *options)
    repo.commit("before", {"a": "0"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none")
    first = repo.commit("one", {"a": "1"})
    repo.git("commit", "-q", "--amend", "-m", "said better")
    repo.git("switch", "-q", "-c", "topic")
    picked = repo.commit("to pick", {"b": "1"})
    repo.git("switch", "-q", "main")
    repo.commit("other", {"c": "1"})
    repo.ticks += 1
    repo.git("cherry-pick", "topic")
    repo.env["ANVCS"] = "0"
    unseen = repo.commit("no hook saw it", {"d": "1"})
    here = Repo.discover(repo.root)
    assert drain(here).problem is None
    assert fsck.check(here, by_schema=True).findings == ()
    found = records.read(here, [first, picked, unseen, *repo.git("rev-list", "HEAD").split()])
    assert len(found) == 6
    amended = here.resolve("HEAD~3")
    copied = here.resolve("HEAD~1")
    assert amended is not None
    assert copied is not None
    assert found[amended].meta_id == found[first].meta_id
    assert found[copied].lineage[0]["from"] == [picked]
    assert found[copied].change_id == found[picked].change_id
    assert "anvcs/commit-meta/1" in repo.git("log", "-1", "--notes=anvcs")


def test_records_come_back_from_the_mirror_when_both_refs_are_lost(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path)
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    first = repo.commit("one", {"a": "1"})
    repo.anvcs("drain")
    before = json.loads(repo.anvcs("show", "--json", first))
    for ref in ("refs/anvcs/meta", "refs/notes/anvcs"):  # as gc leaves them beside a writer
        repo.write(f".git/{ref}", f"{'1' * 40}\n")
    second = repo.commit("two", {"a": "2"})
    waits = repo.run("git-anvcs", "drain")
    assert waits.returncode != 0
    assert "meta fsck --repair" in waits.stderr
    repo.anvcs("meta", "fsck", "--repair")
    assert json.loads(repo.anvcs("show", "--json", first)) == before
    assert json.loads(repo.anvcs("show", "--json", second))
    repo.anvcs("meta", "fsck")

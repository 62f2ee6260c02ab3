"""Commits that a host merged get the records of the work they are made of, or none.

The host is a bare repository that merges by plumbing; CI is a clone that knows the records but
has never seen the commits they are of, because the branch is deleted when it has been merged.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.flows import reading
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records
from tests.support.rewriting.case import Case, Counts
from tests.support.rewriting.server import Host


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    found = Case(tmp_path, hooks=True)
    for key, value in found.box.env.items():
        monkeypatch.setenv(key, value)
    return found


def reconcile(case: Case, *words: str, **how: Any) -> dict[str, Any]:
    said = case.box.anvcs("meta", "reconcile", "--json", *words, **how)
    found: dict[str, Any] = json.loads(said)
    return found


class Ci:
    """A fresh clone of the host after the branch was merged and deleted there."""

    def __init__(self, case: Case, host: Host, *how: str) -> None:
        self.case = case
        case.git("push", "-q", "origin", "+refs/anvcs/meta:refs/anvcs/w/someone")
        host.git("symbolic-ref", "HEAD", "refs/heads/main")
        host.git("branch", "-q", "-D", "topic")
        host.git("gc", "-q", "--prune=now")
        self.root = case.box.base / "ci"
        case.git("clone", "-q", *how, f"file://{host.path}", str(self.root))
        case.box.anvcs("pull", "--records", cwd=self.root)

    def reconcile(self, *words: str) -> dict[str, Any]:
        return reconcile(self.case, *words, cwd=self.root)

    def agents(self) -> list[set[str]]:
        """The agents named by the records of main, the newest commit first."""
        repo = Repo.discover(self.root)
        commits = self.case.git("rev-list", "HEAD", cwd=self.root).split()
        found = records.read(repo, commits)
        return [
            {s["agent_id"]["id"] for s in found[oid].mapping("sessions").values()}  # type: ignore[index]
            if oid in found
            else set()
            for oid in commits
        ]


def pushed(case: Case, *, moved: bool) -> Host:
    case.three()
    if moved:
        case.upstream()
    return Host(case)


@pytest.mark.parametrize("moved", [False, True])
def test_a_rebase_merge_is_found_where_the_commits_are_gone(case: Case, *, moved: bool) -> None:
    host = pushed(case, moved=moved)
    host.rebase("topic")
    ci = Ci(case, host)

    done = ci.reconcile()

    assert [(f["op"], f["match"]) for f in done["reconciled"]][1:] == [("rebase", "patch-id")] * 2
    assert len(done["reconciled"]) == 3
    assert ci.agents()[:3] == [{"c"}, {"b"}, {"a"}]
    again = ci.reconcile()
    assert again["reconciled"] == []
    assert again["named"] == 3


def test_a_squash_merge_is_found_where_the_commits_are_gone(case: Case) -> None:
    host = pushed(case, moved=False)
    host.squash("topic", "All of it (#12)")
    ci = Ci(case, host)

    [found] = ci.reconcile()["reconciled"]

    assert (found["op"], found["match"], len(found["from"])) == ("squash", "tree", 3)
    assert ci.agents()[0] == {"a", "b", "c"}


def test_a_squash_of_a_moved_base_needs_the_commits(case: Case) -> None:
    host = pushed(case, moved=True)
    tip = case.git("rev-parse", "topic").strip()
    host.squash("topic", "All of it (#12)")
    host.git("update-ref", "refs/pull/12/head", tip)
    ci = Ci(case, host)

    assert ci.reconcile()["reconciled"] == []

    case.git("fetch", "-q", "origin", "refs/pull/12/head", cwd=ci.root)
    [found] = ci.reconcile("HEAD", "--from", "FETCH_HEAD")["reconciled"]
    assert len(found["from"]) == 3
    assert ci.agents()[0] == {"a", "b", "c"}


def test_one_commit_squashed_is_found_by_the_pull_request_it_came_from(case: Case) -> None:
    """A host gives it another title and moment; the caller says where it came from."""
    case.git("switch", "-q", "-c", "topic")
    tip = case.by("a", "one")
    case.know()
    case.upstream()
    host = Host(case)
    host.squash("topic", "another title")
    host.git("update-ref", "refs/pull/7/head", tip)
    ci = Ci(case, host)

    assert ci.reconcile()["reconciled"] == []
    case.git("fetch", "-q", "origin", "refs/pull/7/head", cwd=ci.root)
    [found] = ci.reconcile("HEAD", "--from", "FETCH_HEAD")["reconciled"]
    assert found["from"] == [tip]
    assert ci.agents()[0] == {"a"}


def test_a_dry_run_says_the_same_and_writes_nothing(case: Case) -> None:
    host = pushed(case, moved=True)
    host.rebase("topic")
    ci = Ci(case, host)
    before = case.git("rev-parse", "refs/anvcs/meta", cwd=ci.root)

    done = ci.reconcile("--dry-run")

    assert len(done["reconciled"]) == 3
    assert case.git("rev-parse", "refs/anvcs/meta", cwd=ci.root) == before


def test_a_shallow_clone_says_what_it_cannot_know(case: Case) -> None:
    host = pushed(case, moved=True)
    host.rebase("topic")
    ci = Ci(case, host, "--depth=2")

    done = case.box.run("git-anvcs", "meta", "reconcile", "--json", cwd=ci.root)

    said = json.loads(done.stdout)
    assert len(said["reconciled"]) == 1
    assert len(said["cut"]) == 1
    assert "hint: git fetch --deepen" in done.stderr
    assert ci.agents()[0] == {"c"}


def test_the_ladder_names_its_rung_for_people(case: Case) -> None:
    host = pushed(case, moved=True)
    host.rebase("topic")
    ci = Ci(case, host)

    said = case.box.anvcs("meta", "reconcile", "HEAD~3..HEAD", cwd=ci.root)

    assert said.count("(patch-id)") == 3
    assert "3 commits: 0 name somebody, 3 got their record, of 0 nothing is proved" in said


def test_a_range_that_does_not_exist_is_one_sentence(case: Case) -> None:
    for words in (["nonsense..HEAD"], ["HEAD", "--from", "nonsense"]):
        done = case.box.run("git-anvcs", "meta", "reconcile", *words)
        assert done.returncode == 2
        assert "hint: " in done.stderr
        assert "Traceback" not in done.stderr


ME = {"GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.com"}
OTHER = {"GIT_AUTHOR_NAME": "Other", "GIT_AUTHOR_EMAIL": "other@example.com"}
COMMITTED = {"GIT_COMMITTER_NAME": "C O Mitter", "GIT_COMMITTER_EMAIL": "committer@example.com"}


@pytest.mark.parametrize(
    ("author", "same_moment", "committer"),
    [(OTHER, False, {}), (OTHER, True, {}), (ME, False, {}), (ME, True, COMMITTED)],
    ids=["another author", "another author then", "another moment", "no later than written"],
)
def test_the_same_patch_made_by_somebody_else_gets_no_record(
    case: Case, author: dict[str, str], committer: dict[str, str], *, same_moment: bool
) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "one")
    case.know()
    date = case.git("log", "-1", "--format=%aI").strip()
    case.upstream()
    host = Host(case)
    env = {**author, **committer}
    env |= {"GIT_AUTHOR_DATE": date} if same_moment else {}
    env |= {"GIT_COMMITTER_DATE": date} if same_moment and committer else {}
    tree = host.git("merge-tree", "--write-tree", "main", "topic")
    new = host.git("commit-tree", "-p", "main", "-m", "add one\n\nWhy one.", tree, **env)
    host.git("update-ref", "refs/heads/main", new)
    host.back()

    assert case.judge() == Counts(kept=1, unattributed=1)
    assert reconcile(case)["reconciled"] == []


def test_a_squash_with_something_more_in_it_gets_no_record(case: Case) -> None:
    case.three()
    case.upstream()
    host = Host(case)
    tree = host.git("merge-tree", "--write-tree", "main", "topic")
    blob = host.git("hash-object", "-w", "--stdin", stdin="d: more\n")
    listed = host.git("ls-tree", tree) + f"\n100644 blob {blob}\tmore.txt\n"
    more = host.git("mktree", stdin=listed)
    new = host.git("commit-tree", "-p", "main", "-m", "All of it and more (#12)", more)
    host.git("update-ref", "refs/heads/main", new)
    host.back()

    assert case.judge() == Counts(kept=3, unattributed=1)
    assert reconcile(case)["reconciled"] == []


def test_a_squash_that_was_reverted_and_put_back_is_no_squash_again(case: Case) -> None:
    """A host's button puts it back; what it says it undoes decides, as everywhere."""
    case.three()
    case.upstream()
    host = Host(case)
    host.squash("topic", "All of it (#12)")
    for title in ('Revert "All of it (#12)"', 'Reapply "All of it (#12)"'):
        tree = host.git("rev-parse", "main~1^{tree}")
        said = f"{title} (#13)\n\nThis reverts commit {host.git('rev-parse', 'main')}."
        new = host.git("commit-tree", "-p", "main", "-m", said, tree)
        host.git("update-ref", "refs/heads/main", new)
    host.back()

    assert case.judge() == Counts(kept=4, unattributed=1)


def test_no_git_is_started_for_each_commit_that_is_looked_at(case: Case) -> None:
    counts = []
    for number in (3, 12):
        case.git("switch", "-q", "-c", f"topic{number}", "main")
        for n in range(number):
            case.by("a", f"f{number}_{n}")
        case.know()
        case.upstream(f"up{number}")
        host = case.box.base / f"host{number}"
        case.git("clone", "-q", "--bare", ".", str(host))
        case.ok("rebase", "-q", "main", f"topic{number}")
        new = case.git("rev-parse", "HEAD").strip()
        case.git("push", "-q", "--no-verify", str(host), "HEAD:refs/heads/merged")
        case.git("push", "-q", "--no-verify", str(host), "refs/anvcs/meta:refs/anvcs/meta")
        case.git("branch", "-q", "-D", f"topic{number}", cwd=host)
        trace = case.box.base / f"trace{number}"
        env = {"GIT_TRACE2_EVENT": str(trace)}
        done = reconcile(case, f"main..{new}", "--dry-run", cwd=host, env=env)
        assert len(done["reconciled"]) == number
        counts.append(trace.read_text().count('"event":"start"'))
    assert counts[1] < counts[0] + 9, counts  # nine commits more


def test_a_commit_whose_origin_had_no_record_yet_finds_it_later(case: Case) -> None:
    """A colleague's record comes with a fetch, after his commit was picked here."""
    case.git("switch", "-q", "-c", "topic")
    old = case.box.commit("add one", {"one.txt": "a: one\n"})
    case.upstream()
    case.ok("cherry-pick", "-x", "topic")
    assert case.judge() == Counts(unattributed=2)

    case.says(old, "a")
    assert case.counts() == Counts(kept=1, unattributed=1)
    [found] = reconcile(case)["reconciled"]
    assert (found["match"], found["from"]) == ("declared", [old])
    assert case.counts() == Counts(kept=2)


def test_a_drain_makes_the_records_of_what_moved_without_head(case: Case) -> None:
    """`git push` drains, so that the record goes out with the commit."""
    case.three()
    case.git("switch", "-q", "main")
    new = case.ok("commit-tree", "-p", "topic~1", "-m", "by plumbing", "topic^{tree}").strip()
    case.git("update-ref", "refs/heads/topic", new)

    assert json.loads(case.box.anvcs("drain", "--json"))["recorded"] == [new]
    assert json.loads(case.box.anvcs("drain", "--json"))["recorded"] == []
    assert case.counts() == Counts(kept=3)


def test_nothing_is_started_when_no_branch_moved(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.three()
    case.judge()
    repo = Repo.discover(case.box.root)
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(Repo, "try_git", lambda self, *argv, **how: started.append(argv))
    reading.ready(repo, started.append)  # type: ignore[arg-type]
    assert started == []

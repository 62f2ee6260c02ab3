"""Commits that are not what Git shows, not here, or far too large; and records that lie."""

import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.flows import fsck, reading
from git_anvcs.flows.drain import drain
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records
from tests.support.records import record_of, write_record, write_texts
from tests.support.sandbox import Sandbox
from tests.support.wired import wire


@pytest.fixture
def repo(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    wire(repo)
    repo.commit("base", {"base.txt": "base\n"})
    return repo


def show(repo: Sandbox, commit: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("show", "--json", commit))
    return found


def reconcile(repo: Sandbox, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("meta", "reconcile", "--json", *words))
    return found


def stored(repo: Sandbox, commit: str) -> dict[str, str]:
    """Tree and parents of a commit as every clone has them."""
    raw = repo.git("cat-file", "commit", commit, env={"GIT_NO_REPLACE_OBJECTS": "1"})
    words = [line.split(" ") for line in raw.split("\n\n")[0].splitlines()]
    return {"tree": words[0][1], "parents": " ".join(w[1] for w in words if w[0] == "parent")}


@pytest.mark.parametrize("how", ["replaced", "grafted"])
def test_a_record_is_of_the_commit_as_it_is_stored_whatever_stands_in_for_it(
    repo: Sandbox, how: str
) -> None:
    first = repo.commit("one", {"one.txt": "1\n"})
    # Written and replaced before any drain has looked.
    second = repo.commit("two", {"two.txt": "2\n"})
    if how == "grafted":
        repo.git("replace", "--graft", second, f"{first}~1")
    else:
        other = repo.git("commit-tree", f"{first}~1^{{tree}}", "-p", f"{first}~1", "-m", "other")
        repo.git("replace", second, other.strip())

    found = show(repo, second)["subject"]

    assert found["commit"] == second
    assert {"tree": found["tree"], "parents": " ".join(found["parents"])} == stored(repo, second)
    assert fsck.check(Repo.discover(repo.root), by_schema=True).findings == ()


def test_ten_thousand_files_in_one_commit_cost_no_more_processes_than_one(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    real = Repo.try_git

    def counted(self: Repo, *args: str, **how: Any) -> Any:
        started.append(args[0])
        return real(self, *args, **how)

    reading.ready(Repo.discover(repo.root), started.append)
    (repo.root / ".git/anvcs/spool/drainer").write_text("1\n")  # no drain but ours
    counts = []
    for number in (1, 10_000):
        names = {f"d{n % 97}/f{n}.txt": f"{n}\n" for n in range(number)}
        commit = repo.commit(f"{number} files", names)
        started.clear()
        with monkeypatch.context() as patch:
            patch.setattr(Repo, "try_git", counted)
            assert drain(Repo.discover(repo.root)).problem is None
        counts.append(len(started))
        assert show(repo, commit)["subject"]["commit"] == commit

    assert counts[1] <= counts[0]
    repo.anvcs("meta", "set", "HEAD", "agent_id=claude:a")
    repo.ticks += 1
    repo.git("commit", "-q", "--amend", "-m", "the same, renamed")
    assert show(repo, "HEAD")["agent_id"] == "claude:a"


def test_records_of_commits_that_are_not_here_disturb_nobody(repo: Sandbox) -> None:
    commit = repo.commit("one", {"one.txt": "1\n"})
    gone = {f"{digit * 40}": record_of(repo, commit, 7 + int(digit)) for digit in "12"}
    for oid, record in gone.items():
        record["subject"] = {**record["subject"], "commit": oid}  # type: ignore[dict-item]
    write_texts(repo, {oid: json.dumps(record) + "\n" for oid, record in gone.items()})

    assert reconcile(repo)["reconciled"] == []
    assert show(repo, commit)["agent_id"] == "untracked"
    assert repo.run("git-anvcs", "log").returncode == 0
    repo.anvcs("meta", "fsck", "--repair")  # what was fetched by hand is not in the mirror
    assert show(repo, commit)["agent_id"] == "untracked"


@pytest.mark.parametrize(
    "lie",
    [
        {"parents": ["SELF"]},
        {"parents": "no list"},
        {"parents": [1, None]},
        {"parents": []},
        {"patch_id": "x"},
        {"authored": 5},
    ],
    ids=["a loop", "text", "numbers", "none", "no patch id", "no author"],
)
def test_a_record_that_lies_about_its_commit_is_no_origin(
    repo: Sandbox, lie: dict[str, object]
) -> None:
    """Its tree is that of a commit which came by a fetch, so that the ladder looks at it."""
    oid = "3" * 40
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    blob = repo.git("hash-object", "-w", "--stdin", stdin="new\n").strip()
    listed = repo.git("ls-tree", tree) + f"100644 blob {blob}\tnew.txt\n"
    other = repo.git("mktree", stdin=listed).strip()
    new = repo.git("commit-tree", other, "-p", "HEAD", "-m", "from elsewhere").strip()
    record = record_of(repo, new)
    subject = {**record["subject"], "commit": oid, **lie}  # type: ignore[dict-item]
    subject["parents"] = [oid] if lie.get("parents") == ["SELF"] else subject["parents"]
    write_texts(repo, {oid: json.dumps({**record, "subject": subject}) + "\n"})

    assert reconcile(repo, new)["reconciled"] == []


def test_notes_dropped_by_a_foreign_merge_are_read_all_the_same_and_made_again(
    repo: Sandbox,
) -> None:
    commit = repo.commit("one", {"one.txt": "1\n"})
    write_record(repo, commit)
    repo.git("notes", "--ref=other", "add", "-m", "theirs", commit)
    # `git notes merge -s theirs` puts another note in the place of ours.
    repo.git("notes", "--ref=anvcs", "merge", "-q", "-s", "theirs", "refs/notes/other")
    assert "am_" not in repo.git("notes", "--ref=anvcs", "show", commit)

    assert show(repo, commit)["agent_id"] == "claude-code:8f21"
    assert repo.run("git-anvcs", "meta", "fsck", "--repair").returncode == 0
    assert "am_" in repo.git("notes", "--ref=anvcs", "show", commit)


def test_a_commit_that_is_merged_from_many_is_no_origin_of_a_row(
    repo: Sandbox, tmp_path: Path
) -> None:
    """An octopus has no one patch; its parts keep their records, it gets its own."""
    base = repo.git("rev-parse", "HEAD").strip()
    for agent in "abc":
        repo.git("switch", "-q", "-c", agent, base)
        commit = repo.commit(f"by {agent}", {f"{agent}.txt": f"{agent}\n"})
        repo.anvcs("meta", "set", commit, f"agent_id=tool:{agent}")
    tree = repo.git("merge-tree", "--write-tree", "a", "b").strip()
    new = repo.git("commit-tree", tree, "-p", "a", "-p", "b", "-p", "c", "-m", "octopus").strip()
    repo.git("update-ref", "refs/heads/many", new)

    assert reconcile(repo, new)["reconciled"] == []
    assert records.read_one(Repo.discover(repo.root), new) is None
    assert [show(repo, agent)["agent_id"] for agent in "abc"] == ["tool:a", "tool:b", "tool:c"]

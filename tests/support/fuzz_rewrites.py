"""Git operations of the fuzzer that make commits of commits: all of the rewrite matrix."""

from pathlib import Path
import shlex

from tests.support.fuzz_agents import Agent
from tests.support.fuzz_git import commit_everything, message, some_branch
from tests.support.fuzz_settle import settle
from tests.support.fuzz_world import World


def rebase(world: World) -> None:
    """Commits move onto another branch."""
    tree, actor = ready(world)
    target = some_branch(world, tree)
    how = world.rng.choice([["--merge"], ["--merge"], ["--apply"], ["--autostash"], ["--no-ff"]])
    words = ["rebase", "-q", *how, target]
    if world.rng.random() < 0.15:
        words = ["pull", "-q", "--rebase", ".", target]
    with world.shell(actor, tree, f"git {words[0]}"):
        world.git(tree, *words)
    settle(world, tree)


def rebase_todo(world: World) -> None:
    """Commits are put in another order, joined, changed, split, dropped."""
    tree, actor = ready(world)
    count = world.rng.randint(2, 5)
    commits = world.ask(tree, "rev-list", "--reverse", "--no-merges", f"-n{count}", "HEAD")
    if not commits or not world.ask(tree, "rev-parse", "-q", "--verify", f"{commits[0]}^"):
        return
    verbs = ["pick", "pick", "fixup", "squash", "edit", "drop", "reword", "fixup -C"]
    if world.rng.random() < 0.4:
        world.rng.shuffle(commits)
    todo = [f"{world.rng.choice(verbs)} {commit}" for commit in commits]
    todo[0] = f"{world.rng.choice(['pick', 'edit', 'reword'])} {commits[0]}"
    plan = world.box.base / "todo"
    plan.write_text("".join(f"{row}\n" for row in todo))
    world.say(f"todo: {'; '.join(row[:-32] for row in todo)}")
    editor = {"GIT_SEQUENCE_EDITOR": f"cp {shlex.quote(str(plan))}"}
    with world.shell(actor, tree, "git rebase -i"):
        first = world.ask(tree, "rev-list", "--reverse", f"-n{count}", "HEAD")[0]
        world.git(tree, "rebase", "-q", "-i", f"{first}^", env=editor)
    settle(world, tree)


def autosquash(world: World) -> None:
    """What is dirty becomes a fixup of an older commit, which is rebased away at once."""
    tree, actor = world.some_tree(), world.some_actor()
    commits = world.ask(tree, "rev-list", "--no-merges", "-n4", "HEAD")
    if len(commits) < 2:
        return
    target = world.rng.choice(commits[:-1])
    kind = world.rng.choice(["--fixup", "--squash", "--fixup=amend"])
    mark = f"{kind}:{target}" if kind.endswith("amend") else f"{kind}={target}"
    editor = {"GIT_SEQUENCE_EDITOR": "true"}
    with world.shell(actor, tree, "git commit --fixup && git rebase --autosquash"):
        if world.git(tree, "commit", "-q", "-a", "-m", "more", mark).returncode != 0:
            world.git(tree, "commit", "-q", "-a", mark)
        words = ("rebase", "-q", "-i", "--autosquash", "--autostash", f"{target}^")
        world.git(tree, *words, env=editor)
    settle(world, tree)


def cherry_pick(world: World) -> None:
    """A commit or two of another branch come here; with -n they are committed by hand."""
    tree, actor = ready(world)
    picked = _others(world, tree)
    how = world.rng.choice([[], [], ["-x"], ["-n"]])
    if not picked:
        return
    with world.shell(actor, tree, "git cherry-pick"):
        world.git(tree, "cherry-pick", *how, *picked)
    settle(world, tree)
    if how == ["-n"]:
        commit_everything(world, tree, world.some_actor())


def revert(world: World) -> None:
    """A commit is undone; what it deleted comes back, and is still whoever's it was."""
    tree, actor = ready(world)
    rows = world.ask(tree, "rev-list", "--parents", "-n6", "HEAD")
    commit, *parents = world.rng.choice(rows).split() if rows else ("",)
    how = ["-m", "1"] if len(parents) > 1 else []
    how += world.rng.choice([["--no-edit"], ["--no-edit"], ["-n"]])
    with world.shell(actor, tree, "git revert"):
        world.git(tree, "revert", *how, commit)
    settle(world, tree)
    if "-n" in how:
        commit_everything(world, tree, world.some_actor())


def merge(world: World) -> None:
    """Another branch is merged."""
    tree, actor = ready(world)
    other = some_branch(world, tree)
    kinds = [["--no-ff"], ["--no-ff"], [], ["--no-commit", "--no-ff"], ["-X", "theirs"]]
    how = world.rng.choice(kinds)
    names = [other, some_branch(world, tree)] if world.rng.random() < 0.05 else [other]
    with world.shell(actor, tree, f"git merge {other}"):
        world.git(tree, "merge", "-q", *how, "-m", message(world), *names)
    settle(world, tree)


def squash(world: World) -> None:
    """Another branch comes as one commit, perhaps with a message of its own."""
    tree, actor = ready(world)
    other = some_branch(world, tree)
    with world.shell(actor, tree, f"git merge --squash {other}"):
        world.git(tree, "merge", "-q", "--squash", other)
    settle(world, tree)
    committer = actor if world.rng.random() < 0.5 else world.some_actor()
    words = ["-m", message(world)] if world.rng.random() < 0.6 else ["--no-edit"]
    with world.shell(committer, tree, "git commit"):
        world.git(tree, "commit", "-q", *words)


def am(world: World) -> None:
    """Commits come as mail."""
    tree, actor = ready(world)
    picked = _others(world, tree)
    mail = "".join(
        world.box.run("git", "format-patch", "-1", "--stdout", commit).stdout for commit in picked
    )
    if not mail:
        return
    with world.shell(actor, tree, "git am"):
        world.git(tree, "am", "-q", *world.rng.choice([["-3"], ["-3"], []]), stdin=mail)
    settle(world, tree)


def ready(world: World) -> tuple[Path, Agent | None]:
    """A worktree and who works in it; mostly its changes are committed or put away first."""
    tree, actor = world.some_tree(), world.some_actor()
    dirty = world.ask(tree, "status", "--porcelain", "-uno")
    chance = world.rng.random()
    if dirty and chance < 0.6:
        commit_everything(world, tree, world.some_actor())
    elif dirty and chance < 0.8:
        world.git(tree, "stash", "push", "-q")
    return tree, actor


def _others(world: World, tree: Path) -> list[str]:
    """A commit or two that HEAD has not, oldest first."""
    listed = ("rev-list", "--no-merges", "-n12", "--branches", "^HEAD")
    commits = world.ask(tree, *listed)
    if not commits:
        return []
    start = world.rng.randrange(len(commits))
    return commits[start : start + world.rng.choice([1, 1, 2])][::-1]

"""Git operations of the fuzzer that make commits and move work about; rewrites are elsewhere."""

from pathlib import Path
from random import Random

from tests.support.fuzz_agents import Agent
from tests.support.fuzz_settle import settle
from tests.support.fuzz_world import World

_MOST_TREES = 3
_MOST_BRANCHES = 5

# Reindents what is staged and stages it again whole, as simple formatters in hooks do.
_FORMATTER = """#!/bin/sh
git diff --cached --name-only -z --diff-filter=AM | while IFS= read -r -d '' name; do
	sed -i 's/^[ \t]*/  /' "$name" && git add -- "$name"
done
"""


def commit_all(world: World) -> None:
    """Everything is committed: `add -A`, or `commit -a`, which leaves new files out."""
    tree, actor = world.some_tree(), world.some_actor()
    commit_everything(world, tree, actor)


def commit_everything(world: World, tree: Path, actor: Agent | None) -> None:
    words = ("commit", "-q", "-m", message(world))
    if world.rng.random() < 0.6:
        with world.shell(actor, tree, "git add -A && git commit -m done"):
            world.git(tree, "add", "-A")
            world.git(tree, *words)
    else:
        with world.shell(actor, tree, "git commit -a -m done"):
            world.git(tree, *words, "-a")


def commit_part(world: World) -> None:
    """Some hunks are staged, and only they are committed."""
    tree, actor = world.some_tree(), world.some_actor()
    with world.shell(actor, tree, "git add -p && git commit -m part"):
        stage_part(world, tree)
        world.git(tree, "commit", "-q", "-m", message(world))


def stage_part(world: World, tree: Path) -> None:
    """Into the index: some hunks, through `add -p` or a patch; now and then a whole new file."""
    if world.rng.random() < 0.5:
        answers = "".join(world.rng.choice("yyns") + "\n" for _ in range(12))
        world.git(tree, "add", "-p", stdin=f"{answers}q\n")
    else:
        patch = _some_hunks(world.rng, world.ask(tree, "diff", "-U1", "--no-renames"))
        if patch:
            world.git(tree, "apply", "--cached", "--recount", "-", stdin=patch)
    new = world.ask(tree, "-c", "core.quotePath=false", "ls-files", "-o", "--exclude-standard")
    for name in new:
        if world.rng.random() < 0.5:
            world.git(tree, "add", "--", name.strip('"'))


def stage_all(world: World) -> None:
    """Staged now, committed by whatever comes later."""
    tree, actor = world.some_tree(), world.some_actor()
    with world.shell(actor, tree, "git add ."):
        world.git(tree, "add", "-A")


def commit_paths(world: World) -> None:
    """One file is committed, whatever is staged."""
    tree, actor = world.some_tree(), world.some_actor()
    names = world.files(tree)
    if names:
        name = world.rng.choice(names)
        with world.shell(actor, tree, f"git commit -m one -- {name}"):
            world.git(tree, "add", "-N", "--", name)
            world.git(tree, "commit", "-q", "-m", message(world), "--", name)


def commit_staged(world: World) -> None:
    """What is staged is committed."""
    tree, actor = world.some_tree(), world.some_actor()
    with world.shell(actor, tree, "git commit -m staged"):
        world.git(tree, "commit", "-q", "-m", message(world))


def amend(world: World) -> None:
    """The last commit is made again: with changes or without, with another message or not."""
    tree, actor = world.some_tree(), world.some_actor()
    words = ["commit", "-q", "--amend"]
    words += world.rng.choice([["--no-edit"], ["--no-edit", "-a"], ["-a", "-m", message(world)]])
    with world.shell(actor, tree, "git commit --amend"):
        if world.rng.random() < 0.3:
            stage_part(world, tree)
        world.git(tree, *words)


def stash(world: World) -> None:
    """Work is put away."""
    tree, actor = world.some_tree(), world.some_actor()
    words = world.rng.choice([[], [], ["-u"], ["-k"], ["-p"], ["-u", "-k"], ["--staged"]])
    with world.shell(actor, tree, "git stash"):
        world.git(tree, "stash", "push", "-q", *words, stdin="y\nn\ny\ny\nn\nq\n")


def unstash(world: World) -> None:
    """Work comes back, perhaps on another branch or in another worktree."""
    if not world.ask(world.box.root, "stash", "list"):
        return stash(world)
    tree, actor = world.some_tree(), world.some_actor()
    verb = world.rng.choice(
        ["pop", "pop", "apply", "drop"] if world.rng.random() < 0.3 else ["pop"]
    )
    words = ["--index"] if verb != "drop" and world.rng.random() < 0.2 else []
    with world.shell(actor, tree, f"git stash {verb}"):
        world.git(tree, "stash", verb, "-q", *words)
    return settle(world, tree)


def switch(world: World) -> None:
    """Another branch, with the changes that can come along."""
    tree, actor = world.some_tree(), world.some_actor()
    name = some_branch(world, tree)
    how = world.rng.choice([["switch"], ["checkout"], ["switch", "-m"], ["switch", "--detach"]])
    with world.shell(actor, tree, f"git {how[0]} {name}"):
        world.git(tree, *how[:1], "-q", *how[1:], name)
    settle(world, tree)


def branch(world: World) -> None:
    """A new branch from here, or from elsewhere; now and then one is deleted."""
    tree, actor = world.some_tree(), world.some_actor()
    names = branches(world, tree)
    if len(names) >= _MOST_BRANCHES:
        with world.shell(actor, tree, "git branch -D"):
            world.git(tree, "branch", "-q", "-D", world.rng.choice(names))
        return
    start = [] if world.rng.random() < 0.6 else [world.rng.choice(names or ["HEAD"])]
    with world.shell(actor, tree, "git switch -c"):
        world.git(tree, "switch", "-q", "-c", f"b{world.clock}-{len(world.started)}", *start)
    settle(world, tree)


def restore(world: World) -> None:
    """A file, or all of them, as it was, or as it is on another branch."""
    tree, actor = world.some_tree(), world.some_actor()
    names = world.files(tree)
    name = world.rng.choice([*names, "."])
    other = some_branch(world, tree)
    words = world.rng.choice(
        [
            ["restore", "--", name],
            ["restore", "--staged", "--", name],
            ["restore", "-s", other, "--", name],
            ["restore", "-s", other, "-S", "-W", "--", name],
            ["checkout", other, "--", name],
            ["checkout", "HEAD~1", "--", name],
        ]
    )
    with world.shell(actor, tree, f"git {words[0]} {name}"):
        world.git(tree, *words)


def reset(world: World) -> None:
    """Back by a commit or two, mostly to commit again what is in the worktree then."""
    tree, actor = world.some_tree(), world.some_actor()
    mode = world.rng.choice(["--soft", "--soft", "--mixed", "--mixed", "--hard", "--keep"])
    target = world.rng.choice(["HEAD~1", "HEAD~1", "HEAD~2", "ORIG_HEAD", "HEAD@{1}"])
    with world.shell(actor, tree, f"git reset {mode} {target}"):
        world.git(tree, "reset", "-q", mode, target)
    if mode in ("--soft", "--mixed") and world.rng.random() < 0.7:
        commit_everything(world, tree, actor if world.rng.random() < 0.5 else world.some_actor())


def worktree(world: World) -> None:
    """One more worktree, or one less."""
    actor = world.some_actor()
    root = world.box.root
    if len(world.trees) >= _MOST_TREES:
        gone = world.trees.pop()
        with world.shell(actor, root, "git worktree remove"):
            world.git(root, "worktree", "remove", "--force", str(gone))
        return
    tree = world.box.base / f"tree{len(world.started)}"
    with world.shell(actor, root, "git worktree add"):
        words = ["-b", f"t{len(world.started)}", str(tree), some_branch(world, root)]
        if world.git(root, "worktree", "add", "-q", *words).returncode == 0:
            world.trees.append(tree)


def collect(world: World) -> None:
    """Reflogs are forgotten and what nothing holds is deleted."""
    root = world.box.root
    if world.rng.random() < 0.5:
        world.drain()
    words = ("reflog", "expire", "--expire=now", "--expire-unreachable=now", "--all")
    if world.rng.random() < 0.5:
        world.git(root, *words)
    world.git(root, "gc", "-q", "--prune=now")


def hooks(world: World) -> None:
    """Another tool takes the hooks over; later they are back."""
    if world.manner.well:
        return
    root = world.box.root
    if world.ask(root, "config", "core.hooksPath"):
        world.git(root, "config", "--unset", "core.hooksPath")
    else:
        world.git(root, "config", "core.hooksPath", str(world.box.base / "no-hooks"))


def formatter(world: World) -> None:
    """A pre-commit hook that reindents comes, or goes."""
    path = world.box.root / ".git/hooks/pre-commit"
    if path.exists():
        path.unlink()
    else:
        path.write_text(_FORMATTER)
        path.chmod(0o755)
    world.say(f"pre-commit formatter: {path.exists()}")


def clean(world: World) -> None:
    """What is untracked and what is ignored is deleted, our mirror included."""
    tree, actor = world.some_tree(), world.some_actor()
    with world.shell(actor, tree, "git clean -fdx"):
        world.git(tree, "clean", "-q", "-fdx")


def message(world: World) -> str:
    """Mostly one of its own; sometimes the one that many commits have."""
    number = len(world.truth) + world.clock
    return "wip" if world.rng.random() < 0.2 else f"step {len(world.started)} at {number}"


def branches(world: World, tree: Path) -> list[str]:
    return world.ask(tree, "for-each-ref", "--format=%(refname:short)", "refs/heads")


def some_branch(world: World, tree: Path) -> str:
    return world.rng.choice(branches(world, tree) or ["HEAD"])


def _some_hunks(rng: Random, diff: list[str]) -> str:
    """A patch of some of the hunks of a diff."""
    out: list[str] = []
    header: list[str] = []
    in_header, taking = False, False
    for row in diff:
        if row.startswith("diff --git "):
            header, in_header = [], True
        if row.startswith("@@"):
            taking = rng.random() < 0.5
            if taking and header:
                out += header
                header = []
            in_header = False
        if in_header:
            header.append(row)
        elif taking:
            out.append(row)
    return "".join(f"{row}\n" for row in out)

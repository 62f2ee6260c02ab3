"""What stops half-way in the fuzzer is brought to an end: conflicts, and a rebase that waits."""

from pathlib import Path

from tests.support.fuzz_edits import choose, make, typist, way
from tests.support.fuzz_text import resolved
from tests.support.fuzz_world import World

_PATIENCE = 12

# What tells of an operation that goes on, in a worktree's Git directory; the first one counts.
_SIGNS = (
    ("rebase-apply/applying", "am"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("MERGE_HEAD", "merge"),
    ("sequencer", "cherry-pick"),
)


def settle(world: World, tree: Path) -> None:
    """Resolve conflicts and go on until nothing waits; whoever it is that does it."""
    for _ in range(_PATIENCE):
        names = unmerged(world, tree)
        if names:
            _resolve(world, tree, names)
        verb = going_on(world, tree)
        if not verb:
            return
        if verb == "rebase" and not names and world.rng.random() < 0.6:
            _at_a_stop(world, tree)
        _go_on(world, tree, verb)
    _give_up(world, tree)


def unmerged(world: World, tree: Path) -> list[str]:
    """The files with conflicts."""
    listed = world.box.run(
        "git", "diff", "--name-only", "-z", "--diff-filter=U", cwd=tree
    ).stdout.split("\0")
    return list(dict.fromkeys(name for name in listed if name))


def going_on(world: World, tree: Path) -> str:
    """The operation that waits for somebody to go on with it, or nothing."""
    git_dir = world.repo(tree).git_dir
    return next((verb for name, verb in _SIGNS if (git_dir / name).exists()), "")


def _resolve(world: World, tree: Path, names: list[str]) -> None:
    actor = world.some_actor()
    how = way(world, actor, shells=("pair", "shell"))
    change: dict[str, str | None] = {}
    for name in names:
        if (tree / name).is_file():
            text = world.text(tree, name)
            whole = "<<<<<<<" not in text and world.rng.random() < 0.4  # deleted on one side
            change[name] = None if whole else resolved(world.rng, text, typist(world, actor, how))
    make(world, tree, actor, change, how)
    stager = actor if world.rng.random() < 0.7 else world.some_actor()
    with world.shell(stager, tree, "git add"):
        world.git(tree, "add", "-A", "--", *names)


def _at_a_stop(world: World, tree: Path) -> None:
    """A rebase waits without a conflict: the commit is changed, split, or followed by another."""
    actor = world.some_actor()
    kind = world.rng.choice(["amend", "split", "more", "nothing"])
    if kind in ("amend", "more"):
        how = way(world, actor, shells=("pair", "shell"))
        make(world, tree, actor, choose(world, tree, actor, how), how)
    with world.shell(actor, tree, "git commit"):
        if kind == "amend":
            world.git(tree, "commit", "-q", "-a", "--amend", "--no-edit")
        elif kind == "more":
            world.git(tree, "add", "-A")
            world.git(tree, "commit", "-q", "-m", "one more")
        elif kind == "split" and world.ask(tree, "rev-parse", "-q", "--verify", "HEAD^"):
            world.git(tree, "reset", "-q", "HEAD^")
            names = world.files(tree)
            world.git(tree, "add", "--", *world.rng.sample(names, min(len(names), 1)))
            world.git(tree, "commit", "-q", "-m", "first half")
            world.git(tree, "add", "-A")
            world.git(tree, "commit", "-q", "-m", "second half")


def _go_on(world: World, tree: Path, verb: str) -> None:
    actor = world.some_actor()
    with world.shell(actor, tree, f"git {verb} --continue"):
        if verb in ("cherry-pick", "revert", "merge") and world.rng.random() < 0.3:
            done = world.git(tree, "commit", "-q", "--no-edit")
        else:
            done = world.git(tree, verb, "--continue")
        stuck = done.returncode != 0 and not unmerged(world, tree)
        if stuck and verb != "merge" and going_on(world, tree) == verb:
            world.git(tree, verb, "--skip")


def _give_up(world: World, tree: Path) -> None:
    verb = going_on(world, tree)
    if verb:
        world.git(tree, verb, "--abort")
    if going_on(world, tree) or unmerged(world, tree):
        world.git(tree, "reset", "-q", "--hard")

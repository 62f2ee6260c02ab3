"""How files change in the fuzzer: by a human whom nobody sees, and by agents of every manner."""

from collections.abc import Callable
from pathlib import Path

from tests.support.fuzz_agents import Agent, Change
from tests.support.fuzz_text import edited, insert, reindented, text_of
from tests.support.fuzz_world import HUMAN, SCRIPT, World

NAMES = ("a.txt", "b.txt", "src/c.txt", "src/d e.txt", "ü.txt", "f.txt", "src/deep/g.txt")
_MOST_FILES = 6
_LONGEST = 40

# Ways an agent may tell of an edit. What it typed in the first three must be found again; the
# others break the rules, so that their lines may stay unattributed. Never may they be another's.
GOOD = ("pair", "shell", "shell and commit")
BAD = (
    "post only",
    "pre only",
    "twice",
    "late",
    "swapped",
    "silent",
    "other path",
    "overlap",
    "killed",
)


def edit(world: World) -> None:
    """Somebody changes a file or two; perhaps somebody else goes on at once."""
    tree = world.some_tree()
    for _ in range(world.rng.choice([1, 1, 2, 3])):
        actor = world.some_actor()
        how = way(world, actor)
        make(world, tree, actor, choose(world, tree, actor, how), how)


def rename(world: World) -> None:
    """A file gets another name, by mv or by git mv; an agent does that in its shell."""
    tree, actor = world.some_tree(), world.some_actor()
    free = [name for name in NAMES if not (tree / name).exists()]
    names = world.files(tree)
    if not free or not names:
        return
    old, new = world.rng.choice(names), world.rng.choice(free)
    tracked = world.rng.random() < 0.5
    with world.shell(actor, tree, f"{'git ' if tracked else ''}mv {old} {new}"):
        if tracked:
            (tree / new).parent.mkdir(parents=True, exist_ok=True)
            world.git(tree, "mv", old, new)
        else:
            world.apply(tree, {new: world.text(tree, old), old: None})


def remove(world: World) -> None:
    """A file is deleted."""
    tree, actor = world.some_tree(), world.some_actor()
    names = world.files(tree)
    if len(names) < 2:
        return
    name = world.rng.choice(names)
    with world.shell(actor, tree, f"rm {name}"):
        world.apply(tree, {name: None})


def reindent(world: World) -> None:
    """A formatter changes the indentation of a file; it types nothing."""
    tree, actor = world.some_tree(), world.some_actor()
    names = world.files(tree)
    if not names:
        return
    chosen = world.rng.sample(names, min(len(names), world.rng.choice([1, 1, 2])))
    change = {name: reindented(world.rng, world.text(tree, name)) for name in chosen}
    make(world, tree, actor, change, way(world, actor, shells=("pair", "shell")))


def repeat(world: World) -> None:
    """An agent's last message comes once more, long after."""
    if world.last_after and not world.manner.well:
        world.send(world.last_after)
        world.last_after = None


def turn(world: World) -> None:
    """An agent has answered and is asked for something else; what it left open is over."""
    agent = world.rng.choice(world.agents)
    for message in agent.turn(world.some_tree()):
        world.send(message)


def way(world: World, actor: Agent | None, shells: tuple[str, ...] = GOOD) -> str:
    """How the actor will tell of what it does."""
    if actor is None:
        return "unseen"
    if world.manner.well or world.rng.random() < 0.7:
        how = world.rng.choice(["pair", *shells])
        # A commit in a shell that does not say whose it is may be anybody's while it runs.
        nameless = world.manner.well and how == "shell and commit" and not actor.env
        return "shell" if nameless else how
    return world.rng.choice(BAD)


def choose(world: World, tree: Path, actor: Agent | None, how: str) -> Change:
    """A random change of one file, sometimes of two; fresh lines belong to the actor."""
    names = world.files(tree)
    free = [name for name in NAMES if not (tree / name).exists()]
    change: dict[str, str | None] = {}
    for _ in range(world.rng.choice([1, 1, 1, 2])):
        new = free and (not names or (len(names) < _MOST_FILES and world.rng.random() < 0.15))
        name = world.rng.choice(free if new else names)
        before = "" if new else world.text(tree, name)
        change[name] = _next_text(world, before, typist(world, actor, how))
    return change


def typist(world: World, actor: Agent | None, how: str) -> Callable[[int], list[str]]:
    """What gives the actor new characters."""
    who = actor.who if actor else HUMAN
    return lambda count: world.fresh(who, how, count)


def make(world: World, tree: Path, actor: Agent | None, change: Change, how: str) -> None:
    """The change happens, and its actor tells of it in its own way."""
    if actor is None:
        world.say("the human, unseen:")
        world.apply(tree, change)
    elif how.startswith("shell"):
        _in_shell(world, tree, actor, change, commit=how != "shell")
    elif how == "killed":
        before, _ = actor.shell(tree, SCRIPT)
        world.send(before)
        world.apply(tree, change)
    elif how == "overlap":
        other = world.rng.choice([agent for agent in world.agents if agent is not actor])
        with world.shell(other, tree, SCRIPT):
            _by_tool(world, tree, actor, change, "pair")
            world.apply(tree, choose(world, tree, other, how))
    else:
        _by_tool(world, tree, actor, change, how)


def _in_shell(world: World, tree: Path, actor: Agent, change: Change, *, commit: bool) -> None:
    command = f"{SCRIPT} && git commit -a -m generated" if commit else SCRIPT
    with world.shell(actor, tree, command):
        world.apply(tree, change)
        if commit:
            world.git(tree, "add", "-A")
            world.git(tree, "commit", "-q", "-m", "generated")


def _by_tool(world: World, tree: Path, actor: Agent, change: Change, how: str) -> None:
    told = _elsewhere(world, tree) if how == "other path" else change
    for before, part, after in actor.edit(world.rng, tree, told):
        doing = change if how == "other path" else part
        for step in world.fair(actor, after, _ORDERS[how]):
            match step:
                case "before":
                    world.send(before)
                case "do":
                    world.apply(tree, doing)
                case "after":
                    world.send(after)


_ORDERS = {
    "pair": ("before", "do", "after"),
    "post only": ("do", "after"),
    "pre only": ("before", "do"),
    "twice": ("before", "before", "do", "after", "after"),
    "late": ("do", "before", "after"),
    "swapped": ("do", "after", "before"),
    "silent": ("do",),
    "other path": ("before", "do", "after"),
}


def _elsewhere(world: World, tree: Path) -> Change:
    """A file that is named, but not touched."""
    names = world.files(tree) or ["a.txt"]
    name = world.rng.choice(names)
    return {name: world.text(tree, name) if (tree / name).is_file() else ""}


def _next_text(world: World, before: str, fresh: Callable[[int], list[str]]) -> str:
    if not before:
        return text_of(insert(world.rng, fresh(world.rng.randint(1, 5)), fresh))
    if before.count("\n") > _LONGEST:
        return text_of(before.split("\n")[: _LONGEST // 2])
    return edited(world.rng, before, fresh)

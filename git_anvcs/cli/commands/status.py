"""What is on in this repository, what waits, and who edits what.

Nothing is tried out (that is `git anvcs doctor`): hooks, drivers, agents and remotes as init left
them, files that others edited since, lines that wait in the spool or were set aside, the number of
records, and each worktree with the agents' sessions at work there and what they edited.

Example:
  git anvcs status
  git anvcs status --json
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import status
from git_anvcs.flows.status import Status, Worktree


def add_arguments(parser: ArgumentParser) -> None:
    """No options but those of every command."""


def run(call: Call) -> int:
    found = status.look(call.repo)
    trees = [tree._asdict() | {"edited": dict(tree.edited)} for tree in found.worktrees]
    facts = found._asdict() | {"worktrees": trees}
    call.output.answer(facts, lambda: _text(found))
    return 0


def _text(found: Status) -> str:
    head = f"git-anvcs {found.version}, Git {found.git}"
    if not found.on:
        return f"{head}\nnot on in this repository; `git anvcs init` wires it"
    hooks = [what.removeprefix("hook ") for what in found.wired if what.startswith("hook ")]
    agents = [what.removeprefix("agent ") for what in found.wired if what.startswith("agent ")]
    rows = [
        ("hooks", ", ".join(hooks) or "none"),
        ("drivers", _drivers(found)),
        ("agents", ", ".join(agents) or "none"),
        ("strategy", "on" if found.choices.get("strategy") else "off"),
        ("remotes", ", ".join(found.choices.get("remotes", ())) or "none: records stay here"),
        ("records", f"{found.records}, {found.waiting} waiting, {found.set_aside} set aside"),
    ]
    lines = [head, *(f"{name:<9} {value}" for name, value in rows)]
    lines += [f"changed   {path}" for path in found.changed]
    lines += [line for tree in found.worktrees for line in _worktree(tree)]
    if found.changed or found.set_aside:
        lines.append("`git anvcs doctor` says what that means")
    return "\n".join(lines)


def _drivers(found: Status) -> str:
    place = next((what for what in found.wired if what.startswith("attributes")), "")
    formats = ", ".join(found.choices.get("drivers", ("all",)))
    return f"{formats} {place.removeprefix('attributes ')}" if place else "none"


def _worktree(tree: Worktree) -> list[str]:
    who = f"  {', '.join(tree.sessions)}" if tree.sessions else ""
    head = f"worktree  {tree.path} [{tree.branch or 'detached'}]{who}"
    shown = [f"  edited  {path}  {', '.join(whose)}" for path, whose in tree.edited.items()]
    more = [f"  and {len(shown) - 10} more"] if len(shown) > 10 else []
    return [head, *shown[:10], *more]

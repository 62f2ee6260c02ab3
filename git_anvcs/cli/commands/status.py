"""What is on in this repository, what waits, and who edits what.

Nothing is tried out (that is `git anvcs doctor`): hooks, drivers, agents and remotes as init left
them, files that others edited since, lines that wait in the spool or were set aside, the number of
records, what waits for a remote, whether a daemon keeps the journal, and each worktree with the
agents wired there, their sessions at work and what they edited.

Example:
  git anvcs status
  git anvcs status --json
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import status
from git_anvcs.flows.snapshots.proposed import Proposal
from git_anvcs.flows.status import LargeFiles, Status, Unsent, Worktree
from git_anvcs.kernel.terminal import safe_text


def add_arguments(parser: ArgumentParser) -> None:
    """No options but those of every command."""


def run(call: Call) -> int:
    found = status.look(call.repo, call.env)
    trees = [tree._asdict() | {"edited": dict(tree.edited)} for tree in found.worktrees]
    unsent = [item._asdict() for item in found.outbox]
    silent = found.silent._asdict() if found.silent else None
    facts = found._asdict() | {"worktrees": trees, "outbox": unsent, "silent": silent}
    facts |= {"due": [one._asdict() for one in found.due]}
    facts |= {"large": found.large._asdict() if found.large else None}
    call.output.answer(facts, lambda: safe_text(_text(found)))
    return 0


def _text(found: Status) -> str:
    head = f"git-anvcs {found.version}, Git {found.git}"
    if not found.on:
        return f"{head}\nnot on in this repository; `git anvcs init` wires it"
    hooks = [what.removeprefix("hook ") for what in found.wired if what.startswith("hook ")]
    rows = [
        ("hooks", ", ".join(hooks) or "none"),
        ("drivers", _drivers(found)),
        ("agents", ", ".join(_agents(found)) or "none"),
        ("strategy", "on" if found.choices.get("strategy") else "off"),
        ("remotes", ", ".join(found.choices.get("remotes", ())) or "none: records stay here"),
        ("records", f"{found.records}, {found.waiting} waiting, {found.set_aside} set aside"),
        ("outbox", ", ".join(map(_unsent, found.outbox)) or "empty"),
        ("journal", _journal(found)),
    ]
    if found.large:
        rows.append(("large", _large(found.large)))
    lines = [head, *(f"{name:<9} {value}" for name, value in rows)]
    if found.silent:
        lines.append(f"no hooks  {found.silent}")
        lines.append(f"          records are made when somebody reads; {found.silent.mend}")
    lines += [_due(one) for one in found.due]
    lines += [f"changed   {path}" for path in found.changed]
    differ = len({tree.agents for tree in found.worktrees}) > 1
    lines += [line for tree in found.worktrees for line in _worktree(tree, differ)]
    if found.changed or found.set_aside:
        lines.append("`git anvcs doctor` says what that means")
    return "\n".join(lines)


def _due(one: Proposal) -> str:
    where = "" if one.lane == "." else f" in {one.lane}"
    files = f"{one.files} {'file' if one.files == 1 else 'files'}"
    then = f"not proposed: {one.failed}" if one.failed else "git anvcs snapshot --accept"
    return f"due       {one.session}: {files}, {one.why}{where}; {then}"


def _large(found: LargeFiles) -> str:
    counted = f"{found.files} {'file' if found.files == 1 else 'files'}"
    said = f"{counted}, {found.waiting} not sent, {found.missing} not here"
    if found.pointers:
        return f"{said}, {found.pointers} here but not written; git-ai-blob checkout"
    return f"{said}; git-ai-blob status" if found.waiting or found.missing else said


def _journal(found: Status) -> str:
    if found.daemon is None:
        return "no daemon keeps it; `git anvcs daemon start`"
    return f"the daemon {found.daemon} keeps it"


def _drivers(found: Status) -> str:
    place = next((what for what in found.wired if what.startswith("attributes")), "")
    formats = ", ".join(found.choices.get("drivers", ("all",)))
    return f"{formats} {place.removeprefix('attributes ')}" if place else "none"


def _agents(found: Status) -> list[str]:
    """Every agent that is wired in some worktree; which in which stands below, if they differ."""
    return list(dict.fromkeys(name for tree in found.worktrees for name in tree.agents))


def _unsent(item: Unsent) -> str:
    where = f" for {item.remote}" if item.remote else ""
    return f"{item.kind}{where} since {item.since}"


def _worktree(tree: Worktree, agents: bool) -> list[str]:
    """One worktree's lines; agents: whether to say which are wired there."""
    who = f"  {', '.join(tree.sessions)}" if tree.sessions else ""
    head = f"worktree  {tree.path} [{tree.branch or 'detached'}]{who}"
    shown = [f"  edited  {path}  {', '.join(whose)}" for path, whose in tree.edited.items()]
    more = [f"  and {len(shown) - 10} more"] if len(shown) > 10 else []
    wired = [f"  wired   {', '.join(tree.agents) or 'none'}"] if agents else []
    return [head, *wired, *shown[:10], *more]

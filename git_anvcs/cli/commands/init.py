"""Wire hooks, merge drivers and agents into this repository.

From then on plain `git commit` leaves a record of who made the commit, and plain `git merge`
understands the formats it has a driver for. Nothing that Git tracks is changed unless you say so:
attributes go to .git/info/attributes and an agent's hooks to a file that Git is told to ignore;
one that Git tracks is changed only for an agent you name. Hooks that are there already keep
working. Run it again at any time: it renews what has moved and changes nothing else.
`git anvcs uninstall` restores every byte.

Example:
  git anvcs init --dry-run                 what would change, as a diff
  git anvcs init                           hooks, drivers, agents that are used here
  git anvcs init --agents claude --attributes tracked --remote origin
"""

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Mapping
from pathlib import Path
import sys
from typing import Any

from git_anvcs.cli.command import Call
from git_anvcs.flows import drain, fsck, install, moved, pull, settings
from git_anvcs.flows.journal import keeping
from git_anvcs.flows.wiring.targets import Choices
from git_anvcs.git.locate import Place

_JOURNAL = "a daemon keeps what is saved, for `git anvcs undo`; --no-daemon: none is started"


def add_arguments(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--agents", metavar="LIST", help="auto (those used here), none, or names: claude,codex")
    add("--drivers", metavar="LIST", help="all, none, or formats such as json,yaml,python")
    add("--attributes", choices=("tracked", "local"), help="where the drivers' lines go")
    add("--remote", metavar="NAME", action="append", help="exchange records with NAME")
    add(
        "--strategy",
        action=BooleanOptionalAction,
        help="let `git merge` and `git pull` merge whole trees with git-anvcs (pull.twohead)",
    )
    add(
        "--daemon",
        action=BooleanOptionalAction,
        help="whether a background process keeps a journal of what is saved, for `undo` (it does)",
    )
    add("--yes", action="store_true", help="answer yes, also to writing a tracked hooks folder")
    add("--dry-run", action="store_true", help="show what would change and change nothing")


def run(call: Call) -> int:
    old = install.load(call.repo)
    choices = _choices(call, old.choices if old else {})
    if choices.strategy:
        install.prove_strategy()
    asks = sys.stdout.isatty() and not (call.args.yes or call.args.dry_run or call.args.json)
    if asks and old is None and call.args.attributes is None:
        choices = _ask_attributes(call, choices)
    plan = _plan(call, choices)
    if asks and plan.tracked_hooks and _ask_hooks(call, plan.tracked_hooks):
        choices = choices._replace(foreign_hooks=True)
        plan = _plan(call, choices)
    if not call.args.dry_run:
        plan = install.apply(call.repo, plan, again=lambda: _plan(call, choices))
        drain.drain(call.repo)  # HEAD's reflogs are a second witness from here on
        moved.repair(call.repo)  # and the branches' own a third one
        plan = plan._replace(notes=(*plan.notes, *_bring_records(call)))
        fsck.mend_mirror(call.repo)  # of records that were here before there was a mirror
        wanted = choices.daemon and not call.repo.bare
        if wanted and keeping.begin(_place(call), call.env):
            plan = plan._replace(notes=(*plan.notes, _JOURNAL))
    facts = {
        "changed": bool(plan.steps),
        "dry_run": call.args.dry_run,
        "wired": [{"what": w.what, "path": str(w.path)} for w in plan.manifest.wired],
        "steps": [install.describe(step) for step in plan.steps],
        "notes": list(plan.notes),
        "choices": plan.manifest.choices,
    }
    call.output.answer(facts, lambda: _text(call, plan, first=old is None))
    return 0


def _place(call: Call) -> Place:
    return Place(call.repo.root, call.repo.git_dir, call.repo.common_dir)


def _bring_records(call: Call) -> list[str]:
    """What other clones recorded, from the remotes named now: a fresh clone has it all at once."""
    notes: list[str] = []
    for remote in call.args.remote or ():
        done = pull.bring(call.repo, settings.load(call.repo, call.env), remote)
        notes += done.notes
        if done.received:
            notes.append(f"records of {done.received} commits came from {remote}")
    return notes


def _plan(call: Call, choices: Choices) -> install.Plan:
    return install.plan(call.repo, choices, home=Path(call.env.get("HOME", "/nonexistent")))


def _ask_attributes(call: Call, choices: Choices) -> Choices:
    """Show what a tracked .gitattributes would get, and ask whether that is wanted."""
    tracked = _plan(call, choices._replace(attributes="tracked"))
    path = call.repo.root / ".gitattributes"
    shown = [install.diff(step) for step in tracked.steps if install.touches(step, path)]
    if not shown:
        return choices
    call.output.note("\n".join(shown))
    wanted = call.output.confirm(
        "Write these lines into .gitattributes, for everybody who works on this repository?"
        " Otherwise they go to .git/info/attributes, for this clone only."
    )
    return choices._replace(attributes="tracked" if wanted else "local")


def _ask_hooks(call: Call, folder: str) -> bool:
    return call.output.confirm(
        f"core.hooksPath names {folder}/, which Git tracks. Write our lines into hooks there?"
    )


def _choices(call: Call, old: Mapping[str, Any]) -> Choices:
    """The options given now, over those of the last init, over the defaults."""
    args, asked = call.args, dict(old)
    for name, given in (("agents", args.agents), ("drivers", args.drivers)):
        if given is not None:
            asked[name] = tuple(word.strip() for word in given.split(",") if word.strip())
    for name in ("attributes", "strategy", "daemon"):
        if getattr(args, name) is not None:
            asked[name] = getattr(args, name)
    if args.remote is not None:
        asked["remotes"] = args.remote
    if args.yes:
        asked["foreign_hooks"] = True
    return Choices.from_json(asked)


def _text(call: Call, plan: install.Plan, *, first: bool) -> str:
    notes = [f"note: {note}" for note in plan.notes]
    if call.args.dry_run:
        return "\n".join([*map(install.diff, plan.steps), *notes]) or "nothing would change"
    if not plan.steps:
        return "\n".join(["already on; nothing to change", *notes])
    done = [f"  {w.what:<22} {w.path}" for w in plan.manifest.wired]
    head = "git-anvcs is on in this repository" if first else "git-anvcs is on, and renewed"
    if plan.manifest.choices.get("strategy"):
        notes.append(f"note: {install.STRATEGY_CAVEAT}")
    return "\n".join([head, *done, *notes, "undo: git anvcs uninstall · check: git anvcs doctor"])

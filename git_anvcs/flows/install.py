"""Story: wire hooks, merge drivers, attributes and agents into a repository, all or nothing.

`plan` decides and reads, `apply` writes. What a later init or uninstall needs to know stands in
the manifest.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.flows.wiring import manifest as manifests
from git_anvcs.flows.wiring import pieces, steps, targets
from git_anvcs.flows.wiring.manifest import Manifest, Wired, digest
from git_anvcs.flows.wiring.targets import Choices, Target
from git_anvcs.git.locate import locate
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import lock, spool
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths

NAME = "manifest.json"
_TRIES = 3
STRATEGY_CAVEAT = (
    "Git refuses to merge where git-merge-anvcs is not on PATH (an editor started from a desktop"
    " may have another PATH); `git anvcs init --no-strategy` takes it back"
)


class Plan(NamedTuple):
    """What would be done. steps: none when everything is in place already.

    tracked_hooks: the hooks folder that was left alone because Git tracks it
    """

    steps: tuple[steps.Step, ...]
    manifest: Manifest
    notes: tuple[str, ...]
    tracked_hooks: str = ""


def load(repo: Repo) -> Manifest | None:
    """What init did here; None before the first init. Raises manifest.Broken."""
    text = steps.read(Paths(repo.common_dir).install / NAME)
    return None if text is None else manifests.decode(text, _here(repo))


def plan(repo: Repo, choices: Choices, *, home: Path) -> Plan:
    """Everything init has to change for these choices; touches nothing."""
    wanted = targets.all_of(repo, choices, home=home)
    made = _plan(repo, wanted.targets, load(repo), choices.to_json(), wanted.notes)
    return made._replace(tracked_hooks=wanted.tracked_hooks)


def plan_removal(repo: Repo) -> Plan:
    """Everything uninstall has to change; touches nothing.

    A manifest that cannot be read is no obstacle: our blocks are found by their marker lines.
    """
    try:
        old = load(repo)
    except manifests.Broken:
        old = None
    return _plan(repo, (), old, {}, ())


def prove_strategy() -> None:
    """Raise unless Git can find the merge strategy: it would refuse every merge."""
    if process.find("git-merge-anvcs") is None:
        raise AnvcsError(
            "git-merge-anvcs is not on PATH; with the strategy on, Git would refuse to merge",
            hint="add its folder to PATH first",
        )


def touches(step: steps.Step, path: Path) -> bool:
    return isinstance(step, steps.Write) and step.path == path


def apply(repo: Repo, plan: Plan, *, again: Callable[[], Plan]) -> Plan:
    """Do it, or leave everything as it was; the plan that was carried out.

    again: makes the plan anew, for when another process (a second init) was there first
    """
    for _ in range(_TRIES):
        try:
            _apply(repo, plan)
        except steps.ChangedMeanwhile:
            plan = again()
        else:
            return plan
    _apply(repo, plan)
    return plan


def renew_attributes(repo: Repo, *, home: Path) -> None:
    """Take over into info/attributes what .gitattributes says of merging now.

    Only when that is all that init would change: the rest is for `git anvcs doctor` to tell.
    """
    try:
        old = load(repo)
        if old is None or not old.wired:
            return
        again = partial(plan, repo, Choices.from_json(old.choices), home=home)
        made = again()
        attributes = repo.common_dir / "info" / "attributes"
        if made.steps and all(touches(step, attributes) for step in made.steps):
            apply(repo, made, again=again)
    except AnvcsError:
        return  # the merge driver knows a pointer when it sees one


def _apply(repo: Repo, plan: Plan) -> None:
    paths = Paths(repo.common_dir)
    todo = [*plan.steps, *_our_steps(repo, plan.manifest)]
    if not todo:
        return
    steps.check(todo)
    try:
        with lock.held(paths.locks / "install", timeout=10):
            steps.apply(todo, git_locked=_git_writes(repo, plan.steps))
    except OSError as error:
        raise CannotWrite(f"cannot write below {paths.home}: {error.strerror}") from error
    if not plan.manifest.wired:
        steps.remove_empty([*plan.manifest.folders, paths.install])


def _plan(
    repo: Repo,
    wanted: Sequence[Target],
    known: Manifest | None,
    choices: dict[str, Any],
    notes: Sequence[str],
) -> Plan:
    old = known or Manifest({}, (), ())
    todo: list[steps.Step] = []
    kept: list[Wired] = []
    paths = {target.path for target in wanted}
    for wired in old.wired:
        if wired.path in paths:
            continue
        if _elsewhere(repo, wired.path) and wanted:
            kept.append(wired)  # another worktree's
        else:
            todo += unwire(wired)
    todo += _strays(repo, paths, old)
    back = (steps.Move(*names) for names in targets.left_renamed(repo))
    todo += [move for move in back if move.target not in paths and move not in todo]
    for target in wanted:
        made, wired = _wire(target, old.at(target.path))
        todo += made
        kept.append(wired)
    folders = [*old.folders, *(p for p in steps.missing_folders(todo) if p not in old.folders)]
    return Plan(tuple(todo), Manifest(choices, tuple(kept), tuple(folders)), tuple(notes))


def _wire(target: Target, old: Wired | None) -> tuple[list[steps.Step], Wired]:
    """The steps that put the target's piece in place, and what to remember of it."""
    current = steps.read(target.path)
    before = _before(current, old or Wired(target.what, target.path, target.piece, None, ""))
    todo: list[steps.Step] = []
    if target.chained and target.move:
        before, current = None, None
        todo.append(steps.Move(target.path, target.chained))
    after = pieces.put(current, target.piece, old.piece if old else None)
    if after != current:
        todo.append(steps.Write(target.path, current, after, 0o755 if target.executable else 0o644))
    wired = Wired(target.what, target.path, target.piece, before, digest(after), target.chained)
    return todo, wired


def _before(current: bytes | None, wired: Wired) -> bytes | None:
    """The file as it would be without us now."""
    if current is None:
        return None
    if digest(current) == wired.after:
        return wired.before
    rest = pieces.take(current, wired.piece)
    return rest if rest is not None or wired.before is None else pieces.empty(wired.piece)


def unwire(wired: Wired) -> list[steps.Step]:
    """The steps that take one piece out: the exact old bytes, or others' edits without ours."""
    current = steps.read(wired.path)
    if current is None and targets.is_there(wired.path):
        return []  # a link that leads nowhere
    rest = _before(current, wired)
    todo: list[steps.Step] = []
    if rest != current:
        todo.append(steps.Write(wired.path, current, rest))
    if rest is None and wired.chained and targets.is_there(wired.chained):
        todo.append(steps.Move(wired.chained, wired.path))
    return todo


def _strays(repo: Repo, wanted: Iterable[Path], old: Manifest) -> list[steps.Step]:
    """Blocks of ours that no manifest knows: it was lost, or a tool renamed our stub."""
    known = {wired.path for wired in old.wired} | set(wanted)
    todo: list[steps.Step] = []
    for path, piece in targets.found(repo):
        if path not in known:
            chained = targets.chained_name(path)
            todo += unwire(Wired("stray", path, piece, None, "", chained))
    return todo


def _here(repo: Repo) -> manifests.Here:
    worktree = spool.worktree_of(repo.git_dir, repo.common_dir)
    return manifests.Here(repo.common_dir, repo.root, worktree)


def _elsewhere(repo: Repo, path: Path) -> bool:
    """Whether a file lies in another worktree, which may lie inside of this one."""
    if path.is_relative_to(repo.common_dir) or path.is_relative_to(targets.hooks_folder(repo)):
        return False
    place = locate(path.parent)
    further_in = place is not None and place.root != repo.root.resolve()
    return further_in or not path.is_relative_to(repo.root)


def _our_steps(repo: Repo, manifest: Manifest) -> list[steps.Write]:
    """The manifest, and the file that says whether drains may do anything here.

    The manifest holds the configuration's old bytes, which may hold a password: mode 0600. Without
    a drain's state, the next init takes a first look, and commits made meanwhile stay out.
    """
    paths, on = Paths(repo.common_dir), bool(manifest.wired)
    text = manifests.encode(manifest, _here(repo)) if on else None
    wanted = {paths.install / NAME: text, paths.off: None if on else b""}
    if not on:
        wanted[paths.spool / "state.json"] = None
    if not on and not paths.home.is_dir():
        return []
    found = [steps.Write(path, steps.read(path), after, 0o600) for path, after in wanted.items()]
    return [step for step in found if step.before != step.after]


def _git_writes(repo: Repo, todo: Iterable[steps.Step]) -> list[Path]:
    config = targets.config_file(repo)
    return [config] if any(isinstance(s, steps.Write) and s.path == config for s in todo) else []


def describe(step: steps.Step) -> dict[str, str]:
    """A step as a JSON object."""
    match step:
        case steps.Move(source, target):
            return {"do": "rename", "path": str(source), "to": str(target)}
        case steps.Write(path, before, after):
            do = "create" if before is None else "delete" if after is None else "edit"
            return {"do": do, "path": str(path)}


def diff(step: steps.Step) -> str:
    """A step as a unified diff."""
    match step:
        case steps.Move(source, target):
            return f"rename {source} -> {target.name}"
        case steps.Write(path, before, after):
            old, new = ((t or b"").decode(errors="replace").splitlines() for t in (before, after))
            return "\n".join(unified_diff(old, new, str(path), str(path), lineterm=""))

"""What `git anvcs journal` does about the second copy, and about a journal that is gone."""

from pathlib import Path

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows import settings
from git_anvcs.flows.journal import mirror as copying
from git_anvcs.flows.journal import recover as recovering
from git_anvcs.kernel.errors import DONE, PARTLY, UsageError
from git_anvcs.kernel.terminal import safe


def copy(call: Call) -> int:
    """Copy what is new into the folder that the setting, or the command, names."""
    said = call.args.what or settings.load(call.repo, call.env).text("journal.mirror")
    if not said:
        raise UsageError(
            "no mirror is set", hint="git config anvcs.journal.mirror FOLDER, or name a folder"
        )
    folder = (call.cwd / Path(said).expanduser()) if call.args.what else Path(said).expanduser()
    with journal_of(call) as here, call.output.working("copying"):
        found = copying.copy(call.repo, here.journal, folder.absolute())
    text = f"new in {safe(found.folder)}: {counted(found.operations, 'operation')}"
    problem = f"\nGit's commits are not: {safe(found.problem)}" if found.problem else ""
    call.output.answer({**found._asdict(), "problem": found.problem or None}, text + problem)
    return PARTLY if found.problem else DONE


def recover(call: Call) -> int:
    """Say what a mirror holds, or write it into a folder."""
    if not call.args.what:
        raise UsageError("say which mirror: git anvcs journal recover FOLDER")
    found = recovering.kept((call.cwd / call.args.what).absolute())
    if call.args.to is None:
        call.output.answer({"repositories": [_as_json(one) for one in found]}, _listed(found))
        return DONE
    if len(found) > 1:
        raise UsageError(
            f"{call.args.what} holds {len(found)} repositories",
            hint=f"name one of them, such as {found[0].place}",
        )
    with call.output.working("writing files"):
        done = recovering.recover(found[0], (call.cwd / call.args.to).absolute())
    trees = {
        lane: {"folder": folder, "files": written.files, "left": dict(written.left)}
        for lane, (folder, written) in done.worktrees.items()
    }
    lines = [
        f"{counted(written.files, 'file')} in {safe(str(folder))}"
        for folder, written in done.worktrees.values()
    ]
    left = [f"missing: {safe(path)}: {safe(why)}" for _, written in done.worktrees.values()
            for path, why in written.left.items()]  # fmt: skip
    lines += [*left, f"the commits are in {safe(done.git)}: git clone it"]
    call.output.answer({"worktrees": trees, "git": done.git}, "\n".join(lines))
    return PARTLY if left else DONE


def _as_json(one: recovering.Kept) -> dict[str, object]:
    return {**one._asdict(), "place": str(one.place), "refs": dict(one.refs)}


def _listed(found: list[recovering.Kept]) -> str:
    lines = []
    for one in found:
        held = counted(one.operations, "operation")
        head = f"{held} of {safe(one.repository)}, copied {one.copied}"
        lines += [f"{safe(str(one.place))}: {head}"]
        lines += [f"  {lane}: {safe(root)}" for lane, root in one.worktrees.items()]
        lines += [f"  {oid[:10]} {safe(name)}" for name, oid in one.refs.items()]
    return "\n".join(lines)

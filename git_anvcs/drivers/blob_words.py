"""How the commands that move large files speak: counts, sizes, what is missing and why."""

from collections.abc import Iterable, Sequence

from git_anvcs.drivers.bars import size
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import pointed
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.pulling import Missing
from git_anvcs.flows.blobs.uploading import Sent
from git_anvcs.kernel.errors import DONE, NO, OFFLINE, AnvcsError, UsageError
from git_anvcs.kernel.terminal import quoted, safe

_NAMED = 10


def files(number: int, total: int) -> str:
    """`3 large files (1.5 GiB)`."""
    return f"{counted(number, 'large file')} ({size(total)})"


def named(call: Call) -> list[At]:
    """The large files below the words of a command, all of the index without any.

    Raises UsageError where none of the words names a file that Git has: a slip is no success.
    """
    names = [*call.args.paths, *call.args.behind_dashes]
    found = pointed.in_index(call.repo, names, cwd=call.cwd)
    if names and not found and not pointed.has_any(call.repo, names, call.cwd):
        raise UsageError(
            f"Git has no file {', '.join(map(quoted, names))}",
            hint="`git-ai-blob ls` lists the large files",
        )
    return found


def problem(error: AnvcsError | None) -> dict[str, object] | None:
    """An error as a value."""
    return {"message": error.message, "hint": error.hint} if error else None


def missing_rows(missing: Iterable[Missing]) -> list[dict[str, object]]:
    return [
        {"path": one.path, "oid": one.pointer.oid, "size": one.pointer.size,
         "problem": problem(one.problem)}
        for one in missing
    ]  # fmt: skip


def missing_text(missing: Sequence[Missing]) -> list[str]:
    """A line for each of the first, and what helps."""
    lines = [
        f"not here: {quoted(one.path)}: {safe(one.problem.message)}" for one in missing[:_NAMED]
    ]
    if len(missing) > _NAMED:
        lines.append(f"and {len(missing) - _NAMED} more")
    return lines + hints(one.problem for one in missing)


def failed_text(sent: Sequence[Sent]) -> list[str]:
    """What was not sent, told once for each reason."""
    reasons: dict[str, int] = {}
    for one in sent:
        if one.problem:
            said = f"{one.job.storage}: {safe(one.problem.message)}"
            reasons[said] = reasons.get(said, 0) + 1
    lines = [f"not sent to {said} ({counted(n, 'file')})" for said, n in reasons.items()]
    if len(lines) > _NAMED:
        lines[_NAMED:] = [f"and {len(lines) - _NAMED} more"]
    return lines + hints(one.problem for one in sent)


def hints(problems: Iterable[AnvcsError | None]) -> list[str]:
    """The hints of errors, each once."""
    return list(dict.fromkeys(f"hint: {safe(e.hint)}" for e in problems if e and e.hint))


def exit_code(problems: Iterable[AnvcsError | None]) -> int:
    """0 without a problem, 5 when each may be gone later, else 1."""
    found = [error for error in problems if error]
    if not found:
        return DONE
    return OFFLINE if all(error.exit_code == OFFLINE for error in found) else NO

"""Large files as the commands of git-ai-blob that list them show them."""

from collections.abc import Sequence

from git_anvcs.flows.blobs.standing import File
from git_anvcs.kernel.terminal import quoted

_NAMED = 10


def facts(file: File) -> dict[str, object]:
    """A file as a JSON object."""
    pointer = file.pointer._asdict()
    return {"path": file.path, **pointer, "here": file.here, "left_out": file.left_out,
            **({"worktree": file.worktree} if file.worktree else {})}  # fmt: skip


def named(paths: Sequence[str]) -> list[str]:
    """Paths below a heading, not more than a screen takes."""
    lines = [f"  {quoted(path)}" for path in paths[:_NAMED]]
    return lines + ([f"  … and {len(paths) - _NAMED} more"] if len(paths) > _NAMED else [])

"""Whose outputs a merged cell has. An output never stands under a source it was not made from."""

import json

from git_anvcs.merge.data.node import Node
from git_anvcs.merge.notebook.align import Trio
from git_anvcs.merge.notebook.read import Cell, member, same_value

MEMBERS = ("outputs", "execution_count", "prompt_number")
POLICIES = ("ours", "theirs", "clear", "newest")


def chosen(trio: Trio, merged: str, policy: str) -> tuple[str, str]:
    """`ours`, `theirs` or `none`, and the rule that decided, empty where nothing was to decide.

    merged: the source that the cell gets
    """
    base, ours, theirs = trio
    if ours is None or theirs is None:
        return ("ours" if ours else "theirs"), ""
    if merged not in (ours.text, theirs.text):
        return "none", "outputs-cleared" if has_run(ours) or has_run(theirs) else ""
    if ours.text != theirs.text:
        return ("ours" if merged == ours.text else "theirs"), ""
    return of_runs(base if base and base.text == merged else None, ours, theirs, policy)


def of_runs(base: Cell | None, ours: Cell, theirs: Cell, policy: str) -> tuple[str, str]:
    """Which of two runs of one source; base: None where it has another source."""
    if same_run(ours, theirs):
        return "ours", ""
    if base and same_run(base, theirs):
        return "ours", ""
    if base and same_run(base, ours):
        return "theirs", ""
    if not has_run(ours) or not has_run(theirs):
        return ("ours" if has_run(ours) else "theirs"), ""
    return by_policy(ours, theirs, policy)


def by_policy(ours: Cell, theirs: Cell, policy: str) -> tuple[str, str]:
    if policy == "clear":
        return "none", "outputs-cleared"
    if policy == "newest":
        times = run_at(ours), run_at(theirs)
        return ("theirs" if times[1] > times[0] else "ours"), "outputs-newest"
    if policy == "theirs":
        return "theirs", "outputs-of-theirs"
    return "ours", "outputs-of-ours"


def same_run(one: Cell, two: Cell) -> bool:
    return all(same_value(one.member(name), two.member(name)) for name in MEMBERS)


def has_run(cell: Cell) -> bool:
    outputs = cell.member("outputs")
    return outputs is not None and outputs.value.text.strip(b"[] \t\n") != b""


def run_at(cell: Cell) -> str:
    """When the cell ran last, as ISO 8601 in UTC; empty when it does not say."""
    found = cell.member("metadata")
    times = [time for time in instants(found.value) if time] if found else []
    return max(times, default="")


def instants(metadata: Node) -> list[str]:
    """JupyterLab's `execution` and the ExecuteTime extension of the classic notebook."""
    found = []
    for name in ("execution", "ExecuteTime"):
        record = member(metadata, name)
        if record:
            said = json.loads(record.value.text)
            found += [str(time) for time in said.values()] if isinstance(said, dict) else []
    return found

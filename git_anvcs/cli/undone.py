"""What an undo would change and has changed, in words."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
import difflib
from shlex import quote
import sys

from git_anvcs.flows.journal.files_back import File
from git_anvcs.flows.journal.undo import CHANGED_AGAIN, Done, Plan
from git_anvcs.git.tips_seen import BRANCH, INDEX, STASH
from git_anvcs.journal import disk
from git_anvcs.kernel import clock
from git_anvcs.kernel.terminal import safe, styled

_MOST_FILES = 30
_NAMES = {BRANCH: "HEAD's branch", INDEX: "the index"}
_MOST_LINES = 60  # of one file's difference


def planned(plan: Plan, *, colour: bool, diffs: bool) -> Iterator[str]:
    """What is about to change; diffs: with the lines of texts."""
    said = f" ({', '.join(dict.fromkeys(map(safe, plan.said)))})" if plan.said else ""
    yield f"takes back what happened from {clock.local(plan.seconds)} on{said}:"
    for name, (now, then) in plan.refs.items():
        yield f"  {_ref(name)}: {_where(name, now)} -> {_where(name, then)}"
    yield from files(plan.files, colour=colour, diffs=diffs)
    yield from (f"  {line}" for line in _left(plan, plan.left))


def files(changed: Sequence[File], *, colour: bool, diffs: bool) -> Iterator[str]:
    """A line for each file, the first of them; diffs: with the lines of texts."""
    for file in changed[:_MOST_FILES]:
        style = "green" if file.then else "red"
        yield styled(f"  {_change(file):8} {safe(file.path)}", style, colour=colour)
        if diffs:
            yield from (f"    {line}" for line in _lines(file))
    if len(changed) > _MOST_FILES:
        yield f"  and {len(changed) - _MOST_FILES:,} files more (--json names them all)"


def not_done(plan: Plan, args: Namespace) -> str:
    if args.dry_run:
        return "nothing was changed (--dry-run)"
    if not plan.files and not plan.refs:
        said = "nothing was changed: " + ("nothing can be" if plan.left else "it is so already")
        return "\n".join([said, *(_left(plan, plan.left) if args.yes else ())])  # else it is shown
    return "nothing was changed" + ("" if sys.stdin.isatty() else "; --yes does it")


def text(plan: Plan, done: Done) -> str:
    """What was done, and how to take that back."""
    lines = [_given_back([file for file in plan.files if file.path not in done.left])]
    lines += [f"{_ref(name)} is {_again(name, then)}" for name, (_, then) in plan.refs.items()]
    lines += _left(plan, done.left)
    lines.append(f"undo of this: git anvcs undo --to '#{done.before}'")
    return "\n".join(lines)


def _left(plan: Plan, left: Mapping[str, str]) -> Iterator[str]:
    """What stays as it is, and how to have what it held all the same."""
    for name, why in left.items():
        yield f"stays: {safe(name)}: {safe(why)}"
    if changed := [name for name, why in left.items() if why == CHANGED_AGAIN]:
        name = safe(quote(f":/{changed[0]}"))
        yield f"what such a file held: git anvcs at '#{plan.span.after}' --print {name}"


def _given_back(files: Sequence[File]) -> str:
    removed = len([file for file in files if file.then is None])
    given = len(files) - removed
    said = f"{given:,} {'file' if given == 1 else 'files'} given back"
    return f"{said}, {removed:,} removed" if removed else said


def as_json(plan: Plan, done: Done | None) -> dict[str, object]:
    """done: None when nothing was done"""
    return {
        "undone": done is not None,
        "operations": list(plan.span),
        "began": clock.rfc3339(plan.seconds),
        "git_said": list(plan.said),
        "files": [fact(file) for file in plan.files],
        "refs": {name: {"from": now, "to": then} for name, (now, then) in plan.refs.items()},
        "left": dict(done.left if done else plan.left),
        "back": f"git anvcs undo --to '#{done.before}'" if done else None,
    }


def fact(file: File) -> dict[str, object]:
    return {"path": file.path, "change": _change(file), "bytes": _size(file)}


def _change(file: File) -> str:
    if file.then is None:
        return "removes"
    return "changes" if file.now else "restores"


def _size(file: File) -> int:
    return len(file.then.data) if file.then else 0


def _ref(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    return "a stash" if name.startswith(STASH) else safe(name)


def _again(name: str, then: str) -> str:
    if name == INDEX:
        return "as it was" if then else "as HEAD has it"
    return f"at {_short(then)} again" if then else "gone again"


def _short(value: str) -> str:
    return safe(value if value.startswith("refs/") else value[:10]) or "nothing"


def _where(name: str, value: str) -> str:
    """Of the index: whether something is staged says more than the id of its tree."""
    if name == INDEX:
        return "what was staged" if value else "as HEAD has it"
    return _short(value)


def _lines(file: File) -> Iterator[str]:
    """The difference, line by line; nothing of what is no text."""
    sides = [disk.text_of(side.data) if side else ("", False) for side in (file.now, file.then)]
    if None in sides:
        return
    old, new = (side[0].splitlines() for side in sides if side)
    found = list(difflib.unified_diff(old, new, n=1, lineterm=""))[2:]
    yield from map(safe, found[:_MOST_LINES])
    if len(found) > _MOST_LINES:
        yield f"... {len(found) - _MOST_LINES:,} lines more"

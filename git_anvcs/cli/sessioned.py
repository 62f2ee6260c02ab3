"""Sessions, and what taking one back would change, in words and as JSON."""

from collections.abc import Iterator, Mapping, Sequence

from git_anvcs.cli import described, told, traced, undone
from git_anvcs.cli.counted import counted
from git_anvcs.cli.output import styled
from git_anvcs.flows.journal import revert
from git_anvcs.flows.journal.replaying import Exported
from git_anvcs.flows.journal.sessions import Lines, Session
from git_anvcs.flows.journal.shown_session import Shown
from git_anvcs.flows.journal.undo import Done
from git_anvcs.journal.inverse import Hunk
from git_anvcs.journal.session_replay import MANIFEST
from git_anvcs.kernel import clock
from git_anvcs.kernel.terminal import cut, fit, safe, shown, typed, width
from git_anvcs.provenance import sessions
from git_anvcs.provenance.summary import short_model

_MOST_CONFLICTS = 10  # of one file
_WIDEST = 40
_MOST_PROMPT = 300


def rows(found: Sequence[Session], counted: Mapping[str, Lines], *, colour: bool) -> Iterator[str]:
    """A line for each session, the newest first."""
    names = [safe(one.name) for one in found]
    column = min(max(map(width, names), default=0), _WIDEST)
    for one, name in zip(found, names, strict=True):
        added, removed = counted.get(one.name, Lines())
        files, commits = len(one.files), len(one.commits)
        said = [
            styled(fit(name, column), "bold", colour=colour),
            f"{when(one.first)} – {'now' if one.running else when(one.last)}",
            f"{files:>4} {'file ' if files == 1 else 'files'}",
            f"{f'+{added:,}':>7} {f'-{removed:,}':>7}",
            f"{commits:>3} {'commit ' if commits == 1 else 'commits'}",
            safe(short_model(one.model)),
        ]
        yield "  ".join(said).rstrip()


def when(seconds: float) -> str:
    """Local time, as a person reads it."""
    return clock.local(seconds)[:16]


def facts(one: Session, counted: Lines) -> dict[str, object]:
    return {
        "session": shown(one.name),
        "agent": shown(one.name.partition(":")[0]),
        "id": shown(sessions.id_of(one.name)),
        "model": shown(one.model) or None,
        "began": clock.rfc3339(one.first),
        "last": clock.rfc3339(one.last),
        "running": one.running,
        "worktrees": [shown(lane) for lane in one.lanes],
        "files": len(one.files),
        "operations": one.operations,
        "added": counted.added,
        "removed": counted.removed,
        "commits": list(one.commits),
    }


def whole(found: Shown, *, colour: bool) -> Iterator[str]:
    """One session: what it is, its files, what it did, its commits."""
    one = found.session
    name = styled(safe(one.name), "bold", colour=colour)
    yield f"{styled('session', 'yellow', colour=colour)} {name}"
    yield from described.table(_head(found), colour=colour)
    if found.files:
        yield ""
    several = len(one.lanes) > 1
    names = [safe(f"{f.lane}: {f.path}" if several else f.path) for f in found.files]
    column = min(max(map(width, names), default=0), _WIDEST)
    for file, path in zip(found.files, names, strict=True):
        counted = f"{f'+{file.lines.added:,}':>7} {f'-{file.lines.removed:,}':>7}"
        saves = f"{file.saves:>4} {'save ' if file.saves == 1 else 'saves'}"
        yield f"  {fit(path, column)}  {saves} {counted}  {file.alive:,} still there"
    if found.looks:
        yield ""
    for look in reversed(found.looks):
        yield from told.lines(look, told.How(lanes=several, colour=colour))
    if found.trace:
        yield from traced.steps(found.trace, "HEAD", colour=colour)


def _head(found: Shown) -> Iterator[described.Row]:
    one = found.session
    if one.model:
        yield "model", safe(one.model)
    yield "when", f"{when(one.first)} – {'now' if one.running else when(one.last)}"
    if one.lanes:
        yield "worktree", ", ".join(map(safe, one.lanes))
    if found.prompt:
        yield "prompt", cut(safe(found.prompt), _MOST_PROMPT)
    if found.trace and found.trace.session.parent:
        yield "parent", safe(found.trace.session.parent)
    if found.trace and found.trace.session.children:
        yield "started", ", ".join(map(safe, found.trace.session.children))
    lines = total(found)
    alive = sum(file.alive for file in found.files)
    yield "lines", f"+{lines.added:,} -{lines.removed:,}, {alive:,} still there"


def total(found: Shown) -> Lines:
    counted = [file.lines for file in found.files]
    return Lines(sum(one.added for one in counted), sum(one.removed for one in counted))


def whole_json(found: Shown) -> dict[str, object]:
    return {
        **facts(found.session, total(found)),
        "prompt": shown(found.prompt) or None,
        "parent": shown(found.trace.session.parent) or None if found.trace else None,
        "children": [shown(name) for name in found.trace.session.children] if found.trace else [],
        "alive": sum(file.alive for file in found.files),
        "changed": [
            {
                "worktree": shown(file.lane),
                "path": shown(file.path),
                "saves": file.saves,
                "added": file.lines.added,
                "removed": file.lines.removed,
                "alive": file.alive,
            }
            for file in found.files
        ],
        "looks": [told.as_json(look) for look in reversed(found.looks)],
        "steps": [traced.step_json(step) for step in found.trace.steps] if found.trace else [],
    }


def planned(plan: revert.Plan, *, colour: bool, diffs: bool) -> Iterator[str]:
    """What is about to change; diffs: with the lines of texts, and the conflicts."""
    yield f"takes back what {safe(plan.session)} did in this worktree:"
    yield from undone.files(plan.files, colour=colour, diffs=diffs)
    for path, why in plan.left.items():
        yield f"  stays: {safe(path)}: {safe(why)}"
        if diffs:
            yield from (f"    {line}" for line in _conflicts(plan.conflicts.get(path, ())))
    for lane in plan.elsewhere:
        yield f"  it also worked in the worktree {safe(lane)}: take that back there"


def _conflicts(hunks: Sequence[Hunk]) -> Iterator[str]:
    found, line = [], 1
    for hunk in hunks:
        if hunk.conflict:
            found.append((line, hunk))
        line += hunk.now.count(b"\n")
    for start, hunk in found[:_MOST_CONFLICTS]:
        yield f"line {start:,}:"
        sides = [side.decode(errors="replace").splitlines() for side in hunk[:2]]
        yield from map(safe, ["<<<<<<< now", *sides[0], "=======", *sides[1], ">>>>>>> before it"])
    if len(found) > _MOST_CONFLICTS:
        yield f"and {len(found) - _MOST_CONFLICTS:,} more"


def not_done(plan: revert.Plan, *, dry: bool, asked: bool) -> str:
    if dry:
        return "nothing was changed (--dry-run)"
    if not plan.files:
        return "nothing was changed: " + (
            "nothing can be" if plan.left else "nothing of it is here"
        )
    return "nothing was changed" + ("" if asked else "; --yes does it")


def text(plan: revert.Plan, done: Done) -> str:
    """What was done, and how to take that back."""
    changed = [file for file in plan.files if file.path not in done.left or file.path in plan.left]
    removed = sum(file.then is None for file in changed)
    said = f"{counted(len(changed) - removed, 'file')} written, {removed:,} removed"
    left = [f"stays: {safe(path)}: {safe(why)}" for path, why in done.left.items()]
    return "\n".join([said, *left, f"undo of this: git anvcs undo --to '#{done.before}'"])


def as_json(plan: revert.Plan, done: Done | None) -> dict[str, object]:
    """done: None when nothing was done"""
    return {
        "session": shown(plan.session),
        "reverted": done is not None,
        "files": [undone.fact(file) for file in plan.files],
        "conflicts": {
            path: [
                {"now": hunk.now.decode(), "before": hunk.without.decode()}
                for hunk in hunks
                if hunk.conflict
            ]
            for path, hunks in plan.conflicts.items()
        },
        "left": dict(done.left if done else plan.left),
        "elsewhere": list(plan.elsewhere),
        "back": f"git anvcs undo --to '#{done.before}'" if done else None,
    }


def exported(done: Exported) -> str:
    place = typed(str(done.folder / MANIFEST))
    held = f"{counted(done.frames, 'frame')} of {_files(done.files)}"
    lines = [f"{held}, {done.bytes:,} bytes: {place}"]
    lines += [f"withheld: {safe(path)}: {safe(why)}" for path, why in done.withheld.items()]
    if done.private:
        lines.append(f"left out: {done.private:,} changes of files that Git ignores")
    lines.append(f"play it: git anvcs replay {place}")
    lines.append(f"pin it in a record: git anvcs meta attach HEAD {place} --type transcript")
    return "\n".join(lines)


def exported_json(done: Exported) -> dict[str, object]:
    return {
        "manifest": str(done.folder / MANIFEST),
        "frames": done.frames,
        "files": done.files,
        "bytes": done.bytes,
        "withheld": {shown(path): why for path, why in done.withheld.items()},
        "private": done.private,
    }


def _files(count: int) -> str:
    return "a file" if count == 1 else f"{count:,} files"

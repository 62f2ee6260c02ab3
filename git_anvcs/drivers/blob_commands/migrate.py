"""Move a history: files of Git's own to large files and back, from and to Git LFS, from DVC.

Every local branch and tag is rewritten (or those given with --ref); messages,
authors, dates, merges and empty commits stay as they are. Commits that change
get new ids, so agree with others before, and push with --force-with-lease.
Records and notes go along. `migrate undo` takes the last one back exactly.

  info                what the history weighs, by kind of file
  import PATTERN...   files become pointers, through the whole history
  export [PATTERN...] pointers become files of Git's own again
  from-lfs, to-lfs    pointers of Git LFS become ours; ours become theirs
  from-dvc            files that DVC tracks become ours, in one new commit
  undo                put branches, tags and worktrees back as they were

Worktrees follow; what is edited meanwhile stays, or nothing is moved.

Exit code 4: done, but contents are missing (--allow-missing), or a worktree
where somebody was at work has its old files still; it is named.

Example:
  git-ai-blob migrate import --above 10MB --dry-run
"""

from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator, Mapping, Sequence
import re

from git_anvcs.drivers import bars
from git_anvcs.drivers.say import Call, counted
from git_anvcs.drivers.subcommands import everywhere
from git_anvcs.flows.blobs.migrate import dvc, finishing, migrations, places, story, weigh
from git_anvcs.flows.blobs.migrate.migrations import Ready
from git_anvcs.flows.blobs.migrate.story import Each, Left, Outcome
from git_anvcs.kernel.errors import DONE, PARTLY, UsageError
from git_anvcs.kernel.terminal import quoted

_SIZE = re.compile(r"([0-9]+)\s*([KMGT]?)(I?B)?", re.IGNORECASE)
_ROWS = 20
_LISTED = 10  # refs that the answer names


def add_arguments(parser: ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    info = kinds.add_parser("info", help="what the history weighs", allow_abbrev=False)
    info.add_argument("--above", metavar="SIZE", help="count only larger contents, such as 1MB")
    info.add_argument("--top", metavar="N", type=int, default=_ROWS, help="so many kinds")
    _refs(info)
    for name in ("import", "export"):
        one = _moving(kinds, name, f"{name} files that match patterns of .gitattributes")
        one.add_argument("patterns", metavar="PATTERN", nargs="*")
        if name == "import":
            one.add_argument("--above", metavar="SIZE", help="every file that was ever larger")
    _moving(kinds, "from-lfs", "pointers of Git LFS become ours")
    _moving(kinds, "to-lfs", "our pointers become those of Git LFS")
    one = kinds.add_parser("from-dvc", help="what DVC tracks becomes ours", allow_abbrev=False)
    one.add_argument("--dry-run", action="store_true", help="say what would change")
    one.add_argument("--allow-missing", action="store_true", help="go on without some contents")
    kinds.add_parser("undo", help="take the last migration back", allow_abbrev=False)
    for each in kinds.choices.values():
        everywhere(each)


def run(call: Call) -> int:
    kinds = {"info": _info, "undo": _undo, "from-dvc": _from_dvc}
    return kinds.get(str(call.args.what), _migrate)(call)


def size(text: str) -> int:
    """`10MB`, `5k`, `700` in bytes, a kilobyte being 1,024. Raises UsageError."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise UsageError(f"{text!r} is no size", hint="as in 500k, 10MB or 1G")
    power = " KMGT".index(found[2].upper() or " ")
    return int(found[1]) << 10 * power


def _refs(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--ref", metavar="REF", action="append", default=[], help="only this branch or tag"
    )


def _moving(kinds: "_SubParsersAction[ArgumentParser]", name: str, text: str) -> ArgumentParser:
    parser = kinds.add_parser(name, help=text, description=f"{text}.", allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="say what would change")
    if name != "import":
        parser.add_argument(
            "--allow-missing", action="store_true", help="go on where contents are not here"
        )
    _refs(parser)
    return parser


def _info(call: Call) -> int:
    above = size(call.args.above) if call.args.above else 0
    found = places.find(call.repo, call.args.ref)
    rows = weigh.by_kind(weigh.versions(call.repo, found.tips), above)
    shown = rows[: call.args.top]
    width = max([len(row.name) for row in shown], default=0)
    lines = [
        f"{row.name:{width}}  {bars.size(row.size):>10}  {counted(row.contents, 'version'):>14}"
        f"  {counted(row.paths, 'file'):>10}  largest {bars.size(row.largest)}:"
        f" {quoted(row.example)}"
        for row in shown
    ]
    if len(rows) > len(shown):
        lines.append(f"{counted(len(rows) - len(shown), 'kind')} more; --top shows them")
    text = "\n".join(lines) or "this history has no files of that size"
    call.answer({"kinds": [row._asdict() for row in rows], "above": above}, text)
    return DONE


def _migrate(call: Call) -> int:
    args = call.args
    before = None if args.dry_run else finishing.finish(call.repo, _each(call))
    found = places.find(call.repo, args.ref)
    ready = _ready(call, found)
    if ready.driver and not args.dry_run:
        places.refuse_unwired(found, ready.driver, ready.hint)
    done = story.migrate(call.repo, found, ready.plan, _each(call), dry_run=args.dry_run)
    missing = ready.missing()
    facts = {
        **done._asdict(),
        **ready.plan.conversion.counts(),
        "missing": list(missing),
        "odd": list(ready.odd()),
        "dry_run": args.dry_run,
        "finished": before.number if before else 0,
    }
    facts["left"] = [one._asdict() for one in done.left]
    said = [f"finished migration {before.number}, which had been killed"] if before else []
    said += _told(done, ready, missing, dry=args.dry_run)
    call.answer(facts, "\n".join([*said, *_left(done.left)]))
    return PARTLY if done.left or (missing and not args.dry_run) else DONE


def _each(call: Call) -> Each:
    return lambda items, label: bars.each(call, items, label)


def _ready(call: Call, found: places.Place) -> Ready:
    args, each = call.args, _each(call)
    match args.what:
        case "import":
            above = size(args.above) if args.above else None
            return migrations.import_(call.repo, args.patterns, above, found)
        case "export":
            return migrations.export(call.repo, args.patterns, allow_missing=args.allow_missing)
        case "from-lfs":
            return migrations.from_lfs(call.repo, each, allow_missing=args.allow_missing)
        case _:
            return migrations.to_lfs(call.repo, each, allow_missing=args.allow_missing)


def _told(done: Outcome, ready: Ready, missing: Sequence[str], *, dry: bool) -> Iterator[str]:
    counts = ready.plan.conversion.counts()
    if done.commits:
        yield from _changed(done, counts, dry=dry)
    else:
        yield f"nothing to change in {counted(done.seen, 'commit')}"
    if done.unsigned:
        yield f"  {counted(done.unsigned, 'signature')} dropped: they sign the old bytes"
    if counts.get("pinned"):
        yield f"  {counted(counts['pinned'], 'pointer')} named a store, which Git LFS cannot;"
        yield "  `migrate from-lfs` in this clone will have them again"
    if counts.get("restored"):
        yield f"  {counted(counts['restored'], 'pointer')} name their store again"
    for path in map(quoted, ready.odd()):
        yield f"  {path}: looks like a pointer of Git LFS but is not spelled as one; left alone"
    if missing:
        yield f"  {counted(len(missing), 'content')} not here: their files stay pointers"
    if done.number:
        yield f"  {counted(done.records, 'record')} and {counted(done.notes, 'note')} went along"
        yield "`git-ai-blob migrate undo` takes it back"


def _changed(done: Outcome, counts: Mapping[str, int], *, dry: bool) -> Iterator[str]:
    yield f"{'would change' if dry else 'changed'} {done.commits} of {counted(done.seen, 'commit')}"
    sizes = f", {bars.size(counts['bytes'])}" if "bytes" in counts else ""
    yield f"  {counted(counts['contents'], 'content')} converted{sizes}"
    for ref in sorted(done.moved)[:_LISTED]:
        old, new = done.moved[ref]
        yield f"  {ref} {old[:10]}" + ("" if dry else f" -> {new[:10]}")
    if len(done.moved) > _LISTED:
        yield f"  and {len(done.moved) - _LISTED} more refs"


def _left(left: Sequence[Left]) -> Iterator[str]:
    for one in left:
        if one.halfway:
            yield f"{one.folder} is halfway, and cannot go on: {one.why}"
            yield "  mend that, and give the command again, or `git-ai-blob migrate undo`"
            continue
        yield f"{one.folder} was changed meanwhile and has its old files still: {one.why}"
        yield f"  move aside what was changed there, `git restore` it, then: {one.command}"


def _undo(call: Call) -> int:
    done, left = story.undo(call.repo)
    facts = {
        "kind": done.kind,
        "number": done.number,
        "refs": sorted(done.refs),
        "left": [one._asdict() for one in left],
    }
    said = f"took back {done.kind}: {counted(len(done.refs), 'ref')} as before"
    call.answer(facts, "\n".join([said, *_left(left)]))
    return PARTLY if left else DONE


def _from_dvc(call: Call) -> int:
    done = dvc.bring(call.repo, dry_run=call.args.dry_run, allow_missing=call.args.allow_missing)
    lines = [f"{quoted(path)}  {bars.size(count)}" for path, count in sorted(done.files.items())]
    lines += [f"{quoted(path)}: not here whole; left to DVC" for path in done.missing]
    lines += [
        f"{quoted(path)} is left: it describes how its outputs are made" for path in done.left
    ]
    verb = "would be taken over" if call.args.dry_run else "taken over"
    lines.append(f"{counted(len(done.files), 'file')} {verb}")
    lines += _left(done.behind)
    facts = {**done._asdict(), "behind": [one._asdict() for one in done.behind]}
    call.answer({**facts, "dry_run": call.args.dry_run}, "\n".join(lines))
    return PARTLY if done.behind or (done.missing and not call.args.dry_run) else DONE

"""Put large files that are in the cache where their pointers are in the worktree.

A file is replaced only while it is exactly its pointer; Git sees no change. Nothing is fetched:
`git-ai-blob pull` does both. -I and -X are as in `git-ai-blob fetch --help`; what settings leave
out is written where its content is here, and not missed where it is not.

With --record the artifacts of a commit's record are brought instead, tracked in Git or not, such
as the model that a commit was made with: fetched where they are not here, in exactly the recorded
version, and written where they lay, or below --to DIR. A file that is something else stays.

Exit codes: 0 done, 1 some stay pointers: their contents are not here, or a file was in the way,
5 a store did not answer (with --record).

Example:
  git-ai-blob checkout
  git-ai-blob checkout models/ --dry-run
  git-ai-blob checkout --record v1.2 model.safetensors --to old
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers import blob_selected, blob_words
from git_anvcs.drivers.bars import bar
from git_anvcs.drivers.blob_selected import Selected
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import reading
from git_anvcs.flows.blobs import of_record, pulling
from git_anvcs.flows.blobs.pulling import CheckedOut
from git_anvcs.kernel.errors import DONE, NO, UsageError
from git_anvcs.kernel.terminal import quoted, safe

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only below these")
    parser.add_argument(
        "--record", metavar="COMMIT", default="", help="the artifacts of this commit's record"
    )
    parser.add_argument("--to", metavar="DIR", default="", help="with --record: below this folder")
    blob_selected.add_arguments(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes]
    if call.args.record:
        return _of_record(call, names)
    if call.args.to:
        raise UsageError("--to is of --record", hint="git-ai-blob checkout --record HEAD --to DIR")
    found = blob_words.named(call)
    return put(call, blob_selected.select(call, found, named=bool(names)), {})


def put(call: Call, selected: Selected, more: dict[str, object]) -> int:
    """Check these out and answer; more: what else the answer has."""
    done = pulling.checkout(call.repo, selected.found, only_try=call.args.dry_run)
    value = {
        **more,
        "dry_run": call.args.dry_run,
        "checked_out": list(done.done),
        "absent": list(done.absent),
        "left": dict(done.left),
        "left_out": [at.path for at in selected.left_out],
    }
    said = text(done, selected.kind, only_try=call.args.dry_run)
    call.answer(value, said + blob_selected.said(selected.left_out))
    for path, why in done.left.items():
        call.note(f"left alone: {quoted(path)}: {safe(why)}")
    return NO if done.absent or done.left else DONE


def _of_record(call: Call, names: Sequence[str]) -> int:
    """Bring the artifacts of a record and answer."""
    reading.ready(call.repo, call.note)
    commit = reading.find(call.repo, call.args.record)
    wanted = of_record.chosen(call.repo, commit, names)
    if (asked := blob_selected.by_options(call, named=True)) is not None:
        wanted = [one for one in wanted if asked.takes(one.path)]
    folder = call.cwd / call.args.to if call.args.to else call.repo.root
    if call.args.dry_run:
        rows = [_row(one) for one in wanted]
        said = f"{counted(len(rows), 'artifact')} would be written below {safe(str(folder))}"
        call.answer({"commit": commit, "dry_run": True, "artifacts": rows}, said)
        return DONE
    with bar(call, "fetching", sum(one.pointer.size for one in wanted)) as moved:
        done = of_record.put(call.repo, call.env, wanted, folder, lambda p, _: moved(p.size))
    rows = [{**_row(one), "left": done.left.get(one.path)} for one in wanted]
    missing = blob_words.missing_rows(done.missing)
    value = {"commit": commit, "dry_run": False, "artifacts": rows, "missing": missing}
    call.answer(
        value,
        f"{counted(len(done.written), 'artifact')} of {commit[:12]} below {safe(str(folder))}",
    )
    for line in blob_words.missing_text(done.missing):
        call.note(line)
    for path, why in done.left.items():
        call.note(f"left alone: {quoted(path)}: {safe(why)}")
    return NO if done.left else blob_words.exit_code(one.problem for one in done.missing)


def _row(one: of_record.Artifact) -> dict[str, object]:
    pointer = one.pointer
    return {"name": one.name, "type": one.kind, "path": one.path, "oid": pointer.oid,
            "size": pointer.size, "storage": pointer.storage,
            "version_id": pointer.version_id}  # fmt: skip


def text(done: CheckedOut, kind: str, *, only_try: bool) -> str:
    """kind: of files, see `Selected`"""
    if not (done.done or done.absent or done.left):
        return f"no {kind}file is a pointer"
    verb = "would be checked out" if only_try else "checked out"
    said = f"{counted(len(done.done), 'large file')} {verb}"
    if done.absent:
        said += f", {counted(len(done.absent), 'file')} not here"
    return said

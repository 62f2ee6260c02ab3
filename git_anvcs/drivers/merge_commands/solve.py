"""Decide what can be decided in files that have conflicts now, and leave the rest between markers.

The sides come from Git's index where the file is unmerged; what you have
edited since stays. Without an index they come from the markers (merge, diff3
and zdiff3 style). A file is only written when it has fewer conflicts
afterwards, and its old content is kept; the command that brings it back is
printed. Nothing is staged. Exit code 0: no conflicts left, 1: some are.

Example:
  git-ai-merge solve --all --dry-run
"""

from argparse import ArgumentParser
import os
from pathlib import Path

from git_anvcs.drivers import bounded, runs, sides
from git_anvcs.drivers.say import Call, counted, write_bytes
from git_anvcs.git import config, conflicted, settings
from git_anvcs.git.repo import NotARepository, Repo
from git_anvcs.kernel.clock import now
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import typed
from git_anvcs.merge.configured import limit, rules
from git_anvcs.merge.result import Merged
from git_anvcs.store import atomic

BACKUPS = 64


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="*")
    parser.add_argument("--all", action="store_true", help="every unmerged file")
    parser.add_argument("--stdout", action="store_true", help="print the result of one FILE")
    parser.add_argument("--dry-run", action="store_true", help="say what would change")


def run(call: Call) -> int:
    files = _files(call)
    reports = [_solve(call, file) for file in files]
    left = sum(int(str(report["conflicts_after"])) for report in reports)
    if not call.args.stdout:
        text = "\n".join(_text(report, dry=call.args.dry_run) for report in reports)
        text = text or "no file is unmerged: there is nothing to solve"
        call.answer({"files": reports, "dry_run": call.args.dry_run}, text)
    return 1 if left else 0


def _files(call: Call) -> list[Path]:
    args = call.args
    if args.all == bool(args.files):
        raise UsageError("name the files to solve, or give --all", hint="git-ai-merge solve --help")
    if args.stdout and len(args.files) != 1:
        raise UsageError("--stdout takes exactly one file")
    if args.all:
        return [call.repo.root / path for path in conflicted.stages(call.repo)]
    files = [call.cwd / name for name in args.files]
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise UsageError(f"there is no file {missing[0]}")
    return files


def _solve(call: Call, file: Path) -> dict[str, object]:
    try:
        case = sides.of_file(_repo(call), file)
    except sides.NothingToSolve as why:
        if call.args.stdout:
            write_bytes(file.read_bytes())
        return _report(str(file), "unchanged", str(why), why.conflicts, why.conflicts)
    merged = _merge(call, case)
    if merged is None or file.read_bytes() != case.current:
        merged = Merged(case.current)
        facts = _report(
            case.path, "unchanged", "no rule decides these", case.conflicts, case.conflicts
        )
    else:
        left = len(merged.conflicts)
        facts = _report(case.path, "improved" if left else "solved", "", case.conflicts, left)
        facts["resolutions"] = [one._asdict() for one in merged.resolutions]
        if not (call.args.dry_run or call.args.stdout):
            facts["undo"] = _write(call, file, case, merged)
    facts["source"] = case.source
    if call.args.stdout:
        write_bytes(merged.text)
    return facts


def _repo(call: Call) -> Repo | None:
    try:
        return call.repo
    except NotARepository:
        return None


def _merge(call: Call, case: sides.Case) -> Merged | None:
    """The engine's result, when the file has less to decide with it."""
    repo = _repo(call)
    seconds = limit(config.get(repo, "anvcs.merge.timeout") if repo else "", call.env)
    configured = settings.all_of(repo) if repo else []
    options = case.options._replace(rules=rules(configured, call.env))
    bases = dict.fromkeys((case.versions.base, case.other_base or case.versions.base))
    try:
        for base in bases:
            versions = case.versions._replace(base=base)
            merged = bounded.merge(versions, options, case.lines, seconds)
            if sides.is_better(case, merged):
                return merged
    except bounded.TookTooLong as error:
        call.note(f"git-ai-merge: {error.message}")
    return None


def _write(call: Call, file: Path, case: sides.Case, merged: Merged) -> str:
    """Put the result in place; the command that undoes it."""
    repo = _repo(call)
    if repo is None:
        kept = file.with_name(f"{file.name}.orig")
    else:
        folder = repo.git_dir / "anvcs" / "solve"
        kept = folder / f"{int(now() * 1e9):020d}-{file.name}"
        _forget(folder)
    atomic.write(kept, case.current)
    mode = file.stat().st_mode & 0o777
    atomic.write(file, merged.text, mode=mode)
    file.chmod(mode)
    if repo is not None:
        runs.keep(str(repo.common_dir), case.versions, case.options, merged)
    return f"cp {typed(str(kept))} {typed(os.path.relpath(file, call.cwd))}"


def _forget(folder: Path) -> None:
    if folder.is_dir():
        for old in sorted(folder.iterdir())[: 1 - BACKUPS]:
            old.unlink(missing_ok=True)


def _report(path: str, outcome: str, reason: str, before: int, after: int) -> dict[str, object]:
    return {
        "path": path,
        "outcome": outcome,
        "reason": reason,
        "conflicts_before": before,
        "conflicts_after": after,
        "resolutions": [],
    }


def _text(report: dict[str, object], *, dry: bool) -> str:
    left = int(str(report["conflicts_after"]))
    path = report["path"]
    if report["outcome"] == "unchanged":
        return f"{path}: {report['reason']}" + (
            f", {counted(left, 'conflict')} left" if left else ""
        )
    would = "would be " if dry else ""
    said = f"{would}solved" if not left else f"{would}improved, {counted(left, 'conflict')} left"
    undo = f"\n  undo: {report['undo']}" if report.get("undo") else ""
    return f"{path}: {said} of {report['conflicts_before']}{undo}"

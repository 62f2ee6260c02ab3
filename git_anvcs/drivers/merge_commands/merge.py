"""Merge three files by meaning; the result goes to standard output.

BASE is the common ancestor; an empty file when there is none. The name of the
file, or --path, decides the format. What stays open stands between markers
in diff3 style. Exit code 0: clean, 1: conflicts, 2 and above: an error, and
nothing was written.

Example:
  git-ai-merge merge base.json ours.json theirs.json --output merged.json
"""

from argparse import ArgumentParser
from pathlib import Path

from git_anvcs.drivers import bounded
from git_anvcs.drivers.say import Call, counted, write_bytes
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import USAGE, AnvcsError, UsageError
from git_anvcs.merge.configured import limit, rules
from git_anvcs.merge.result import Labels, Merged, Options, Versions
from git_anvcs.store import atomic


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("base", metavar="BASE")
    parser.add_argument("ours", metavar="OURS")
    parser.add_argument("theirs", metavar="THEIRS")
    parser.add_argument("--path", metavar="NAME", help="name that decides the format")
    parser.add_argument("--output", metavar="FILE", help="write there, not to standard output")
    parser.add_argument("--marker-size", metavar="N", type=int, default=7)
    parser.add_argument("--style", choices=("merge", "diff3", "zdiff3"), default="diff3")
    for side in ("base", "ours", "theirs"):
        parser.add_argument(f"--label-{side}", metavar="L", default=side)


def run(call: Call) -> int:
    args = call.args
    if args.marker_size < 1:
        raise UsageError("--marker-size must be 1 or more")
    files = [call.cwd / name for name in (args.base, args.ours, args.theirs)]
    versions = Versions(*(_read(file) for file in files))
    options = Options(
        args.path or Path(args.ours).name,
        args.marker_size,
        args.style,
        Labels(args.label_base, args.label_ours, args.label_theirs),
        rules((), call.env),
    )
    lines = _line_merge(call, files, options)
    merged = bounded.merge(versions, options, lines, limit("", call.env))
    if args.output:
        atomic.write(call.cwd / args.output, merged.text)
    _answer(call, merged)
    return 1 if merged.conflicts else 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error


def _line_merge(call: Call, files: list[Path], options: Options) -> bytes | None:
    """What Git makes of the files; None when there is no git here. Raises for binary files."""
    base, ours, theirs = (str(file) for file in files)
    style = () if options.style == "merge" else (f"--{options.style}",)
    labels = ("-L", options.labels.ours, "-L", options.labels.base, "-L", options.labels.theirs)
    size = f"--marker-size={options.marker_size}"
    argv = ("git", "merge-file", "-p", size, *style, *labels, ours, base, theirs)
    try:
        done = process.run(argv, cwd=call.cwd)
    except process.ProgramMissing:
        return None
    if not 0 <= done.returncode < 128:
        raise _NotMerged(
            f"git cannot merge these files: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout


class _NotMerged(AnvcsError):
    exit_code = USAGE


def _answer(call: Call, merged: Merged) -> None:
    if not call.as_json:
        if not call.args.output:
            write_bytes(merged.text)
        if merged.conflicts:
            call.note(f"git-ai-merge: {counted(len(merged.conflicts), 'conflict')} left")
        return
    value: dict[str, object] = {
        "clean": not merged.conflicts,
        "format": merged.format,
        "conflicts": [found._asdict() for found in merged.conflicts],
        "resolutions": [found._asdict() for found in merged.resolutions],
        "output": call.args.output,
    }
    if not call.args.output:
        value["text"] = merged.text.decode(errors="replace")
    call.answer(value, "")

"""Show what differs by what it means: symbols and their signatures, keys and values, cells.

REV and PATH are those of `git diff`: nothing compares the worktree with the
index, one REV the worktree with it, two REVs (or A..B, A...B) those. --files
compares two files, in a repository or not. Files of a format that is not
known, or that cannot be read by it, are told by lines, with the reason.
Nothing is hidden: outside of what is told both versions are equal.

Git itself can ask: --external is for GIT_EXTERNAL_DIFF and diff.NAME.command,
--textconv for diff.NAME.textconv, where notebooks become text.

Exit code 0, or with --exit-code and --quiet 1 when there are differences; 2:
wrong usage.

Example:
  git ai-merge diff main...topic
  git ai-merge diff HEAD~3 -- src package.json
  git ai-merge diff --files old.json new.json
  GIT_EXTERNAL_DIFF='git-ai-merge diff --external --' git log -p --ext-diff
"""

from argparse import ArgumentParser
from pathlib import Path
import sys

from git_anvcs.drivers import differences as shown
from git_anvcs.drivers.say import Call, write_bytes
from git_anvcs.flows import differences
from git_anvcs.kernel import paging, process
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import coloured
from git_anvcs.merge.difference import plain
from git_anvcs.merge.difference.compare import File, compare
from git_anvcs.merge.difference.item import Difference

# Behind `--` stand paths, as they are.
PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("revisions", metavar="REV", nargs="*", help="as git diff takes them")
    parser.add_argument(
        "--cached", "--staged", action="store_true", help="the index, not the worktree"
    )
    parser.add_argument("--files", nargs=2, metavar=("A", "B"), help="these two files")
    parser.add_argument("--external", action="store_true", help="arguments as Git gives them")
    parser.add_argument("--textconv", metavar="FILE", help="print it as text to be compared")
    parser.add_argument("--stat", action="store_true", help="only how much differs in each file")
    parser.add_argument("--all", action="store_true", help="every item of a file, however many")
    parser.add_argument("--exit-code", action="store_true", help="1 when there are differences")
    parser.add_argument(
        "--color", nargs="?", const="always", default="auto", choices=("auto", "always", "never")
    )
    parser.add_argument("--no-color", action="store_const", const="never", dest="color")


def run(call: Call) -> int:
    args = call.args
    if args.textconv:
        file = call.cwd / args.textconv
        write_bytes(plain.plain(file.name, _read(file)))
        return 0
    found = _found(call)
    if not call.quiet or call.as_json:
        _show(call, found)
    return int(bool(found) and (args.exit_code or call.quiet))


def _found(call: Call) -> list[Difference]:
    if call.args.external:
        return _external(call)
    return _files(call, *call.args.files) if call.args.files else _of_git(call)


def _show(call: Call, found: list[Difference]) -> None:
    args = call.args
    terminal = sys.stdout.isatty() or "GIT_PAGER_IN_USE" in call.env
    colour = coloured(args.color, call.env, terminal=terminal) and not call.as_json
    most = 0 if args.stat else sys.maxsize if args.all else shown.MOST
    lines = shown.text(found, colour=colour, most=most, summary=not args.external)
    with paging.through(_pager(call), call.env):
        call.coloured(shown.as_json(found), "\n".join(lines))


def _pager(call: Call) -> str:
    if call.as_json or not sys.stdout.isatty() or "GIT_PAGER_IN_USE" in call.env:
        return ""
    done = process.run(("git", "var", "GIT_PAGER"), cwd=call.cwd)
    command = done.stdout.decode(errors="surrogateescape").strip()
    return "" if command in ("", "cat") else command


def _external(call: Call) -> list[Difference]:
    """What Git gives to an external diff (git(1), GIT_EXTERNAL_DIFF); one argument: unmerged."""
    match [*call.args.revisions, *call.args.behind_dashes]:
        case [path]:
            return [Difference(path, "unmerged", "text", ())]
        case [path, old, _, _, new, _, _, *renamed]:
            files = File(path, _side(call, old)), File((renamed or [path])[0], _side(call, new))
            return [compare(*files)] if files[0] != files[1] else []
    raise UsageError("--external takes what Git gives: PATH, then file, id and mode of each side")


def _side(call: Call, name: str) -> bytes | None:
    return None if name == "/dev/null" else _read(call.cwd / name)


def _of_git(call: Call) -> list[Difference]:
    args = call.args
    asked = [*["--cached"] * args.cached, *args.revisions, "--", *args.behind_dashes]
    return differences.of_command(call.repo, asked, call.cwd, call.env)


def _files(call: Call, *names: str) -> list[Difference]:
    if call.args.revisions or call.args.cached:
        raise UsageError("--files takes two files and nothing else")
    texts = [_read(call.cwd / name) for name in names]
    # Their names decide the format, and where they lie is no rename.
    found = compare(File(names[1], texts[0]), File(names[1], texts[1]))
    return [found] if texts[0] != texts[1] else []


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error

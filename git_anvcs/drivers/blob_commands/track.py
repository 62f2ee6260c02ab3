"""Keep files of these patterns as large files: a pointer in Git, the content beside it.

A line for each PATTERN goes into .gitattributes of the folder you are in; put
patterns in quotes, or your shell expands them. Files that Git has already stay
as they are until they are added again; they are told. Without PATTERN, the
patterns of this folder are listed.

--settings takes the patterns of the setting blobs.track and writes them at the
top of the worktree; `a.{b,c}` there stands for two patterns.

Example:
  git-ai-blob track '*.psd' 'models/**'
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from git_anvcs.drivers.blob_shown import named
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import install, settings
from git_anvcs.flows.blobs import tracking
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import quoted

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="as in gitattributes(5)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change")
    parser.add_argument("--settings", action="store_true", help="those of blobs.track")


def run(call: Call) -> int:
    patterns = [*call.args.patterns, *call.args.behind_dashes]
    folder, file = call.cwd, str(call.cwd / tracking.FILE)
    repo = tracking.worktree_of(call.repo)
    if call.args.settings:
        if patterns:
            raise UsageError("--settings names the patterns itself", hint="leave PATTERN out")
        patterns = tracking.of_settings(settings.load(repo, call.env))
        folder, file = repo.root, str(repo.root / tracking.FILE)
        if not patterns:
            raise UsageError("blobs.track names no pattern", hint="git anvcs config show")
    if not patterns:
        known = tracking.listed(folder)
        call.answer(
            {"file": file, "patterns": known},
            "\n".join(map(quoted, known)) or "nothing is tracked here",
        )
        return 0
    rules = tracking.track(folder, patterns, dry=call.args.dry_run)
    if not call.args.dry_run:
        install.renew_attributes(repo, home=Path(call.env.get("HOME", "/nonexistent")))
    rows: list[dict[str, Any]] = []
    lines = []
    for rule in rules:
        files = tracking.files(repo, folder, rule.pattern)
        rows.append({
            "pattern": rule.pattern,
            "line": rule.line,
            "added": rule.changed,
            "files": files.found,
            "contents_in_git": list(files.contents),
        })  # fmt: skip
        lines += _told(rule, files, dry=call.args.dry_run)
    wired = tracking.is_wired(repo)
    if not wired:
        lines.append("Git does not know the filter here yet: run `git anvcs init` before `git add`")
    facts = {"file": file, "patterns": rows, "wired": wired, "dry_run": call.args.dry_run}
    call.answer(facts, "\n".join(lines))
    return 0


def _told(rule: tracking.Rule, files: tracking.Files, *, dry: bool) -> list[str]:
    said = ("would be tracked" if dry else "tracked") if rule.changed else "is tracked already"
    name = quoted(rule.pattern)
    lines = [f"{name}: {said}, {counted(files.found, 'file')} now"]
    if not files.found:
        lines = [f"{name}: {said}; no file here has such a name yet"]
    if files.contents:
        lines.append(
            f"  Git has the content of {counted(len(files.contents), 'file')};"
            " `git add --renormalize .` makes it pointers, history keeps it:"
        )
        lines += [f"  {line}" for line in named(files.contents)]
    return lines

"""Keep files of these patterns as plain files of Git again, from the next time they are added.

Takes what `track` wrote out of .gitattributes of the folder you are in; other
attributes of a line stay. Files whose pointer Git has are told: their content
goes into Git's history when they are added again.

Example:
  git-ai-blob untrack '*.psd' --dry-run
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import install
from git_anvcs.flows.blobs import tracking
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import quoted

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="as it was tracked")
    parser.add_argument("--dry-run", action="store_true", help="say what would change")


def run(call: Call) -> int:
    patterns = [*call.args.patterns, *call.args.behind_dashes]
    if not patterns:
        raise UsageError("name the patterns to untrack", hint="`git-ai-blob track` lists them")
    repo = tracking.worktree_of(call.repo)
    rules = tracking.untrack(call.cwd, patterns, dry=call.args.dry_run)
    if not call.args.dry_run:
        install.renew_attributes(repo, home=Path(call.env.get("HOME", "/nonexistent")))
    rows: list[dict[str, Any]] = []
    lines = []
    for rule in rules:
        left = tracking.files(repo, call.cwd, rule.pattern).pointers if rule.changed else ()
        rows.append({"pattern": rule.pattern, "removed": rule.changed, "pointers": list(left)})
        would = "would be untracked" if call.args.dry_run else "untracked"
        lines.append(f"{quoted(rule.pattern)}: {would if rule.changed else 'is not tracked here'}")
        if left:
            lines.append(
                f"  {counted(len(left), 'file')} of it are pointers in Git;"
                " `git add --renormalize .` puts their contents into Git"
            )
    facts = {"file": str(call.cwd / tracking.FILE), "patterns": rows}
    call.answer({**facts, "dry_run": call.args.dry_run}, "\n".join(lines))
    return 0 if any(rule.changed for rule in rules) else 1

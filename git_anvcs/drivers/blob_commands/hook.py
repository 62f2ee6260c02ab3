"""What Git's hooks start where a repository has large files (hooks/pre-commit, pre-push).

pre-commit sends what is about to be committed, for blobs.commit_seconds at most, and pins the
staged pointers to the versions that came of it. post-commit does so for the worktree's own index
after `git commit -- PATH`. pre-push REMOTE reads what is pushed from standard input and refuses
while a large file of it is in no store that others can read. Both tell, in one line, of files that
are tracked and whose contents go into Git's history all the same; that stops nothing.

Exit codes: 0 go on, 3 do not push.

Example:
  git-ai-blob hook pre-commit
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
import sys

from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import sending, size
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import committing, locking, pushing
from git_anvcs.flows.blobs.pushing import Checked
from git_anvcs.git.repo import NotARepository, Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE, REFUSED, AnvcsError, PolicyDenied
from git_anvcs.kernel.terminal import quoted, safe

_NAMED, _FEW = 10, 3
_EVENTS = ("pre-commit", "post-commit", "pre-push")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("event", metavar="EVENT", choices=_EVENTS, help=", ".join(_EVENTS))
    parser.add_argument("remote", metavar="REMOTE", nargs="?", default="", help="for pre-push")
    parser.add_argument("--git-dir", metavar="DIR", default="", help="the worktree's own")


def run(call: Call) -> int:
    repo = _repo(call)
    if call.args.event == "pre-push":
        return _before_push(call, repo)
    try:
        if call.args.event == "pre-commit":
            _before_commit(call, repo)
        else:
            committing.after_commit(repo, call.env)
    except AnvcsError as error:
        _say(f"large files are committed as they are: {error.message}")
    return DONE


def _before_commit(call: Call, repo: Repo) -> None:
    index = call.env.get("GIT_INDEX_FILE", "")
    with sending(call) as starts:
        done = committing.before_commit(repo, call.env, index, starts)
    _warn(done.contents)
    late = [one for one in done.sent if one.problem]
    if late:
        count = counted(len({one.job.oid for one in late}), "large file")
        _say(f"{count} committed and not yet sent; `git-ai-blob push` sends what waits")
        for line in blob_words.failed_text(late):
            _say(line)


def _before_push(call: Call, repo: Repo) -> int:
    try:
        lines = sys.stdin.buffer.read().decode(errors="surrogateescape").split("\n")
        words = pushing.range_of(repo, lines)
        with sending(call) as starts:
            checked = pushing.before_push(repo, call.env, words, starts)
    except AnvcsError as error:
        raise PolicyDenied(
            f"not pushed: whether its large files are in a store is not known: {error.message}",
            hint=error.hint or "`git push --no-verify` pushes the commits all the same",
        ) from error
    _warn(checked.contents)
    if checked.kept_here:
        count = counted(checked.kept_here, "large file")
        _say(f"{count} of this push stay on this machine (storage.mode is local)")
    for lock in locking.in_push(repo, call.env, words):
        _say(
            f"warning: {quoted(lock.path)} is locked by {lock.who} since {clock.local(lock.since)}"
        )
    if not checked.lacking:
        return DONE
    _refuse(checked)
    return REFUSED


def _warn(contents: Sequence[str]) -> None:
    """Colleagues without the filter make such files; no work is stopped for it."""
    if contents:
        names = ", ".join(contents[:_FEW]) + (", …" if len(contents) > _FEW else "")
        _say(
            f"warning: {names}: the content goes into Git's history, not a pointer;"
            " `git add --renormalize .` makes it one in the next commit"
        )


def _refuse(checked: Checked) -> None:
    count = counted(len(checked.lacking), "large file")
    verb = "is" if len(checked.lacking) == 1 else "are"
    _say(f"not pushed: {count} of these commits {verb} in no store that others can read")
    for lack in checked.lacking[:_NAMED]:
        why = f": {lack.problem.message}" if lack.problem else ""
        _say(f"  {quoted(lack.at.path)} ({size(lack.at.pointer.size)}){why}")
    if len(checked.lacking) > _NAMED:
        _say(f"  and {len(checked.lacking) - _NAMED} more")
    for line in blob_words.hints(lack.problem for lack in checked.lacking):
        _say(line)
    _say(
        "hint: push again when the store can be reached; `git push --no-verify` pushes the commits"
        " without these files, which others then lack"
    )


def _repo(call: Call) -> Repo:
    """The worktree that Git started the hook for; its Git directory, where that lies elsewhere."""
    named = Path(call.args.git_dir or ".")
    try:
        repo = Repo.discover(call.cwd)
        if not call.args.git_dir or repo.git_dir.samefile(call.cwd / named):
            return repo
    except NotARepository:
        pass
    return call.repo if call.env.get("GIT_DIR") else Repo.discover(named)


def _say(text: str) -> None:
    sys.stderr.write(f"git-ai-blob: {safe(text)}\n")

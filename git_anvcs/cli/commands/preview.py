"""Show what is about to be committed, what commits did, or what a merge would do.

  preview [commit] [-a]           what git commit (git commit -a) would make now
  preview COMMIT|RANGE            what a commit did, or a range such as main..topic
  preview merge SRC [into DST]    SRC into DST, any revisions; DST is HEAD by default

Of commits it tells the symbols, keys and cells that differ (as git ai-merge diff), who made them
and how their tests went, and flags what needs a look: breaks (others may use what went or what
needs more now), secret, markers (of a conflict), broken (a file does not parse), large. A merge
is made in memory with our drivers, judged by what git anvcs verify checks, and thrown away.
Nothing is written, and no worktree, index or ref is touched.

Exit codes: 0 nothing serious, 1 a secret, conflict markers or a broken file, or a merge that
would conflict or lose work, 2 no such commit.

Example:
  git anvcs preview
  git anvcs preview HEAD~3
  git anvcs preview main..topic --json
  git anvcs preview merge origin/topic into release
"""

from argparse import ArgumentParser

from git_anvcs.cli import changes, previewed
from git_anvcs.cli.command import Call
from git_anvcs.cli.pager import paged
from git_anvcs.flows import changed, preview, reading
from git_anvcs.kernel.errors import DONE, NO, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="commit", help="commit, merge or a revision")
    parser.add_argument("words", nargs="*", metavar="SRC [into DST]", help="of a merge")
    parser.add_argument("-a", "--all", action="store_true", help="not only what is staged")


def run(call: Call) -> int:
    if call.args.what == "merge":
        return _merge(call)
    reading.ready(call.repo, call.output.note)
    words = [call.args.what, *call.args.words]
    match words[1:] if words[0] == "commit" else words:
        case []:
            found = _to_commit(call)
        case [span] if not call.args.all:
            found = changed.of_commits(call.repo, span, call.cwd, call.env)
        case _:
            hint = "preview, preview COMMIT, preview main..topic or preview merge topic"
            raise UsageError("one commit or range, and -a goes with none", hint=hint)
    with paged(call):
        call.output.answer(
            changes.as_json(found),
            lambda: "\n".join(changes.text(found, colour=call.output.colour)),
        )
    return NO if any(flag.kind in changed.SERIOUS for flag in found.flags) else DONE


def _to_commit(call: Call) -> changed.Changed:
    if call.repo.bare:
        raise UsageError("nothing can be committed here: the repository is bare")
    found = changed.to_commit(call.repo, call.cwd, call.env, every=call.args.all)
    if found.differences or call.args.all:
        return found
    call.output.note("nothing is staged: this is what git commit -a would make")
    return changed.to_commit(call.repo, call.cwd, call.env, every=True)


def _merge(call: Call) -> int:
    match call.args.words:
        case [source]:
            target = "HEAD"
        case [source, "into", target]:
            pass
        case _:
            raise UsageError("preview merge needs SRC or SRC into DST", hint="preview merge topic")
    onto = reading.find(call.repo, target)
    found = preview.of_merge(call.repo, onto, reading.find(call.repo, source), call.env)
    call.output.answer(
        previewed.as_json(found),
        lambda: "\n".join(previewed.text(found, source, target, colour=call.output.colour)),
    )
    return NO if found.conflicts or found.findings else DONE

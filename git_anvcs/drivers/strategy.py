"""The program git-merge-anvcs: a merge strategy, started by `git merge -s anvcs` and its kin.

One process merges the whole tree: Git's own merge first, then our engine on every file that both
sides changed. What the repository's and the user's attributes say still wins. Files, index,
messages and exit code are what Git's own strategy leaves.
"""

from collections.abc import Sequence
import os
import sys
from typing import NamedTuple

from git_anvcs.drivers import by_git, runs
from git_anvcs.drivers.by_git import CONFLICTS, FAILED, MERGED
from git_anvcs.flows.whole_tree.draft import Result
from git_anvcs.flows.whole_tree.merge import LOSSY, merge
from git_anvcs.flows.whole_tree.named import Names
from git_anvcs.git import install_tree, settings, synthetic
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.install_tree import InTheWay
from git_anvcs.git.repo import version
from git_anvcs.git.settings import Setting
from git_anvcs.git.synthetic import Pair
from git_anvcs.kernel.errors import AnvcsError, print_error, run_program
from git_anvcs.merge.configured import rules as configured_rules

PROGRAM = "git-merge-anvcs"
USAGE = "usage: git-merge-anvcs [--OPTION…] BASE… -- HEAD REMOTE…   (started by git merge -s anvcs)"

# Git hands through whatever follows -X; these are the ones its own merge knows.
WORDS = {
    *("ours", "theirs", "patience", "histogram", "renormalize", "no-renormalize", "subtree"),
    *("ignore-space-change", "ignore-all-space", "ignore-space-at-eol", "ignore-cr-at-eol"),
    *("no-renames", "find-renames"),
}
WITH_VALUE = ("subtree=", "diff-algorithm=", "find-renames=", "rename-threshold=")
MERGE_TREE_TAKES_OPTIONS = (2, 44, 0)


class Asked(NamedTuple):
    """What Git asks for. `options` are without their dashes."""

    options: tuple[str, ...]
    bases: tuple[str, ...]
    head: str
    remotes: tuple[str, ...]
    words: list[str]


def main() -> int:
    """Entry point; returns the exit code."""
    return run_program(PROGRAM, lambda: _guarded(sys.argv[1:], dict(os.environ)))


def _guarded(words: list[str], env: dict[str, str]) -> int:
    """`run`, where an error of ours means "no merge": 1 would mean conflicts to Git."""
    try:
        return run(words, env)
    except AnvcsError as error:
        print_error(PROGRAM, error)
        return FAILED


def run(words: list[str], env: dict[str, str]) -> int:
    """Merge as Git asks; 0 merged, 1 conflicts, 2 no merge was possible."""
    if {"-h", "--help"} & set(words[:1]):
        sys.stdout.write(f"{__doc__}\n{USAGE}\n")
        return MERGED
    asked = read(words)
    if asked is None:
        sys.stderr.write(f"{USAGE}\n")
        return FAILED
    for option in asked.options:
        if option not in WORDS and not option.startswith(WITH_VALUE):
            sys.stderr.write(f"{PROGRAM}: -X {option} is no option of Git's merge\n")
            return FAILED
    off = env.get("ANVCS") == "0"
    if len(asked.remotes) == 1 and (off or _too_old_for(asked.options)):
        lossy = any(option.startswith(LOSSY) for option in asked.options)
        return by_git.merge(words, env, driver=not off and not lossy)
    return _merged(asked, env, understand=not off)


def read(words: list[str]) -> Asked | None:
    """The command line taken apart; None when it is none of ours."""
    if "--" not in words or len(words) - words.index("--") < 3:
        return None
    end = words.index("--")
    options = tuple(word.removeprefix("--") for word in words[:end] if word.startswith("--"))
    bases = tuple(word for word in words[:end] if not word.startswith("--"))
    return Asked(options, bases, words[end + 1], tuple(words[end + 2 :]), words)


def _too_old_for(options: Sequence[str]) -> bool:
    return bool(options) and version() < MERGE_TREE_TAKES_OPTIONS


def _merged(asked: Asked, env: dict[str, str], *, understand: bool) -> int:
    repo = CalledRepo.called(env)
    changed = install_tree.staged_changes(repo, asked.head)
    if changed:
        paths = "".join(f"\t{path}\n" for path in changed)
        said = "Your local changes to the following files would be overwritten by merge"
        sys.stderr.write(f"error: {said}:\n{paths}")
        return FAILED
    try:
        configured = settings.all_of(repo)
        our_tree, result = _folded(repo, asked, configured, understand=understand)
    except Exception as error:
        if len(asked.remotes) > 1:
            raise
        sys.stderr.write(f"{PROGRAM}: merged by Git alone ({type(error).__name__}: {error})\n")
        return by_git.merge(asked.words, env, driver=False)
    if result is None:
        sys.stderr.write("Automated merge did not work.\nShould not be doing an octopus.\n")
        return FAILED
    return _left(repo, our_tree, result, settings.last(configured))


def _folded(
    repo: CalledRepo, asked: Asked, configured: Sequence[Setting], *, understand: bool
) -> tuple[str, Result | None]:
    """The tree of our own head, and the merge of all heads, one after another.

    No merge when one before the last conflicts: Git wants an octopus only where it is easy.
    """
    head, bases = asked.head, list(asked.bases)
    rules = configured_rules(configured, repo.env) if understand else None
    our_tree = ""
    told: list[Result] = []
    for remote in asked.remotes:
        if len(asked.remotes) > 1:  # Git names the bases that all of them have in common
            bases = synthetic.bases(repo, head, remote)
        if told and not told[-1].clean:
            return our_tree, None
        pair = synthetic.pair(repo, head, remote, bases)
        our_tree = our_tree or pair.our_tree
        names = _names(repo, pair, asked.head, remote, bases)
        told.append(merge(repo, pair, names, asked.options, configured, rules=rules))
        if len(told) < len(asked.remotes):
            head = synthetic.joined(repo, told[-1].tree, (pair.ours, pair.theirs))
    return our_tree, told[-1]._replace(
        notes=tuple(note for one in told for note in one.notes),
        decided=tuple(found for one in told for found in one.decided),
    )


def _names(repo: CalledRepo, pair: Pair, head: str, remote: str, bases: Sequence[str]) -> Names:
    env = dict(repo.env)
    found = {**env, **by_git.names(head, remote, env)}
    ours = "HEAD" if head == "HEAD" else found.get(f"GITHEAD_{head}", "HEAD")
    base = {0: "empty tree", 1: "".join(bases)[:7]}.get(len(bases), "merged common ancestors")
    return Names(pair.ours, pair.theirs, ours, found.get(f"GITHEAD_{remote}", remote), base)


def _left(repo: CalledRepo, before: str, result: Result, configured: dict[str, str]) -> int:
    """Put the result in place, say what Git says, keep what was decided."""
    try:
        install_tree.install(repo, before, result.tree, result.stages)
    except InTheWay as error:
        sys.stderr.write(f"error: {error}\n")
        return FAILED
    _say(result, repo.env.get("GIT_MERGE_VERBOSITY") or configured.get("merge.verbosity", "2"))
    if result.stages:
        # The drivers that said it were started by a git whose words nobody sees.
        from git_anvcs.drivers import blob_merge

        sys.stderr.write(blob_merge.of_stages(repo, result.stages))
    for versions, options, merged in result.decided:
        runs.keep(str(repo.common_dir), versions, options, merged)
    return MERGED if result.clean else CONFLICTS


def _say(result: Result, verbosity: str) -> None:
    level = int(verbosity) if verbosity.isdigit() else 2
    for note in result.notes:
        if level >= (1 if note.conflict else 2):
            sys.stdout.write(os.fsencode(note.text).decode("utf-8", "replace"))


if __name__ == "__main__":
    sys.exit(main())

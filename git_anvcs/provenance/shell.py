"""Which Git commands a shell command runs: the only thing of it that is kept."""

import re

# Git subcommands that can make a commit in the current worktree.
MAKES_COMMITS = frozenset(
    {"am", "cherry-pick", "commit", "land", "merge", "pull", "rebase", "revert", "snapshot"}
)

# Git subcommands that may bring into the worktree what was written elsewhere, or before.
BRINGS_CONTENT = frozenset(
    {
        "am", "anvcs", "apply", "bisect", "checkout", "checkout-index", "cherry-pick", "clean",
        "filter-branch", "filter-repo", "history", "land", "merge", "mergetool", "pull",
        "read-tree", "rebase", "replay", "reset", "restore", "revert", "sparse-checkout", "stash",
        "submodule", "subtree", "switch", "undo", "worktree",
    }
)  # fmt: skip

# Git subcommands after which nothing can be gone; any other one may be an alias.
_HARMLESS = frozenset(
    {
        "add", "annotate", "blame", "cat-file", "check-ignore", "config", "describe",
        "diff", "fetch", "for-each-ref", "fsck", "grep", "help", "init", "log", "ls-files",
        "ls-remote", "ls-tree", "merge-base", "name-rev", "notes", "remote", "rev-list",
        "rev-parse", "shortlog", "show", "show-ref", "status", "var", "version", "whatchanged",
    }
)  # fmt: skip
# Programs after which something may be gone that is nowhere else.
_PROGRAMS = frozenset(
    {
        "cp", "dd", "find", "git-filter-repo", "install", "ln", "mv", "patch", "perl", "rm",
        "rmdir", "rsync", "sed", "shred", "tar", "tee", "trash", "truncate", "unlink", "unzip",
    }
)  # fmt: skip

_LONGEST = 65_536
_SEPARATORS = re.compile(r"[\s;&|(){}`'\"]+")
_WITH_VALUE = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace"})


def git_verbs(command: str) -> tuple[str, ...]:
    """The Git subcommands that stand in a shell command, in order, each once, at most 16.

    A reading of words, not of the shell's grammar: `echo git commit` counts too, an alias or a
    script does not. It supports a claim; alone it proves nothing.
    """
    words = _SEPARATORS.split(command[:_LONGEST])
    found: dict[str, None] = {}
    for index, word in enumerate(words):
        if word.rsplit("/", 1)[-1] in ("git", "git-anvcs", "ai-vcs"):
            verb = _verb(words[index + 1 : index + 16])
            if verb:
                found[verb] = None
    return tuple(found)[:16]


def takes_away(command: str) -> bool:
    """Whether a shell command may destroy what was not committed: better too often than not.

    A reading of words, too; a redirection counts, since it empties a file.
    """
    read = command[:_LONGEST]
    words = {word.rsplit("/", 1)[-1] for word in _SEPARATORS.split(read)}
    return (
        ">" in read or not words.isdisjoint(_PROGRAMS) or not _HARMLESS.issuperset(git_verbs(read))
    )


def _verb(words: list[str]) -> str:
    """The first word that is neither an option, nor an option's value, nor our own name."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in _WITH_VALUE:
            skip = True
        elif not word.startswith("-") and word != "anvcs":
            return word if re.fullmatch(r"[a-z][a-z-]{1,30}", word) else ""
    return ""

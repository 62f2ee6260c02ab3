"""The program git-ai-blob: the filter and the drivers that Git starts, and commands for people.

Git's own words are looked at first and by hand: a checkout waits for them.
"""

import os
import sys

from git_anvcs.kernel import brief
from git_anvcs.kernel.errors import UsageError, run_program

USAGE = """usage: git-ai-blob process
       git-ai-blob clean [PATH]
       git-ai-blob smudge [PATH]
       git-ai-blob merge BASE OURS THEIRS [PATH]
       git-ai-blob COMMAND [options]

The first four are started by Git (see merge-drivers/gitconfig): a file that is tracked as a
blob is a short pointer in Git, and its content is in a cache in the Git directory and in stores.

"""
_FILTER = ("process", "clean", "smudge")


def main() -> int:
    """Entry point; returns the exit code."""
    brief.begin()
    return run_program("git-ai-blob", lambda: run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Do what Git asks, or run a command."""
    if words[1:] in (["-h"], ["--help"]) and _is_asked(words[0]):
        from git_anvcs.drivers import blob_program

        return blob_program.run(words[1:], USAGE)
    if words[:1] == ["merge"]:
        from git_anvcs.drivers import blob_merge

        return blob_merge.run(words[1:])
    if words[:1] == [] or words[0] not in _FILTER:
        from git_anvcs.drivers import blob_program

        return blob_program.run(words, USAGE)
    if len(words) > (1 if words[0] == "process" else 2):
        raise UsageError("too many words", hint="git-ai-blob --help")
    from git_anvcs.drivers import blob_filter

    return blob_filter.main(words, dict(os.environ))


def _is_asked(word: str) -> bool:
    """Whether a person asks for help: `--help` may be the name of a file that Git hands over."""
    return word in ("process", "merge") or (word in _FILTER and sys.stdin.isatty())


if __name__ == "__main__":
    sys.exit(main())

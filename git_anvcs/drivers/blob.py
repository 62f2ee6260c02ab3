"""The program git-ai-blob, as far as this version has it: contents pass through unchanged.

Versioned blobs come later. Until then a repository that a newer version has wired to this filter
(gitattributes(5), "filter") must not break here: pointers stay pointers, bytes stay bytes.
"""

import shutil
import sys

from git_anvcs.kernel.errors import UsageError, run_program

USAGE = """usage: git-ai-blob clean [PATH]
       git-ai-blob smudge [PATH]
       git-ai-blob COMMAND [options]

clean and smudge are started by Git as a filter. Standard input is copied to standard
output: versioned blobs are not part of this version of git-anvcs.

"""


def main() -> int:
    """Entry point; returns the exit code."""
    return run_program("git-ai-blob", lambda: run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Copy standard input to standard output, or run a command."""
    if words[:1] not in (["clean"], ["smudge"]):
        from git_anvcs.drivers import blob_program

        return blob_program.run(words, USAGE)
    if len(words) > 2:
        raise UsageError("too many words", hint="git-ai-blob --help")
    shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

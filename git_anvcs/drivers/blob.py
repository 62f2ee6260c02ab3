"""The program git-ai-blob, as far as this version has it: contents pass through unchanged.

Versioned blobs come later. Until then a repository that a newer version has wired to this filter
(gitattributes(5), "filter") must not break here: pointers stay pointers, bytes stay bytes.
"""

import shutil
import sys

from git_anvcs.kernel.errors import UsageError, run_program

USAGE = """usage: git-ai-blob clean [PATH]
       git-ai-blob smudge [PATH]

Started by Git as a filter. Standard input is copied to standard output:
versioned blobs are not part of this version of git-anvcs.
"""


def main() -> int:
    """Entry point; returns the exit code."""
    return run_program("git-ai-blob", lambda: run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Copy standard input to standard output, or say what this version has not."""
    if words[:1] in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    if words[:1] not in (["clean"], ["smudge"]) or len(words) > 2:
        raise UsageError(
            "versioned blobs are not part of this version of git-anvcs",
            hint="it knows only `git-ai-blob clean` and `git-ai-blob smudge`, which copy",
        )
    shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

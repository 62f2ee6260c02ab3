"""The entry point of git-merge-anvcs: what goes wrong before the program runs means "no merge".

Python ends with 1 when an import fails, as after half an upgrade. To Git that means conflicts: it
would let somebody commit a merge that holds nothing of the other side.
"""

import sys

FAILED = 2


def main() -> int:
    """Entry point; returns the exit code."""
    try:
        from git_anvcs.kernel import brief

        brief.begin()
        from git_anvcs.drivers import strategy
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing was merged
        sys.stderr.write(
            f"git-merge-anvcs: it cannot start: {error}\n"
            "hint: install git-anvcs anew; `git merge -s ort` merges without it\n"
        )
        return FAILED
    return strategy.main()


if __name__ == "__main__":
    sys.exit(main())

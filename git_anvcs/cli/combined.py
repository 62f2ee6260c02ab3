"""A place of a merge as a combined diff, the way `git diff --cc` shows one.

The first column compares with ours, the second with theirs: ` +` is a line that ours has and theirs
has not, `--` one that both had and the result has not.
"""

from collections.abc import Iterator, Sequence

from git_anvcs.kernel.diff import changes


def combined(
    ours: Sequence[bytes], theirs: Sequence[bytes], result: Sequence[bytes]
) -> Iterator[tuple[str, bytes]]:
    """Pairs of the two columns and the line."""
    mine, yours = _against(ours, result), _against(theirs, result)
    for number in range(len(result) + 1):
        gone = list(yours[number][1])
        for line in mine[number][1]:
            both = line in gone
            if both:
                gone.remove(line)
            yield ("--" if both else "- "), line
        yield from ((" -", line) for line in gone)
        if number < len(result):
            columns = "+" if mine[number][0] else " ", "+" if yours[number][0] else " "
            yield "".join(columns), result[number]


def _against(side: Sequence[bytes], result: Sequence[bytes]) -> list[tuple[bool, list[bytes]]]:
    """For every line of the result: whether the side lacks it, and what of the side it follows."""
    found: list[tuple[bool, list[bytes]]] = [(False, []) for _ in range(len(result) + 1)]
    for a0, a1, b0, b1 in changes(side, result):
        for number in range(b0, b1):
            found[number] = (True, found[number][1])
        found[b0][1].extend(side[a0:a1])
    return found

"""Our options told apart from Git's on one command line, so that Git gets its own untouched.

argparse cannot: it would take `--prompt` in `-m --prompt` for ours, and `-qm` for a mistake.
"""

from collections.abc import Collection, Mapping

# What every command has, and how many words follow it.
COMMON = {"--json": 0, "--no-progress": 0, "-h": 0, "--help": 0}


def split(
    words: list[str], ours: Mapping[str, int], takes_value: Collection[str]
) -> tuple[list[str], list[str]]:
    """Our words and Git's, each in their order.

    ours: our options and how many words follow each; takes_value: Git's options that take the
    next word (`-m`, `--message`), whatever that word looks like. After `--` all is Git's.
    """
    known = {**COMMON, **ours}
    mine: list[str] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            rest += words[at:]
            break
        if word.partition("=")[0] in known and (word in known or word.startswith("--")):
            size = 1 if "=" in word else 1 + known[word]
            mine += words[at : at + size]
        else:
            size = 2 if _takes_next(word, takes_value) else 1
            rest += words[at : at + size]
        at += size
    return mine, rest


def _takes_next(word: str, takes_value: Collection[str]) -> bool:
    """Whether Git reads the next word as this one's value: `-m`, `-am`, `--message`."""
    if word.startswith("--") or len(word) < 2 or word[0] != "-":
        return word in takes_value
    for place, letter in enumerate(word[1:], start=1):
        if f"-{letter}" in takes_value:
            return place == len(word) - 1  # `-mtext` holds its value itself
    return False

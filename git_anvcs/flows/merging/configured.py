"""What the settings of a branch say to every `git merge` into it: branch.NAME.mergeoptions.

Git reads them before the words of its command line, and so do we, for the two that decide how is
merged; the others are Git's to follow.
"""

from collections.abc import Iterator, Mapping, Sequence
import shlex
from typing import NamedTuple

from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied

# What merges as we do, where a file's meaning does not decide.
LIKE_OURS = frozenset({"anvcs", "ort", "recursive"})
_STRATEGY, _FAVOUR = "--strategy", "--strategy-option"
_SHORT = {"s": _STRATEGY, "X": _FAVOUR, "m": "-m", "F": "-F"}
_TAKES_WORD = (_STRATEGY, _FAVOUR, "--message", "--file", "--cleanup", "--into-name")


class Configured(NamedTuple):
    """The setting and its words.

    words: without strategies; strategies: of `-s`; favours: of `-X`
    """

    key: str = ""
    words: tuple[str, ...] = ()
    strategies: tuple[str, ...] = ()
    favours: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        return f"{self.key}: {shlex.join(self.words)}" if self.words else ""


def read(repo: Repo, ref: str, env: Mapping[str, str]) -> Configured:
    """What is configured for the branch `ref`. Raises PolicyDenied for another strategy.

    env: the caller's environment; what `git -c` set counts
    """
    key = f"branch.{ref.removeprefix('refs/heads/')}.mergeoptions"
    said = repo.git("config", "--get", key, allow=(0, 1), env=config.handed_on(env))
    text = said.decode(errors="surrogateescape").removesuffix("\n")
    try:
        words = shlex.split(text)
    except ValueError:  # Git will say what is wrong with it
        return Configured(key, (text,))
    found = list(_options(words))
    strategies = tuple(value for name, value, _ in found if name == _STRATEGY)
    for other in strategies:
        if other not in LIKE_OURS:
            raise PolicyDenied(
                f"{key} asks for Git's strategy {other}; git anvcs merge has its own",
                hint="git merge does as it says; or git config --unset the setting",
            )
    kept = [word for name, _, typed in found if name != _STRATEGY for word in typed]
    favours = tuple(value for name, value, _ in found if name == _FAVOUR)
    return Configured(key, tuple(kept), strategies, favours)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each option with its value, and the words that say both; `-ns ours` is two of them."""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in _TAKES_WORD:
            value = value if equals else "".join(rest[:1])
            yield name, value, [word, *([] if equals else rest[:1])]
            del rest[: 0 if equals else 1]
        elif word.startswith("-") and not word.startswith("--"):
            yield from _letters(word[1:], rest)
        else:
            yield word, "", [word]


def _letters(letters: str, rest: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    for place, letter in enumerate(letters):
        after = letters[place + 1 :]
        if letter in _SHORT:
            typed = [f"-{letter}{after}"] if after else [f"-{letter}", *rest[:1]]
            yield _SHORT[letter], after or "".join(rest[:1]), typed
            del rest[: 0 if after else 1]
            return
        if letter == "S":  # it takes a key, only in the same word
            yield "-S", after, [f"-S{after}"]
            return
        yield f"-{letter}", "", [f"-{letter}"]

"""All of Git's configuration at once: read, and written as a file that Git reads back."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.git.quoted import quoted
from git_anvcs.git.repo import Repo


class Setting(NamedTuple):
    """One line of configuration; `value` is None for a name that stands alone (`[core] bare`)."""

    key: str
    value: str | None


def all_of(repo: Repo, env: Mapping[str, str] | None = None) -> list[Setting]:
    """Every setting that is in force, in the order in which Git reads them."""
    printed = repo.git("config", "--list", "-z", env=env).decode(errors="surrogateescape")
    found = []
    for row in printed.split("\0")[:-1]:
        key, newline, value = row.partition("\n")
        found.append(Setting(key, value if newline else None))
    return found


def last(settings: Iterable[Setting]) -> dict[str, str]:
    """The value that wins, by key; a name that stands alone is `true`."""
    return {key: "true" if value is None else value for key, value in settings}


def as_file(settings: Iterable[Setting]) -> str:
    """The settings in the language of git-config(1)."""
    return "".join(map(_line, settings))


def _line(setting: Setting) -> str:
    section, _, rest = setting.key.partition(".")
    middle, dot, name = rest.rpartition(".")
    head = f"[{section} {quoted(middle)}]" if dot else f"[{section}]"
    if setting.value is None:
        return f"{head}\n\t{name}\n"
    return f"{head}\n\t{name} = {quoted(setting.value)}\n"

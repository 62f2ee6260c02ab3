"""Git configuration, read at once and written one key at a time (git-config(1))."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.git.repo import Repo

_HANDED_ON = (
    "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"
)  # fmt: skip


class Entry(NamedTuple):
    """One line of configuration and the scope (`local`, `global`, …) and file it comes from."""

    key: str
    value: str
    scope: str
    origin: str


def handed_on(env: Mapping[str, str]) -> dict[str, str]:
    """What `git -c` set for the programs that it starts, of an environment."""
    return {name: value for name, value in env.items() if name.startswith(_HANDED_ON)}


def entries(repo: Repo, env: Mapping[str, str] | None = None) -> list[Entry]:
    """Every configured value in the order Git applies them: the last one of a key wins.

    env: the caller's environment, for what `git -c` set; None: that does not count
    """
    listing = ("config", "--list", "-z", "--show-scope", "--show-origin")
    listed = repo.git(*listing, allow=(0, 1), env=handed_on(env or {}))
    fields = listed.decode(errors="surrogateescape").split("\0")[:-1]
    found = []
    for scope, origin, pair in zip(*[iter(fields)] * 3, strict=True):
        key, _, value = pair.partition("\n")
        found.append(Entry(key, value if "\n" in pair else "true", scope, origin))
    return found


def get(repo: Repo, key: str, default: str = "", *, as_path: bool = False) -> str:
    """The value that wins, or `default`; as_path: with a leading `~` made a home directory."""
    kind = ("--type=path",) if as_path else ()
    done = repo.try_git("config", *kind, "--get", key)
    if done.returncode != 0:
        return default
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")

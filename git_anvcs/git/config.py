"""Git configuration, read at once and written one key at a time (git-config(1))."""

from typing import NamedTuple

from git_anvcs.git.repo import Repo


class Entry(NamedTuple):
    """One line of configuration and the scope (`local`, `global`, …) and file it comes from."""

    key: str
    value: str
    scope: str
    origin: str


def entries(repo: Repo) -> list[Entry]:
    """Every configured value in the order Git applies them: the last one of a key wins."""
    listed = repo.git("config", "--list", "-z", "--show-scope", "--show-origin", allow=(0, 1))
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

"""What gitattributes(5) say of paths: one git process for any number of them."""

from collections.abc import Iterable, Mapping

from git_anvcs.git.repo import Repo


def of(
    repo: Repo, name: str, paths: Iterable[str], env: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The value of one attribute by path: `unspecified`, `set`, `unset` or as it is written."""
    asked = sorted(set(paths))
    if not asked:
        return {}
    stdin = "".join(f"{path}\0" for path in asked).encode(errors="surrogateescape")
    printed = repo.git("check-attr", "-z", "--stdin", name, stdin=stdin, env=env)
    fields = printed.decode(errors="surrogateescape").split("\0")
    return dict(zip(fields[::3], fields[2::3], strict=False))


def every(
    repo: Repo, paths: Iterable[str], env: Mapping[str, str] | None = None
) -> dict[str, dict[str, str]]:
    """All attributes that are said anything of, by path and name."""
    asked = sorted(set(paths))
    if not asked:
        return {}
    stdin = "".join(f"{path}\0" for path in asked).encode(errors="surrogateescape")
    printed = repo.git("check-attr", "-z", "--stdin", "-a", stdin=stdin, env=env)
    fields = printed.decode(errors="surrogateescape").split("\0")
    found: dict[str, dict[str, str]] = {}
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        found.setdefault(path, {})[name] = value
    return found

"""Merge TOML by table and key: comments, order and layout stay as they are in ours."""

import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file
from git_anvcs.merge.locks import check
from git_anvcs.merge.result import Merged, Options, Versions
from git_anvcs.merge.toml import lock, value
from git_anvcs.merge.toml import text as toml_text


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version cannot be read."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """What stands twice, a locked package that is gone, what the standard library refuses."""
    found = file.flaws(SYNTAX, versions, text)
    if found or any(map(refused, versions)):
        return found
    if options.path.endswith(".lock"):
        known = {name for version in versions for name in lock.dangling(SYNTAX, version)}
        lacking = lock.dangling(SYNTAX, text).items()
        found = [Flaw("dangling", name, at[2], at[3]) for name, at in lacking if name not in known]
        if found:
            return found
    why = refused(text)
    if not why:
        return check.flaws(options.path, versions, text) or file.twice(SYNTAX, versions, text)
    line = re.search(r"at line (\d+)", why)
    at = int(line[1]) if line else 0
    return [Flaw("duplicate" if "overwrite" in why else "syntax", why, at, at)]


def refused(text: bytes) -> str:
    """Why tomllib does not read the text; nothing when it does."""
    import tomllib

    try:
        tomllib.loads(text.decode())
    except (ValueError, RecursionError) as problem:
        return str(problem) or "does not parse"
    return ""


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(toml_text.parse, value.leaf)

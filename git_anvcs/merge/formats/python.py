"""Python: the code merger with its profile, and the compiler's own opinion of the result."""

import warnings

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.code import checks, merger
from git_anvcs.merge.code.nesting import misplaced
from git_anvcs.merge.profile import profile
from git_anvcs.merge.result import Merged, Options, Versions

LARGE = 250_000  # bytes; compiling more costs more memory than the merge itself


def merge(versions: Versions, options: Options) -> Merged:
    return merger.merge(profile("python"), versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    """Syntax errors, duplicate definitions and lines in another block that no version has."""
    found = checks.flaws(profile("python"), versions, text)
    if not found:
        line = refused(text)
        if line and not any(map(refused, versions)):
            return [Flaw("syntax", "", line, line)]
        line = misplaced(versions, text)
        if line:
            return [Flaw("misplaced", "", line, line)]
    return found


def refused(text: bytes) -> int:
    """The line at which Python refuses to compile; 0 when it does not.

    The grammar is generous: it takes two arguments of one name, or `return` outside a function.
    """
    if len(text) > LARGE:
        return 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<merged>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return error.lineno or 1
        except (ValueError, RecursionError, MemoryError):
            return 0
    return 0


def tokens(text: bytes) -> Tokens:
    return checks.tokens(profile("python"), merger.bare(text))

"""git log's formats with a place in them for what the record says.

Pure. Git prints the log itself, with any options. Marks in the format, made of a control character
and a word nobody can guess, say where a commit begins, where a record belongs, and where the
format ends. (A NUL would end the text that `%w` indents.)
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.kernel.errors import UsageError

# pretty-formats in git-log(1), as user formats. Marks: {who} our line, {merge} the line of a
# merge's parents, {Y}…{/} yellow; {refs} is filled in here.
_HEAD = "{Y}commit %H{/}{refs}{merge}%nAuthor: %aN <%aE>%n"
_BODY = "%n%n%w(0,4,4)%B%w()"
_BUILT_IN = {
    "oneline": "tformat:{Y}%H{/}{refs} {who}  %s",
    "short": f"format:{_HEAD}Agent:  {{who}}%n%n    %s%n",
    "medium": f"format:{_HEAD}Date:   %ad%nAgent:  {{who}}{_BODY}",
    "full": f"format:{_HEAD}Commit: %cN <%cE>%nAgent:  {{who}}{_BODY}",
    "fuller": (
        "format:{Y}commit %H{/}{refs}{merge}%nAuthor:     %aN <%aE>%nAuthorDate: %ad%n"
        f"Commit:     %cN <%cE>%nCommitDate: %cd%nAgent:      {{who}}{_BODY}"
    ),
    "reference": "tformat:%h (%s, %as) {who}",
}
_MARKS = ("who", "merge", "Y", "/")


class Chosen(NamedTuple):
    """The user's words with the format taken out, and that format with our marks."""

    options: list[str]
    template: str


def choose(words: Sequence[str], configured: str, *, refs: bool) -> Chosen:
    """Take the format out of git log's options. Raises UsageError for one without a place.

    configured: format.pretty of the configuration; refs: whether names are shown by default
    """
    pretty, abbreviated = configured or "medium", False
    options, paths = split_paths(words)
    kept: list[str] = []
    for word in options:
        name, _, value = word.partition("=")
        if word == "--oneline":
            pretty, abbreviated = "oneline", True
        elif name in ("--format", "--pretty"):
            pretty = value or "medium"
        elif word == "--abbrev-commit":
            abbreviated = True
        else:
            refs = name == "--decorate" or (refs and word != "--no-decorate")
            kept.append(word)
    template = _template(pretty).replace("{refs}", "{Y}%d{/}" if refs else "")
    if abbreviated and pretty in _BUILT_IN:
        template = template.replace("%H", "%h")
    return Chosen([*kept, *paths], template)


def split_paths(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words before `--`, and `--` with what follows."""
    at = list(words).index("--") if "--" in words else len(words)
    return list(words[:at]), list(words[at:])


def format_argument(template: str, mark: str) -> str:
    """The `--format` that puts the marks into git's output; `mark` is a secret word."""
    kind, _, text = template.partition(":")
    for name in _MARKS:
        text = text.replace("{" + name + "}", f"%x01{mark}{name}%x01")
    return f"--format={kind}:%x01{mark}+%H %P%x01{text}%x01{mark}-%x01"


def _template(pretty: str) -> str:
    if pretty in _BUILT_IN:
        return _BUILT_IN[pretty]
    if pretty.startswith(("format:", "tformat:")):
        return f"{pretty} {{who}}"
    if "%" in pretty:
        return f"tformat:{pretty} {{who}}"
    raise UsageError(
        f"git anvcs log has no place for a record in the format {pretty!r}",
        hint=f"take one of {', '.join(_BUILT_IN)} or format:…",
    )

"""Merge `requirements*.txt` and constraints: by the normalised names of the packages.

pip's own format (pip documentation, "Requirements file format"); names are compared as the
packaging specifications say (name normalization).
"""

from collections.abc import Hashable
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.result import Merged, Options, Versions

PARTS = re.compile(
    rb"(?P<indent>[ \t]*)(?P<name>[A-Za-z0-9][\w.-]*)"
    rb"(?P<extras>[ \t]*\[[^\]]*\])?(?P<wanted>[^;@]*?)(?P<url>[ \t]*@[^;]*)?"
    rb"(?P<marker>[ \t]*;.*)?",
    re.DOTALL,
)
OPTION = re.compile(rb"[ \t]*(-{1,2}[\w-]+)(?:[ \t=]+(.*))?", re.DOTALL)


def parse(text: bytes) -> Entry:
    """The file as a section. Raises Broken."""
    body: list[Entry] = []
    pending = b""
    for first, line in joined(text):
        head, note = reading.noted(line, b"#")
        if head:
            body.append(entry_of(pending, head, note, first))
            pending = b""
        elif line.strip() and line[:1] in b" \t" and body and not pending:
            body[-1] = body[-1]._replace(note=body[-1].note + line)  # pip-compile: "# via …"
        else:
            pending += line
    return reading.root(body, pending)


def joined(text: bytes) -> list[tuple[int, bytes]]:
    """Lines with their numbers; those that end in a backslash go on in the next one."""
    found: list[tuple[int, bytes]] = []
    held = b""
    first = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        first = first or number
        held += line
        if not (line.endswith(b"\\\n") and not line.lstrip().startswith(b"#")):
            found.append((first, held))
            held, first = b"", 0
    return [*found, (first, held)] if held else found


def entry_of(lead: bytes, head: bytes, note: bytes, number: int) -> Entry:
    option = OPTION.fullmatch(head)
    if option:
        words = b" ".join(head.split())
        return Entry(("option", words), words.decode("utf-8", "replace"), lead, head, note)
    parts = PARTS.fullmatch(head)
    if parts and (parts["wanted"].strip() or not head.rstrip().endswith(b"\\")):
        wanted = parts["wanted"].strip()
        if not wanted or wanted[:1] in b"=<>!~(" or wanted.startswith((b"\\", b"--")):
            name = normalised(parts["name"])
            return Entry(("package", name), name, lead, head, note)
    words = b" ".join(head.split())
    if b"/" in words or words.startswith(b"."):  # a path or an address without a name
        return Entry(("place", words), words.decode("utf-8", "replace"), lead, head, note)
    raise file.Broken("not a requirement", number)


def normalised(name: bytes) -> str:
    return re.sub(r"[-_.]+", "-", name.decode().lower())


def leaf(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """A requirement by its parts: extras, version, address, marker."""
    if base is None or ours.key[0] != "package" or b"--hash" in ours.head + theirs.head:
        return None
    found = [PARTS.fullmatch(one.head) for one in (base, ours, theirs)]
    result = b""
    for part in ("indent", "name", "extras", "wanted", "url", "marker"):
        before, mine, yours = ((one[part] if one else None) or b"" for one in found)
        if yours in (before, mine):
            result += mine
        elif mine == before:
            result += yours
        else:
            return None
    return Made(result, "requirement-parts")


def sort(key: Hashable) -> str:
    return str(key[1]) if isinstance(key, tuple) else str(key)


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version has lines that pip would not take."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
    return file.flaws(SYNTAX, versions, text)


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


SYNTAX = file.Syntax(parse, leaf, sort=sort, layout_counts=False, repeats=("option", "place"))

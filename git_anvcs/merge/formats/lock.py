"""Merge lock files that are neither JSON, YAML nor TOML: Yarn, Bundler, Mix, Gradle.

A package is known by its name (in `yarn.lock` with its version, in `Gemfile.lock` with its
platform). One that both sides changed, or that nobody locked with what it needs now, leaves the
file to its package manager: see locks/graph.py.
"""

from collections.abc import Hashable
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file, reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.three_way import Made
from git_anvcs.merge.locks import check, table
from git_anvcs.merge.locks.lines import patterns
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions

WORD = re.compile(rb"[^\s,:\"]+")
RESOLVED = re.compile(rb"^[ ]+version:? \"?([^\"\n]+)\"?$", re.MULTILINE)
SPEC = re.compile(rb"(\S+) \(([^)]*)\)")
MIX = re.compile(rb"[ \t]*\"([^\"]+)\": .*\},")
MODULE = re.compile(rb"([^#=\s][^=]*):([^:=]+)=.*|(empty)=.*")


def yarn(text: bytes) -> Entry:
    """Blocks, each a line that is not indented and the indented ones below it. Raises Broken."""
    body: list[Entry] = []
    pending = b""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not line.strip() or line.startswith(b"#"):
            pending += line
        elif line[:1] in b" \t":
            if not body or pending:
                raise file.Broken("an indented line without a block", number)
            body[-1] = body[-1]._replace(head=body[-1].head + b"\n" + line.rstrip(b"\n"))
        elif line.rstrip().endswith(b":"):
            body.append(Entry((), "", pending, line.rstrip(b"\n"), b"\n"))
            pending = b""
        else:
            raise file.Broken("not a block", number)
    return reading.root([identified(one) for one in body], pending)


def identified(block: Entry) -> Entry:
    head = block.head.partition(b"\n")[0].decode()
    name = patterns(head)[0]
    name = name[: name.index("@", 1)] if "@" in name[1:] else name
    found = RESOLVED.search(block.head)
    version = found[1].decode() if found else ""
    return block._replace(key=("block", name, version), name=f"{name}@{version}")


def ranges(base: Entry | None, ours: Entry, theirs: Entry) -> Made | None:
    """A block of one version for which both sides have new ranges: those of both, sorted."""
    rows = [one.head.partition(b"\n") if one else None for one in (base, ours, theirs)]
    bodies = {row[2] for row in rows if row}
    if base is None or len(bodies) > 1 or ours.key[0] != "block":
        return None
    before, mine, yours = (set(patterns(row[0].decode())) for row in rows if row)
    kept = (before & mine & yours) | (mine - before) | (yours - before)
    if not kept:
        return None
    body = bodies.pop()
    spelled = {
        patterns(one)[0]: one
        for row in rows
        if row
        for one in row[0].decode().removesuffix(":").split(", ")
    }
    head = ", ".join(spelled.get(one, one) for one in sorted(kept))
    if b"\n  version: " in b"\n" + body:  # from its second version on Yarn quotes all as one
        head = '"' + ", ".join(sorted(kept)) + '"'
    return Made(head.encode() + b":\n" + body, "ranges-of-both")


def bundler(text: bytes) -> Entry:
    """Lines by their indentation. Raises Broken."""
    rows = text.splitlines(keepends=True)
    if any(b"\t" in row or b"<<<<<<<" in row for row in rows):
        raise file.Broken("not a line of Gemfile.lock")
    body, end = deeper(rows, 0, -1)
    rest = b"".join(rows[end:])
    if rest.strip():
        raise file.Broken("indented before any section", end + 1)
    return reading.root(body, rest)


def deeper(rows: list[bytes], at: int, above: int) -> tuple[list[Entry], int]:
    """The lines from here that are indented further than `above`, each with those below it."""
    found: list[Entry] = []
    while True:
        start = at
        while at < len(rows) and not rows[at].strip():
            at += 1
        if at == len(rows) or indent(rows[at]) <= above:
            return found, start
        inner, end = deeper(rows, at + 1, indent(rows[at]))
        entry = gem(rows[at], b"".join(rows[start:at]), inner)
        found.append(entry)
        at = end


def indent(row: bytes) -> int:
    return len(row) - len(row.lstrip(b" "))


def gem(row: bytes, lead: bytes, inner: list[Entry]) -> Entry:
    """A line: a gem by name and platform, a section by name and what it comes from."""
    words = row.split()
    spec = SPEC.match(row.strip())
    key: tuple[Hashable, ...] = ("line", b" ".join(words))
    if indent(row) == 0:
        origin = next(
            (one.head.strip() for one in inner if one.head.strip().startswith(b"remote:")), b""
        )
        key = ("section", words[0], origin)
    elif spec:
        key = ("gem", spec[1], spec[2].partition(b"-")[2] if indent(row) == 4 else b"")
    elif row.strip().endswith(b"!") or indent(row) == 6:
        key = ("gem", words[0].rstrip(b"!"), b"")
    name = words[0].decode("utf-8", "replace")
    if inner or indent(row) == 0 or row.rstrip().endswith(b":"):  # `specs:` also without any
        return Entry(key, name, lead, row, b"", tuple(inner), section=True)
    end = b"\n" if row.endswith(b"\n") else b""
    return Entry(key, name, lead, row.removesuffix(b"\n"), end)


def mix(text: bytes) -> Entry:
    """A package a line. Raises Broken."""
    rows = text.splitlines(keepends=True)
    if not rows:
        return reading.root([])
    first, *middle = rows
    if first.strip() != b"%{" or not middle or middle[-1].strip() != b"}":
        raise file.Broken("not a map", 1)
    body = []
    for number, row in enumerate(middle[:-1], 2):
        found = MIX.fullmatch(row.rstrip(b"\n"))
        if not found:
            raise file.Broken("not a package", number)
        name = found[1].decode()
        body.append(Entry(("package", found[1]), name, b"", row.rstrip(b"\n"), b"\n"))
    return Entry(("file",), "", b"", first, b"", tuple(body), middle[-1], section=True)


def gradle(text: bytes) -> Entry:
    """A module a line. Raises Broken."""
    body = []
    pending = b""
    for number, row in enumerate(text.splitlines(keepends=True), 1):
        if row.startswith(b"#") or not row.strip():
            pending += row
            continue
        found = MODULE.fullmatch(row.rstrip(b"\n"))
        if not found:
            raise file.Broken("not a module", number)
        name = found[1] or b"empty"
        key = ("empty",) if found[3] else ("module", name)
        body.append(Entry(key, name.decode(), pending, row.rstrip(b"\n"), b"\n"))
        pending = b""
    return reading.root(body, pending)


def sort(key: Hashable) -> str:
    """By what stands first on the line; what is to come last has no name."""
    if not isinstance(key, tuple) or key[0] in ("line", "section"):
        return ""
    parts = [one.decode() if isinstance(one, bytes) else str(one) for one in key[1:]]
    return " ".join(parts) if parts else "\U0010ffff"


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version cannot be read."""
    return file.merge(syntax_of(options.path), versions, options)


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """What stands twice, and why no package manager wrote this."""
    found = file.flaws(syntax_of(options.path), versions, text)
    return found or check.flaws(options.path, versions, text)


def tokens(text: bytes) -> Tokens:
    """Every word of every line that is no header of ranges, which may be written anew."""
    return Tokens(WORD.findall(text))


def syntax_of(path: str) -> file.Syntax:
    name = table.name_of(path)
    if name not in SYNTAXES:
        raise NotUnderstood(f"no lock file named {name}")
    return SYNTAXES[name]


BUNDLER = file.Syntax(bundler, sort=sort, repeats=("line",))
GRADLE = file.Syntax(gradle, sort=sort, independent=True)
SYNTAXES = {
    "yarn.lock": file.Syntax(yarn, ranges, sort=sort, independent=True),
    "Gemfile.lock": BUNDLER,
    "gems.locked": BUNDLER,
    "mix.lock": file.Syntax(mix, sort=sort, independent=True),
    "gradle.lockfile": GRADLE,
    "buildscript-gradle.lockfile": GRADLE,
}

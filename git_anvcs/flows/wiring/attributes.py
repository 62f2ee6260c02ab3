"""Which files get our merge driver, and whose word is last (gitattributes(5)).

In a tracked .gitattributes our lines stand first, so every later line of the owner wins. The
local info/attributes outranks all .gitattributes files: there, what the owner's files say about
`merge` is repeated below our lines.
"""

from collections.abc import Iterable, Mapping, Sequence

_BUILT_IN = {"binary": "-merge"}


def by_format(template: str) -> dict[str, list[str]]:
    """The lines of the shipped template below each `# format NAME`, in its order."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in map(str.strip, template.splitlines()):
        if line.startswith("# format "):
            name = line.split()[2]
        elif line and not line.startswith("#"):
            found.setdefault(name, []).append(line)
    return found


def owners_lines(files: Mapping[str, str]) -> list[str]:
    """What .gitattributes files say about `merge`, as lines for info/attributes.

    files: text by folder (`""` for the top, else `src/`), outer folders first
    """
    macros = dict(_BUILT_IN)
    found: list[str] = []
    for folder, text in sorted(files.items(), key=lambda item: item[0].count("/")):
        for pattern, words in _rules(text):
            says = [said for word in words if (said := _about_merge(word, macros))]
            if pattern.startswith("[attr]"):
                if says:
                    macros[pattern.removeprefix("[attr]")] = says[-1]
            elif says and not says[-1].startswith("merge=anvcs"):
                found.append(f"{_below(folder, pattern)} {says[-1]}")
    return found


def _rules(text: str) -> Iterable[tuple[str, Sequence[str]]]:
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith('"'):  # a pattern with spaces, quoted as in C
            end = stripped.find('"', 1)
            yield stripped[: end + 1], stripped[end + 1 :].split()
        else:
            pattern, *words = stripped.split()
            yield pattern, words


def _about_merge(word: str, macros: Mapping[str, str]) -> str | None:
    name = word.lstrip("-!").partition("=")[0]
    if name == "merge":
        return word
    return macros.get(word)


def _below(folder: str, pattern: str) -> str:
    """A pattern of a file in `folder`, as seen from the top of the tree."""
    if not folder:
        return pattern
    quote = '"' if pattern.startswith('"') or " " in folder else ""
    bare = pattern.strip('"')
    inner = bare.removeprefix("/") if "/" in bare.rstrip("/") else f"**/{bare}"
    return f"{quote}/{folder}{inner}{quote}"

"""Story: say in .gitattributes which files are kept as pointers, or that they are no longer."""

from collections.abc import Iterable, Sequence
from pathlib import Path
import re
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.selection import unbraced
from git_anvcs.flows.blobs import pointed
from git_anvcs.git import config, objects
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.store import atomic

FILE = ".gitattributes"
ATTRIBUTES = ("filter=ai-blob", "diff=ai-blob", "merge=ai-blob", "-text")
_WILD = "*?[\\"
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


class Rule(NamedTuple):
    """A pattern and its line; changed: whether the file says something else now."""

    pattern: str
    line: str
    changed: bool


class Files(NamedTuple):
    """What a pattern means for the files that are there.

    found: how many are in the index or could be added
    contents: those of the index whose content is in Git; pointers: those that are pointers
    """

    found: int
    contents: tuple[str, ...]
    pointers: tuple[str, ...]


def track(folder: Path, patterns: Iterable[str], *, dry: bool) -> list[Rule]:
    """Add a line for each pattern to the folder's file. Raises UsageError, CannotWrite."""
    text = _read(folder)
    rules = []
    for pattern in patterns:
        line = line_of(pattern)
        there = [_split(one) for one in _lines(text)]
        known = any(said == pattern and set(words) >= set(ATTRIBUTES) for said, words in there)
        rules.append(Rule(pattern, line, changed=not known))
        if not known:
            gap = "" if not text or text.endswith("\n") else "\n"
            text = f"{text}{gap}{line}\n"
    _write(folder, text, rules, dry=dry)
    return rules


def untrack(folder: Path, patterns: Iterable[str], *, dry: bool) -> list[Rule]:
    """Take our words out of the lines of these patterns; a line that says no more goes."""
    text = _read(folder)
    rules = []
    for pattern in patterns:
        line = line_of(pattern)
        kept = [_without(one, pattern) for one in _lines(text)]
        after = "".join(kept)
        rules.append(Rule(pattern, line, changed=after != text))
        text = after
    _write(folder, text, rules, dry=dry)
    return rules


def of_settings(found: Settings) -> list[str]:
    """The patterns of blobs.track as gitattributes(5) has them, which knows no braces."""
    return unbraced(found.words("blobs.track"))


def listed(folder: Path) -> list[str]:
    """The patterns of the folder's .gitattributes that are tracked."""
    lines = (_split(line) for line in _lines(_read(folder)))
    return [pattern for pattern, words in lines if ATTRIBUTES[0] in words]


def line_of(pattern: str) -> str:
    """The line of a pattern, quoted where gitattributes(5) asks for it. Raises UsageError."""
    if not pattern or pattern.startswith(("!", "[attr]")) or "\0" in pattern:
        raise UsageError(
            f"{pattern!r} is no pattern of gitattributes(5)", hint="such as '*.psd' or 'data/**'"
        )
    if pattern.endswith("/"):
        raise UsageError(
            f"{pattern!r} names a folder, which has no attributes", hint=f"'{pattern}**' is meant"
        )
    plain = pattern.isprintable() and " " not in pattern and pattern[0] not in '"#'
    spelt = pattern if plain else f'"{"".join(_ESCAPED.get(sign, sign) for sign in pattern)}"'
    return " ".join((spelt, *ATTRIBUTES))


def files(repo: Repo, folder: Path, pattern: str) -> Files:
    """The files of the worktree that the pattern is about, whatever other lines say of them."""
    spec = _pathspec(repo, folder, pattern)
    others = repo.git("ls-files", "-o", "-z", "--exclude-standard", "--", spec, env=NO_FETCH)
    blobs = {path: blob for path, (_, blob) in pointed.entries(repo, [spec]).items()}
    sizes = objects.blob_sizes(repo, blobs.values()) if blobs else {}
    small = [
        blob for blob in dict.fromkeys(blobs.values()) if sizes.get(blob, 0) <= pointers.LONGEST
    ]
    read = zip(small, objects.read(repo, small, env=NO_FETCH), strict=True)
    pointing = {blob for blob, one in read if one and (not one.data or pointers.parse(one.data))}
    return Files(
        len(blobs) + others.count(b"\0"),
        tuple(path for path, blob in blobs.items() if blob not in pointing),
        tuple(path for path, blob in blobs.items() if blob in pointing and sizes.get(blob)),
    )


def worktree_of(repo: Repo) -> Repo:
    """The same repository. Raises UsageError where it has no worktree to write to."""
    if repo.bare:
        raise UsageError(
            f"{repo.root} is a bare repository: it has no .gitattributes to write to",
            hint="track in a clone, commit and push",
        )
    return repo


def is_wired(repo: Repo) -> bool:
    """Whether Git knows the filter here; without it, contents go into Git's history."""
    return bool(config.get(repo, f"filter.{pointed.FILTER}.process"))


def _pathspec(repo: Repo, folder: Path, pattern: str) -> str:
    """The pattern as a pathspec from the top: without a slash it is a name in any folder."""
    below = folder.resolve().relative_to(repo.root.resolve()).as_posix()
    outer = "" if below == "." else "".join(f"\\{c}" if c in _WILD else c for c in below) + "/"
    anywhere = "" if "/" in pattern else "**/"
    return f":(top,glob){outer}{anywhere}{pattern.removeprefix('/')}"


def _lines(text: str) -> list[str]:
    """Lines as Git reads them, each with its end: other signs that break lines are of a name."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _split(line: str) -> tuple[str, Sequence[str]]:
    """The pattern of a line and its attributes."""
    said = line.strip(" \t\r\n")
    if said.startswith('"'):
        end = _end_of_quotes(said)
        raw = unquoted(said[: end + 1].encode(errors="surrogateescape"))
        return raw.decode(errors="surrogateescape"), said[end + 1 :].split()
    pattern, *words = re.split(r"[ \t\r]+", said)
    return ("", ()) if pattern.startswith("#") else (pattern, words)


def _end_of_quotes(text: str) -> int:
    at = 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at


def _without(line: str, pattern: str) -> str:
    said, words = _split(line)
    if said != pattern or ATTRIBUTES[0] not in words:
        return line
    rest = [word for word in words if word not in ATTRIBUTES]
    if not rest:
        return ""
    end = line[len(line.rstrip("\r\n")) :]
    return " ".join((line_of(pattern).removesuffix(" ".join(("", *ATTRIBUTES))), *rest)) + end


def _read(folder: Path) -> str:
    path = folder / FILE
    if path.is_symlink():
        raise UsageError(
            f"{path} is a symbolic link, which Git does not read", hint="make it a file"
        )
    try:
        return path.read_bytes().decode(errors="surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _write(folder: Path, text: str, rules: Sequence[Rule], *, dry: bool) -> None:
    if dry or not any(rule.changed for rule in rules):
        return
    path = folder / FILE
    if not text:
        path.unlink()
        return
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    atomic.write(path, text.encode(errors="surrogateescape"), mode=mode)

"""The two sides and the base of a file that has conflicts now.

From the index, as long as the file still is what the merge left; else what stands between the
markers, with the base from the index where there is one: then everything edited since is on both
sides and survives.
"""

from pathlib import Path
import re
from typing import NamedTuple

from git_anvcs.git import conflicted
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.merge import checks, embedded, lines, markers, registry
from git_anvcs.merge.markers import Parsed
from git_anvcs.merge.result import Labels, Merged, NotUnderstood, Options, Versions

STYLES = ("merge", "diff3", "zdiff3")


class Case(NamedTuple):
    """One file with conflicts.

    lines: the line merge that the engine may improve on
    conflicts: how many `current`, the file as it is, has
    source: `index`, `markers and index`, or `markers`
    blind: the base is not known, so only a complete and lossless result is acceptable
    other_base: what the base may also have been, when it comes from zdiff3 markers
    """

    path: str
    current: bytes
    versions: Versions
    options: Options
    lines: bytes
    conflicts: int
    source: str
    blind: bool = False
    other_base: bytes = b""


class NothingToSolve(Exception):
    """The file has no conflict that could be worked on."""

    def __init__(self, why: str, conflicts: int = 0) -> None:
        super().__init__(why)
        self.conflicts = conflicts


def of_file(repo: Repo | None, file: Path) -> Case:
    """Rebuild the versions of `file`. Raises NothingToSolve."""
    if file.is_symlink():
        raise NothingToSolve("a symbolic link: name the file itself")
    if repo is None or repo.bare:
        return _of_markers(file.name, file.read_bytes(), conflicted.DEFAULT_MARKER_SIZE, {})
    path = conflicted.in_repository(repo, file.parent, file.name)
    blobs = conflicted.stages(repo).get(path, {})
    if blobs and not file.is_file():
        raise NothingToSolve("one side deleted it: decide with git add or git rm", 1)
    current = file.read_bytes()
    size = conflicted.marker_sizes(repo, [path]).get(path, conflicted.DEFAULT_MARKER_SIZE)
    texts = {stage: conflicted.as_checked_out(repo, path, blob) for stage, blob in blobs.items()}
    case = _of_markers(path, current, size, texts)
    if 2 in texts and 3 in texts:
        return _untouched(repo, case, texts) or case
    return case


def is_better(case: Case, merged: Merged) -> bool:
    """Whether the result leaves less to decide than the file as it is."""
    if merged.text == case.current or merged.relock:
        return False
    if case.blind:
        return not merged.conflicts and _keeps_both(case.versions, merged.text)
    if not merged.conflicts:
        return True
    if merged.readings:
        inside = embedded.has_markers(case.current, case.options.marker_size)
        return not inside or len(merged.conflicts) < case.conflicts
    parsed = markers.parse(merged.text, case.options.marker_size)
    return _mass(parsed) < _mass(markers.parse(case.current, case.options.marker_size))


def _of_markers(path: str, current: bytes, size: int, texts: dict[int, bytes]) -> Case:
    if registry.format_of(path) == "notebook" and embedded.has_markers(current, size):
        return _of_cells(path, current, size, texts)
    if not markers.has_markers(current, size):
        why = "unmerged, but without markers: git add it when it is right"
        raise NothingToSolve(why if texts else "no conflict markers", 1 if texts else 0)
    try:
        parsed = markers.parse(current, size)
    except ValueError as error:
        raise NothingToSolve(f"the markers are damaged: {error}", 1) from error
    versions = parsed.versions()
    if texts:
        versions = versions._replace(base=texts.get(1, b""))
    base, ours, theirs = parsed.labels[0] if parsed.labels else ("", "", "")
    options = Options(
        path, size, "diff3" if parsed.with_base else "merge", Labels(base, ours, theirs)
    )
    blind = not parsed.with_base and not texts
    count = _mass(parsed)[0]
    if blind and _has_empty_side(parsed):
        raise NothingToSolve("the markers do not show the base, and one side is empty", count)
    source = "markers and index" if texts else "markers"
    other_base = b"" if texts else _without_echo(parsed)
    return Case(path, current, versions, options, current, count, source, blind, other_base)


def _of_cells(path: str, current: bytes, size: int, texts: dict[int, bytes]) -> Case:
    """The case of a notebook whose conflicts stand inside its cells."""
    from git_anvcs.merge.formats import notebook

    count = len(embedded.starts(current, size))
    try:
        found = notebook.reopened(current, size)
    except (NotUnderstood, ValueError) as error:
        raise NothingToSolve(f"decide in the notebook: {error}", count) from error
    versions = found.versions._replace(base=texts[1]) if 1 in texts else found.versions
    options = Options(path, size, "diff3" if found.with_base else "merge", found.labels)
    blind = not found.with_base and not texts
    by_lines = lines.merge(versions, options).text
    source = "markers and index" if texts else "markers"
    return Case(path, current, versions, options, by_lines, count, source, blind)


def _without_echo(parsed: Parsed) -> bytes:
    """The base without lines around a conflict that its own part of the base has too.

    zdiff3 moves out what both sides start or end with; the base of the conflict stays whole, so
    such a line would be there twice. Both sides have it, so leaving it out loses nothing.
    """
    lines = parsed.texts[0]
    echo: set[int] = set()
    for chunk in (chunk for chunk in parsed.chunks if chunk.kind == "conflict"):
        inside = {_bare(line) for line in lines[chunk.base0 : chunk.base1]}
        for places in (range(chunk.base0 - 1, -1, -1), range(chunk.base1, len(lines))):
            for place in places:
                if _bare(lines[place]) not in inside:
                    break
                echo.add(place)
    return b"".join(line for place, line in enumerate(lines) if place not in echo)


def _bare(line: bytes) -> bytes:
    return line.strip().rstrip(b",")


def _untouched(repo: Repo, case: Case, texts: dict[int, bytes]) -> Case | None:
    """The case from the index alone, when the file is still what Git's line merge made of it."""
    versions = Versions(texts.get(1, b""), texts[2], texts[3])
    for style in STYLES:
        options = case.options._replace(style=style)
        lines = _line_merge(repo, versions, options)
        if lines is not None and _unlabelled(lines, options) == _unlabelled(case.current, options):
            return case._replace(versions=versions, options=options, lines=lines, source="index")
    return None


def _line_merge(repo: Repo, versions: Versions, options: Options) -> bytes | None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (versions.ours, versions.base, versions.theirs), strict=True):
            file.write_bytes(text)
        style = () if options.style == "merge" else (f"--{options.style}",)
        named = ("-L", options.labels.ours, "-L", options.labels.base, "-L", options.labels.theirs)
        size = f"--marker-size={options.marker_size}"
        argv = ("git", "-c", "merge.conflictStyle=merge", "merge-file", "-p", size, *style, *named)
        done = process.run((*argv, *map(str, files)), cwd=repo.root)
    return done.stdout if 0 <= done.returncode < 128 else None


def _unlabelled(text: bytes, options: Options) -> bytes:
    size = options.marker_size
    return re.sub(rb"(?m)^([<|>]{%d}) [^\r\n]*" % size, rb"\1", text)


def _mass(parsed: Parsed) -> tuple[int, int]:
    """How many conflicts, and how many lines in them."""
    clashes = [chunk for chunk in parsed.chunks if chunk.kind == "conflict"]
    lines = (c.ours1 - c.ours0 + c.theirs1 - c.theirs0 for c in clashes)
    return len(clashes), sum(lines)


def _has_empty_side(parsed: Parsed) -> bool:
    clashes = (chunk for chunk in parsed.chunks if chunk.kind == "conflict")
    return any(c.ours0 == c.ours1 or c.theirs0 == c.theirs1 for c in clashes)


def _keeps_both(versions: Versions, text: bytes) -> bool:
    kept = checks.line_tokens(text)
    both = checks.union([checks.line_tokens(versions.ours), checks.line_tokens(versions.theirs)])
    return all(kept[line] >= number for line, number in both.items())

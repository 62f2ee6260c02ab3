"""What the input of an editing tool says was written, in the forms most agents share.

All of it or nothing: a reader takes what is not told for somebody else's, so an edit that is only
half understood is better not told at all.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from git_anvcs.provenance.events import LONGEST_PATH, MOST_PATHS
from git_anvcs.provenance.told import Wrote, replaced

Input = Mapping[str, object]

_CONTENTS = ("content", "file_text", "fileText", "contents")
_NEW = ("new_string", "newString", "new_str", "newStr")
_OLD = ("old_string", "oldString", "old_str", "oldStr")
_LISTS = ("edits", "replacements")
_PATCHES = ("input", "patch", "patchText", "patch_text", "command")
_STARTS = ("*** Update File: ", "*** Add File: ", "*** Delete File: ", "*** Move to: ")


class Edit(NamedTuple):
    """One replacement. old: None when it is not told"""

    new: str
    old: str | None = None
    everywhere: bool = False


def wrote(given: Input, paths: tuple[str, ...], names: tuple[str, ...]) -> tuple[Wrote, ...]:
    """The texts that a tool's input holds.

    paths: the files it edits; names: the fields that name a file
    """
    for key in _PATCHES:
        patch = given.get(key)
        if isinstance(patch, str) and "*** " in patch:
            return tuple(_patched(patch))
    if len(paths) == 1:
        content = _first(given, _CONTENTS)
        if content is not None:
            return (Wrote(paths[0], content),)
        return in_file(paths[0], edits(given), None)
    return _in_many(given, names)


def edits(given: Input) -> tuple[Edit, ...]:
    """The replacements, in order; none when one of them is not understood."""
    listed = next((given[key] for key in _LISTS if isinstance(given.get(key), list)), [given])
    found = []
    for item in listed if isinstance(listed, list) else ():
        edit = _edit(item)
        if edit is None:
            return ()
        found.append(edit)
    return tuple(found)


def in_file(path: str, edits: tuple[Edit, ...], original: str | None) -> tuple[Wrote, ...]:
    """What the replacements wrote into one file; original: what was in it before, where known."""
    found = []
    text = original
    for edit in edits:
        whole = None
        if text is not None and edit.old is not None:
            whole = replaced(text, edit.old, edit.new, everywhere=edit.everywhere)
            count = -1 if edit.everywhere else 1
            text = text.replace(edit.old, edit.new, count) if edit.old else edit.new
        found.append(Wrote(path, edit.new, whole=False) if whole is None else Wrote(path, whole))
    return tuple(found)


def named_in_patch(patch: str) -> Iterator[str]:
    """The files that a patch in the form of `apply_patch` names."""
    for line in patch.splitlines():
        path = _named(line)
        if path:
            yield path


def _in_many(given: Input, names: tuple[str, ...]) -> tuple[Wrote, ...]:
    """The same for a list whose items each name their file."""
    listed = next((given[key] for key in _LISTS if isinstance(given.get(key), list)), [])
    found: list[Wrote] = []
    for item in listed[:MOST_PATHS] if isinstance(listed, list) else ():
        edit = _edit(item)
        path = _first(item, names) if isinstance(item, dict) else None
        if edit is None or not path:
            return ()
        found += in_file(path, (edit,), None)
    return tuple(found)


def _edit(item: object) -> Edit | None:
    if not isinstance(item, dict):
        return None
    new = _first(item, _NEW)
    everywhere = item.get("replace_all", item.get("replaceAll")) is True
    return None if new is None else Edit(new, _first(item, _OLD), everywhere)


def _first(given: Input, keys: tuple[str, ...]) -> str | None:
    found = (given.get(key) for key in keys)
    return next((value for value in found if isinstance(value, str)), None)


def _patched(patch: str) -> Iterator[Wrote]:
    """The added lines of each file; a file with none was not written into, which is told, too."""
    path, added = "", list[str]()
    for line in patch.split("\n"):
        named = _named(line)
        if named and line.startswith("*** Move to: "):
            path = named
        elif named:
            if path:
                yield Wrote(path, "\n".join(added))
            path, added = named, []
        elif line.startswith("+"):
            added.append(line[1:])
    if path:
        yield Wrote(path, "\n".join(added))


def _named(line: str) -> str:
    for start in _STARTS:
        path = line.removeprefix(start).strip()
        if line.startswith(start) and 0 < len(path) <= LONGEST_PATH and "\0" not in path:
            return path
    return ""

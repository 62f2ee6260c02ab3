"""Tell what a merge, rebase, cherry-pick or revert in progress still lacks.

Three kinds of findings: files that are unmerged in the index, conflict markers
in changed files (in the worktree or already staged), and files that no longer
parse although they did in HEAD. Exit code 1 when there is any; also outside an
operation, so that it can guard a commit.

Example:
  git-ai-merge check && git rebase --continue
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.drivers.say import Call, counted
from git_anvcs.git import conflicted
from git_anvcs.git.repo import Repo
from git_anvcs.merge import embedded, markers, registry
from git_anvcs.merge.result import NotUnderstood

SAID = {
    "unmerged": "is unmerged",
    "markers": "has conflict markers",
    "syntax": "does not parse as",
}


class Finding(NamedTuple):
    """kind: `unmerged`, `markers` or `syntax`; place: `index` or `worktree`."""

    kind: str
    path: str
    place: str
    detail: str = ""


def add_arguments(_parser: ArgumentParser) -> None:
    """It has no options of its own."""


def run(call: Call) -> int:
    repo = call.repo
    going_on = conflicted.operations(repo)
    found = list(findings(repo))
    value = {
        "operations": [one._asdict() for one in going_on],
        "findings": [one._asdict() for one in found],
    }
    lines = [
        f"{one.path}: {SAID[one.kind]}{f' {one.detail}' if one.detail else ''}"
        f"{' (staged)' if one.place == 'index' and one.kind != 'unmerged' else ''}"
        for one in found
    ]
    lines.append(_verdict(going_on, len(found)))
    call.answer(value, "\n".join(lines))
    return 1 if found else 0


def findings(repo: Repo) -> Iterator[Finding]:
    """Everything that is not done yet, path by path."""
    unmerged = conflicted.stages(repo)
    for path in unmerged:
        yield Finding("unmerged", path, "index")
    staged = conflicted.changed(repo, "--cached", _head(repo))
    edited = {} if repo.bare else conflicted.changed(repo)
    for path, stages in unmerged.items():
        edited[path] = conflicted.Changed(stages.get(2, ""), "")
    blobs = conflicted.contents(repo, [blob for one in staged.values() for blob in one])
    blobs |= conflicted.contents(repo, [one.before for one in edited.values()])
    sizes = conflicted.marker_sizes(repo, {*staged, *edited})
    for path, (before, after) in staged.items():
        yield from judge(path, "index", blobs.get(after, b""), blobs.get(before, b""), sizes[path])
    for path, (before, _) in edited.items():
        file = repo.root / path
        if file.is_file() and not file.is_symlink():
            in_head = blobs.get(staged[path].before if path in staged else before, b"")
            yield from judge(path, "worktree", file.read_bytes(), in_head, sizes[path])


def judge(path: str, place: str, text: bytes, before: bytes, size: int) -> Iterator[Finding]:
    """What is wrong with a text that was not wrong in HEAD."""
    name = registry.format_of(path)
    if marked(name, text, size):
        if not marked(name, before, size):
            yield Finding("markers", path, place)
        return
    if name != "text" and not _parses(name, text) and (not before or _parses(name, before)):
        yield Finding("syntax", path, place, name)


def marked(name: str, text: bytes, size: int) -> bool:
    """Whether the text has conflict markers, in a notebook also inside its cells."""
    inside = name == "notebook" and embedded.has_markers(text, size)
    return inside or markers.has_markers(text, size)


def _parses(name: str, text: bytes) -> bool:
    try:
        form = registry.load_format(name)
        if isinstance(form, registry.Checked):
            form.tokens(text)
    except NotUnderstood:
        return False
    return True


def _head(repo: Repo) -> str:
    """HEAD, or the empty tree before the first commit."""
    return repo.resolve("HEAD") or repo.line("hash-object", "-t", "tree", "/dev/null")


def _verdict(going_on: list[conflicted.Operation], number: int) -> str:
    names = " and ".join(one.name for one in going_on)
    if number:
        return f"{counted(number, 'finding')}{f' in the {names}' if names else ''}"
    if going_on:
        return f"nothing is left to do in the {names}: {going_on[0].go_on}"
    return "no merge is in progress, and nothing is left of one"

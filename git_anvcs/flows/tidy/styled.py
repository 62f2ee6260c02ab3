"""Which commits of a row change nothing but the form of texts, as a formatter does."""

from collections.abc import Sequence

from git_anvcs.flows.journal.form import only_form
from git_anvcs.flows.tidy.plan import Step
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk


def marked(repo: Repo, base: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, with what is known of their form. base: the commit before them, empty for none"""
    before = repo.line("rev-parse", f"{base}^{{tree}}") if base else ""
    found = []
    for step in steps:
        found.append(step._replace(form=bool(before) and _is_form(repo, before, step.tree)))
        before = step.tree
    return tuple(found)


def _is_form(repo: Repo, before: str, after: str) -> bool:
    """Whether every file that differs is a text that says the same."""
    [changes] = tree_diff.changes(repo, [(before, after)])
    return bool(changes) and all(_says_the_same(repo, before, after, path) for path in changes)


def _says_the_same(repo: Repo, before: str, after: str, path: str) -> bool:
    sides = objects.read(repo, [f"{before}:{path}", f"{after}:{path}"], env=objects.NO_FETCH)
    texts = [disk.text_of(side.data) if side and side.kind == "blob" else None for side in sides]
    old, new = texts
    return old is not None and new is not None and only_form(path, old[0], new[0])

"""Commit objects taken apart, as they are stored (gitformat-commit: headers, blank line, text)."""

from collections.abc import Iterable
import re
from typing import NamedTuple

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo

_CHANGE_ID = re.compile(r"^\s*Change-Id: (I[0-9a-f]{40})\s*$", re.MULTILINE)


class Commit(NamedTuple):
    """One commit; author and committer as `Name <mail> seconds zone`."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]

    @property
    def moved(self) -> bool:
        """Whether it was committed at another moment than it was written.

        What a rebase or a pick makes mostly is; a first commit never.
        """
        return _moment(self.author) != _moment(self.committer)

    @property
    def change_ids(self) -> tuple[str, ...]:
        """Gerrit's ids anywhere in the message: a squash keeps several, in its body."""
        return tuple(dict.fromkeys(_CHANGE_ID.findall(self.message)))

    def mentioned(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """The commit ids that `pattern` (one group) finds in the message."""
        return tuple(dict.fromkeys(pattern.findall(self.message)))


def load(repo: Repo, commits: Iterable[str]) -> dict[str, Commit]:
    """The commits that exist here, by id, as they are stored: replace refs do not count."""
    found = objects.read(repo, dict.fromkeys(commits), env=objects.AS_STORED)
    return {o.oid: parse(o.oid, o.data) for o in found if o and o.kind == "commit"}


def parse(oid: str, data: bytes) -> Commit:
    head, _, message = data.decode(errors="surrogateescape").partition("\n\n")
    parents = []
    headers = {"tree": "", "author": "", "committer": ""}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        if key == "parent":
            parents.append(value)
        elif key in headers:
            headers[key] = value
    return Commit(
        oid, headers["tree"], tuple(parents), headers["author"], headers["committer"], message
    )


def _moment(line: str) -> str:
    """Seconds and zone at the end of an author or committer line."""
    return " ".join(line.rsplit(" ", 2)[1:])

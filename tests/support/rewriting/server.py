"""Operations on a host: what its merge button makes in a bare repository, fetched back.

A host runs none of our hooks and names itself as the committer; it may set the author's date
anew (squash) or keep it (rebase).
"""

from pathlib import Path

from tests.support.rewriting.case import Case

_COMMITTER = {"GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com"}


class Host:
    """A bare repository that merges a branch of its own into main, by plumbing as hosts do."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.path: Path = case.box.base / "host.git"
        case.git("clone", "-q", "--bare", ".", str(self.path))
        case.git("remote", "add", "origin", str(self.path))

    def git(self, *argv: str, stdin: str = "", **env: str) -> str:
        self.case.box.ticks += 1
        done = self.case.git(*argv, cwd=self.path, stdin=stdin, env={**_COMMITTER, **env})
        return done.strip()

    def rebase(self, branch: str) -> None:
        """One new commit for each of the branch: same author, same moment, other committer."""
        tip = self.git("rev-parse", "main")
        for commit in self.git("rev-list", "--reverse", f"main..{branch}").split():
            tree = self._merged(tip, commit, f"{commit}^")
            message = self.git("log", "-1", "--format=%B", commit)
            how = ("commit-tree", "-p", tip, "-F", "-", tree)
            tip = self.git(*how, stdin=message, **self._author(commit))
        self.git("update-ref", "refs/heads/main", tip)

    def squash(self, branch: str, message: str) -> None:
        """One new commit of the whole branch."""
        tree = self.git("merge-tree", "--write-tree", "main", branch)
        new = self.git("commit-tree", "-p", "main", "-m", message, tree)
        self.git("update-ref", "refs/heads/main", new)

    def merge(self, branch: str) -> None:
        """A merge commit."""
        tree = self.git("merge-tree", "--write-tree", "main", branch)
        new = self.git("commit-tree", "-p", "main", "-p", branch, "-m", f"Merge {branch}", tree)
        self.git("update-ref", "refs/heads/main", new)

    def back(self) -> None:
        """Fetch what the host made; the branch itself is gone there, as after a merge."""
        self.case.git("switch", "-q", "main")
        self.case.ok("fetch", "-q", "--prune", "origin", "+refs/heads/*:refs/remotes/origin/*")
        self.case.ok("merge", "-q", "--ff-only", "origin/main")

    def _merged(self, tip: str, commit: str, base: str) -> str:
        """The tree of `commit` picked onto `tip` (a host has libgit2 for it)."""
        index = {"GIT_INDEX_FILE": str(self.path / "tmp-index")}
        self.git("read-tree", "-i", "-m", "--aggressive", base, tip, commit, **index)
        return self.git("write-tree", **index)

    def _author(self, commit: str) -> dict[str, str]:
        name, mail, date = self.git("log", "-1", "--format=%an%n%ae%n%aI", commit).split("\n")
        return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": date}


def _three_pushed(case: Case) -> Host:
    case.three()
    return Host(case)


def rebase_button(case: Case) -> None:
    host = _three_pushed(case)
    host.rebase("topic")
    host.back()


def rebase_button_moved(case: Case) -> None:
    case.three()
    case.upstream()
    host = Host(case)
    host.rebase("topic")
    host.back()


def squash_button(case: Case) -> None:
    host = _three_pushed(case)
    host.squash("topic", "All of it (#12)")
    host.back()


def squash_button_moved(case: Case) -> None:
    case.three()
    case.upstream()
    host = Host(case)
    host.squash("topic", "All of it (#12)")
    host.back()


def squash_button_one(case: Case) -> None:
    case.git("switch", "-q", "-c", "topic")
    case.by("a", "one")
    case.know()
    case.upstream()
    host = Host(case)
    host.squash("topic", "add one (#12)")
    host.back()


def squash_button_beside_another(case: Case) -> None:
    """Two branches begin alike; only the one that was squashed may be named."""
    case.three()
    case.git("switch", "-q", "-c", "other", "topic~1")
    case.by("d", "other")
    case.know()
    case.upstream()
    host = Host(case)
    host.squash("other", "The other (#13)")
    host.back()


def merge_button(case: Case) -> None:
    case.three()
    case.upstream()
    host = Host(case)
    host.merge("topic")
    host.back()


def branch_deleted(case: Case) -> None:
    case.three()
    case.upstream()
    host = Host(case)
    host.rebase("topic")
    host.back()
    case.ok("branch", "-q", "-D", "topic")


OPERATIONS = {
    "host: rebase merge": rebase_button,
    "host: rebase merge, base moved": rebase_button_moved,
    "host: rebase merge, branch deleted": branch_deleted,
    "host: squash merge": squash_button,
    "host: squash merge, base moved": squash_button_moved,
    "host: squash merge of one": squash_button_one,
    "host: squash merge beside another": squash_button_beside_another,
    "host: merge commit": merge_button,
}

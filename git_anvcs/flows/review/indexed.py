"""What the index has for a path of a merge in progress; it follows what a review puts into a file.

Where a conflict is put back the path is unmerged again, so that no commit takes it in by mistake.
"""

from collections.abc import Sequence

from git_anvcs.flows.review.look import File
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.merge.markers import has_markers


class Indexed:
    """The entries of one path, read before the file changes."""

    def __init__(self, repo: Repo, path: str) -> None:
        self.repo = repo
        self.path = path
        rows = repo.git("--literal-pathspecs", "ls-files", "-s", "-z", "--", path)
        facts = [row.partition(b"\t")[0].decode().split() for row in rows.split(b"\0")[:-1]]
        self.modes = {int(stage): mode for mode, _, stage in facts}
        self.staged = next((oid for _, oid, stage in facts if stage == "0"), "")

    def follow(self, file: File, before: bytes, new: bytes) -> tuple[bool, bool]:
        """Whether the path is staged as the file now is, and whether it is unmerged.

        before: the file's bytes until now; new: its text with the line ends of the repository
        """
        held = bool(self.staged) and self.staged == self._hash(before)
        if has_markers(new, file.options.marker_size):
            if held:
                self._unmerge(file)
            return False, held or not self.staged
        solved = not self.staged and new == file.result.text and not file.result.conflicts
        if held or (solved and self.modes):
            self._stage()
            return True, False
        return False, not self.staged

    def _hash(self, raw: bytes) -> str:
        """The id of the blob that `git add` would make of the file."""
        asked = ("hash-object", "--stdin", f"--path={self.path}")
        return self.repo.git(*asked, stdin=raw).decode().strip()

    def _stage(self) -> None:
        """Stage the file as `git add` would, with its filters."""
        oid = self.repo.git("hash-object", "-w", "--", self.path).decode().strip()
        mode = self.modes.get(0) or self.modes.get(2) or "100644"
        self._write([(mode, oid, 0)])

    def _unmerge(self, file: File) -> None:
        made = [objects.make(self.repo, "blob", text) for text in file.versions]
        objects.write(self.repo, made)
        stages = [(self.modes[0], blob.oid, stage) for stage, blob in enumerate(made, 1)]
        self._write(stages if file.versions.base else stages[1:])

    def _write(self, rows: Sequence[tuple[str, str, int]]) -> None:
        """Give the path these entries and no others (git-update-index(1), --index-info)."""
        told = [f"0 {self.repo.zero_oid}\t{self.path}"]
        told += [f"{mode} {oid} {stage}\t{self.path}" for mode, oid, stage in rows]
        stdin = "".join(f"{row}\0" for row in told).encode(errors="surrogateescape")
        self.repo.git("update-index", "-z", "--index-info", stdin=stdin)

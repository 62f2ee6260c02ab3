"""A merge under way: what Git made of the trees, and what we have made of that so far."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.git.objects import Object
from git_anvcs.git.ort import Note, Staged, TreeMerge
from git_anvcs.merge.result import Merged, Options, Versions

CONTENTS = "CONFLICT (contents)"


class Decided(NamedTuple):
    """What our engine made of one file; kept for `explain` and `review`."""

    versions: Versions
    options: Options
    merged: Merged

    @property
    def path(self) -> str:
        return self.options.path


class Result(NamedTuple):
    """The merged tree with markers, what stays open, what to tell, what was decided.

    stages: the open paths; clean: nothing is left to a person
    """

    tree: str
    stages: Mapping[str, Mapping[int, Staged]]
    notes: tuple[Note, ...]
    decided: tuple[Decided, ...]

    @property
    def clean(self) -> bool:
        return not self.stages and not any(note.conflict for note in self.notes)


class Draft(NamedTuple):
    """merge: as Git has left it, without what is solved since and with what is open since

    made: new texts by path; gone: paths of the tree that are to be removed
    blobs: of new stages, not stored yet
    """

    merge: TreeMerge
    made: Mapping[str, bytes]
    gone: tuple[str, ...] = ()
    decided: tuple[Decided, ...] = ()
    blobs: tuple[Object, ...] = ()

    def solved(self, path: str) -> "Draft":
        """The same without the conflict of this path."""
        stages = {name: found for name, found in self.merge.stages.items() if name != path}
        notes = tuple(
            note for note in self.merge.notes if not (note.conflict and path in note.paths)
        )
        return self._replace(merge=self.merge._replace(stages=stages, notes=notes))

    def opened(self, path: str, stages: Mapping[int, Staged]) -> "Draft":
        """The same with this path open."""
        known = {**self.merge.stages, path: dict(stages)}
        return self._replace(merge=self.merge._replace(stages=known))

    def told(self, *notes: Note) -> "Draft":
        return self._replace(merge=self.merge._replace(notes=(*self.merge.notes, *notes)))

    def with_text(self, path: str, text: bytes, decided: Decided) -> "Draft":
        """The same with this text of a file; what was decided in it before stays told."""
        before = [one.merged.resolutions for one in self.decided if one.path == path]
        merged = decided.merged
        merged = merged._replace(resolutions=(*sum(before, ()), *merged.resolutions))
        others = tuple(one for one in self.decided if one.path != path)
        return self._replace(
            made={**self.made, path: text},
            decided=(*others, decided._replace(merged=merged)),
        )

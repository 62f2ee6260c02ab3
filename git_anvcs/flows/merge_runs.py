"""What merges on this machine decided, file by file, as the drivers and the strategy keep it.

The files: docs/formats/merge-runs.md. Written by drivers/runs.py.
"""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.merge.result import Conflict, Labels, Options, Resolution
from git_anvcs.store.paths import Paths


class Run(NamedTuple):
    """One merge of one file.

    options: the path, and how conflicts were written
    digests: SHA-256 of `base`, `ours`, `theirs` and `result`; empty in runs of older versions
    """

    id: str
    format: str
    options: Options
    digests: Mapping[str, str]
    resolutions: tuple[Resolution, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def path(self) -> str:
        return self.options.path


def read(common_dir: Path) -> Iterator[Run]:
    """The runs kept under the common Git dir, newest first; unreadable ones are passed over."""
    for file in sorted(Paths(common_dir).merges.glob("*.json"), reverse=True):
        try:
            facts = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(facts, dict) and isinstance(facts.get("path"), str):
            yield _run(file.stem, facts)


def _run(name: str, facts: Mapping[str, object]) -> Run:
    labels = {key: text for key, text in _texts(facts, "labels").items() if key in Labels._fields}
    size = facts.get("marker_size")
    options = Options(
        str(facts["path"]),
        size if isinstance(size, int) and size > 0 else 7,
        str(facts.get("style", "merge")),
        Labels(**labels),
    )
    resolutions = (
        Resolution(*(str(one.get(field, "")) for field in Resolution._fields))
        for one in _rows(facts, "resolutions")
    )
    conflicts = tuple(map(_conflict, _rows(facts, "conflicts")))
    digests = _texts(facts, "sha256")
    form = str(facts.get("format", "?"))
    return Run(name, form, options, digests, tuple(resolutions), conflicts)


def _conflict(one: Mapping[str, object]) -> Conflict:
    line = one.get("line")
    kind, where, base, ours, theirs = (
        str(one.get(field, "")) for field in ("kind", "where", "base", "ours", "theirs")
    )
    return Conflict(kind, where, line if isinstance(line, int) else 0, base, ours, theirs)


def _texts(facts: Mapping[str, object], key: str) -> dict[str, str]:
    value = facts.get(key)
    items = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in items if isinstance(text, str)}


def _rows(facts: Mapping[str, object], key: str) -> list[dict[str, object]]:
    value = facts.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

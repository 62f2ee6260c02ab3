"""YAML read with the place of every mistake; the only module that imports ruamel.yaml."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

_MOST = 100_000  # values in one document


class YamlBroken(AnvcsError):
    """The text is not YAML; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Place(NamedTuple):
    """Where something stands in a file, counted from 1."""

    line: int
    column: int


class Document(NamedTuple):
    """A parsed document: plain values, and the place of each key and item by its path."""

    value: object
    places: dict[tuple[str | int, ...], Place]


def read(text: str) -> Document:
    """Parse YAML 1.2 into dicts, lists and scalars. Raises YamlBroken."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        loaded = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = (error.problem or "not YAML").strip()
        raise YamlBroken(said, *((mark.line + 1, mark.column + 1) if mark else (1, 1))) from error
    except YAMLError as error:
        raise YamlBroken(str(error).splitlines()[0], 1, 1) from error
    except Exception as error:  # ruamel.yaml stumbles over odd tags in many ways
        raise YamlBroken("a value that cannot be read", 1, 1) from error
    places: dict[tuple[str | int, ...], Place] = {}
    try:
        return Document(_plain(loaded, (), places), places)
    except RecursionError as error:
        raise YamlBroken("an alias that contains itself", 1, 1) from error


def _plain(
    node: object, path: tuple[str | int, ...], places: dict[tuple[str | int, ...], Place]
) -> object:
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    if len(places) > _MOST:  # aliases of aliases can make gigabytes of a hundred bytes
        raise YamlBroken(f"more than {_MOST} values", 1, 1)
    if isinstance(node, CommentedMap):
        for key in node:
            places[(*path, str(key))] = _place(node.lc.data, key)
        return {str(k): _plain(v, (*path, str(k)), places) for k, v in node.items()}
    if isinstance(node, CommentedSeq):
        for index in range(len(node)):
            places[(*path, index)] = _place(node.lc.data, index)
        return [_plain(item, (*path, i), places) for i, item in enumerate(node)]
    return _scalar(node)


def _place(known: Mapping[object, Sequence[int]] | None, key: object) -> Place:
    """Where a key or item stands; `<<` brings keys that stand elsewhere, a tag may hide it."""
    line, column = (known or {}).get(key, (0, 0))[:2]
    return Place(line + 1, column + 1)


def _scalar(node: object) -> object:
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)

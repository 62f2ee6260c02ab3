"""What is said of data files beside their text: which changes of the sides a result has."""

from collections import Counter
import json
import re
from urllib.parse import urljoin

DATA = (".json", ".yaml", ".yml")

Cells = list[tuple[str, str]]  # type and source


def same_changes(
    versions: tuple[bytes, bytes, bytes], result: bytes, human: bytes, path: str
) -> bool:
    """Whether whatever a side added or removed is in both results, or in neither, as often.

    Compared are scalars with their keys, lists without order: a commit may hold other edits too.
    """
    try:
        found = [leaves(path, one) for one in (*versions, result, human)]
    except Exception as error:
        if isinstance(error, (ValueError, RecursionError)) or "ruamel" in type(error).__module__:
            return False
        raise
    base, ours, theirs, made, committed = found
    touched = [one for one in base | ours | theirs if {ours[one], theirs[one]} != {base[one]}]
    return all(made[one] == committed[one] for one in touched)


def leaves(path: str, source: bytes) -> Counter[tuple[str, ...]]:
    """Every scalar and empty container with the keys that lead to it; `*` for a list's element."""
    counts: Counter[tuple[str, ...]] = Counter()
    todo: list[tuple[tuple[str, ...], object]] = [((), loaded(path, source))]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict) and value:
            todo += [((*where, str(key)), inner) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            todo += [((*where, "*"), inner) for inner in value]
        else:
            counts[(*where, repr(value))] += 1
    return counts


def loaded(path: str, source: bytes) -> object:
    """The value of a data file; of YAML all documents, of an empty file nothing."""
    if not source.strip():
        return {}
    if path.endswith(".json"):
        return json.loads(source)
    from ruamel.yaml import YAML

    return list(YAML(typ="safe", pure=True).load_all(source))


def with_whole_references(source: bytes) -> bytes:
    """JSON Schema with every `$ref` read against the `$id` of its document."""
    found = re.search(rb'"\$?id"\s*:\s*"(\w+:[^"]*)"', source)
    if not found:
        return source
    home = found[1].decode(errors="replace")

    def whole(match: re.Match[bytes]) -> bytes:
        return match[1] + urljoin(home, match[2].decode(errors="replace")).encode() + b'"'

    return re.sub(rb'("\$ref"\s*:\s*")([^"]*)"', whole, source)


def cells(source: bytes) -> Cells | None:
    """Type and source of every cell of a notebook; None for what is none.

    Outputs are left out, because no merge can know them.
    """
    try:
        book = json.loads(source)
        listed = [cell for sheet in book.get("worksheets", [book]) for cell in sheet["cells"]]
        return [
            (cell["cell_type"], "".join(cell.get("source", cell.get("input", ""))))
            for cell in listed
        ]
    except (ValueError, KeyError, AttributeError):
        return None

"""Settings as values: the schema, the layers laid over each other, and where each value is from.

Pure. Reading files, Git and the environment is flows/settings.py's work. The schema uses a small
part of JSON Schema, checked here without the library, which would cost 90 ms a command.
"""

from collections.abc import Iterable, Mapping
from functools import cache
import json
from pathlib import Path
import re
from typing import Any, NamedTuple

from git_anvcs.kernel.errors import UsageError

FILE = "ai-vcs.config.yaml"

Step = str | int
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")
_USER = re.compile(r"://[^/?#\s]*@")  # user:password of a URL (RFC 3986, 3.2.1)
_TRUE = ("true", "yes", "on", "1", "")
_FALSE = ("false", "no", "off", "0")
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
}


class Key(NamedTuple):
    """One setting and its part of the schema."""

    name: str
    spec: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(self.spec["type"])

    def asks(self, value: object) -> str:
        """What a repository's file could do with this value: `sends data`; empty when nothing."""
        some = self.spec.get("x-approval-values")
        harmless = value == self.spec["default"] or (some is not None and value not in some)
        return "" if harmless else str(self.spec.get("x-approval", ""))


class Problem(NamedTuple):
    """One thing wrong in a document, at a path of keys and indexes."""

    path: tuple[Step, ...]
    message: str


class Value(NamedTuple):
    """A value and where it comes from.

    inert: why it is not in force, empty when it is
    written: how it was written, where variables filled it in; they may be secrets
    """

    value: Any
    origin: str
    inert: str = ""
    written: Any = None

    @property
    def shown(self) -> Any:
        """What may stand on a screen or in a log."""
        said = self.value if self.written is None else self.written
        return _USER.sub("://***@", said) if isinstance(said, str) else said


Layer = Mapping[str, Value]


class Settings:
    """What is in force. `layers` go from weak to strong; inert values count for nothing."""

    def __init__(self, layers: Iterable[Layer]) -> None:
        self.layers = (defaults(), *layers)

    def find(self, name: str) -> Value:
        """The value in force and its origin. Raises UsageError for an unknown name."""
        found = [layer[name] for layer in self.layers if name in layer]
        if not found:
            raise unknown(name)
        return [value for value in found if not value.inert][-1]

    def inert(self) -> dict[str, Value]:
        """What the repository's file says and nobody on this machine has approved."""
        return {n: v for layer in self.layers for n, v in layer.items() if v.inert}

    def text(self, name: str) -> str:
        return str(self.find(name).value)

    def flag(self, name: str) -> bool:
        return bool(self.find(name).value)

    def number(self, name: str) -> float:
        return float(self.find(name).value)

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(self.find(name).value)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the settings file; it also holds the defaults."""
    text = Path(__file__).with_name("ai-vcs.config.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def known() -> dict[str, Key]:
    """Every setting by its dotted name."""
    return {key.name: key for key in _leaves(schema(), ())}


def defaults() -> Layer:
    return {name: Value(key.spec["default"], "default") for name, key in known().items()}


def unknown(name: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name, known(), n=1)
    hint = f"did you mean {near[0]}?" if near else "`git anvcs config show` lists them"
    return UsageError(f"there is no setting {name!r}", hint=hint)


def flatten(document: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
    """`{"a": {"b": 1}}` becomes `{"a.b": 1}`; the document conforms to the schema."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        here = (*path, name)
        flat |= flatten(value, here) if isinstance(value, dict) else {".".join(here): value}
    return flat


def problems(value: object, spec: Mapping[str, Any], path: tuple[Step, ...] = ()) -> list[Problem]:
    """Everything in `value` that the schema forbids, in document order."""
    kind = spec["type"]
    if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [Problem(path, f"must be {_article(kind)}, not {_name_of(value)}")]
    if isinstance(value, dict):
        return _in_object(value, spec, path)
    if isinstance(value, list):
        rows = (problems(item, spec["items"], (*path, i)) for i, item in enumerate(value))
        return [problem for row in rows for problem in row]
    said = _in_scalar(value, spec)
    return [Problem(path, said)] if said else []


def expand(text: str, env: Mapping[str, str]) -> str | None:
    """`${NAME}` and `${NAME:-default}` filled in from `env`.

    None when a variable is not set and has no default: then the setting is as if not written.
    """
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        value = env.get(match[1], "")
        if not value and match[2] is None:
            missing = match[1] not in env
        return value or match[2] or ""

    filled = _VARIABLE.sub(fill, text)
    return None if missing else filled


def from_text(key: Key, text: str) -> Any:
    """A value written as one word: in Git's configuration or in the environment.

    Lists are separated by commas; of mappings, they are JSON, or one plain word stands for all of
    it (`x-word` in the schema). Raises ValueError with a sentence.
    """
    items = key.spec.get("items", {})
    value = _read_mappings(items, text) if "x-word" in items else _read_word(key.kind, text)
    found = problems(value, key.spec)
    if found:
        raise ValueError(found[0].message)
    return value


def _read_word(kind: str, text: str) -> Any:
    if kind == "boolean":
        word = text.strip().lower()
        if word not in (*_TRUE, *_FALSE):
            raise ValueError(f"must be true or false, not {text!r}")
        return word in _TRUE
    if kind == "number":
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"must be a number, not {text!r}") from None
        return int(number) if number.is_integer() else number
    if kind == "array":
        return [word.strip() for word in text.split(",") if word.strip()]
    return text


def _read_mappings(items: Mapping[str, Any], text: str) -> Any:
    if not text.lstrip().startswith("["):
        return [{items["x-word"]: text}] if text.strip() else []
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(f"must be JSON where it begins with [, not {text!r}") from None


def _leaves(spec: Mapping[str, Any], path: tuple[str, ...]) -> Iterable[Key]:
    if spec["type"] != "object":
        yield Key(".".join(path), spec)
        return
    for name, inner in spec["properties"].items():
        yield from _leaves(inner, (*path, name))


def _in_object(
    value: dict[Any, object], spec: Mapping[str, Any], path: tuple[Step, ...]
) -> list[Problem]:
    found: list[Problem] = []
    inner = spec["properties"]
    for name, item in value.items():
        here = (*path, name)
        if name in inner:
            found += problems(item, inner[name], here)
        else:
            found.append(Problem(here, f"there is no such setting; known: {', '.join(inner)}"))
    missing = [name for name in spec.get("required", ()) if name not in value]
    return [*found, *(Problem(path, f"{name} is missing") for name in missing)]


def _in_scalar(value: object, spec: Mapping[str, Any]) -> str:
    if "enum" in spec and value not in spec["enum"]:
        return f"must be one of {', '.join(spec['enum'])}, not {value!r}"
    if isinstance(value, str) and len(value) < spec.get("minLength", 0):
        return "must not be empty"
    if isinstance(value, int | float):
        low, high = spec.get("minimum", value), spec.get("maximum", value)
        if not low <= value <= high:  # also false for NaN
            return f"must be between {low} and {high}, not {value}"
    return ""


def _name_of(value: object) -> str:
    if value is None:
        return "empty"
    return next((_article(k) for k, types in _KINDS.items() if type(value) in types), "that")


def _article(kind: str) -> str:
    names = {"object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false"}
    return names.get(kind, f"a {kind}")

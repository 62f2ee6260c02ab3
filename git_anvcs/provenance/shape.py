"""A JSON Schema as one regular expression for canonical JSON: valid records known at a glance.

Pure. What the expression matches is valid by the schema; what it does not match may still be, and
is for the validator to judge. Canonical JSON (RFC 8785) has its keys in one order and no spaces,
so that an object of known keys is a sequence; `re` reads it some hundred times as fast as a
validator walks it. Every choice is decided by the next character: no text takes long to refuse.

Not all of JSON Schema is here, but what commit-meta.schema.json says; the rest raises ValueError.
"""

from collections.abc import Iterable, Mapping
import json
import re
from typing import Any, NamedTuple

Schema = Mapping[str, Any]

# A longer line is left to the validator, so that limits from here on need not be counted.
LONGEST = 1 << 16

_DEPTH = 2  # of values of which the schema says nothing; deeper ones are the validator's

_PLAIN = r'[^"\\\x00-\x1f]'
_TEXT = rf'{_PLAIN}*(?:\\["\\/bfnrt]{_PLAIN}*)*'
_DIGITS = "[0-9]{0,18}"
_FRACTION = r"(?:\.[0-9]{1,17})?"


class Shape(NamedTuple):
    """An expression, and the groups of it that hold the wanted values, in their order."""

    expression: re.Pattern[str]
    groups: tuple[tuple[int, ...], ...]

    def read(self, text: str) -> tuple[str, ...] | None:
        """The wanted values as they are written (`"…"`, `true`), if the whole text matches.

        A value that the text does not hold is empty.
        """
        found = self.expression.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        values = found.groups("")
        return tuple(["".join([values[n] for n in numbers]) for numbers in self.groups])


def of(schema: Schema, wanted: Iterable[tuple[str, ...]] = ()) -> Shape:
    """The shape of a schema. wanted: the paths of values to read out of a text."""
    maker = _Maker(schema, wanted)
    expression = re.compile(maker.value(schema, ()))
    return Shape(expression, tuple(map(tuple, maker.groups.values())))


class _Maker:
    """Writes the expression of each part of one schema."""

    def __init__(self, root: Schema, wanted: Iterable[tuple[str, ...]]) -> None:
        self._root = root
        self._count = 0
        self.groups: dict[tuple[str, ...], list[int]] = {path: [] for path in wanted}

    def value(self, schema: Schema, path: tuple[str, ...]) -> str:
        """The expression of one value; `path` is where it stands in the record."""
        made = self._value(self._resolved(schema), path)
        if path not in self.groups:
            return made
        self.groups[path].append(self._count)
        self._count += 1  # in the order of the opening brackets, as wanted values hold no others
        return f"({made})"

    def _value(self, schema: Schema, path: tuple[str, ...]) -> str:
        if "const" in schema:
            return _literal(schema["const"])
        if "enum" in schema:
            return _one_of(map(_literal, schema["enum"]))
        if "anyOf" in schema:
            return _one_of(self.value(part, path) for part in schema["anyOf"])
        if not schema.keys() - {"description"}:
            return _anything(_DEPTH)
        kinds = schema["type"]
        return _one_of(self._of_type(kind, schema, path) for kind in _listed(kinds))

    def _of_type(self, kind: str, schema: Schema, path: tuple[str, ...]) -> str:
        match kind:
            case "null":
                return "null"
            case "boolean":
                return "(?:true|false)"
            case "integer":
                return _integer(schema)
            case "number":
                return _number(schema)
            case "string":
                return _string(schema)
            case "array":
                item = self.value(schema["items"], (*path, "*"))
                return rf"\[{_listing(item, schema.get('minItems', 0))}\]"
            case "object":
                return self._object(schema, path)
        raise ValueError(f"no shape of type {kind}")

    def _object(self, schema: Schema, path: tuple[str, ...]) -> str:
        if "allOf" in schema:
            return _one_of(self._members(case, path) for case in _cases(schema))
        if "properties" in schema:
            return self._members(schema, path)
        key = _string(schema.get("propertyNames", {}))
        value = self.value(schema.get("additionalProperties", {}), (*path, "*"))
        return rf"\{{{_listing(f'{key}:{value}', schema.get('minProperties', 0))}\}}"

    def _members(self, schema: Schema, path: tuple[str, ...]) -> str:
        """Known keys in their order; a comma follows each but the last one there is."""
        required = schema.get("required", ())
        names = sorted(schema["properties"])
        last = max((n for n in names if n in required), default="")
        parts = []
        for name in names:
            value = self.value(schema["properties"][name], (*path, name))
            comma = "," if name < last else r'(?:,(?=")|(?=\}))'
            member = f"{_literal(name)}:{value}{comma}"
            parts.append(member if name in required else f"(?:{member})?")
        return rf"\{{{''.join(parts)}\}}"

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        name = schema["$ref"].removeprefix("#/$defs/")
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _both(self._root["$defs"][name], rest)


def _cases(schema: Schema) -> Iterable[Schema]:
    """An object whose `allOf` says what follows from one key's value: one schema for each value."""
    conditions = [(rule["if"]["properties"], rule) for rule in schema["allOf"]]
    names = {name for tests, _ in conditions for name in tests}
    if len(names) != 1:
        raise ValueError("no shape of conditions on several keys")
    name = names.pop()
    base = {key: value for key, value in schema.items() if key != "allOf"}
    for choice in schema["properties"][name]["enum"]:
        case: Schema = _both(base, {"properties": {name: {"const": choice}}})
        for tests, rule in conditions:
            holds = choice in tests[name].get("enum", [tests[name].get("const")])
            case = _both(case, rule.get("then" if holds else "else", {}))
        yield case


def _both(one: Schema, other: Schema) -> Schema:
    """What both schemas allow."""
    merged = {**one, **other}
    if "required" in one and "required" in other:
        merged["required"] = [*one["required"], *other["required"]]
    if "type" in one and "type" in other:
        merged["type"] = [kind for kind in _listed(one["type"]) if kind in _listed(other["type"])]
    if "properties" in one and "properties" in other:
        ours, theirs = one["properties"], other["properties"]
        names = {**ours, **theirs}
        merged["properties"] = {n: _with(ours.get(n, {}), theirs.get(n, {})) for n in names}
    return merged


def _with(one: Schema, other: Schema) -> Schema:
    """A value under two schemas; a reference and a limit stay side by side until resolved."""
    return _both(one, other) if one and other else one or other


def _string(schema: Schema) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", LONGEST)
    but = f"(?!{_literal(schema['not']['const'])})" if "not" in schema else ""
    limit = f'(?={_PLAIN}{{{least},{most}}}")' if least > 1 or most < LONGEST else ""
    if "pattern" in schema:
        return f'{but}"{limit}{_inner(schema["pattern"])}"'
    if limit:
        return f'{but}"{limit}{_PLAIN}*"'
    some = '(?!")' if least else ""
    return f'{but}"{some}{_TEXT}"'


def _inner(pattern: str) -> str:
    """A schema's pattern between quotes: nothing in it may match a quote or an escape."""
    if not pattern.startswith("^") or re.search(r"(?<!\\)\.|\\[SWD(]|\(\?", pattern):
        raise ValueError(f"no shape of the pattern {pattern}")
    kept = pattern[1:].replace("[^", r'[^"\\\x00-\x1f').replace("(", "(?:")
    return kept[:-1] if kept.endswith("$") else f"{kept}{_PLAIN}*"


def _anything(depth: int) -> str:
    """Any value, of as many levels as an expression has room for."""
    scalar = rf'"{_TEXT}"|{_number({})}|true|false|null'
    if not depth:
        return f"(?:{scalar})"
    item = _anything(depth - 1)
    member = f'"{_TEXT}":{item}'
    return rf"(?:{scalar}|\[{_listing(item, 0)}\]|\{{{_listing(member, 0)}\}})"


def _integer(schema: Schema) -> str:
    match schema.get("minimum"):
        case None:
            return f"(?:0|-?[1-9]{_DIGITS})"
        case 0:
            return f"(?:0|[1-9]{_DIGITS})"
        case 1:
            return f"[1-9]{_DIGITS}"
    raise ValueError("no shape of a least integer but 0 or 1")


def _number(schema: Schema) -> str:
    match schema.get("minimum"), schema.get("maximum"):
        case None, None:
            return f"-?(?:0|[1-9]{_DIGITS}){_FRACTION}"
        case 0, 100:
            return f"(?:100|(?:0|[1-9][0-9]?){_FRACTION})"
    raise ValueError("no shape of limits of a number but 0 and 100")


def _listing(item: str, least: int) -> str:
    if least > 1:
        raise ValueError("no shape of lists of two and more")
    several = f"{item}(?:,{item})*"
    return several if least else f"(?:{several})?"


def _literal(value: object) -> str:
    return re.escape(json.dumps(value, ensure_ascii=False))


def _one_of(parts: Iterable[str]) -> str:
    chosen = list(parts)
    return chosen[0] if len(chosen) == 1 else f"(?:{'|'.join(chosen)})"


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]

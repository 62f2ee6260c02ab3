"""Laws of the Python merger, on small modules that two sides edit at random.

Every edit brings in a word that nothing else has, so that what is lost, doubled or comes back can
be counted.
"""

import ast
from collections import Counter
from itertools import count
import re
from typing import NamedTuple, TypeVar

from hypothesis import assume, given
from hypothesis import strategies as st

from git_anvcs.merge import checks, engine, lines
from git_anvcs.merge.formats import python
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Rules, Versions
from tests.support.choices import Choices, chosen

OPTIONS = Options("module.py")
T = TypeVar("T")


class Function(NamedTuple):
    name: str
    marks: tuple[str, ...]
    parameters: tuple[str, ...]
    body: tuple[str, ...]


class Module(NamedTuple):
    imports: tuple[str, ...]
    functions: tuple[Function, ...]
    methods: tuple[Function, ...]
    keys: tuple[str, ...]


def lines_of(function: Function, indent: str) -> list[str]:
    head = [f"{indent}@{mark}" for mark in function.marks]
    head.append(f"{indent}def {function.name}({', '.join(function.parameters)}):")
    return head + [f"{indent}    {line}" for line in function.body]


def text_of(module: Module) -> bytes:
    lines = [f"from {one} import name_of_{one}" for one in module.imports]
    lines += ["", "TABLE = {", *(f'    "{key}": {key},' for key in module.keys), "}"]
    for function in module.functions:
        lines += ["", "", *lines_of(function, "")]
    lines += ["", "", "class Holder:"]
    for place, function in enumerate(module.methods):
        lines += [""] * bool(place) + lines_of(function, "    ")
    return "\n".join([*lines, ""]).encode()


def function(name: str) -> Function:
    body = (f"first_{name} = call(1, key={name}_a)", f"second_{name} = 2", f"return first_{name}")
    return Function(name, (), ("self",), body)


BASE = Module(
    ("alpha", "beta", "gamma"),
    tuple(map(function, ("one", "two", "three"))),
    tuple(map(function, ("four", "five"))),
    ("red", "green"),
)
EDITS = (
    "import",
    "drop import",
    "function",
    "drop function",
    "mark",
    "parameter",
    "line",
    "argument",
    "statement",
    "drop statement",
    "key",
    "drop key",
    "move",
)


def edited(module: Module, edit: str, place: int, word: str) -> Module:
    """The module with one edit; `word` is new and belongs to this edit alone."""
    holder = "methods" if place % 2 else "functions"
    if edit in ("import", "key"):
        field = {"import": "imports", "key": "keys"}[edit]
        return module._replace(**{field: inserted(getattr(module, field), place, word)})
    if edit in ("drop import", "drop key"):
        field = {"drop import": "imports", "drop key": "keys"}[edit]
        return module._replace(**{field: without(getattr(module, field), place)})
    functions = getattr(module, holder)
    if edit == "function":
        return module._replace(**{holder: inserted(functions, place, function(word))})
    if edit == "drop function":
        return module._replace(**{holder: without(functions, place)})
    if edit == "move":
        at = place % len(functions)
        rest = (*functions[:at], *functions[at + 1 :])
        return module._replace(**{holder: inserted(rest, place // 2, functions[at])})
    at = place % len(functions)
    changed = changed_function(functions[at], edit, place, word)
    return module._replace(**{holder: (*functions[:at], changed, *functions[at + 1 :])})


def changed_function(one: Function, edit: str, place: int, word: str) -> Function:
    body = one.body
    at = place % len(body)
    match edit:
        case "mark":
            return one._replace(marks=inserted(one.marks, place, word))
        case "parameter":
            return one._replace(parameters=(*one.parameters, f"{word}=None"))
        case "line":
            return one._replace(body=(*body[:at], f"{body[at]} + {word}", *body[at + 1 :]))
        case "argument":
            line = body[0].replace(")", f", {word}={word})", 1)
            return one._replace(body=(line, *body[1:]))
        case "statement":
            return one._replace(body=inserted(body, place, f"log({word})"))
    return one._replace(body=without(body, place) or ("pass",))


def inserted(items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    at = place % (len(items) + 1)
    return (*items[:at], item, *items[at:])


def without(items: tuple[T, ...], place: int) -> tuple[T, ...]:
    if len(items) < 2:
        return items
    at = place % len(items)
    return (*items[:at], *items[at + 1 :])


def sides() -> st.SearchStrategy[Versions]:
    return chosen(_sides, 18)


def _sides(choose: Choices) -> Versions:
    numbers = count()
    texts = []
    for side in ("ours", "theirs"):
        module = BASE
        for _ in range(1 + choose.below(4)):
            edit, place = choose.of(EDITS), choose.below(12)
            module = edited(module, edit, place, f"{side}_{next(numbers)}")
        texts.append(text_of(module))
    return Versions(text_of(BASE), *texts)


def merge(versions: Versions, options: Options = OPTIONS) -> Merged:
    try:
        return python.merge(versions, options)
    except NotUnderstood:
        assume(False)
        raise


def words(text: bytes) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.decode()))


@given(sides())
def test_the_side_that_changed_nothing_never_wins(versions: Versions) -> None:
    base, ours, theirs = versions
    assert merge(Versions(base, ours, base)) == Merged(ours)
    assert merge(Versions(base, base, theirs)) == Merged(theirs)
    assert merge(Versions(base, ours, ours)).text == ours


@given(sides())
def test_swapping_the_sides_changes_only_the_order(versions: Versions) -> None:
    base, ours, theirs = versions
    one, other = merge(versions), merge(Versions(base, theirs, ours))
    assert len(one.conflicts) == len(other.conflicts)
    if not one.conflicts:
        assert words(one.text) == words(other.text)


@given(sides())
def test_a_clean_result_is_python_and_holds_both_sides(versions: Versions) -> None:
    merged = merge(versions)
    assume(not merged.conflicts)
    ast.parse(merged.text)
    base, ours, theirs = map(words, versions)
    result = words(merged.text)
    for word in ours.keys() | theirs.keys():
        if word not in base and word not in ("None", "log"):
            assert result[word] == max(ours[word], theirs[word]), word
    assert set(result) <= {*base, *ours, *theirs}


def test_a_body_of_which_both_sides_together_leave_nothing_is_a_conflict() -> None:
    base, ours, theirs = (
        f"class A:\n    def f(self):\n{body}\n    x = 1\n".encode()
        for body in ("        a()\n        b()", "        b()", "        a()")
    )
    merged = merge(Versions(base, ours, theirs))
    assert [one.where for one in merged.conflicts] == ["class A > def f"]


@given(sides())
def test_a_clean_result_does_not_change_when_it_is_merged_again(versions: Versions) -> None:
    merged = merge(versions)
    assume(not merged.conflicts)
    again = merge(Versions(versions.theirs, merged.text, versions.theirs))
    assert again.text == merged.text


@given(sides())
def test_each_side_of_the_conflicts_is_python_and_holds_that_side(versions: Versions) -> None:
    merged = merge(versions)
    if not merged.conflicts:
        return
    texts = checks.sides(merged, OPTIONS)
    for text, side in zip(texts, (versions.ours, versions.theirs), strict=True):
        ast.parse(text)
        new = words(side).keys() - words(versions.base).keys()
        assert all(word in words(text) for word in new)


@given(sides())
def test_the_engine_never_has_more_conflicts_than_lines_when_nothing_is_wrong(
    versions: Versions,
) -> None:
    merged = engine.merge(versions, OPTIONS)
    by_lines = lines.merge(versions, OPTIONS)
    if not python.flaws(versions, by_lines.text, OPTIONS) or by_lines.conflicts:
        assert len(merged.conflicts) <= len(by_lines.conflicts)
    for text in checks.sides(merged, OPTIONS):
        assert not python.flaws(versions, text, OPTIONS)


@given(sides())
def test_what_is_likely_holds_both_sides_and_leaves_no_more_open(versions: Versions) -> None:
    guarded = merge(versions, OPTIONS._replace(rules=Rules(speculative=True)))
    assert len(guarded.conflicts) <= len(merge(versions).conflicts)
    for text in checks.sides(guarded, OPTIONS) if guarded.conflicts else (guarded.text,):
        ast.parse(text)
    if not guarded.conflicts:
        result = words(guarded.text)
        base, ours, theirs = map(words, versions)
        new = {word for word in ours.keys() | theirs.keys() if word not in base}
        assert all(word in result for word in new)

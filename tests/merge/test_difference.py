"""Differences, case by case: what is told, and what is told to break others."""

import json
from typing import NamedTuple

import pytest

from git_anvcs.merge.difference import across
from git_anvcs.merge.difference.compare import File, compare
from git_anvcs.merge.difference.item import Difference, Item
from git_anvcs.merge.registry import LANGUAGES, Language

METHOD = (
    "class Box:\n    def size(self, unit):\n        wide = self.wide * unit\n        return wide\n"
)


class Case(NamedTuple):
    """Two versions, and of each item: change, path, aspects, what it breaks."""

    path: str
    old: str
    new: str
    told: list[tuple[str, str, str, str]]


def brief(item: Item) -> tuple[str, str, str, str]:
    return item.change, item.where, " ".join(item.aspects), item.breaks


def differ(path: str, old: str, new: str) -> Difference:
    return compare(File(path, old.encode()), File(path, new.encode()))


CASES = {
    "an optional parameter breaks nobody": Case(
        "a.py",
        "def f(a):\n    pass\n",
        "def f(a, b=1, *rest):\n    pass\n",
        [("changed", "def f", "signature", "")],
    ),
    "an annotation breaks nobody": Case(
        "a.py",
        "def f(a):\n    pass\n",
        "def f(a: int) -> str:\n    pass\n",
        [("changed", "def f", "signature", "")],
    ),
    "a parameter that must be given breaks callers": Case(
        "a.py",
        "def f(a):\n    pass\n",
        "def f(a, b):\n    pass\n",
        [("changed", "def f", "signature", "signature")],
    ),
    "what only tests or underscored names define breaks nobody": Case(
        "tests/a.py",
        "def f(a):\n    pass\n",
        "def f(a, b):\n    pass\n",
        [("changed", "def f", "signature", "")],
    ),
    "a private function may go": Case(
        "a.py", "def _f(a):\n    pass\n", "", [("removed", "def _f", "", "")]
    ),
    "a comment is no change of the body": Case(
        "a.py",
        "def f(a):\n    # one\n    return a\n",
        "def f(a):\n    # two\n    return a\n",
        [("changed", "def f", "comment", "")],
    ),
    "quotes and line breaks are layout": Case(
        "a.py",
        "def f(a):\n    return g('a', 1)\n",
        'def f(a):\n    return g(\n        "a", 1)\n',
        [("layout", "", "", "")],
    ),
    "a line that leaves a block is none": Case(
        "a.py",
        "def f(a):\n    if a:\n        b()\n        c()\n",
        "def f(a):\n    if a:\n        b()\n    c()\n",
        [("changed", "def f", "body", "")],
    ),
    "a decorator belongs to the signature": Case(
        "a.py",
        "def f(a):\n    pass\n",
        "@cache\ndef f(a):\n    pass\n",
        [("changed", "def f", "signature", "")],
    ),
    "a method that was renamed": Case(
        "a.py",
        METHOD,
        METHOD.replace("size", "width"),
        [("renamed", "class Box > def width", "signature", "renamed")],
    ),
    "an import gains a name": Case(
        "a.py",
        "from a import b\n",
        "from a import b, c\n",
        [("changed", "import a", "names", "")],
    ),
    "a statement of no name": Case(
        "a.py", "import a\na.run(1)\n", "import a\na.run(2)\n", [("changed", "", "body", "")]
    ),
    "under a condition too": Case(
        "a.py",
        "if True:\n    def f(a):\n        return 1\n",
        "if True:\n    def f(a):\n        return 2\n",
        [("changed", "def f", "body", "")],
    ),
    "Go: a result type": Case(
        "a.go",
        "package a\n\nfunc (t *T) Do(a int) {\n}\n",
        "package a\n\nfunc (t *T) Do(a int) error {\n}\n",
        [("changed", "func T.Do", "signature", "signature")],
    ),
    "Rust: a field, and what is not public": Case(
        "a.rs",
        "pub struct S {\n    pub x: u8,\n    y: u8,\n}\n",
        "pub struct S {\n    y: u16,\n}\n",
        [
            ("changed", "struct S > field y", "value", ""),
            ("removed", "struct S > field x", "", "removed"),
        ],
    ),
    "JSON: keys at any depth, elements by their names": Case(
        "a.json",
        '{"a": {"b": 1}, "c": [{"name": "x", "v": 1}, {"name": "y", "v": 2}]}',
        '{"a": {"b": "1"}, "c": [{"name": "y", "v": 3}, {"name": "z", "v": 4}]}',
        [
            ("changed", "a.b", "value", ""),
            ("changed", "c[y].v", "value", ""),
            ("removed", "c[x]", "", ""),
            ("added", "c[z]", "", ""),
        ],
    ),
    "JSON: only the layout": Case(
        "a.json", '{"a": 1, "b": 2}', '{\n  "a": 1,\n  "b": 2\n}\n', [("layout", "", "", "")]
    ),
    "YAML: behind a byte order mark": Case(
        "a.yaml", "\ufeffa: 1\n", "\ufeffa: 2\n", [("changed", "a", "value", "")]
    ),
    "YAML: a comment": Case(
        "a.yaml",
        "# one\na: 1\nb:\n  # two\n  c: 2\n",
        "# one\na: 1\nb:\n  # three\n  c: 2\n",
        [("changed", "", "comment", "")],
    ),
    "TOML: a key of a table": Case(
        "a.toml",
        "[tool.a]\nx = 1\n",
        "[tool.a]\nx = 2\ny = 3\n",
        [("changed", "tool.a.x", "value", ""), ("added", "tool.a.y", "", "")],
    ),
    "proto: what the wire does not forgive": Case(
        "a.proto",
        'syntax = "proto3";\nmessage M {\n  int32 a = 1;\n  string b = 2;\n  bool c = 3;\n}\n',
        'syntax = "proto3";\nmessage M {\n  int64 a = 1;\n  fixed32 b = 2;\n  bool c = 4;\n}\n',
        [
            ("changed", "M.a", "type", ""),
            ("changed", "M.b", "type", "wire-incompatible type"),
            ("changed", "M.c", "number", "renumbered"),
        ],
    ),
    "proto: a field of another name": Case(
        "a.proto",
        'syntax = "proto3";\nmessage M {\n  int32 a = 1;\n}\n',
        'syntax = "proto3";\nmessage M {\n  int32 b = 1;\n}\n',
        [("renamed", "M.b", "name", "renamed")],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_case(case: Case) -> None:
    found = differ(case.path, case.old, case.new)

    assert found.why == ""
    assert sorted(map(brief, found.items)) == sorted(case.told)


def notebook(*cells: dict) -> str:
    book = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(book, indent=1) + "\n"


def cell(source: str, count: int | None = None, **metadata: object) -> dict:
    return {
        "cell_type": "code",
        "execution_count": count,
        "metadata": metadata,
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def test_a_cell_by_what_changed_of_it() -> None:
    old = notebook(cell("import os"), cell("one = 1\ntwo = 2", 1), cell("print(one, two)"))
    new = notebook(cell("import os", tags=["a"]), cell("a = b"), cell("one = 1\ntwo = 3", 2))

    found = differ("a.ipynb", old, new)

    assert sorted(map(brief, found.items)) == [
        ("added", "cells[1]", "", ""),
        ("changed", "cells[0]", "metadata", ""),
        ("changed", "cells[2]", "execution source", ""),
        ("removed", "cells[2]", "", ""),
    ]
    changed = next(item for item in found.items if "source" in item.aspects)
    assert (changed.before, changed.after) == ("two = 2", "two = 3")


def test_a_function_that_goes_to_another_file_with_a_change() -> None:
    body = "def far(a, b):\n    c = a + b\n    d = c * 2\n    return d, c\n"
    with_it, changed = f"x = 1\n\n\n{body}", f"y = 1\n\n\n{body.replace('2', '3')}"
    pairs = [
        (File("a.py", with_it.encode()), File("a.py", b"x = 1\n")),
        (File("b.py", b"y = 1\n"), File("b.py", changed.encode())),
    ]

    here, there = across.compared(pairs)

    assert [(one.change, one.where, one.now_in, one.breaks) for one in here.items] == [
        ("moved", "def far", "b.py", "moved")
    ]
    assert [(one.change, one.where, one.was_in, one.aspects) for one in there.items] == [
        ("moved", "def far", "a.py", ("body",))
    ]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.py", "does not parse as python"),
        ("a.json", "not JSON: no value at line 1"),
        ("a.toml", "no key"),
        ("a.proto", "brackets that cross"),
        ("a.ipynb", "not JSON"),
    ],
)
def test_what_cannot_be_read_is_told_by_lines_with_the_reason(path: str, why: str) -> None:
    found = differ(path, "", "((( = nothing of the kind ]\n")

    assert why in found.why
    assert [(item.change, item.kind, item.new) for item in found.items] == [
        ("added", "lines", ((1, 1),))
    ]


def test_binary_files_and_files_that_come_and_go() -> None:
    binary = compare(File("a.png", b"\0\1"), File("a.png", b"\0\2"))
    gone = compare(File("a.py", b"def f(a):\n    pass\n"), File("a.py", None))

    assert [item.kind for item in binary.items] == ["binary"]
    assert (gone.status, [brief(item) for item in gone.items]) == (
        "removed",
        [("removed", "def f", "", "removed")],
    )


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.name)
def test_a_line_more_is_told_in_every_format(language: Language) -> None:
    name = language.file_names[0].replace("*", "x") if language.file_names else "file"
    path = name if language.file_names else f"file{language.extensions[0]}"
    assert not differ(path, "one\n", "one\n").items
    assert differ(path, "one\n", "one\ntwo\n").items

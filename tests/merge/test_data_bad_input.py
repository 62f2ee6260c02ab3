"""Data files nobody should write, or somebody wrote to do harm: merged soundly or left to lines."""

import json
import socket

import pytest

from git_anvcs.merge import checks, engine, lines, markers
from git_anvcs.merge.result import Options, Rules, Versions


def laughs(depth: int, size: int) -> str:
    """A document whose aliases would unfold to 9 ** depth words."""
    rows = ["l0: &l0 lol"]
    rows += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, depth)]
    return "\n".join([*rows, f"size: {size}", ""])


def nested(depth: int) -> str:
    return "{\n" + '"a": {\n' * depth + '"b": @\n' + "}\n" * depth + "}\n"


def nested_yaml(depth: int) -> str:
    return "\n".join([*(f"{' ' * n}a:" for n in range(depth)), f"{' ' * depth}b: @", ""])


def book(source: object, **members: object) -> str:
    cell = {"cell_type": "markdown", "metadata": members, "source": source}
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole, indent=1) + "\n"


# The base has 0, ours 1 and theirs 2 in place of each @.
BAD = {
    "200 levels.json": nested(200),
    "200 levels.yaml": nested_yaml(200),
    "a key twice.json": '{\n  "a": 1,\n  "a": @\n}\n',
    "a key twice.yaml": "a: 1\na: @\n",
    "a key twice.ipynb": book("x@").replace('"metadata": {},', '"metadata": {},' * 2),
    "mixed line ends.json": '{\r\n  "a": @,\n  "b": 1\r\n}\n',
    "mixed line ends.yaml": "a: @\r\nb: 1\nc: 2\r\n",
    "not a number.json": '{\n  "a": NaN,\n  "b": @\n}\n',
    "cut off.json": '{\n  "a": [1, @\n',
    "a lone surrogate.json": '{\n  "a": "\\ud800",\n  "b": @\n}\n',
    "code in a tag.yaml": "a: !!python/object/apply:os.abort []\nb: @\n",
    "bytes in a tag.yaml": "a: !!binary |\n  aGk=\nb: @\n",
    "an alias to itself.yaml": "a: &a\n  b: *a\n  c: @\n",
    "nothing but comments.yaml": "# @\n",
    "a source that is a number.ipynb": book(0).replace('"source": 0', '"source": @'),
    "cells that are no list.ipynb": '{"cells": {"a": @}, "nbformat": 4, "nbformat_minor": 4}\n',
    "deep metadata.ipynb": book("x", deep=json.loads("[" * 300 + '"@"' + "]" * 300)),
}


def merged_soundly(name: str, versions: Versions) -> None:
    options = Options(name)
    merged = engine.merge(versions, options)
    assert merged.conflicts  # both changed one value
    assert checks.well_marked(merged, versions, options)
    if merged.format == "text":
        assert merged == lines.merge(versions, options)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_merged_soundly_or_left_to_lines(name: str) -> None:
    merged_soundly(name, Versions(*(BAD[name].replace("@", n).encode() for n in "012")))


@pytest.mark.parametrize("name", ["x.json", "x.yaml", "x.ipynb"])
def test_a_byte_order_mark_that_one_side_adds_is_no_harm(name: str) -> None:
    text = book("x@") if name.endswith("ipynb") else '{"a": @}\n'
    base, ours, theirs = (text.replace("@", n) for n in "012")
    merged_soundly(name, Versions(base.encode(), ours.encode("utf-8-sig"), theirs.encode()))


def test_aliases_are_not_unfolded() -> None:
    versions = Versions(*(laughs(40, n).encode() for n in (0, 1, 0)))
    theirs = versions.theirs.replace(b"lol", b"LOL")
    merged = engine.merge(versions._replace(theirs=theirs), Options("x.yaml"))
    assert merged.text == versions.ours.replace(b"lol", b"LOL")


def test_a_file_above_the_limit_is_left_to_lines() -> None:
    rows = [f'  "key {n}": "{"x" * 60}",' for n in range(engine.LIMIT // 70)]
    texts = [
        "\n".join(["{", f'  "first": {n},', *rows, f'  "last": {n % 2}', "}", ""]) for n in range(3)
    ]
    versions = Versions(*(text.encode() for text in texts))
    assert len(versions.base) > engine.LIMIT
    merged = engine.merge(versions, Options("x.json"))
    assert (merged.format, len(merged.conflicts)) == ("text", 1)


def test_the_address_of_a_schema_is_never_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"
        texts = [
            json.dumps({"$schema": address, "$id": f"{address}{n}", "$ref": f"{address}#{n}"})
            for n in range(3)
        ]
        engine.merge(Versions(*(text.encode() for text in texts)), Options("x.json"))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_schema_that_holds_itself_is_followed_only_as_deep_as_the_file() -> None:
    schema: dict[str, object] = {"uniqueItems": True}
    schema["properties"] = {"a": schema}
    schema["items"] = schema
    texts = [json.dumps({"a": {"a": [1, *more]}}, indent=1) for more in ([], [2], [3])]
    options = Options("x.json", rules=Rules(schema=schema))
    merged = engine.merge(Versions(*(text.encode() for text in texts)), options)
    assert json.loads(merged.text) == {"a": {"a": [1, 2, 3]}}
    assert not markers.has_markers(merged.text)

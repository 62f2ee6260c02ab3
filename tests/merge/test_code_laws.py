"""Laws of the languages that are profiles: what holds for Python holds for them.

The modules and edits are those of the Python laws, written in each language. Every edit brings in
a word that nothing else has, so that what is lost, doubled or comes back can be counted.
"""

from collections import Counter
from collections.abc import Callable
from itertools import count
import re
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import checks, engine, lines
from git_anvcs.merge.formats.code import Code
from git_anvcs.merge.parse import parser
from git_anvcs.merge.profile import profile
from git_anvcs.merge.registry import PROFILES
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions
from tests.merge.test_python_laws import BASE, EDITS, Function, Module, edited
from tests.support.choices import Choices, chosen


class Look(NamedTuple):
    """How a language writes things. `{0}` is the name, `{1}` the parameters, `{2}` the mark."""

    imports: tuple[str, str, str]
    table: tuple[str, str, str]
    function: str
    method: str
    holder: tuple[str, str]
    parameter: str
    statement: str
    mark: str
    close: str = "}"
    result: str = "return {0};"


TYPESCRIPT = Look(
    ("", "import {{ name_of_{0} }} from '{0}';", ""),
    ("interface Table {", "\t{0}: {0}_type;", "}"),
    "function {0}({1}): void {{",
    "{0}({1}): void {{",
    ("class Holder {", "}"),
    "{0}: number",
    "{0};",
    "// {0}",
)

C = Look(
    ("#ifndef HEADER\n#define HEADER", '#include "{0}.h"', ""),
    ("struct table TABLE = {", "\t.{0} = {0}_key,", "};"),
    "void {0}({1})\n{{",
    "void holder_{0}({1})\n{{",
    ("struct holder holder;\n", "#endif"),
    "int {0}",
    "{0};",
    "#define {0}_on 1",
)

LOOKS = {
    "go": Look(
        ("package a\n\nimport (", '\t"{0}"', ")"),
        ("var TABLE = map[string]int{", '\t"{0}": {0},', "}"),
        "func {0}({1}) {{",
        "func (h *Holder) {0}({1}) {{",
        ("type Holder struct{}", ""),
        "{0} int",
        "{0}",
        "// {0}",
        result="return {0}",
    ),
    "javascript": Look(
        ("", "import {{ name_of_{0} }} from '{0}';", ""),
        ("const TABLE = {", "\t{0}: {0},", "};"),
        "function {0}({1}) {{",
        "{0}({1}) {{",
        ("class Holder {", "}"),
        "{0}",
        "{0};",
        "// {0}",
    ),
    "rust": Look(
        ("", "use {0}::name_of_{0};", ""),
        ("const TABLE: Table = Table {", "\t{0}: {0},", "};"),
        "fn {0}({1}) {{",
        "fn {0}({1}) {{",
        ("impl Holder {", "}"),
        "{0}: u8",
        "{0};",
        "#[{0}]",
    ),
    "c": C,
    "cpp": C._replace(
        method="void {0}({1}) {{", holder=("class Holder {", "};\n#endif"), parameter="{0}_type {0}"
    ),
    "csharp": Look(
        ("", "using name_of_{0};", ""),
        ("interface ITable {", "\tint {0} {{ get; }}", "}"),
        "void {0}({1}) {{",
        "void {0}({1}) {{",
        ("class Holder {", "}"),
        "int {0}",
        "{0};",
        "[{0}]",
    ),
    "kotlin": Look(
        ("", "import {0}.name_of_{0}", ""),
        ("object Table {", "\tconst val {0} = 1", "}"),
        "fun {0}({1}) {{",
        "fun {0}({1}) {{",
        ("class Holder {", "}"),
        "{0}: Int",
        "{0}",
        "@{0}",
        result="return {0}",
    ),
    "php": Look(
        ("<?php\n", "use {0}\\name_of_{0};", ""),
        ("const TABLE = [", "\t'{0}' => {0}_key,", "];"),
        "function {0}({1}) {{",
        "function {0}({1}) {{",
        ("class Holder {", "}"),
        "${0}",
        "${0};",
        "#[{0}]",
        result="return ${0};",
    ),
    "ruby": Look(
        ("", "require '{0}'", ""),
        ("TABLE = {", "\t{0}: {0}_key,", "}"),
        "def {0}({1})",
        "def {0}({1})",
        ("class Holder", "end"),
        "{0}",
        "{0}",
        "# {0}",
        close="end",
        result="return {0}",
    ),
    "bash": Look(
        ("", ". ./{0}.sh", ""),
        ("declare -A table=(", "\t[{0}]={0}_key", ")"),
        "{0}() {{ # {1}",
        "holder_{0}() {{ # {1}",
        ("holder=1\n", ""),
        "{0}",
        "run '{0}'",
        "# {0}",
        result="return '{0}'",
    ),
    "lua": Look(
        ("", "local {0} = require('name_of_{0}')", ""),
        ("local TABLE = {", "\t{0} = {0}_key,", "}"),
        "local function {0}({1})",
        "function Holder.{0}({1})",
        ("local Holder = {}\n", "return Holder"),
        "{0}",
        "{0}",
        "-- {0}",
        close="end",
        result="return {0}",
    ),
    "hcl": Look(
        ("", 'import_{0} = "{0}"', ""),
        ("locals {", "\t{0} = {0}_key", "}"),
        'resource "a" "{0}" {{ # {1}',
        'module "{0}" {{ # {1}',
        ("holder = 1\n", ""),
        "{0}",
        'step "{0}" {{}}',
        "# {0}",
        result="result = {0}",
    ),
    "scala": Look(
        ("", "import {0}.name_of_{0}", ""),
        ("object Table {", "\tval {0} = 1", "}"),
        "def {0}({1}): Unit = {{",
        "def {0}({1}): Unit = {{",
        ("class Holder {", "}"),
        "{0}: {0}_type",
        "{0}",
        "@{0}",
        result="{0}",
    ),
    "swift": Look(
        ("", "import name_of_{0}", ""),
        ("protocol Table {", "\tvar {0}: Int {{ get }}", "}"),
        "func {0}({1}) {{",
        "func {0}({1}) {{",
        ("class Holder {", "}"),
        "{0}: Int",
        "{0}",
        "@{0}",
        result="return {0}",
    ),
    "sql": Look(
        ("", "DROP TABLE {0};", ""),
        ("CREATE TABLE keys (", "\t{0} INT,", "\tlast INT\n);"),
        "CREATE TABLE {0} (a INT); -- {1}",
        "CREATE VIEW {0} AS SELECT 1; -- {1}",
        ("DROP TABLE holder;\n", ""),
        "{0}",
        "INSERT INTO t VALUES ('{0}');",
        "-- {0}",
        close="",
        result="SELECT '{0}';",
    ),
    "css": Look(
        ("", '@import "{0}.css";', ""),
        (":root {", "\t--{0}: {0}_key;", "}"),
        ".{0} {{ /* {1} */",
        ".{0} {{ /* {1} */",
        ("@media print {", "}"),
        "{0}",
        'content: "{0}";',
        "/* {0} */",
        result='color: "{0}";',
    ),
    "html": Look(
        ("", '<link href="{0}.css">', ""),
        ("<ul>", "\t<li>{0}</li>", "</ul>"),
        '<section id="{0}" title="{1}">',
        '<section id="{0}" title="{1}">',
        ("<main>", "</main>"),
        "{0}",
        "<p>{0}</p>",
        "<!-- {0} -->",
        close="</section>",
        result="<p>return {0}</p>",
    ),
    "java": Look(
        ("", "import {0}.name_of_{0};", ""),
        ("interface Table {", "\tint {0} = 1;", "}"),
        "void {0}({1}) {{",
        "void {0}({1}) {{",
        ("class Holder {", "}"),
        "int {0}",
        "{0};",
        "@{0}",
    ),
    "typescript": TYPESCRIPT,
    "tsx": TYPESCRIPT,
}


def test_every_registered_language_has_its_laws() -> None:
    assert LOOKS.keys() == PROFILES


def written(look: Look, module: Module) -> bytes:
    before, one, after = look.imports
    rows = [before, *(one.format(name) for name in module.imports), after, ""]
    before, one, after = look.table
    rows += [before, *(one.format(key) for key in module.keys), after]
    for function in module.functions:
        rows += ["", *lines_of(look, look.function, function, "")]
    rows += ["", look.holder[0]]
    for place, function in enumerate(module.methods):
        deep = "\t" if look.holder[1] else ""
        rows += [""] * (bool(place) or not deep) + lines_of(look, look.method, function, deep)
    return "\n".join([*rows, look.holder[1], ""]).encode()


def lines_of(look: Look, head: str, function: Function, indent: str) -> list[str]:
    names = [one.partition("=")[0] for one in function.parameters]
    parameters = ", ".join(look.parameter.format(name) for name in names)
    return [
        *(indent + look.mark.format(mark) for mark in function.marks),
        indent + head.format(function.name, parameters),
        *(f"{indent}\t{statement(look, line)}" for line in function.body),
        indent + look.close,
    ]


def statement(look: Look, line: str) -> str:
    line = re.sub(r"(\w+)=(\w+)", r"option(\1, \2)", line)
    if line.startswith("return "):
        return look.result.format(line.removeprefix("return "))
    return look.statement.format("call()" if line == "pass" else line)


def sides() -> st.SearchStrategy[tuple[Module, Module]]:
    return chosen(_sides, 18)


def _sides(choose: Choices) -> tuple[Module, Module]:
    numbers = count()
    found = []
    for side in ("ours", "theirs"):
        module = BASE
        for _ in range(1 + choose.below(4)):
            edit, place = choose.of(EDITS), choose.below(12)
            module = edited(module, edit, place, f"{side}_{next(numbers)}")
        found.append(module)
    return found[0], found[1]


def versions_in(look: Look, modules: tuple[Module, Module]) -> Versions:
    return Versions(*(written(look, one) for one in (BASE, *modules)))


def options(name: str) -> Options:
    return Options(f"a.{profile(name).extensions[0]}")


def merge(name: str, versions: Versions) -> Merged:
    try:
        return Code(name).merge(versions, options(name))
    except NotUnderstood:
        assume(False)
        raise


def words(text: bytes) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.decode()))


def parses(name: str, text: bytes) -> bool:
    return not parser(profile(name).grammar).parse(text).root_node.has_error


LANGUAGES = pytest.mark.parametrize("name", sorted(LOOKS))

# The engine is one: languages of different build try it at length, the others their profile.
AT_LENGTH = ("go", "javascript", "rust")
MANY = settings().max_examples
FEW = max(MANY // 6, 10)


def law(holds: Callable[[str, tuple[Module, Module]], None]) -> Callable[[str], None]:
    """A test of every language: what must hold for any two sides."""

    def test(name: str) -> None:
        def of_this(modules: tuple[Module, Module]) -> None:
            holds(name, modules)

        examples = MANY if name in AT_LENGTH else FEW
        settings(max_examples=examples)(given(sides())(of_this))()

    test.__name__, test.__doc__ = holds.__name__, holds.__doc__
    return LANGUAGES(test)


@LANGUAGES
def test_the_modules_of_the_laws_parse_and_hold_their_names(name: str) -> None:
    text = written(LOOKS[name], BASE)
    assert parses(name, text), text.decode()
    assert len(Code(name).tokens(text)) >= 5


@law
def test_the_side_that_changed_nothing_never_wins(
    name: str, modules: tuple[Module, Module]
) -> None:
    base, ours, theirs = versions_in(LOOKS[name], modules)
    assert merge(name, Versions(base, ours, base)) == Merged(ours)
    assert merge(name, Versions(base, base, theirs)) == Merged(theirs)
    assert merge(name, Versions(base, ours, ours)).text == ours


@law
def test_swapping_the_sides_changes_only_the_order(
    name: str, modules: tuple[Module, Module]
) -> None:
    base, ours, theirs = versions = versions_in(LOOKS[name], modules)
    one, other = merge(name, versions), merge(name, Versions(base, theirs, ours))
    assert len(one.conflicts) == len(other.conflicts)
    if not one.conflicts:
        assert words(one.text) == words(other.text)


@law
def test_a_clean_result_parses_and_holds_both_sides(
    name: str, modules: tuple[Module, Module]
) -> None:
    versions = versions_in(LOOKS[name], modules)
    merged = merge(name, versions)
    assume(not merged.conflicts)
    assert parses(name, merged.text)
    base, ours, theirs = map(words, versions)
    result = words(merged.text)
    for word in ours.keys() | theirs.keys():
        if word.startswith(("ours_", "theirs_")):
            assert result[word] == max(ours[word], theirs[word]), word
    assert set(result) <= {*base, *ours, *theirs}
    again = merge(name, Versions(versions.theirs, merged.text, versions.theirs))
    assert again.text == merged.text


@law
def test_each_side_of_the_conflicts_parses_and_holds_that_side(
    name: str, modules: tuple[Module, Module]
) -> None:
    versions = versions_in(LOOKS[name], modules)
    merged = merge(name, versions)
    if not merged.conflicts:
        return
    texts = checks.sides(merged, options(name))
    for text, side in zip(texts, (versions.ours, versions.theirs), strict=True):
        assert parses(name, text)
        new = words(side).keys() - words(versions.base).keys()
        assert all(word in words(text) for word in new)


@law
def test_the_engine_has_no_more_conflicts_than_lines_when_nothing_is_wrong(
    name: str, modules: tuple[Module, Module]
) -> None:
    versions = versions_in(LOOKS[name], modules)
    code, how = Code(name), options(name)
    merged = engine.merge(versions, how)
    by_lines = lines.merge(versions, how)
    if by_lines.conflicts or not code.flaws(versions, by_lines.text, how):
        assert len(merged.conflicts) <= len(by_lines.conflicts)
    for text in checks.sides(merged, how):
        assert not code.flaws(versions, text, how)


@LANGUAGES
def test_one_function_added_at_two_places_is_a_conflict(name: str) -> None:
    """Lines alone would keep both."""
    look = LOOKS[name]
    new = [Function("same", (), ("self",), (f"first = {n}", "return first")) for n in (1, 2)]
    ours = BASE._replace(functions=(new[0], *BASE.functions))
    theirs = BASE._replace(functions=(*BASE.functions, new[1]))
    versions = versions_in(look, (ours, theirs))
    assert not lines.merge(versions, options(name)).conflicts
    assert len(engine.merge(versions, options(name)).conflicts) == 1


@LANGUAGES
def test_two_edits_of_one_comment_are_a_conflict(name: str) -> None:
    """A comment is no layout, however the grammar cuts it; less of it is not what both mean."""
    look, mark = LOOKS[name], profile(name).comment
    last = statement(look, BASE.functions[0].body[-1]).encode()
    end = {b"<!--": b" -->", b"/*": b" */"}.get(mark, b"")
    before, row, after = written(look, BASE).partition(last)
    assert row
    base, ours, theirs = (
        before + mark + b" this" + more + end + b"\n\t" + row + after
        for more in (b" and that", b" and", b"")
    )
    for versions in (Versions(base, ours, theirs), Versions(base, theirs, ours)):
        assert parses(name, versions.base)
        assert len(engine.merge(versions, options(name)).conflicts) == 1

"""What was distinct on every side stays distinct: in every language, at every place of a list."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import distinct, engine
from git_anvcs.merge.distinct import Group, Member
from git_anvcs.merge.integers import integer
from git_anvcs.merge.result import Merged, Options, Versions


class Kind(NamedTuple):
    """How a list of numbers is written; in `member` stand N for the name, V for the number."""

    file: str
    before: str
    member: str
    after: str = ""

    def write(self, members: list[tuple[str, int]]) -> bytes:
        rows = (self.member.replace("N", name).replace("V", str(v)) for name, v in members)
        return (self.before + "".join(rows) + self.after).encode()


ENUMERATIONS = (
    Kind("a.rs", "#[repr(u8)]\npub enum Kind {\n", "    N = V,\n", "}\n"),
    Kind("a.ts", "export enum Kind {\n", "  N = V,\n", "}\n"),
    Kind("a.c", "enum kind {\n", "\tN = V,\n", "};\n"),
    Kind("b.c", "typedef enum {\n", "\tN = V,\n", "} kind;\n"),
    Kind("a.cpp", "enum class Kind : int {\n", "  N = V,\n", "};\n"),
    Kind("a.cs", "public enum Kind\n{\n", "    N = V,\n", "}\n"),
    Kind("a.php", "<?php\nenum Kind: int\n{\n", "    case N = V;\n", "}\n"),
    Kind("a.swift", "enum Kind: Int {\n", "    case N = V\n", "}\n"),
    Kind("a.py", "class Kind(IntEnum):\n", "    N = V\n", "\n\nx = 0\n"),
    Kind("a.proto", 'syntax = "proto3";\nenum Kind {\n  None = 0;\n', "  N = V;\n", "}\n"),
)
LISTS = (
    Kind("b.rs", "", "pub const ERR_N: u32 = V;\n"),
    Kind("b.ts", "", "export const ERR_N = V;\n"),
    Kind("c.ts", "export const CODES = {\n", "  N: V,\n", "} as const;\n"),
    Kind("d.ts", "class Codes {\n", "  static readonly N = V;\n", "}\n"),
    Kind("a.js", "", "const ERR_N = V;\n"),
    Kind("b.js", "const CODES = Object.freeze({\n", "  N: V,\n", "});\n"),
    Kind("a.h", "#ifndef A_H\n#define A_H\n", "#define ERR_N V\n", "#endif\n"),
    Kind("b.h", "", "static const int ERR_N = V;\n"),
    Kind("a.hpp", "struct Codes {\n", "  static constexpr int N = V;\n", "};\n"),
    Kind("b.cs", "static class Codes\n{\n", "    public const int N = V;\n", "}\n"),
    Kind("a.kt", "enum class Kind(val code: Int) {\n", "    N(V),\n", "    ;\n}\n"),
    Kind("b.kt", "object Codes {\n", "    const val N = V\n", "}\n"),
    Kind("a.java", "enum Kind {\n", '    N(V, "x"),\n', "    ;\n    Kind(int c, String s) {}\n}\n"),
    Kind("b.java", "class Codes {\n", "    public static final int N = V;\n", "}\n"),
    Kind("c.java", "interface Codes {\n", "    int N = V;\n", "}\n"),
    Kind("a.rb", "module Codes\n", "  N = V\n", "end\n"),
    Kind("b.rb", "class A < B\n  enum status: {\n", "    N: V,\n", "  }\nend\n"),
    Kind("b.php", "<?php\nclass Codes\n{\n", "    public const N = V;\n", "}\n"),
    Kind("c.php", "<?php\nreturn [\n", "    'N' => V,\n", "];\n"),
    Kind("a.go", "package a\n\nconst (\n", "\tErrN Code = V\n", ")\n"),
    Kind("b.go", "package a\n\n", "const ErrN = V\n"),
    Kind("c.go", "package a\n\nvar codes = map[string]int{\n", '\t"N": V,\n', "}\n"),
    Kind("b.swift", "enum Codes {\n", "    static let N = V\n", "}\n"),
    Kind("a.scala", "object Codes {\n", "  val N = V\n", "}\n"),
    Kind("b.scala", "enum Kind(val c: Int) {\n", "  case N extends Kind(V)\n", "}\n"),
    Kind("b.py", "", "ERR_N = V\n"),
    Kind("c.py", "CODES = {\n", '    "N": V,\n', "}\n"),
    Kind("d.py", "CODES = [\n", '    (V, "N"),\n', "]\n"),
    Kind("a.lua", "local M = {}\n", "M.N = V\n", "return M\n"),
    Kind("b.lua", "local codes = {\n", "  N = V,\n", "}\n"),
    Kind("a.json", "{\n", '  "N": V,\n', '  "Zero": 0\n}\n'),
    Kind("b.json", "[\n", '  {"name": "N", "code": V},\n', '  {"name": "Zero", "code": 0}\n]\n'),
    Kind("a.yaml", "codes:\n", "  N: V\n"),
    Kind("b.yaml", "codes:\n", "  - title: N\n    code: V\n"),
    Kind("a.toml", "[codes]\n", "N = V\n"),
    Kind("b.toml", "", '[[codes]]\nname = "N"\ncode = V\n\n'),
    Kind("a.ini", "[codes]\n", "N = V\n"),
)
NAMES = ("Start", "Stop", "Pause", "Skip", "Seek", "Mute")
every_kind = pytest.mark.parametrize("kind", [*ENUMERATIONS, *LISTS], ids=lambda kind: kind.file)
Members = list[tuple[str, int]]


def merge(kind: Kind, *versions: Members) -> Merged:
    return engine.merge(Versions(*map(kind.write, versions)), Options(kind.file))


def doubled(merged: Merged) -> list[str]:
    return [one.where for one in merged.conflicts if one.kind == distinct.KIND]


@st.composite
def additions(draw: st.DrawFn) -> tuple[Members, Members, Members]:
    """Numbers that count, and what both sides add to them: anywhere, with the next numbers."""
    size = draw(st.integers(2, len(NAMES)))
    base = [(name, number) for number, name in enumerate(NAMES[:size], 1)]
    sides = []
    for names in (("Mine", "Minor"), ("Yours", "Youth")):
        side = list(base)
        free = draw(st.permutations(range(size + 1, size + 4)))
        for name, number in zip(names[: draw(st.integers(1, 2))], free, strict=False):
            side.insert(draw(st.integers(0, len(side))), (name, number))
        sides.append(side)
    return base, sides[0], sides[1]


@given(kind=st.sampled_from((*ENUMERATIONS, *LISTS)), versions=additions())
def test_no_clean_result_gives_one_number_to_two(
    kind: Kind, versions: tuple[Members, Members, Members]
) -> None:
    base, ours, theirs = versions
    merged = merge(kind, *versions)
    new = [{number for _name, number in side if number > len(base)} for side in (ours, theirs)]
    # A number far from its neighbours goes on with nothing: only in an enumeration is it a code.
    near = {number for number in new[0] & new[1] if number - 1 in {len(base), *new[0], *new[1]}}
    if near or (new[0] & new[1] and kind in ENUMERATIONS):
        assert merged.conflicts
    if not new[0] & new[1]:
        assert not doubled(merged)


@every_kind
def test_one_new_number_is_a_conflict_when_the_lines_do_not_meet(kind: Kind) -> None:
    base = [("Start", 1), ("Stop", 2), ("Pause", 3)]
    ours, theirs = [base[0], ("Skip", 4), *base[1:]], [*base, ("Seek", 4)]
    assert merge(kind, base, ours, theirs).conflicts
    other = merge(kind, base, ours, [*base, ("Seek", 5)])
    assert not other.conflicts
    assert b"Skip" in other.text
    assert b"Seek" in other.text


@given(
    kind=st.sampled_from(LISTS),
    numbers=st.permutations((3, 10, 30, 80, 255, 443, 1024, 8080)),
    size=st.integers(2, 6),
    new=st.sampled_from((5, 60, 100, 4096)),
)
def test_settings_that_both_sides_add_may_be_equal(
    kind: Kind, numbers: list[int], size: int, new: int
) -> None:
    base = [*zip(NAMES, numbers[:size], strict=False)]
    ours, theirs = [base[0], ("Mine", new), *base[1:]], [*base, ("Yours", new)]
    assert not doubled(merge(kind, base, ours, theirs))


def test_an_alias_that_one_side_has_is_no_number_taken_twice() -> None:
    kind = ENUMERATIONS[2]
    base = [("Start", 1), ("Stop", 2), ("Halt", 2)]
    ours, theirs = [base[0], ("Skip", 3), *base[1:]], [*base, ("Seek", 4)]
    assert not merge(kind, base, ours, theirs).conflicts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("0x1F", 31), ("0XffUL", 255), ("0b101", 5), ("0o17", 15), ("1_000", 1000),
        ("1'000", 1000), ("7u8", 7), ("5L", 5), ("0x5n", 5), ("-3", -3), ("~0", -1),
        ("1 << 3", 8), ("(1<<3)", 8), ("1u << (2 + 1)", 8), ("0x1 | 0x4", 5), ("BIT(3)", 8),
        ("2 * 3 + 1", 7), ("(u8)5", 5), ("Code(5)", 5), ("O(rawValue: 1 << 2)", 4), ("5 as u8", 5),
        ("((unsigned int) 1 << 4)", 16), ("010", 10), ("0", 0),
        ("1.5", None), ("A", None), ("A + 1", None), ("'5'", None), ("f(1, 2)", None), ("", None),
        ("2px", None), ("1 <<", None), ("(1", None), ("1 << 99999999", None), ("08n8", None),
    ],
)  # fmt: skip
def test_an_integer_is_read_by_its_value(text: str, value: int | None) -> None:
    assert integer(text) == value


def test_a_leading_zero_is_octal_where_the_language_says_so() -> None:
    assert integer("010", octal=True) == 8
    assert integer("09", octal=True) is None


def test_codes_count_whatever_a_side_took_away() -> None:
    kind = Kind("a.rs", "enum E {\n", "    N = V,\n", "}\n")
    base, ours = [("A", 1), ("B", 2)], [("Mine", 1), ("B", 2), ("C", 3)]
    versions = (base, ours, [("D", 3), ("A", 1)])
    assert merged(kind, *versions).conflicts
    for file, before, member, after in (
        ("a.json", '{"codes": {\n', '  "N": V,\n', '  "Last": 900\n}}\n'),
        ("a.yaml", "codes:\n", "  N: V\n", ""),
        ("a.toml", "[codes]\n", "N = V\n", ""),
        ("a.go", "package a\n\nconst (\n", "\tN = V\n", ")\n"),
        ("a.java", "class A {\n", "  static final int N = V;\n", "}\n"),
        ("a.h", "#pragma once\n", "#define N V\n", ""),
        ("c.ts", "export const CODES = {\n", "  N: V,\n", "} as const;\n"),
    ):
        kind = Kind(file, before, member, after)
        base = [("A", 1), ("B", 2), ("C", 3), ("D", 4)]
        ours, theirs = [*base[:-1], ("E", 5), base[-1]], [base[0], *base[2:]]
        assert not merged(kind, base, ours, theirs).conflicts
        assert merged(kind, base, ours, [("F", 5), *theirs]).conflicts, file
        old = [*base, ("OldB", 2)]
        assert merged(kind, old, [*old, ("E", 5)], [("F", 5), *base]).conflicts, file


def merged(kind: Kind, *versions: list[tuple[str, int]]) -> Merged:
    return engine.merge(Versions(*map(kind.write, versions)), Options(kind.file))


@pytest.mark.parametrize(
    ("base", "new", "code"),
    [
        ([1, 2], 3, True), ([0, 1], 2, True), ([-1, -2], -3, True), ([5, 4, 3], 2, True),
        ([1, 2, 3, 4], 90, True), ([10, 20, 30], 40, True), ([100, 101, 200, 201], 202, True),
        ([1, 2, 4], 8, True), ([0, 1, 2, 4, 7], 8, True), ([4, 2, 3, 1], 5, True),
        ([3, 30], 31, False), ([10, 20], 30, False), ([1, 2], 30, False), ([1], 2, False),
        ([4096, 8, 255], 64, False), ([1024, 16], 64, False), ([30, 8080, 3], 4, False),
    ],
)  # fmt: skip
def test_numbers_are_codes_when_they_count(base: list[int], new: int, code: bool) -> None:
    held = [(str(at), number) for at, number in enumerate(base)]
    both = [*held, ("mine", new), ("yours", new)]
    group = Group(tuple(Member(name, number, 0, 0) for name, number in both))
    found = [*distinct.taken_twice(group, [held, [*held, both[-2]], [*held, both[-1]]])]
    assert bool(found) == code

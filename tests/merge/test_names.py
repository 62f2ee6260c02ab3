"""One name for two things: a conflict wherever the language has one name space for both.

Every row is two definitions of one name, one added by each side, and a body to add them to; in both
orders, far from each other and at one place. What a language allows side by side stays clean.
"""

from itertools import product

import pytest

from git_anvcs.merge import engine
from git_anvcs.merge.across.delta import Delta
from git_anvcs.merge.across.twice import twice
from git_anvcs.merge.profile import profile
from git_anvcs.merge.registry import PROFILES
from git_anvcs.merge.result import Merged, Options, Versions

BETWEEN = 4  # definitions between the two places

Frame = tuple[str, str, str]  # in front of the body, a member of it with its number, behind it
CS: Frame = ("class C\n{\n", "    public void K%d() { }\n\n", "}\n")
CS_FILE: Frame = ("namespace A;\n\n", "class K%d { }\n\n", "class Z { }\n")
TS: Frame = ("export class C {\n", "  k%d() {}\n\n", "}\n")
TS_FILE: Frame = ("'use strict';\n\n", "class K%d {}\n\n", "class Z {}\n")
JAVA: Frame = ("class C {\n", "    void k%d() {}\n\n", "}\n")
KOTLIN: Frame = ("class C {\n", "    fun k%d() {}\n\n", "}\n")
KOTLIN_FILE: Frame = ("package a\n\n", "class K%d {}\n\n", "class Z {}\n")
C: Frame = ("#include <stdio.h>\n\n", "int k%d(void)\n{\n    return 1;\n}\n\n", "int z;\n")
CPP: Frame = ("class C {\n", "    void k%d() {}\n\n", "};\n")
PHP: Frame = ("<?php\nclass C {\n", "    function k%d() {}\n\n", "}\n")
PHP_FILE: Frame = ("<?php\n", "class K%d {}\n\n", "class Z {}\n")
RUBY: Frame = ("class C\n", "  def k%d\n  end\n\n", "end\n")
PYTHON: Frame = ("class C:\n", "    def k%d(self):\n        pass\n\n", "    z = 1\n")
PYTHON_FILE: Frame = ("import os\n\n", "class K%d:\n    pass\n\n", "Z = 1\n")
GO: Frame = ("package a\n\n", "func k%d() {}\n\n", "func z() {}\n")
RUST: Frame = ("//! A.\n\n", "fn k%d() {}\n\n", "fn z() {}\n")
SWIFT: Frame = ("struct C {\n", "    func k%d() {}\n\n", "}\n")
SWIFT_FILE: Frame = ("import A\n\n", "func k%d() {}\n\n", "func z() {}\n")
SCALA: Frame = ("object C {\n", "  def k%d = 1\n\n", "}\n")
SCALA_FILE: Frame = ("package a\n\n", "class K%d {}\n\n", "class Z {}\n")
LUA: Frame = ("local M = {}\n\n", "local function k%d() end\n\n", "return M\n")
SQL: Frame = ("-- A.\n\n", "CREATE TABLE k%d (a int);\n\n", "CREATE TABLE z (a int);\n")
PROJECT: Frame = (
    "<Project>\n  <ItemGroup>\n",
    '    <Compile Include="K%d.cs" />\n',
    "  </ItemGroup>\n</Project>\n",
)

MEET = (
    ("cs", CS, "    int B { get; set; }\n\n", "    void B(int x) { }\n\n"),
    ("cs", CS, "    int A, B;\n\n", "    class B { }\n\n"),
    ("cs", CS_FILE, "record B(int X);\n\n", "struct B { }\n\n"),
    ("ts", TS, "  get b() { return 1; }\n\n", "  b = 2;\n\n"),
    ("ts", TS, "  get b() { return 1; }\n\n", "  b() { return 2; }\n\n"),
    ("js", TS, "  static b() { return 1; }\n\n", "  static b = 2;\n\n"),
    ("ts", TS_FILE, "interface B { x: number }\n\n", "type B = string;\n\n"),
    ("ts", TS_FILE, "enum B { X }\n\n", "type B = string;\n\n"),
    ("ts", TS_FILE, "class B { x: number }\n\n", "export type B = string;\n\n"),
    ("tsx", TS_FILE, "class B { x: number }\n\n", "interface B { y: number }\n\n"),
    ("ts", TS_FILE, "namespace B { export const x = 1; }\n\n", "class B { y: number }\n\n"),
    ("ts", TS_FILE, "interface B { x: number }\n\n", "interface B { y: number }\n\n"),
    ("ts", TS_FILE, "export const b = 1;\n\n", "export function b() {}\n\n"),
    ("js", TS_FILE, "const b = 1;\n\n", "class b {}\n\n"),
    ("js", TS_FILE, "const a = 1, b = 1;\n\n", "function b() {}\n\n"),
    ("js", TS_FILE, "const { a, x: b } = q;\n\n", "function b() {}\n\n"),
    ("js", TS_FILE, 'import { b } from "./b";\n\n', "function b() {}\n\n"),
    ("java", JAVA, "    enum B { X }\n\n", "    class B { }\n\n"),
    ("java", JAVA, "    record B(int x) {}\n\n", "    interface B { }\n\n"),
    ("kt", KOTLIN_FILE, "class B {}\n\n", "object B {}\n\n"),
    ("kt", KOTLIN_FILE, "typealias B = String\n\n", "interface B {}\n\n"),
    ("kt", KOTLIN_FILE, "val b = 1\n\n", "object b {}\n\n"),
    ("kt", KOTLIN, "    val name get() = 1\n\n", "    fun getName() = 2\n\n"),
    ("kt", KOTLIN, "    val isOpen = true\n\n", "    fun isOpen() = false\n\n"),
    ("c", C, "struct b { int x; };\n\n", "union b { int y; };\n\n"),
    ("c", C, "struct b { int x; };\n\n", "enum b { X };\n\n"),
    ("c", C, "static int b;\n\n", "#define b 3\n\n"),
    ("c", C, "#define b(x) 3\n\n", "int b(int x);\n\n"),
    ("c", C, "typedef int b;\n\n", "int b(int x)\n{\n    return x;\n}\n\n"),
    ("c", C, "static int a, *b;\n\n", "int b(void);\n\n"),
    ("c", C, "typedef struct b { int x; } c;\n\n", "struct b { int y; };\n\n"),
    ("c", C, "enum e { b };\n\n", "int b = 1;\n\n"),
    ("cpp", C, "struct b { int x; };\n\n", "class b { int y; };\n\n"),
    ("cpp", C, "using b = int;\n\n", "enum b { X };\n\n"),
    ("cpp", CPP, "    int b;\n\n", "    int b() { return 1; }\n\n"),
    ("php", PHP_FILE, "trait B {}\n\n", "interface B {}\n\n"),
    ("php", PHP_FILE, "use A\\B;\n\n", "class B {}\n\n"),
    ("php", PHP_FILE, "class Ab {}\n\n", "class AB { public $x; }\n\n"),
    ("php", PHP_FILE, "function doIt() {}\n\n", "function doit($x) {}\n\n"),
    ("php", PHP, "    function getIt() {}\n\n", "    function getit($x) {}\n\n"),
    ("rb", RUBY, "  module B\n    X = 1\n  end\n\n", "  class B\n    Y = 1\n  end\n\n"),
    ("rb", RUBY, "  attr_accessor :a, :b\n\n", "  def b\n    2\n  end\n\n"),
    ("rb", RUBY, "  attr_writer :b\n\n", "  def b=(x)\n    2\n  end\n\n"),
    ("rb", RUBY, "  alias b k1\n\n", "  def b\n    2\n  end\n\n"),
    ("rb", RUBY, "  alias_method :b, :k1\n\n", "  def b\n    2\n  end\n\n"),
    ("py", PYTHON_FILE, "def b():\n    pass\n\n", "class b:\n    pass\n\n"),
    ("py", PYTHON_FILE, "def b():\n    pass\n\n", "b = 2\n\n"),
    ("py", PYTHON_FILE, "b = 1\n\n", "b = 2\n\n"),
    ("py", PYTHON_FILE, "a, b = 1, 2\n\n", "def b():\n    pass\n\n"),
    ("py", PYTHON_FILE, "from x import b\n\n", "def b():\n    pass\n\n"),
    ("py", PYTHON, "    b = 1\n\n", "    @property\n    def b(self):\n        return 1\n\n"),
    ("py", PYTHON, "    b: int\n\n", "    def b(self):\n        return 1\n\n"),
    ("go", GO, "func b() {}\n\n", "var b = 1\n\n"),
    ("go", GO, "const (\n\tb = 1\n\tc = 2\n)\n\n", "type b int\n\n"),
    ("go", GO, "var (\n\tb = 1\n\tc = 2\n)\n\n", "var b = 3\n\n"),
    ("go", GO, "var a, b = 1, 2\n\n", "func b() {}\n\n"),
    ("rs", RUST, "struct B { x: u8 }\n\n", "enum B { X }\n\n"),
    ("rs", RUST, "trait B {}\n\n", "type B = u8;\n\n"),
    ("rs", RUST, "const B: u8 = 1;\n\n", "static B: u8 = 2;\n\n"),
    ("swift", SWIFT_FILE, "struct B {}\n\n", "protocol B {}\n\n"),
    ("swift", SWIFT_FILE, "typealias B = Int\n\n", "enum B { case x }\n\n"),
    ("swift", SWIFT, "    var b: Int { 1 }\n\n", "    func b() -> Int { 2 }\n\n"),
    ("scala", SCALA_FILE, "trait B {\n  def x = 1\n}\n\n", "class B {\n  def y = 2\n}\n\n"),
    ("scala", SCALA, "  val b = 1\n\n", "  def b = 2\n\n"),
    ("lua", LUA, "local b = 1\n\n", "local function b() end\n\n"),
    ("sql", SQL, "CREATE TABLE b (x int);\n\n", "CREATE VIEW B AS SELECT 1;\n\n"),
    (
        *("csproj", PROJECT, '    <Compile Include="a\\B.cs" Link="1" />\n'),
        '    <Compile Include="A/b.cs" Link="2" />\n',
    ),
)
# One of them stands in something that the body holds, or the place of both counts.
WITHIN = (
    ("py", PYTHON, "    b = 1\n\n", "    b = 1 + 1\n\n"),
    (
        *("rb", RUBY, "  def self.b\n    1\n  end\n\n"),
        "  class << self\n    def b\n      2\n    end\n  end\n\n",
    ),
    ("go", GO, "type T struct {\n\tb int\n}\n\n", "func (t *T) b() {}\n\n"),
)
APART = (
    ("cs", CS, "    void B() { }\n\n", "    void B(int x) { }\n\n"),
    ("cs", CS, "    C() { }\n\n", "    static C() { }\n\n"),
    ("ts", TS, "  get b() { return 1; }\n\n", "  set b(x) { }\n\n"),
    ("ts", TS, "  static b() { return 1; }\n\n", "  b() { }\n\n"),
    ("js", TS, "  static b() { return 1; }\n\n", "  get b() { return 1; }\n\n"),
    ("ts", TS_FILE, "const B = 1;\n\n", "type B = string;\n\n"),
    ("java", JAVA, "    int b;\n\n", "    int b() { return 1; }\n\n"),
    ("java", JAVA, "    void b(int x) { }\n\n", "    void b(String x) { }\n\n"),
    ("kt", KOTLIN_FILE, "fun B(): Int = 1\n\n", "interface B {}\n\n"),
    ("kt", KOTLIN, "    val name = 1\n\n", "    fun name() = 2\n\n"),
    ("kt", KOTLIN, "    val name get() = 1\n\n", "    fun getName(x: Int) = 2\n\n"),
    ("kt", KOTLIN, "    private val name = 1\n\n", "    fun getName() = 2\n\n"),
    ("c", C, "struct b { int x; };\n\n", "int b(void);\n\n"),
    ("c", C, "typedef struct b b;\n\n", "struct b { int x; };\n\n"),
    ("cpp", C, "enum class e { b };\n\n", "int b = 1;\n\n"),
    ("php", PHP_FILE, "use A\\B;\n\n", "function b() {}\n\n"),
    ("rb", RUBY, "  attr_reader :a, :b\n\n", "  attr_reader :b, :c\n\n"),
    ("c", C, "struct b;\n\n", "struct b { int x; };\n\n"),
    ("c", C, "int b(int x);\n\n", "int b(int x)\n{\n    return x;\n}\n\n"),
    ("cpp", C, "int b(int x);\n\n", "int b(char* x)\n{\n    return 1;\n}\n\n"),
    ("cpp", CPP, "    int b();\n\n", "    int b(int x) { return 1; }\n\n"),
    ("php", PHP_FILE, "function b() {}\n\n", "class B {}\n\n"),
    ("php", PHP, "    const b = 1;\n\n", "    function b() {}\n\n"),
    ("rb", RUBY, "  attr_reader :b\n\n", "  def b=(x)\n    2\n  end\n\n"),
    ("rb", RUBY, "  def self.b\n    1\n  end\n\n", "  def b\n    2\n  end\n\n"),
    (
        *("py", PYTHON, "    @b.setter\n    def b(self, x):\n        pass\n\n"),
        "    @property\n    def b(self):\n        return 1\n\n",
    ),
    ("go", GO, "type T struct {\n\tb int\n}\n\n", "func (t *U) b() {}\n\n"),
    ("go", GO, "func init() {}\n\n", "func init() { k1() }\n\n"),
    ("rs", RUST, "mod b {}\n\n", "fn b() {}\n\n"),
    ("rs", RUST, "#[cfg(unix)]\nconst B: u8 = 1;\n\n", "#[cfg(windows)]\nstatic B: u8 = 2;\n\n"),
    ("rs", RUST, "struct B { x: u8 }\n\n", "impl B {\n    fn x() {}\n}\n\n"),
    ("swift", SWIFT, "    static var b: Int { 1 }\n\n", "    func b() -> Int { 2 }\n\n"),
    (
        *("swift", SWIFT_FILE, "protocol B {\n    func x()\n}\n\n"),
        "extension B {\n    func x() {}\n}\n\n",
    ),
    ("scala", SCALA_FILE, "class B {\n  def x = 1\n}\n\n", "object B {\n  def x = 2\n}\n\n"),
    ("sql", SQL, "CREATE TABLE b (x int);\n\n", "CREATE TABLE c (x int);\n\n"),
)
# Bash has functions alone, CSS and HTML have no definitions of which one would hide another, and
# a block of HCL is known by its labels.
NO_KINDS = {"bash", "css", "html", "hcl"}


def merged(ending: str, frame: Frame, added: tuple[str, str], places: tuple[int, int]) -> Merged:
    """Both sides add one of the definitions, each in front of the member of this number."""

    def text(which: tuple[int, ...]) -> bytes:
        rows = [frame[1] % number if frame[1] else "" for number in range(BETWEEN)]
        for one in which:
            rows[places[one]] = added[one] + rows[places[one]]
        return "".join([frame[0], *rows, frame[2]]).encode()

    return engine.merge(Versions(text(()), text((0,)), text((1,))), Options(f"a.{ending}"))


PLACES = ((0, 3), (3, 0), (1, 1))


def shown(row: tuple[str, Frame, str, str]) -> str:
    return f"{row[0]}: {row[2].strip()} / {row[3].strip()}".replace("\n", " ")


@pytest.mark.parametrize("row", [*MEET, *WITHIN], ids=shown)
def test_one_name_for_two_things_is_a_conflict(row: tuple[str, Frame, str, str]) -> None:
    ending, frame, *added = row
    for (one, two), places in product((added, added[::-1]), PLACES):
        done = merged(ending, frame, (one, two), places)
        assert done.conflicts
        if row not in WITHIN:
            assert (frame[1] % 2).strip().encode() in done.text
            assert all(frame[1] % 2 not in conflict.ours for conflict in done.conflicts)


@pytest.mark.parametrize("row", APART, ids=shown)
def test_one_name_in_two_name_spaces_is_none(row: tuple[str, Frame, str, str]) -> None:
    ending, frame, *added = row
    for (one, two), places in product((added, added[::-1]), PLACES[:2]):
        done = merged(ending, frame, (one, two), places)
        assert not done.conflicts
        assert all(text.strip().encode() in done.text for text in (one, two))


@pytest.mark.parametrize("row", MEET, ids=shown)
def test_what_stood_side_by_side_before_may_stay(row: tuple[str, Frame, str, str]) -> None:
    ending, frame, *added = row
    both = frame[0] + added[0] + added[1]
    versions = (
        f"{both}{frame[1] % 1}{frame[1] % 2}{frame[2]}",
        f"{both}{frame[1] % 9}{frame[1] % 1}{frame[1] % 2}{frame[2]}",
        f"{both}{frame[1] % 1}{frame[1] % 2}{frame[1] % 8}{frame[2]}",
    )
    done = engine.merge(Versions(*(one.encode() for one in versions)), Options(f"a.{ending}"))
    assert not done.conflicts


def test_every_language_with_kinds_of_definitions_has_rows() -> None:
    shown = {row[0] for row in MEET}
    ends = {name: {*profile(name).extensions} for name in {"python", *PROFILES} - NO_KINDS}
    assert [name for name, said in ends.items() if not said & shown] == []


def added_file(path: str, text: str) -> Delta:
    return Delta(path, path, None, text.encode())


@pytest.mark.parametrize(
    ("mine", "yours", "found"),
    [
        ("func B() {}\n", "var B = 1\n", ["func B / var B"]),
        ("const (\n\tA = 1\n\tB = 2\n)\n", "type B int\n", ["const B / type B"]),
        ("var A, B = 1, 2\n", "func B() {}\n", ["var B / func B"]),
        ("func B() {}\n", "func (c C) B() {}\n", []),
        ("func init() {}\n", "var _ = 1\n", []),
    ],
)
def test_one_name_in_two_files_of_a_package(mine: str, yours: str, found: list[str]) -> None:
    head = "package shop\n\n"
    both = twice([added_file("a.go", head + mine)], [added_file("b.go", head + yours)])
    assert [one.where for one in both] == found

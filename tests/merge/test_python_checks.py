"""What the Python format finds wrong in a text that merged without conflicts."""

from git_anvcs.merge import engine
from git_anvcs.merge.formats import python
from git_anvcs.merge.result import Options, Versions

OPTIONS = Options("a.py")
BASE = b"import os\n\n\ndef a():\n    return os.name\n"


def kinds(ours: bytes, theirs: bytes, text: bytes, base: bytes = BASE) -> list[tuple[str, str]]:
    flaws = python.flaws(Versions(base, ours, theirs), text, OPTIONS)
    return sorted({(flaw.kind, flaw.where) for flaw in flaws})


def test_a_definition_that_stands_there_twice_is_found_when_no_version_had_it_twice() -> None:
    two = BASE + b"\n\ndef b():\n    pass\n"
    twice = two + b"\n\ndef b():\n    pass\n"
    assert kinds(two, two, twice) == [("duplicate", "def b")]
    assert kinds(twice, two, twice) == []


def test_a_method_that_stands_there_twice_is_found_in_its_class() -> None:
    base = b"class A:\n    def m(self):\n        pass\n"
    assert kinds(base, base, base + b"\n    def m(self):\n        pass\n", base) == [
        ("duplicate", "class A > def m")
    ]


def test_a_missing_import_is_found_when_one_side_dropped_it_and_the_other_uses_it() -> None:
    ours = b"def a():\n    return 1\n"
    theirs = BASE + b"\n\ndef b():\n    return os.sep\n"
    merged = b"def a():\n    return 1\n\n\ndef b():\n    return os.sep\n"
    assert kinds(ours, theirs, merged) == [("unbound", "import os")]
    assert kinds(ours, theirs, merged.replace(b"return os.sep", b"return 'os'")) == []


def test_a_syntax_error_is_found_with_its_line_when_the_versions_parse() -> None:
    flaws = python.flaws(Versions(BASE, BASE, BASE), BASE + b"def (:\n", OPTIONS)
    assert [flaw.kind for flaw in flaws] == ["syntax"]
    assert flaws[0].first == 6
    assert python.flaws(Versions(BASE, BASE, b"def ("), b"def (", OPTIONS) == []


def test_two_parameters_of_one_name_are_found_although_the_grammar_takes_them() -> None:
    assert kinds(BASE, BASE, BASE.replace(b"a()", b"a(x, x)")) == [("syntax", "")]


def test_a_clean_line_merge_is_a_conflict_when_it_defines_a_name_twice() -> None:
    base = b"".join(b"def f%d():\n    return %d\n\n\n" % (n, n) for n in range(9))
    new = b"def same():\n    return %d\n\n\n"
    merged = engine.merge(Versions(base, new % 1 + base, base + new % 2), OPTIONS)
    assert [(one.kind, one.where) for one in merged.conflicts] == [("add/add", "def same")]


def test_untouched_bytes_stay_when_both_sides_change_other_places() -> None:
    odd = b"x  =  {  'a' :1 ,}   # odd\n\n\n\n\nif x :  y( 1 )\n"
    base = b"import a\n" + odd + b"\n\ndef f():\n    return 1\n"
    ours = base.replace(b"import a\n", b"import a\nimport b\n")
    theirs = base.replace(b"import a\n", b"import a\nimport c\n").replace(b"return 1", b"return 2")
    merged = engine.merge(Versions(base, ours, theirs), OPTIONS)
    assert merged.text == b"import a\nimport b\nimport c\n" + odd + b"\n\ndef f():\n    return 2\n"


def test_where_names_the_class_and_the_method_of_a_conflict() -> None:
    base = b"class A:\n    def f(self):\n        return 1\n"
    versions = Versions(base, base.replace(b"1", b"2"), base.replace(b"1", b"3"))
    (conflict,) = python.merge(versions, OPTIONS).conflicts
    assert (conflict.kind, conflict.where, conflict.line) == ("edit/edit", "class A > def f", 3)


def test_only_changed_places_are_walked_when_a_file_is_large() -> None:
    from git_anvcs.merge.code import items

    base = b"".join(b"def f%d():\n    x = %d\n    return x\n\n\n" % (n, n) for n in range(2000))
    seen: list[int] = []
    body = items.body

    def counted(source: object, node: object, first: int, end: int) -> items.Body:
        seen.append(end - first)
        return body(source, node, first, end)  # type: ignore[arg-type]

    from git_anvcs.merge.code import block

    block.body = counted  # type: ignore[attr-defined]
    try:
        versions = Versions(
            base, base.replace(b"x = 7\n", b"x = 8\n"), base.replace(b"x = 7\n", b"x = 9\n")
        )
        python.merge(versions, OPTIONS)
    finally:
        block.body = body  # type: ignore[attr-defined]
    assert seen == [2, 2, 2]

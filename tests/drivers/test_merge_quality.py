"""The benchmark of merges: what its judge says of a result, and a run over a small history."""

import json
from pathlib import Path
import sys

from benchmarks.alignment import SHORT, matching
from benchmarks.merge_cases import Case
from benchmarks.merge_judge import (
    JSON_TOKEN,
    Verdict,
    equal_but_formatting,
    judged,
    loses_a_line,
    lost_lines,
    parses,
)
from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    THEIRS,
    THEIRS_CLASH,
    two_sides,
)
from tests.support.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
HEAD = "import alpha\n\n\ndef first():\n    return alpha.one\n\n\n"
TAIL = "def last():\n    return alpha.two\n"
MINE = "def mine():\n    return alpha.three\n\n\n"
YOURS = "def yours():\n    return alpha.four\n\n\n"
MARKED = f"{HEAD}<<<<<<< a\n{MINE}=======\n{YOURS}>>>>>>> b\n{TAIL}"


def case(human: str) -> Case:
    texts = (HEAD + TAIL, HEAD + MINE + TAIL, HEAD + YOURS + TAIL, MARKED, human)
    return Case("merge", "a.py", *(text.encode() for text in texts))


def verdict(human: str, result: str = HEAD + MINE + YOURS + TAIL) -> Verdict:
    return judged(case(human), result.encode())


def rows(text: str) -> bytes:
    return "\n".join(text.split()).encode()


def lost(base: str, ours: str, theirs: str, result: str) -> list[str]:
    return lost_lines(rows(base), rows(ours), rows(theirs), rows(result))


def test_a_line_is_lost_when_nobody_removed_it() -> None:
    assert lost("aa bb", "aa bb", "aa bb cc", "bb cc") == ["aa"]
    assert lost("aa bb", "aa bb cc", "aa bb dd", "aa bb cc") == ["dd"]
    assert lost("aa aa", "aa aa cc", "aa aa", "aa cc") == ["aa"]


def test_a_line_is_not_lost_when_a_side_removed_it_or_both_added_it() -> None:
    assert lost("aa bb", "bb", "aa bb dd", "bb dd") == []
    assert lost("aa", "aa cc", "aa cc", "aa cc") == []
    assert lost("aa bb", "bb", "aa", "") == []


def test_a_value_of_json_counts_whole_when_lists_are_broken_into_lines() -> None:
    base = b'{"a": ["x.json"]}'
    ours = b'{"a": ["y.json"]}'
    theirs = b'{"a": [\n"y.json",\n"x.json"\n]}'
    assert not lost_lines(base, ours, theirs, b'{"a": ["y.json"]}', JSON_TOKEN)
    assert lost_lines(base, ours, theirs, b'{"a": []}', JSON_TOKEN)
    assert lost_lines(base, base, theirs, b'{"a": ["x.json"]}', JSON_TOKEN) == ['"y.json"']


def test_a_result_is_equal_to_the_human_s_by_bytes_and_but_for_formatting() -> None:
    both = HEAD + MINE + YOURS + TAIL
    assert verdict(both) == (True, True, True, True, True, False, "")
    assert verdict(both.replace("    return alpha.three", "    return (alpha.three)")) == (
        False, True, True, True, True, False, "",
    )  # fmt: skip
    assert not verdict(both + "# said by hand\n").formatting


def test_a_result_is_equal_where_git_had_conflicts_when_people_edited_elsewhere() -> None:
    found = verdict((HEAD + MINE + YOURS + TAIL).replace("alpha.two", "alpha.ten"))
    assert found == (
        False,
        False,
        True,
        True,
        True,
        False,
        "the human changed the file elsewhere, too",
    )


def test_the_order_of_what_both_added_is_told_apart() -> None:
    found = verdict(HEAD + YOURS + MINE + TAIL)
    assert found == (False, False, False, True, True, False, "the same lines in another order")


def test_what_no_merge_would_have_made_is_told_apart() -> None:
    assert verdict(HEAD + MINE + TAIL).cause == "the human left out what a side added or both have"
    added = HEAD + MINE + "def third():\n    return 3\n\n\n" + YOURS + TAIL
    assert verdict(added).cause == "the human wrote what neither side has"
    for human in (HEAD + MINE + TAIL, added):
        assert not verdict(human).pure
        assert not verdict(human).regions


def test_a_result_that_is_wrong_beside_the_conflict_is_not_equal_in_the_regions() -> None:
    found = verdict(HEAD + MINE + YOURS + TAIL, (HEAD + MINE + YOURS + TAIL).replace("one", "six"))
    assert not found.regions


def test_formatting_is_what_the_language_takes_for_it() -> None:
    assert equal_but_formatting("a.js", b"call('a', [1, 2,])", b'call("a",\n  [1, 2])')
    assert not equal_but_formatting("a.rs", b"call('a')", b'call("a")')
    assert equal_but_formatting("a.py", b"x = 'a'  # b\n", b'x = "a"  # b\n')
    assert not equal_but_formatting("a.py", b"x = 'a'  # b\n", b"x = 'a'\n")
    assert not equal_but_formatting("a.py", b"if a:\n    b()\nc()\n", b"if a:\n    b()\n    c()\n")
    assert equal_but_formatting("a.json", b'{"a": 1, "b": 2}', b'{"b": 2,\n"a": 1}')


def test_what_does_not_parse_or_loses_a_line_is_seen() -> None:
    assert not parses("a.py", b"def f(:\n")
    assert not parses("a.go", b"func {\n")
    assert loses_a_line(case(""), (HEAD + MINE + TAIL).encode())
    assert not loses_a_line(case(""), (HEAD + MINE + YOURS + TAIL).encode())


def notebook(*sources: str, output: str = "") -> bytes:
    cells = [{"cell_type": "code", "source": one, "outputs": [output]} for one in sources]
    return json.dumps({"cells": cells}, indent=1).encode()


def test_a_notebook_is_its_cells_whatever_they_put_out() -> None:
    versions = notebook("aa = 1"), notebook("aa = 1", "bb = 2"), notebook("aa = 1", output="said")
    of = Case("merge", "a.ipynb", *versions, b"", notebook("aa = 1", "bb = 2", output="again"))
    assert judged(of, versions[1]).formatting
    assert not loses_a_line(of, versions[1])
    assert loses_a_line(of, versions[2])
    assert not judged(of, versions[2]).formatting
    whole = judged(of._replace(human=versions[0]), versions[1])
    assert whole.cause == "the human took the cells of one version whole"


def test_long_lists_are_aligned_piece_by_piece() -> None:
    one = [f"line {number}" if number % 3 else "}" for number in range(3 * SHORT)]
    two = [*one[:5], "new", *one[5:4000], *one[4007:], "end"]
    found = matching(one, two)
    assert all(one[at.a : at.a + at.size] == two[at.b : at.b + at.size] for at in found)
    assert sum(at.size for at in found) == len(one) - 7
    assert found[-1] == (len(one), len(two), 0)
    assert matching(one[:9], two[:9])[0] == (0, 0, 5)


def test_a_lock_file_stands_by_itself() -> None:
    named = [case("")._replace(path=f"a/{name}").type for name in ("uv.lock", "b.json", "Makefile")]
    assert named == ["uv.lock", ".json", "Makefile"]


def test_a_history_is_replayed_by_git_by_us_and_by_our_program(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.run("git", "merge", "feature")
    repo.commit("by hand", {"a.json": '{"name": "x", "ours": 1, "theirs": 2}\n'})
    repo.git("switch", "-q", "-c", "clash", "HEAD~1")
    repo.commit("theirs", {"a.json": THEIRS_CLASH})
    repo.git("switch", "-q", "main")
    repo.commit("ours", {"a.json": OURS_CLASH})
    repo.run("git", "merge", "clash")
    repo.commit("by hand", {"a.json": OURS_CLASH})

    asked = ("--repo", ".", "--types", "json,py", "--peers", "git,git-anvcs,git-ai-merge,nothing")
    argv = (sys.executable, "-m", "benchmarks.merge_quality", *asked, "--clean")
    env = {"PYTHONPATH": str(ROOT)}
    found = json.loads(repo.ok(*argv, "--json", env=env))
    rows = {row["way"]: row for row in found["types"]}
    assert list(rows) == ["git", "git-anvcs", "git-ai-merge"]
    assert (rows["git"]["files"], rows["git"]["resolved"], rows["git"]["open"]) == (2, 0, 2)
    for way in ("git-anvcs", "git-ai-merge"):
        told = (rows[way][name] for name in ("files", "resolved", "formatting", "open", "lost"))
        assert tuple(told) == (2, 1, 1, 1, 0), way
    assert sum(rows["git-anvcs"]["reasons"].values()) == 1
    said = repo.ok(*argv, "--limit", "1", env=env)
    assert "1 merges" in said
    assert "why results stay open" in said
    assert repo.git("status", "--porcelain") == ""

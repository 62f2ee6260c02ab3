"""What a formatter does is no writing: such operations are marked, and nothing else is."""

import pytest

from git_anvcs.flows.journal.form import only_form
from git_anvcs.flows.journal.observe import observe
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox

FORM = [
    ("a.py", "def f( a,b ):\n  return 'x'\n", 'def f(a, b):\n    return "x"\n'),
    ("a.py", "x = [1,2]\n", "x = [\n    1,\n    2,\n]\n"),
    ("a.json", '{"a":1,"b":[1,2]}\n', '{\n  "a": 1,\n  "b": [1, 2]\n}\n'),
    ("a.go", "func f( ) {\nx:=1\n}\n", "func f() {\n\tx := 1\n}\n"),
    ("a.yaml", "a:   1\nb: 2\n", "a: 1\nb: 2\n"),
]
MORE = [
    ("a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),  # indentation means something
    ("a.py", "x = (1)\n", "x = (1,)\n"),  # a tuple
    ("a.py", "x = 'a  b'\n", "x = 'a b'\n"),
    ("a.py", "return x\n", "returnx\n"),
    ("a.py", "x = 'it\n", 'x = "it\n'),  # does not parse
    ("a.yaml", "a:\n  b: 1\n  c: 2\n", "a:\n  b: 1\nc: 2\n"),
    ("a.json", '{"a":"x y"}\n', '{"a":"xy"}\n'),
    ("a.sh", "echo 'a  b'\n", "echo 'a b'\n"),
    ("Makefile", "a:\n\tb\n", "a:\n    b\n"),
    ("a.txt", "a  b\n", "a b\n"),  # nobody knows what blanks mean here
]


@pytest.mark.parametrize(("path", "old", "new"), FORM)
def test_form_alone_is_told_from_both_sides(path: str, old: str, new: str) -> None:
    assert only_form(path, old, new)
    assert only_form(path, new, old)
    assert not only_form(path, old, old)


@pytest.mark.parametrize(("path", "old", "new"), MORE)
def test_what_may_mean_something_is_more_than_form(path: str, old: str, new: str) -> None:
    assert not only_form(path, old, new)


def test_an_operation_that_changes_only_form_is_marked_and_told_so(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": FORM[0][1], "b.py": "x = 1\n"})
    here = Repo.discover(repo.root)
    with Journal(Paths(here.common_dir)) as journal:
        texts = Texts(journal)
        observe(here, journal, texts)
        for name, text in (
            ("a.py", FORM[0][2]),
            ("b.py", "x  =  1\ny = 2\n"),
            ("a.py", FORM[0][2].replace("x", "y")),
        ):
            repo.write(name, text)
            observe(here, journal, texts)
        flags = [e.op.flags for e in journal.newest(kinds=[Kind.EDIT])][::-1]
    assert flags == [Flag.COSMETIC, Flag(0), Flag(0)]
    said = repo.anvcs("timeline", "-n", "4")
    assert "formatted a.py" in said
    assert "edited b.py" in said

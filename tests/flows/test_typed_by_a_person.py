"""Lines that a person typed and that only look like an agent's: none may carry its name.

They are what the fuzzer does not try: lines that everybody writes, and files that a snapshot does
not hold as a commit does.
"""

import pytest

from tests.flows.test_line_attribution import B, agent, owned
from tests.support.sandbox import Sandbox

BASE = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    repo.commit("start", {"f.txt": BASE})
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return repo


def add_and_commit(repo: Sandbox, *more: str) -> None:
    agent(repo).shell("sh", "-c", "; ".join([*more, "git add -A", "git commit -qm 'by the agent'"]))


def test_a_large_file_that_an_agent_commits(ready: Sandbox) -> None:
    ready.write("large.txt", "typed\n" * 400_000)
    add_and_commit(ready)
    assert owned(ready, "large.txt") == []


def test_what_was_staged_and_then_typed_over(ready: Sandbox) -> None:
    ready.write("f.txt", "staged\n" + BASE)
    ready.git("add", "f.txt")
    ready.write("f.txt", "typed over\n" + BASE)
    agent(ready).shell("sh", "-c", "git commit -qm 'by the agent'")
    assert owned(ready, "f.txt", "HEAD") == []


def test_what_was_staged_of_a_file_that_is_gone(ready: Sandbox) -> None:
    ready.write("g.txt", "staged\n")
    ready.git("add", "g.txt")
    (ready.root / "g.txt").unlink()
    agent(ready).shell("sh", "-c", "git commit -qm 'by the agent'")
    assert owned(ready, "g.txt", "HEAD") == []


def test_a_file_in_utf_16(ready: Sandbox) -> None:
    ready.commit("attributes", {".gitattributes": "*.u working-tree-encoding=UTF-16\n"})
    (ready.root / "t.u").write_bytes("typed\nby a person\n".encode("utf-16"))
    add_and_commit(ready)
    assert owned(ready, "t.u") == []


def test_a_file_whose_filter_changes_every_line(ready: Sandbox) -> None:
    ready.git("config", "filter.up.clean", "tr a-z A-Z")
    ready.git("config", "filter.up.smudge", "tr A-Z a-z")
    ready.commit("attributes", {".gitattributes": "*.up filter=up\n"})
    ready.write("t.up", "typed\nby a person\n")
    add_and_commit(ready)
    assert owned(ready, "t.up") == []


def test_a_filtered_file_that_an_agent_adds_to(ready: Sandbox) -> None:
    ready.git("config", "filter.up.clean", "sed s/^/X/")
    ready.git("config", "filter.up.smudge", "sed s/^X//")
    ready.commit("attributes", {".gitattributes": "*.up filter=up\n"})
    ready.commit("typed", {"t.up": "typed\nXtyped\n"})
    agent(ready).shell("sh", "-c", "echo by a >>t.up")
    ready.write("t.up", "X" + ready.read("t.up"))
    ready.commit("by a person")
    assert owned(ready, "t.up", "HEAD") == []


def test_an_ignored_file_that_is_added_by_force(ready: Sandbox) -> None:
    ready.commit("rules", {".gitignore": "notes\n"})
    ready.write("notes", "typed\n")
    agent(ready).shell("sh", "-c", "git add -f notes; git commit -qm 'by the agent'")
    assert owned(ready, "notes") == []


def test_a_large_file_that_an_agent_makes_smaller(ready: Sandbox) -> None:
    ready.write("large.txt", "typed\n" * 400_000)
    agent(ready).shell("sh", "-c", "head -3 large.txt >x; mv x large.txt")
    ready.commit("by a person")
    assert owned(ready, "large.txt") == []


def test_a_common_line_where_an_agent_had_one_before(ready: Sandbox) -> None:
    one = agent(ready)
    ready.write("m.py", "def f():\n    do()\n")
    one.edit("m.py", "def f():\n    do()\n    return None\n")
    one.edit("m.py", "def f():\n    do()\n    return 0\n")
    ready.write(
        "m.py", "def f():\n    do()\n    return 0\n\ndef g():\n    undo()\n    return None\n"
    )
    ready.commit("by a person")
    assert owned(ready, "m.py") == [("    return 0", "a")]


def test_a_common_line_that_went_from_one_place_and_came_in_another(ready: Sandbox) -> None:
    ready.commit("m", {"m.py": "def f():\n    do()\n\n\nx = 1\ny = 2\n"})
    agent(ready).edit("m.py", "def f():\n    do()\n    return None\n\n\nx = 1\ny = 2\n")
    text = "def f():\n    do()\n\n\nx = 1\ny = 2\n\n\ndef g():\n    undo()\n    return None\n"
    ready.write("m.py", text)
    ready.commit("by a person")
    assert owned(ready, "m.py") == []


def test_common_lines_of_a_file_that_an_agent_deleted(ready: Sandbox) -> None:
    one = agent(ready)
    one.edit("scratch.py", "import os\nimport sys\n\nprint(os.getcwd())\n")
    one.shell("rm", "scratch.py")
    ready.write("main.py", "import os\nimport sys\n\ndef main():\n    return None\n")
    one.shell("true")
    ready.commit("by a person")
    assert owned(ready, "main.py") == []


def test_common_lines_of_a_file_that_a_commit_took_away(ready: Sandbox) -> None:
    one = agent(ready)
    one.edit("s/scratch.py", "import os\nx = 1\n")
    (ready.root / "s/scratch.py").unlink()
    one.edit("main.py", "import sys\n")
    ready.write("main.py", "import os\nimport sys\n")
    one.edit("main.py", "import os\nimport sys\nby a\n")
    ready.commit("by both")
    assert owned(ready, "main.py") == [("import sys", "a"), ("by a", "a")]


def test_a_common_line_of_a_stash(ready: Sandbox) -> None:
    one = agent(ready)
    one.edit("f.txt", BASE + "import os\n")
    ready.git("stash", "-q")
    ready.write("f.txt", "import os\n" + BASE)
    ready.commit("by a person")
    assert owned(ready, "f.txt", "HEAD") == []


def test_a_common_line_of_a_commit_left_behind(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", BASE + "return None\n")
    ready.commit("by a")
    ready.git("reset", "-q", "--hard", "HEAD~1")
    ready.write("f.txt", "if x:\nreturn None\n" + BASE)
    ready.commit("by a person")
    assert owned(ready, "f.txt", "HEAD") == []


def test_a_common_line_after_those_of_a_commit_left_behind(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", BASE + "return None\n")
    ready.commit("by a")
    ready.git("reset", "-q", "--hard", "HEAD~1")
    ready.write("f.txt", BASE + "if x:\nreturn None\n")
    ready.commit("by a person")
    assert owned(ready) == []


def test_a_common_line_that_a_commit_has_in_another_place(ready: Sandbox) -> None:
    agent(ready).edit("f.txt", BASE + "return None\n")
    ready.commit("by a")
    ready.write("f.txt", "if x:\n    return None\n" + BASE)
    ready.commit("by a person")
    assert owned(ready) == []


def test_a_file_on_whose_permission_the_person_waited(ready: Sandbox) -> None:
    ready.write("x.txt", "typed before\n")
    agent(ready, B).edit("x.txt", "typed before\nby b\n")
    ready.write("x.txt", "typed before\nby b\ntyped after\n")
    ready.commit("both")
    assert owned(ready, "x.txt") == [("by b", "b")]

"""One side drops an import that the other side's new code needs; no line of theirs conflicts."""

import json
from pathlib import Path

import pytest

from tests.drivers.support import two_sides, wire
from tests.support.sandbox import Sandbox

# The file, the import that ours drops, its last use in the base, what stands there then, and the
# line of theirs (where, and what with it) that uses the import again.
CASES = {
    "a.py": (
        "import json\nimport os\n\n\ndef f(p):\n    return os.stat(p)\n\n\n"
        "def g(p):\n    return json.loads(p)\n\n\ndef h(p):\n    return p\n",
        "import json\n",
        ("json.loads(p)", "p"),
        ("def h(p):\n", "def h(p):\n    p = json.dumps(p)\n"),
    ),
    "a.js": (
        'import { a } from "./a";\nimport { b } from "./b";\n\n'
        "function f(p) {\n  return a(p);\n}\n\n"
        "function g(p) {\n  return b(p);\n}\n\nfunction h(p) {\n  return p;\n}\n",
        'import { b } from "./b";\n',
        ("b(p)", "p"),
        ("h(p) {\n", "h(p) {\n  p = b(1);\n"),
    ),
    "a.go": (
        'package x\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc F() {\n\tfmt.Println(1)\n}\n\n'
        "func G() {\n\tos.Exit(1)\n}\n\nfunc H() {\n\treturn\n}\n",
        '\t"os"\n',
        ("os.Exit(1)", "return"),
        ("H() {\n", "H() {\n\tos.Exit(2)\n"),
    ),
    "a.rs": (
        'use std::fs;\nuse std::env;\n\nfn f() {\n    fs::read("x");\n}\n\n'
        "fn g() {\n    env::args();\n}\n\nfn h() {\n    f();\n}\n",
        "use std::env;\n",
        ("env::args();", "f();"),
        ("h() {\n", "h() {\n    env::vars();\n"),
    ),
    "A.java": (
        "package x;\n\nimport java.util.List;\nimport java.util.Map;\n\nclass A {\n"
        "    List f() {\n        return null;\n    }\n\n"
        "    Map g() {\n        return null;\n    }\n\n"
        "    int h() {\n        return 1;\n    }\n}\n",
        "import java.util.Map;\n",
        ("Map g()", "int g()"),
        ("h() {\n", "h() {\n        Map m = null;\n"),
    ),
}


@pytest.fixture(params=["driver", "strategy"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    found = Sandbox(tmp_path)
    if request.param == "driver":
        wire(found, "* merge=anvcs\n")
    else:
        found.git("config", "pull.twohead", "anvcs")
    return found


def test_the_import_is_put_back_and_explained(repo: Sandbox) -> None:
    base = {name: text for name, (text, *_) in CASES.items()}
    ours = {
        name: text.replace(line, "").replace(*use) for name, (text, line, use, _) in CASES.items()
    }
    theirs = {name: text.replace(*new) for name, (text, _, _, new) in CASES.items()}
    two_sides(repo, base, ours, theirs)
    repo.git("merge", "-q", "feature", "-m", "both")
    for name, (_, line, use, new) in CASES.items():
        text = repo.read(name)
        assert line in text, name
        assert new[1] in text
        assert use[0] not in text.replace(new[1], "")
        told = json.loads(repo.ok("git-ai-merge", "explain", "--json", name))
        assert "import-kept" in json.dumps(told)

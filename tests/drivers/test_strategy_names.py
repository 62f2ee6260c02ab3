"""Names across files: one side renames what the other side uses; both define one in a package."""

from pathlib import Path

import pytest

from tests.drivers.support import two_sides
from tests.support.sandbox import Sandbox

SHOP = """def price(item):
    return item.cost - item.discount


def total(items):
    return sum(price(item) for item in items)
"""
RENAMED = SHOP.replace("price", "cost_of")
USER = """import sys
from shop import price


def show(item):
    sys.stdout.write(price(item))
"""


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def merge(repo: Sandbox, code: int = 0) -> str:
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def land(repo: Sandbox) -> None:
    """Merge where a guard looks at every file: what is likely is done too."""
    repo.ok("git-anvcs", "land", "feature", "--gate", "true")


def test_a_use_that_theirs_added_gets_the_name_that_ours_gave(repo: Sandbox) -> None:
    two_sides(repo, {"shop.py": SHOP}, {"shop.py": RENAMED}, {"user.py": USER})
    land(repo)
    assert repo.read("user.py") == USER.replace("price", "cost_of")
    assert "renamed-use" in repo.ok("git-ai-merge", "explain", "--json", "user.py")


def test_without_a_guard_it_is_told_what_has_the_old_name(repo: Sandbox) -> None:
    two_sides(repo, {"shop.py": SHOP}, {"shop.py": RENAMED}, {"user.py": USER})
    told = merge(repo)
    assert repo.read("user.py") == USER
    assert "renamed price to cost_of; feature uses the old name in user.py, line 2, 6" in told


def test_a_use_that_ours_added_gets_the_name_that_theirs_gave(repo: Sandbox) -> None:
    two_sides(repo, {"shop.py": SHOP}, {"user.py": USER}, {"shop.py": RENAMED})
    land(repo)
    assert repo.read("user.py") == USER.replace("price", "cost_of")


def test_a_use_added_in_the_file_that_was_renamed_in(repo: Sandbox) -> None:
    more = "\n\ndef least(items):\n    return min(price(item) for item in items)\n"
    two_sides(repo, {"shop.py": SHOP}, {"shop.py": RENAMED}, {"shop.py": SHOP + more})
    land(repo)
    assert repo.read("shop.py") == RENAMED + more.replace("price", "cost_of")


def test_a_method_that_was_renamed(repo: Sandbox) -> None:
    shop = "class Shop:\n    def price(self, item):\n        return item.cost - item.discount\n"
    use = "def a(shop, item):\n    return shop.price(item)\n"
    more = "def b(shop, item):\n    return 2 * shop.price(item)\n"
    two_sides(
        repo,
        {"shop.py": shop, "use.py": use},
        {"shop.py": shop.replace("price", "cost_of"), "use.py": use.replace("price", "cost_of")},
        {"more.py": more},
    )
    land(repo)
    assert repo.read("more.py") == more.replace("price", "cost_of")


GO = "package shop\n\nfunc Price(a, b int) int {\n\treturn a * b\n}\n"
GO_USE = "package shop\n\nfunc Twice(a int) int {\n\treturn Price(a, 2)\n}\n"


def test_a_function_of_a_go_package(repo: Sandbox) -> None:
    base = {"shop/a.go": GO, "shop/b.go": GO_USE}
    ours = {path: text.replace("Price", "Cost") for path, text in base.items()}
    more = GO_USE.replace("Twice", "Thrice").replace("2", "3")
    two_sides(repo, base, ours, {"shop/c.go": more})
    land(repo)
    assert repo.read("shop/c.go") == more.replace("Price", "Cost")


@pytest.mark.parametrize(
    "user",
    [
        USER.replace("from shop", "from market"),
        USER.replace("(item):", "(item, price):"),
        USER + "\n\nprice = 3\n",
        "import sys\n\n\ndef show(item):\n    sys.stdout.write(item.price)\n",
        USER + "\n\ndef cost_of():\n    return 0\n",
    ],
    ids=["another module's", "a parameter", "bound again", "an attribute", "the new name is taken"],
)
def test_what_may_be_another_thing_keeps_its_name(repo: Sandbox, user: str) -> None:
    two_sides(repo, {"shop.py": SHOP}, {"shop.py": RENAMED}, {"user.py": user})
    assert "HEAD renamed price to cost_of; feature may use the old name in user.py" in merge(repo)
    assert repo.read("user.py") == user


def test_a_name_that_is_still_used_elsewhere_is_not_carried(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": SHOP, "other.py": "def price():\n    return 1\n"},
        {"shop.py": RENAMED},
        {"user.py": USER},
    )
    merge(repo)
    assert repo.read("user.py") == USER


def test_a_definition_without_uses_is_not_enough(repo: Sandbox) -> None:
    alone = SHOP.partition("\n\n\n")[0] + "\n"
    two_sides(repo, {"shop.py": alone}, {"shop.py": alone.replace("price", "x")}, {"user.py": USER})
    merge(repo)
    assert repo.read("user.py") == USER


ADDED = "package shop\n\n// Limit is the most.\nfunc Limit() int {\n\treturn %d\n}\n"


def test_one_function_in_two_files_of_a_go_package_is_a_conflict(repo: Sandbox) -> None:
    two_sides(repo, {"shop/a.go": GO}, {"shop/b.go": ADDED % 1}, {"shop/c.go": ADDED % 2})
    told = merge(repo, 1)
    where = "func Limit is added by HEAD in shop/b.go and by feature in shop/c.go"
    assert f"CONFLICT (duplicate definition): {where}" in told
    rows = [row.split()[2:] for row in repo.git("ls-files", "-u").splitlines()]
    assert rows == [[stage, f"shop/{name}.go"] for name in "bc" for stage in "23"]
    assert "<<<<<<< HEAD\n// Limit" in repo.read("shop/b.go")
    assert "=======\n// Limit" in repo.read("shop/c.go")
    for name in "bc":
        repo.git("checkout", "--theirs", f"shop/{name}.go")
    assert "Limit" not in repo.read("shop/b.go")
    assert repo.read("shop/c.go") == ADDED % 2
    repo.git("checkout", "--conflict=merge", "shop/b.go")
    assert "<<<<<<< ours\n// Limit" in repo.read("shop/b.go")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"a/b.go": ADDED % 1}, {"c/c.go": ADDED % 2}),
        ({"shop/b_linux.go": ADDED % 1}, {"shop/b_windows.go": ADDED % 2}),
        ({"shop/b.go": "//go:build !x\n\n" + ADDED % 1}, {"shop/c.go": ADDED % 2}),
        ({"shop/b.go": ADDED % 1}, {"shop/c_test.go": (ADDED % 2).replace("shop", "shop_test")}),
        ({"b.py": "def limit():\n    return 1\n"}, {"c.py": "def limit():\n    return 2\n"}),
        (
            {"shop/b.go": "package shop\n\nfunc init() {}\n"},
            {"shop/c.go": "package shop\n\nfunc init() {}\n"},
        ),
    ],
    ids=["other folders", "by name", "by constraint", "other packages", "modules", "repeatable"],
)
def test_one_name_in_two_scopes_is_none(
    repo: Sandbox, ours: dict[str, str], theirs: dict[str, str]
) -> None:
    two_sides(repo, {"shop/a.go": GO}, ours, theirs)
    merge(repo)


@pytest.mark.parametrize(
    ("init", "code"),
    [("from .b import *\nfrom .c import *\n", 1), ("from .b import *\n", 0), ("", 0)],
)
def test_in_python_it_is_a_conflict_only_where_the_package_hands_out_both(
    repo: Sandbox, init: str, code: int
) -> None:
    two_sides(
        repo,
        {"shop/__init__.py": init, "shop/b.py": "B = 1\n", "shop/c.py": "C = 1\n"},
        {"shop/b.py": "B = 1\n\n\ndef limit():\n    return 1\n"},
        {"shop/c.py": "C = 1\n\n\ndef limit():\n    return 2\n"},
    )
    told = merge(repo, code)
    assert ("def limit is added by HEAD in shop/b.py" in told) == bool(code)


def test_both_hand_out_another_thing_under_one_name(repo: Sandbox) -> None:
    """The driver sees that too: it is in one file."""
    init = "from .a import a\n\n\ndef f():\n    return 1\n\n\ndef g():\n    return 2\n"
    two_sides(
        repo,
        {"shop/__init__.py": init},
        {"shop/b.py": "limit = 1\n", "shop/__init__.py": f"from .b import limit\n{init}"},
        {"shop/c.py": "limit = 2\n", "shop/__init__.py": f"{init}\n\nfrom .c import limit\n"},
    )
    assert "CONFLICT (content): Merge conflict in shop/__init__.py" in merge(repo, 1)


def test_one_class_in_two_files_of_a_java_package_is_a_conflict(repo: Sandbox) -> None:
    text = "package shop;\n\nclass %s {\n    int a;\n}\n\nclass Limit {\n    int most;\n}\n"
    two_sides(repo, {"z": "1"}, {"shop/A.java": text % "A"}, {"shop/B.java": text % "B"})
    assert "class Limit is added by HEAD in shop/A.java" in merge(repo, 1)


def test_both_moved_one_function_to_different_files(repo: Sandbox) -> None:
    two_sides(
        repo,
        {
            "shop/a.go": GO + GO_USE.partition("\n\n")[2],
            "shop/b.go": "package shop\n",
            "shop/c.go": "package shop\n",
        },
        {"shop/a.go": GO, "shop/b.go": GO_USE},
        {"shop/a.go": GO, "shop/c.go": GO_USE},
    )
    assert "func Twice is added by HEAD in shop/b.go" in merge(repo, 1)

"""What the strategy sees only because it has the whole tree: definitions that change their file."""

from pathlib import Path

import pytest

from tests.drivers.support import two_sides
from tests.support.sandbox import Sandbox

PRICE = '''def price(item, count):
    """What so many of an item cost."""
    total = item.cost * count
    return round(total, 2)
'''
NEW_PRICE = PRICE.replace("item.cost * count", "item.cost * count * (1 - item.discount)")
WEIGHT = '''def weight(item, count):
    """What so many of an item weigh."""
    return item.grams * count / 1000
'''
HEAD = "import sys\n\n\n"
LONG = "".join(f"# {number} is why Git sees no rename\n" for number in range(30)) + "\n"


def module(*parts: str) -> str:
    return HEAD + "\n\n".join(parts)


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def remove(repo: Sandbox, branch: str, *paths: str) -> None:
    """Delete files in one more commit of a branch; `main` is checked out then."""
    repo.git("switch", "-q", branch)
    repo.git("rm", "-q", *paths)
    repo.commit("removed")
    repo.git("switch", "-q", "main")


def merge(repo: Sandbox, code: int = 0) -> str:
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_change_follows_a_function_that_ours_moved(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT), "price.py": HEAD},
        {"shop.py": module(WEIGHT), "price.py": module(PRICE)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    told = merge(repo)
    assert repo.read("price.py") == module(NEW_PRICE)
    assert repo.read("shop.py") == module(WEIGHT)
    assert "Following def price of shop.py to price.py, changed in feature" in told
    assert repo.git("status", "--porcelain") == ""


def test_a_change_of_ours_follows_a_function_that_theirs_moved_to_a_new_file(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "price.py": module(PRICE)},
    )
    merge(repo)
    assert repo.read("price.py") == module(NEW_PRICE)
    assert repo.read("shop.py") == module(WEIGHT)


def test_a_file_that_was_split_and_deleted_takes_its_changes_along(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"price.py": LONG + module(PRICE), "weight.py": LONG + module(WEIGHT)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    remove(repo, "main", "shop.py")
    merge(repo)
    assert repo.read("price.py") == LONG + module(NEW_PRICE)
    assert repo.read("weight.py") == LONG + module(WEIGHT)
    assert not (repo.root / "shop.py").exists()


def test_what_was_deleted_for_good_stays_a_conflict_that_names_it(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"weight.py": LONG + module(WEIGHT)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    remove(repo, "main", "shop.py")
    told = merge(repo, 1)
    assert "CONFLICT (modify/delete): shop.py" in told
    assert "def price of shop.py, gone in HEAD and changed in feature, is nowhere else" in told
    stages = [line.split()[2] for line in repo.git("ls-files", "-u").splitlines()]
    assert stages == ["1", "3"]
    assert repo.read("shop.py") == module(NEW_PRICE, WEIGHT)


def test_a_deleted_file_with_something_new_in_it_stays_open(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"price.py": LONG + module(PRICE), "weight.py": LONG + module(WEIGHT)},
        {"shop.py": module(NEW_PRICE, WEIGHT, "def tax(item):\n    return item.tax\n")},
    )
    remove(repo, "main", "shop.py")
    told = merge(repo, 1)
    assert "def tax of shop.py, gone in HEAD and changed in feature, is new" in told
    assert "Following" not in told
    assert "def tax" in repo.read("shop.py")
    assert repo.read("price.py") == LONG + module(PRICE)


def test_both_changed_the_moved_function_at_one_place(repo: Sandbox) -> None:
    changed = PRICE.replace("item.cost * count", "item.cost * max(count, 1)")
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "price.py": module(changed)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    told = merge(repo, 1)
    assert "was moved to price.py and changed there too" in told
    assert "item.discount" in repo.read("shop.py")
    assert repo.read("price.py") == module(changed)


def test_both_changed_the_moved_function_at_two_places(repo: Sandbox) -> None:
    changed = PRICE.replace("round(total, 2)", "round(total, 4)")
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "price.py": module(changed)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    merge(repo)
    assert "item.discount" in repo.read("price.py")
    assert "round(total, 4)" in repo.read("price.py")


def test_an_import_that_the_change_needs_goes_with_it(repo: Sandbox) -> None:
    needs = PRICE.replace("round(total, 2)", "json.dumps(total)")
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "price.py": module(PRICE)},
        {"shop.py": "import json\n" + module(needs, WEIGHT)},
    )
    merge(repo)
    assert repo.read("price.py") == "import sys\nimport json\n\n\n" + needs
    assert repo.read("shop.py") == module(WEIGHT)


def test_a_change_that_needs_what_stays_behind_is_left_to_people(repo: Sandbox) -> None:
    needs = PRICE.replace("round(total, 2)", "total * weight(item, count)")
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "price.py": module(PRICE)},
        {"shop.py": module(needs, WEIGHT)},
    )
    assert "uses weight of shop.py" in merge(repo, 1)
    assert needs in repo.read("shop.py")


def test_two_places_where_a_function_may_be_are_one_too_many(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT)},
        {"shop.py": module(WEIGHT), "a.py": module(PRICE), "b.py": module(PRICE)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    assert "may be in a.py or in b.py now" in merge(repo, 1)


def test_a_method_that_became_a_function_takes_the_change_along(repo: Sandbox) -> None:
    method = "".join(f"    {line}\n" for line in PRICE.splitlines())
    new = "".join(f"    {line}\n" for line in NEW_PRICE.splitlines())
    rest = "    def id(self):\n        return self.number\n"
    two_sides(
        repo,
        {"shop.py": f"class Shop:\n{method}\n{rest}", "price.py": HEAD},
        {"shop.py": f"class Shop:\n{rest}", "price.py": module(PRICE)},
        {"shop.py": f"class Shop:\n{new}\n{rest}"},
    )
    merge(repo)
    assert repo.read("price.py") == module(NEW_PRICE)
    assert repo.read("shop.py") == f"class Shop:\n{rest}"


GO = """package shop

func Price(cost, count int) int {
	total := cost * count
	return total
}
"""
GO_REST = "package shop\n\nfunc Weight(grams, count int) int {\n\treturn grams * count\n}\n"


def test_in_go_a_helper_of_the_package_may_stay_behind(repo: Sandbox) -> None:
    body = GO.partition("\n\n")[2]
    two_sides(
        repo,
        {"shop.go": f"{GO_REST}\n{body}"},
        {"shop.go": GO_REST, "price.go": GO},
        {"shop.go": f"{GO_REST}\n{body.replace('cost * count', 'cost * Weight(2, count)')}"},
    )
    merge(repo)
    assert "Weight(2, count)" in repo.read("price.go")
    assert repo.read("shop.go") == GO_REST


def test_a_file_with_two_new_names_has_one_merged_text(repo: Sandbox) -> None:
    """Only the names are left to people."""
    base = LONG + module(PRICE)
    ours, theirs = f"{base}\n\n{WEIGHT}", f"{base}\n\ndef tax(item):\n    return item.tax\n"
    two_sides(repo, {"shop.py": base}, {"shop.py": ours}, {"shop.py": theirs})
    for branch, name in (("feature", "yours.py"), ("main", "mine.py")):
        repo.git("switch", "-q", branch)
        repo.git("mv", "shop.py", name)
        repo.commit(name)
    told = merge(repo, 1)
    assert "CONFLICT (rename/rename)" in told
    assert "CONFLICT (content)" not in told
    for name, stage in (("mine.py", 2), ("yours.py", 3)):
        text = repo.read(name)
        assert "def weight" in text
        assert "def tax" in text
        assert "<<<<<<<" not in text
        assert repo.git("show", f":{stage}:{name}") == text


def test_what_followed_is_explained(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT), "price.py": HEAD},
        {"shop.py": module(WEIGHT), "price.py": module(PRICE)},
        {"shop.py": module(NEW_PRICE, WEIGHT)},
    )
    merge(repo)
    told = repo.ok("git-ai-merge", "explain", "--json", "price.py")
    assert "moved-definition" in told
    assert "item.discount" in told


def test_a_file_that_was_renamed_keeps_what_the_other_side_changed_in_it(repo: Sandbox) -> None:
    """The function goes into a file that Git sees as another one renamed."""
    two_sides(
        repo,
        {"shop.py": module(PRICE, WEIGHT), "old.py": LONG + HEAD},
        {"shop.py": module(WEIGHT), "new.py": LONG + module(PRICE)},
        {"shop.py": module(NEW_PRICE, WEIGHT), "old.py": "# of theirs\n" + LONG + HEAD},
    )
    remove(repo, "main", "old.py")
    merge(repo, 1)
    assert repo.read("new.py") == "# of theirs\n" + LONG + module(PRICE)
    assert "item.discount" in repo.read("shop.py")

"""`git anvcs preview` of what is about to be committed and of commits that are there."""

import json
from typing import Any

import pytest

from tests.support.records import ran_tests, write_record
from tests.support.sandbox import Sandbox

CODE = "def total(items):\n    return sum(items)\n\n\ndef _hidden(a):\n    return a\n"
KEY = "AKIA" + "Q3EGRTV7W2XZ5YNM"


def preview(repo: Sandbox, *args: str) -> tuple[int, dict[str, Any]]:
    done = repo.run("git-anvcs", "preview", "--json", *args)
    return done.returncode, json.loads(done.stdout)


def items(said: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (file["path"], item["change"], item["where"])
        for file in said["files"]
        for item in file["items"]
    ]


def flags(said: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["path"], one["where"]) for one in said["flags"]]


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    repo.commit("base", {"cart.py": CODE, "p.json": '{"v": 1}\n'})
    return repo


def test_what_is_staged_is_told_and_nothing_is_written(shop: Sandbox) -> None:
    shop.write("cart.py", CODE.replace("(items)", "(items, tax)", 1))
    shop.git("add", "cart.py")
    shop.write("p.json", '{"v": 2}\n')
    before = sorted(str(path) for path in shop.root.rglob("*"))
    index = (shop.root / ".git/index").read_bytes()

    code, said = preview(shop)

    assert (code, items(said)) == (0, [("cart.py", "changed", "def total")])
    assert flags(said) == [("breaks", "cart.py", "def total")]
    assert said["claim"]["agent_id"] == "untracked"
    assert sorted(str(path) for path in shop.root.rglob("*")) == before
    assert (shop.root / ".git/index").read_bytes() == index
    assert items(preview(shop, "-a")[1])[1] == ("p.json", "changed", "v")
    assert items(preview(shop, "commit", "-a")[1]) == items(preview(shop, "-a")[1])


def test_where_nothing_is_staged_it_is_what_commit_a_would_make(shop: Sandbox) -> None:
    shop.write("p.json", '{"v": 2}\n')
    done = shop.run("git-anvcs", "preview")
    assert (done.returncode, done.stderr) == (
        0, "nothing is staged: this is what git commit -a would make\n",
    )  # fmt: skip
    assert "~ v  1 → 2" in done.stdout
    shop.commit("done")
    assert "nothing is changed" in shop.anvcs("preview")


def test_secrets_markers_broken_and_large_files_are_flagged(shop: Sandbox) -> None:
    shop.write("p.json", '{"v": 1,\n')
    shop.write("keys.txt", f"one\naws_access_key_id = {KEY}\n")
    shop.write("b.txt", "<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n")
    shop.write("big.bin", b"\0" * 1_000_001)
    shop.git("add", "-A")

    code, said = preview(shop)

    assert code == 1
    assert ("broken", "p.json", "") in flags(said)
    assert ("secret", "keys.txt", "2") in flags(said)
    assert {("markers", "b.txt", "1"), ("markers", "b.txt", "5")} <= set(flags(said))
    assert ("large", "big.bin", "") in flags(said)
    assert KEY not in json.dumps(said["flags"])
    text = shop.run("git-anvcs", "preview").stdout
    assert "! secret  keys.txt:2" in text


def test_a_commit_with_its_record_and_a_range(shop: Sandbox) -> None:
    first = shop.commit("one", {"cart.py": CODE.replace("_hidden", "_other")})
    write_record(shop, first, **ran_tests(shop, first))
    shop.git("switch", "-q", "-c", "topic", "HEAD~1")
    shop.commit("two", {"p.json": '{"v": 3}\n'})

    code, said = preview(shop, first)

    assert (code, [one["commit"] for one in said["commits"]]) == (0, [first])
    assert said["commits"][0]["tests"] == "passed"
    assert [one[2] for one in items(said)] == ["def _other"]
    assert flags(said) == [], "nobody else uses it"
    assert "agent" in shop.anvcs("preview", first)
    assert items(preview(shop, "main..topic")[1]) == [("p.json", "changed", "v")]
    assert items(preview(shop, "HEAD")[1]) == [("p.json", "changed", "v")]
    assert items(preview(shop, "commit", "HEAD")[1]) == [("p.json", "changed", "v")]
    assert "1 commits" not in shop.anvcs("preview", "main..topic")


def test_the_first_commit_and_a_repository_without_one(repo: Sandbox) -> None:
    repo.write("a.py", "def f(a):\n    pass\n")
    repo.git("add", "a.py")
    assert items(preview(repo)[1]) == [("a.py", "added", "def f")]
    first = repo.commit("first")
    assert items(preview(repo, first)[1]) == [("a.py", "added", "def f")]


def test_what_is_no_commit_is_wrong_usage(shop: Sandbox) -> None:
    for words in (["nothing"], ["HEAD", "HEAD"], ["commit", "-a", "HEAD"], ["nothing..HEAD"]):
        assert shop.run("git-anvcs", "preview", *words).returncode == 2, words

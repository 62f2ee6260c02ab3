"""`git ai-merge diff`, as people and programs call it."""

import json
from pathlib import Path
import re

import pytest

from git_anvcs.merge.difference.item import covered
from tests.cli.test_pager import on_a_terminal
from tests.support.sandbox import Sandbox

CART = """import decimal


class Cart:
    def total(self, items):
        return sum(item.price for item in items)

    def clear(self):
        self.items = []


def rounded(value, places):
    scaled = value * 10**places
    return int(scaled + 0.5) / 10**places
"""
PACKAGE = '{\n  "name": "shop",\n  "version": "1.0.0",\n  "files": ["a", "b"]\n}\n'


def diff(repo: Sandbox, *words: str) -> dict:
    return json.loads(repo.ok("git-ai-merge", "diff", "--json", *words))


def items(answer: dict) -> list[tuple[str, str, str]]:
    return [
        (file["path"], item["change"], item["where"])
        for file in answer["files"]
        for item in file["items"]
    ]


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    repo.commit("one", {"cart.py": CART, "package.json": PACKAGE, "notes.txt": "a\nb\n"})
    changed = CART.replace("(self, items)", "(self, items, tax=0)")
    repo.write("cart.py", changed[: changed.index("\n\ndef rounded")])
    repo.write("prices.py", CART[CART.index("def rounded") :])
    repo.write("package.json", PACKAGE.replace("1.0.0", "1.1.0").replace('"b"', '"b", "c"'))
    repo.write("notes.txt", "a\nc\n")
    return repo


def test_symbols_keys_and_lines_are_told_with_what_changed(shop: Sandbox) -> None:
    shop.git("add", "-A")

    answer = diff(shop, "HEAD")

    assert items(answer) == [
        ("cart.py", "changed", "class Cart > def total"),
        ("cart.py", "moved", "def rounded"),
        ("notes.txt", "changed", ""),
        ("package.json", "changed", "version"),
        ("package.json", "added", 'files["c"]'),
        ("prices.py", "moved", "def rounded"),
    ]
    total, moved = answer["files"][0]["items"]
    assert total["aspects"] == ["signature"]
    assert (total["before"], total["after"]) == (
        "def total(self, items)",
        "def total(self, items, tax=0)",
    )
    assert (total["old"], total["new"]) == ([[5, 5]], [[5, 5]])
    assert moved["now_in"] == "prices.py"
    assert answer["files"][3]["items"][0]["was_in"] == "cart.py"
    version = answer["files"][2]["items"][0]
    assert (version["before"], version["after"]) == ('"1.0.0"', '"1.1.0"')
    assert answer["summary"] | {"files": 4, "changed": 3, "moved": 2} == answer["summary"]


def test_what_is_compared_is_what_git_diff_compares(shop: Sandbox) -> None:
    shop.git("add", "cart.py")
    for words in ([], ["--cached"], ["HEAD"], ["HEAD", "--", "package.json"]):
        named = shop.git("diff", "--name-only", *words).split()
        assert [file["path"] for file in diff(shop, *words)["files"]] == sorted(named), words

    second = shop.commit("two")
    assert items(diff(shop, "HEAD~1..HEAD")) == items(diff(shop, "HEAD~1", second))
    inside = shop.root / "sub"
    inside.mkdir()
    printed = shop.ok("git-ai-merge", "diff", "--json", "HEAD~1", "--", "../cart.py", cwd=inside)
    assert [file["path"] for file in json.loads(printed)["files"]] == ["cart.py"]


def test_every_line_that_git_shows_is_in_an_item(shop: Sandbox) -> None:
    shop.git("add", "-A")
    shown = shop.git("diff", "-U0", "--no-renames", "HEAD")
    told = {file["path"]: file["items"] for file in diff(shop, "HEAD")["files"]}
    path = ""
    hunks = 0
    for line in shown.splitlines():
        if line.startswith("diff --git"):
            path = line.rpartition(" b/")[2]
        elif hunk := re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line):
            hunks += 1
            for key, first, size in (("old", hunk[1], hunk[2]), ("new", hunk[3], hunk[4])):
                wanted = set(range(int(first) - 1, int(first) - 1 + int(size or 1)))
                assert wanted <= covered(span for item in told[path] for span in item[key]), path
    assert hunks > 4


def test_equal_trees_differ_in_nothing(shop: Sandbox) -> None:
    assert diff(shop, "HEAD", "HEAD")["files"] == []
    assert shop.ok("git-ai-merge", "diff", "HEAD", "HEAD", "--exit-code") == ""


def test_exit_codes_are_those_of_git_diff(shop: Sandbox) -> None:
    assert shop.run("git-ai-merge", "diff").returncode == 0
    assert shop.run("git-ai-merge", "diff", "--exit-code").returncode == 1
    quiet = shop.run("git-ai-merge", "diff", "--quiet")
    assert (quiet.returncode, quiet.stdout) == (1, "")
    wrong = shop.run("git-ai-merge", "diff", "no-such-revision")
    assert wrong.returncode == 2
    assert "no-such-revision" in wrong.stderr


def test_a_file_that_does_not_parse_is_told_by_lines_with_the_reason(shop: Sandbox) -> None:
    shop.write("cart.py", CART.replace("def clear(self):", "def clear(self:"))

    [file] = diff(shop, "--", "cart.py")["files"]

    assert file["why_lines"] == "does not parse as python"
    assert [(item["kind"], item["new"]) for item in file["items"]] == [("lines", [[8, 8]])]
    assert "by lines: does not parse as python" in shop.ok("git-ai-merge", "diff")


def test_two_files_outside_of_any_repository(tmp_path: Path, repo: Sandbox) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text('{"a": 1}')
    two.write_text('{"a": 2}')

    said = repo.ok("git-ai-merge", "diff", "--files", str(one), str(two), cwd=tmp_path)

    assert "~ a  1 → 2" in said
    assert repo.ok("git-ai-merge", "diff", "--files", str(one), str(one), cwd=tmp_path) == ""


def test_links_modes_binary_files_and_submodules_are_told(repo: Sandbox) -> None:
    repo.write("script", "echo\n")
    (repo.root / "link").symlink_to("one")
    repo.commit("one", {"data.bin": b"\0\1", "gone.py": "x = 1\n"})
    (repo.root / "script").chmod(0o755)
    (repo.root / "link").unlink()
    (repo.root / "link").symlink_to("two")
    (repo.root / "gone.py").unlink()
    repo.write("data.bin", b"\0\2")

    answer = diff(repo)

    assert [(one["path"], one["status"], one["format"]) for one in answer["files"]] == [
        ("data.bin", "changed", "binary"),
        ("gone.py", "removed", "python"),
        ("link", "changed", "text"),
        ("script", "mode", "text"),
    ]


def test_colours_as_git_has_them(shop: Sandbox) -> None:
    assert "\x1b[" not in shop.ok("git-ai-merge", "diff")
    assert "\x1b[32m" in shop.ok("git-ai-merge", "diff", "--color", "--", "package.json")
    assert "\x1b[" not in shop.ok("git-ai-merge", "diff", "--color=always", "--no-color")


def test_names_out_of_files_do_not_reach_the_terminal_as_they_are(repo: Sandbox) -> None:
    repo.commit("one", {"a.json": "{}\n"})
    repo.write("a.json", json.dumps({"\x1b]0;title\x07": "\x1b[2J"}).replace("\\u001b", "\\u001b"))

    assert "\x1b" not in repo.ok("git-ai-merge", "diff")


def test_git_itself_can_ask(shop: Sandbox) -> None:
    external = {"GIT_EXTERNAL_DIFF": "git-ai-merge diff --external --"}
    shop.write("-odd.json", '{"a": 1}\n')
    shop.git("add", "-A")

    said = shop.git("diff", "HEAD", env=external)

    assert "cart.py  +" in said
    assert "  + a  1" in said
    assert "- def total(self, items)" in said
    assert "files:" not in said
    shop.git("config", "diff.anvcs.command", "git-ai-merge diff --external --")
    shop.write(".git/info/attributes", "*.json diff=anvcs\n")
    configured = shop.git("diff", "HEAD")
    assert '~ version  "1.0.0" → "1.1.0"' in configured
    assert "diff --git a/cart.py" in configured


def test_notebooks_as_text(repo: Sandbox) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [output]}
    book = {"cells": [cell | {"source": ["x = 1\n", "x"]}], "metadata": {}}
    repo.commit("one", {"a.ipynb": json.dumps(book | {"nbformat": 4, "nbformat_minor": 4})})
    repo.write("a.ipynb", repo.read("a.ipynb").replace("x = 1", "x = 2"))
    repo.git("config", "diff.notebook.textconv", "git-ai-merge diff --textconv")
    repo.write(".git/info/attributes", "*.ipynb diff=notebook\n")

    said = repo.git("diff", "-U9")

    assert " # cells[0] code\n-x = 1\n+x = 2\n x\n #> 1\n" in said


def test_on_a_terminal_it_goes_through_the_users_pager(shop: Sandbox) -> None:
    code, said = on_a_terminal(shop, "git-ai-merge", "diff", GIT_PAGER="sed s/^/PAGED:/")
    assert code == 0
    assert said.startswith("PAGED:"), said
    assert "\x1b[1m" in said
    _code, plain = on_a_terminal(shop, "git-ai-merge", "diff", NO_COLOR="1")
    assert "\x1b[" not in plain

from pathlib import Path

from git_anvcs.git import changes
from git_anvcs.git.changes import Changed
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox


def listed(root: Path, *args: str) -> list[tuple[str, tuple[Changed, ...]]]:
    repo = Repo.discover(root)
    with repo.talk("log", *changes.arguments(("%H", "%an", "%s")), *args) as git:
        return [(commit.fields[2], commit.files) for commit in changes.read(git.read, 3)]


def test_files_of_any_name_are_counted_once(repo: Sandbox) -> None:
    strange = "a\tb\nc\x01 ü"
    repo.env["GIT_AUTHOR_NAME"] = "\x01A\x02\tB"
    repo.commit("\x01odd", {strange: "1\n2\n", b"\xff".decode(errors="surrogateescape"): "1\n"})
    repo.commit("binary", {"bin": b"x\0y"})
    repo.commit("nothing")
    repo.git("mv", strange, "plain")
    repo.commit("move")

    assert listed(repo.root) == [
        ("move", (Changed("plain", 0, 0, strange),)),
        ("nothing", ()),
        ("binary", (Changed("bin", 0, 0),)),
        ("\x01odd", (Changed(strange, 2, 0), Changed("\udcff", 1, 0))),
    ]


def test_a_merge_and_a_submodule_add_no_lines(repo: Sandbox) -> None:
    base = repo.commit("base", {"a": "1\n"})
    repo.git("switch", "-qc", "topic")
    repo.commit("topic", {"b": "1\n2\n"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "topic", "-m", "merge")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    repo.git("commit", "-qm", "link")

    assert listed(repo.root, "--topo-order") == [
        ("link", ()),
        ("merge", ()),
        ("topic", (Changed("b", 2, 0),)),
        ("base", (Changed("a", 1, 0),)),
    ]


def test_what_a_user_has_configured_changes_no_number(repo: Sandbox) -> None:
    repo.commit("base", {"a": "1\n2\n3\n", "b": "x\n"})
    repo.git("mv", "b", "c")
    repo.commit("next", {"a": "1\n3\n2\n"})
    plain = listed(repo.root)

    for key, value in (
        ("diff.renames", "false"),
        ("diff.algorithm", "patience"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "on"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("format.pretty", "oneline"),
    ):
        repo.git("config", key, value)
    assert listed(repo.root) == plain

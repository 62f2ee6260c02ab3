"""`git anvcs preview merge` says what `git merge` then does, and touches nothing."""

import json
from typing import Any

from tests.support.sandbox import Sandbox

CODE = "def total(cart):\n    return 0\n\n\ndef size(cart):\n    one = 1\n    return 1\n"


def preview(repo: Sandbox, *args: str) -> tuple[int, dict[str, Any]]:
    done = repo.run("git-anvcs", "preview", "merge", "--json", *args)
    return done.returncode, json.loads(done.stdout)


def state(repo: Sandbox) -> list[tuple[str, bytes]]:
    files = sorted(path for path in repo.root.rglob("*") if path.is_file())
    return [(str(path), path.read_bytes()) for path in files]


def forked(repo: Sandbox, ours: dict[str, str], theirs: dict[str, str]) -> None:
    repo.commit("base", {"a.py": CODE, "p.json": '{"name": "x"}\n', "t.txt": "one\n"})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("theirs", theirs)
    repo.git("switch", "-q", "main")
    repo.commit("ours", ours)


def test_a_clean_merge_with_what_it_decides_and_changes(repo: Sandbox) -> None:
    forked(
        repo,
        {"p.json": '{"name": "x", "a": 1}\n'},
        {"p.json": '{"name": "x", "b": 2}\n', "a.py": CODE.replace("return 1", "return 2")},
    )
    before = state(repo)

    code, said = preview(repo, "topic")

    assert state(repo) == before
    assert (code, said["clean"], said["conflicts"], said["findings"]) == (0, True, [], [])
    [file] = said["files"]
    assert (file["path"], file["format"], file["conflicts"]) == ("p.json", "json", [])
    assert file["resolutions"]
    assert said["changed"]["a.py"] == ["def size(cart):"]
    text = repo.anvcs("preview", "merge", "topic")
    assert "changes   a.py: def size(cart):" in text
    assert "decides   p.json: " in text
    assert text.endswith("it would be clean: 2 files change\n")


def test_a_merge_that_conflicts_and_the_other_way_round(repo: Sandbox) -> None:
    forked(repo, {"t.txt": "ours\n"}, {"t.txt": "theirs\n", "a.py": ""})

    code, said = preview(repo, "topic")
    assert (code, said["conflicts"]) == (1, ["t.txt"])
    assert [one["kind"] for one in said["files"][0]["conflicts"]] == ["edit/edit"]
    code, other = preview(repo, "main", "into", "topic")
    assert (code, other["conflicts"]) == (1, ["t.txt"])
    assert (other["target"], other["source"]) == (said["source"], said["target"])
    assert "1 file would conflict" in repo.run("git-anvcs", "preview", "merge", "topic").stdout


def test_histories_that_share_nothing_and_what_is_merged_already(repo: Sandbox) -> None:
    repo.commit("one", {"a.txt": "one\n"})
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("two", {"b.txt": "two\n"})
    code, said = preview(repo, "main")
    assert (code, said["base"], list(said["changed"])) == (0, None, ["a.txt"])
    assert "nothing would change" in repo.anvcs("preview", "merge", "HEAD")


def test_what_is_no_merge_is_wrong_usage(repo: Sandbox) -> None:
    repo.commit("one", {"a.txt": "one\n"})
    for words in (["nothing"], ["HEAD", "onto", "HEAD"], ["HEAD", "into"], []):
        assert repo.run("git-anvcs", "preview", "merge", *words).returncode == 2

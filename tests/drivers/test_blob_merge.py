"""Large files in real merges: one content wins whole, or ours stays and Git calls it a conflict."""

import pytest

from tests.support.blobs import ATTRIBUTES, in_git, wire
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("how", [(), ("-s", "anvcs")], ids=["driver", "strategy"])
@pytest.mark.parametrize("program", [True, False], ids=["installed", "missing"])
def test_two_contents_are_a_conflict_in_which_ours_stays(
    repo: Sandbox, how: tuple[str, ...], program: bool
) -> None:
    wire(repo)
    made = {}
    repo.commit("base", {"m.bin": b"base", "only.bin": b"base"})
    for name in ("theirs", "ours"):
        repo.git("checkout", "-q", "-B", name, "main")
        made[name] = repo.commit(name, {"m.bin": name.encode() * 2, f"{name}.txt": name})
    repo.git("checkout", "-q", "theirs")
    repo.commit("one side alone", {"only.bin": b"changed"})
    repo.git("checkout", "-q", "ours")
    if not program:
        (repo.base / "bin" / "git-ai-blob").unlink()
        repo.env["GIT_ANVCS_SKIP_SMUDGE"] = "1"
    done = repo.run("git", "merge", *how, "theirs")
    assert done.returncode == 1
    ours = in_git(repo, "m.bin", "ours")
    assert repo.git("cat-file", "blob", ":2:m.bin").encode() == ours
    assert repo.git("cat-file", "blob", ":3:m.bin").encode() == in_git(repo, "m.bin", "theirs")
    kept = (repo.root / "m.bin").read_bytes()
    assert kept in (b"oursours", ours)
    assert repo.git("rev-parse", ":only.bin") == repo.git("rev-parse", "theirs:only.bin")
    if program:
        assert kept == b"oursours"
        assert done.stderr.count("m.bin: both sides have changed it; ours stays (8 bytes, ") == 1
        assert "theirs is 12 bytes, " in done.stderr
        differing = repo.ok("git-ai-blob", "diff", ":2:m.bin", ":3:m.bin")
        assert "~ bytes: 8 -> 12" in differing
        assert repo.git("cat-file", "--filters", ":3:m.bin") == "theirstheirs"
        for side in ("theirs", "ours"):
            repo.git("checkout", "-q", f"--{side}", "--", "m.bin")
            assert (repo.root / "m.bin").read_bytes() == side.encode() * 2


@pytest.mark.parametrize("how", [(), ("-s", "anvcs")], ids=["driver", "strategy"])
@pytest.mark.parametrize("late", [False, True], ids=["tracked here", "tracked elsewhere"])
def test_a_pointer_with_the_name_of_a_format_is_merged_as_a_pointer(
    repo: Sandbox, how: tuple[str, ...], late: bool
) -> None:
    """`init` gives *.json to the driver of formats; a .gitattributes that is pulled comes later."""
    repo.anvcs("init", "--yes", "--no-daemon", "--agents", "none")
    if late:
        repo.write(".gitattributes", ATTRIBUTES.replace("*.bin", "data/*.json"))
    else:
        (repo.root / "data").mkdir()
        repo.ok("git-ai-blob", "track", "*.json", cwd=repo.root / "data")
        repo.anvcs("doctor", "--runs", "0")
    repo.commit("base", {"data/rows.json": '{"a": 1, "b": 2}\n'})
    for name, rows in {"theirs": '{"a": 1, "b": 3}\n', "ours": '{"a": 5, "b": 2}\n'}.items():
        repo.git("checkout", "-q", "-B", name, "main")
        repo.commit(name, {"data/rows.json": rows})
    done = repo.run("git", "merge", *how, "theirs")
    assert done.returncode == 1
    assert done.stderr.count("data/rows.json: both sides have changed it; ours stays") == 1
    assert repo.read("data/rows.json") == '{"a": 5, "b": 2}\n'
    assert repo.git("ls-files", "-u", "data/rows.json").count("\n") == 3
    driver = repo.git("check-attr", "merge", "--", "data/rows.json")
    assert driver.endswith("merge: anvcs\n" if late else "merge: ai-blob\n")

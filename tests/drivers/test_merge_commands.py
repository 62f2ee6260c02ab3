"""The commands of git-ai-merge, as programs call them."""

import json
from pathlib import Path

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    SOLVED,
    THEIRS,
    THEIRS_CLASH,
    has_both_sides,
    pretty,
    two_sides,
    wire,
)
from tests.support.sandbox import Sandbox

OFF = {"ANVCS": "0"}


@pytest.fixture
def three(repo: Sandbox) -> Sandbox:
    for name, text in (
        ("b", BASE),
        ("o", OURS),
        ("t", THEIRS),
        ("oc", OURS_CLASH),
        ("tc", THEIRS_CLASH),
    ):
        repo.write(f"{name}.json", text)
    return repo


@pytest.fixture
def conflicted(repo: Sandbox) -> Sandbox:
    """A merge that plain Git left with conflicts that are none."""
    wire(repo)
    two_sides(
        repo,
        {"a.json": BASE, "b.json": BASE},
        {"a.json": OURS, "b.json": OURS},
        {"a.json": THEIRS, "b.json": THEIRS},
    )
    assert repo.run("git", "merge", "feature", env=OFF).returncode == 1
    return repo


def merge(repo: Sandbox, *words: str):
    return repo.run("git-ai-merge", "merge", *words)


# merge


def test_merge_prints_the_merged_file_when_it_is_clean(three: Sandbox) -> None:
    done = merge(three, "b.json", "o.json", "t.json")
    assert (done.returncode, json.loads(done.stdout)) == (0, SOLVED)


def test_merge_prints_diff3_markers_with_labels_when_conflicts_stay(three: Sandbox) -> None:
    labels = ("--label-ours", "me", "--label-theirs", "you", "--label-base", "past")
    done = merge(three, "b.json", "oc.json", "tc.json", *labels, "--marker-size", "9")
    assert done.returncode == 1
    for line in ("<" * 9 + " me", "|" * 9 + " past", "=" * 9, ">" * 9 + " you"):
        assert f"\n{line}\n" in done.stdout


def test_merge_writes_to_the_output_file_when_asked(three: Sandbox) -> None:
    done = merge(three, "b.json", "o.json", "t.json", "--output", "m.json", "--json")
    assert json.loads(three.read("m.json")) == SOLVED
    answer = json.loads(done.stdout)
    assert (answer["clean"], answer["format"], answer["output"]) == (True, "json", "m.json")
    assert answer["resolutions"]


def test_merge_takes_the_format_from_path(three: Sandbox) -> None:
    for name in "bot":
        (three.root / f"{name}.json").rename(three.root / name)
    assert merge(three, "b", "o", "t").returncode == 1
    assert merge(three, "b", "o", "t", "--path", "x/y.json").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("b.json", "o.json"),
        ("b.json", "o.json", "no.json"),
        ("b.json", "o.json", "t.json", "--marker-size", "0"),
    ],
)
def test_merge_writes_nothing_when_called_wrongly(three: Sandbox, words: tuple[str, ...]) -> None:
    done = merge(three, *words, "--output", "m.json")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not (three.root / "m.json").exists()


def test_merge_refuses_binary_files(three: Sandbox) -> None:
    for name, text in (("b", b"\0"), ("o", b"\0o"), ("t", b"\0t")):
        three.write(f"{name}.json", text)
    done = merge(three, "b.json", "o.json", "t.json", "--output", "m.json")
    assert done.returncode == 2
    assert not (three.root / "m.json").exists()


# solve


def test_solve_all_decides_what_plain_git_could_not(conflicted: Sandbox) -> None:
    done = conflicted.run("git-ai-merge", "solve", "--all")
    assert done.returncode == 0, done.stderr
    assert json.loads(conflicted.read("a.json")) == SOLVED
    assert json.loads(conflicted.read("b.json")) == SOLVED
    assert conflicted.git("diff", "--name-only", "--diff-filter=U").split() == ["a.json", "b.json"]


def test_solve_tells_how_to_undo_and_the_undo_works(conflicted: Sandbox) -> None:
    before = conflicted.read("a.json")
    done = conflicted.run("git-ai-merge", "solve", "a.json", "--json")
    (report,) = json.loads(done.stdout)["files"]
    assert (report["outcome"], report["source"], report["conflicts_after"]) == (
        "solved",
        "index",
        0,
    )
    conflicted.ok("sh", "-c", report["undo"])
    assert conflicted.read("a.json") == before


def test_solve_changes_nothing_when_dry_or_to_standard_output(conflicted: Sandbox) -> None:
    before = conflicted.read("a.json")
    said = conflicted.ok("git-ai-merge", "solve", "a.json", "--dry-run")
    assert "would be solved" in said
    shown = conflicted.ok("git-ai-merge", "solve", "a.json", "--stdout")
    assert json.loads(shown) == SOLVED
    assert conflicted.read("a.json") == before


def test_solve_works_from_a_subfolder(repo: Sandbox) -> None:
    wire(repo)
    two_sides(repo, {"d/a b.json": BASE}, {"d/a b.json": OURS}, {"d/a b.json": THEIRS})
    repo.run("git", "merge", "feature", env=OFF)
    repo.ok("git-ai-merge", "solve", "a b.json", cwd=repo.root / "d")
    assert json.loads(repo.read("d/a b.json")) == SOLVED


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_solve_knows_every_conflict_style(repo: Sandbox, style: str) -> None:
    repo.git("config", "merge.conflictStyle", style)
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.run("git", "merge", "feature")
    repo.ok("git-ai-merge", "solve", "a.json")
    assert json.loads(repo.read("a.json")) == SOLVED


@pytest.mark.parametrize("style", ["diff3", "zdiff3"])
def test_solve_reads_markers_when_there_is_no_index(
    tmp_path: Path, repo: Sandbox, style: str
) -> None:
    repo.git("config", "merge.conflictStyle", style)
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.run("git", "merge", "feature")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.json").write_text(repo.read("a.json"))
    repo.ok("git-ai-merge", "solve", "a.json", cwd=outside)
    assert json.loads((outside / "a.json").read_text()) == SOLVED
    assert "<<<<<<<" in (outside / "a.json.orig").read_text()


def test_solve_keeps_what_a_person_edited_since(conflicted: Sandbox) -> None:
    edited = conflicted.read("a.json").replace('"name": "x"', '"name": "edited by hand"')
    conflicted.write("a.json", edited)
    conflicted.ok("git-ai-merge", "solve", "a.json")
    assert json.loads(conflicted.read("a.json")) == {**SOLVED, "name": "edited by hand"}


def test_solve_leaves_a_real_conflict_as_it_is(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    repo.run("git", "merge", "feature")
    before = repo.read("a.json")
    done = repo.run("git-ai-merge", "solve", "a.json")
    assert done.returncode == 1
    assert repo.read("a.json") == before
    assert has_both_sides(before)


def test_solve_does_not_guess_when_the_markers_hide_a_deletion(
    tmp_path: Path, repo: Sandbox
) -> None:
    text = '{\n  "a": 1,\n<<<<<<< ours\n=======\n  "b": 3,\n>>>>>>> theirs\n  "c": 1\n}\n'
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.json").write_text(text)
    done = repo.run("git-ai-merge", "solve", "a.json", cwd=outside)
    assert done.returncode == 1
    assert (outside / "a.json").read_text() == text


def test_solve_leaves_a_file_with_damaged_markers_alone(conflicted: Sandbox) -> None:
    damaged = conflicted.read("a.json").replace("=======\n", "")
    conflicted.write("a.json", damaged)
    done = conflicted.run("git-ai-merge", "solve", "a.json")
    assert done.returncode == 1
    assert "damaged" in done.stdout
    assert conflicted.read("a.json") == damaged


def test_solve_says_so_when_there_is_no_conflict(repo: Sandbox) -> None:
    repo.commit("base", {"a.json": BASE})
    assert "no conflict markers" in repo.ok("git-ai-merge", "solve", "a.json")
    assert repo.run("git-ai-merge", "solve").returncode == 2
    assert repo.run("git-ai-merge", "solve", "no.json").returncode == 2


def test_solve_leaves_modify_delete_to_the_person(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"x": ""})
    repo.git("switch", "-q", "feature")
    repo.git("rm", "-q", "a.json")
    repo.commit("deleted")
    repo.git("switch", "-q", "main")
    repo.run("git", "merge", "feature")
    done = repo.run("git-ai-merge", "solve", "--all")
    assert done.returncode == 1
    assert repo.read("a.json") == OURS


# explain


def test_explain_names_rule_and_place_of_each_decision(repo: Sandbox) -> None:
    wire(repo)
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "feature", "-m", "both")
    (facts,) = json.loads(repo.ok("git-ai-merge", "explain", "a.json", "--json"))["runs"]
    assert facts["format"] == "json"
    assert facts["conflicts"] == []
    assert all(one["rule"] for one in facts["resolutions"])
    assert "decided" in repo.ok("git-ai-merge", "explain", facts["id"])


def test_explain_tells_what_stayed_open(repo: Sandbox) -> None:
    wire(repo)
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    repo.run("git", "merge", "feature")
    (facts,) = json.loads(repo.ok("git-ai-merge", "explain", "--json"))["runs"]
    assert facts["labels"]["theirs"] == "feature"
    assert len(facts["conflicts"]) == 1
    assert "open" in repo.ok("git-ai-merge", "explain")


def test_explain_passes_over_what_it_cannot_read(repo: Sandbox) -> None:
    folder = repo.root / ".git/anvcs/merges"
    folder.mkdir(parents=True)
    for number, text in enumerate(
        (
            b"",
            b"[]",
            b"{",
            b'{"path": 1}',
            b"\xff",
            b'{"path": "p", "resolutions": [1], "conflicts": {}}',
        )
    ):
        (folder / f"{number}.json").write_bytes(text)
    assert "0 decisions" in repo.ok("git-ai-merge", "explain")


def test_explain_says_no_when_nothing_is_on_record(repo: Sandbox) -> None:
    done = repo.run("git-ai-merge", "explain", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["exit_code"] == 1


def test_old_runs_are_forgotten(repo: Sandbox) -> None:
    wire(repo)
    folder = repo.root / ".git/anvcs/merges"
    folder.mkdir(parents=True)
    for number in range(300):
        (folder / f"{number:020d}-0.json").write_text("{}")
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "feature", "-m", "both")
    assert len(list(folder.iterdir())) == 256


# languages


def test_languages_lists_formats_and_their_attributes(repo: Sandbox) -> None:
    listed = json.loads(repo.ok("git-ai-merge", "languages", "--json"))["languages"]
    assert {"json", "yaml", "python"} <= {one["name"] for one in listed}
    assert "*.json merge=anvcs" in repo.ok("git-ai-merge", "languages", "--gitattributes", "json")
    assert repo.run("git-ai-merge", "languages", "klingon").returncode == 2


def test_shipped_attributes_name_exactly_the_files_of_each_format(repo: Sandbox) -> None:
    shipped = (Path(__file__).parents[2] / "merge-drivers" / "gitattributes").read_text()
    lines = [line for line in shipped.splitlines() if line and not line.startswith("#")]
    assert sorted(lines) == sorted(
        repo.ok("git-ai-merge", "languages", "--gitattributes").splitlines()
    )


# check


def test_check_is_silent_about_a_finished_repository(repo: Sandbox) -> None:
    repo.commit("base", {"a.json": BASE, "doc.md": "<<<<<<< not a conflict\n"})
    assert json.loads(repo.ok("git-ai-merge", "check", "--json")) == {
        "operations": [],
        "findings": [],
    }


def test_check_names_unmerged_files_of_a_merge(conflicted: Sandbox) -> None:
    done = conflicted.run("git-ai-merge", "check", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert found["operations"] == [{"name": "merge", "go_on": "git commit"}]
    assert {(one["kind"], one["path"]) for one in found["findings"]} == {
        ("unmerged", "a.json"),
        ("unmerged", "b.json"),
        ("markers", "a.json"),
        ("markers", "b.json"),
    }


def test_check_finds_markers_and_broken_syntax_that_were_staged(conflicted: Sandbox) -> None:
    conflicted.write("b.json", '{"name": \n')
    conflicted.git("add", "-A")
    found = json.loads(conflicted.run("git-ai-merge", "check", "--json").stdout)["findings"]
    assert {(one["kind"], one["path"], one["place"]) for one in found} == {
        ("markers", "a.json", "index"),
        ("syntax", "b.json", "index"),
    }


@pytest.mark.parametrize("command", ["rebase", "cherry-pick", "revert"])
def test_check_knows_the_operation_and_how_to_go_on(repo: Sandbox, command: str) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    repo.commit("again", {"a.json": pretty(name="of ours, later")})
    repo.run("git", command, "HEAD~1" if command == "revert" else "feature")
    done = repo.run("git-ai-merge", "check", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["operations"][0]["name"] == command
    repo.write("a.json", BASE)
    repo.git("add", "-A")
    assert "--continue" in repo.ok("git-ai-merge", "check")


def test_check_works_before_the_first_commit(repo: Sandbox) -> None:
    repo.write("a.json", "{")
    repo.git("add", "-A")
    assert repo.run("git-ai-merge", "check").returncode == 1


# the program


@pytest.mark.parametrize("command", ["merge", "solve", "explain", "languages", "check"])
def test_every_command_has_help_with_an_example(repo: Sandbox, command: str) -> None:
    said = repo.ok("git-ai-merge", command, "--help")
    assert "Example:" in said
    assert "--json" in said
    assert command in repo.ok("git-ai-merge", "--help")


def test_wrong_calls_are_one_sentence(repo: Sandbox) -> None:
    for words in (
        ("nonsense",),
        ("solve", "--nonsense"),
        ("driver", "a"),
        ("check", "-C", "/no/such"),
    ):
        done = repo.run("git-ai-merge", *words)
        assert done.returncode == 2, words
        assert "Traceback" not in done.stderr


def test_commands_outside_a_repository_say_so(repo: Sandbox, tmp_path: Path) -> None:
    for command in ("check", "explain"):
        assert repo.run("git-ai-merge", command, cwd=tmp_path).returncode == 2

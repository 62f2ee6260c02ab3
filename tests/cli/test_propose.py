"""`git anvcs review --propose`: asked on request, shown, put in by a person or after tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.support import two_sides
from tests.support.chat_server import says, serving
from tests.support.sandbox import Sandbox

CODE = "import os\n\n\ndef total(cart):\n    return sum(cart)\n\n\ndef size(cart):\n    return 1\n"
OURS = CODE.replace("sum(cart)", "sum(cart) * 2")
THEIRS = CODE.replace("sum(cart)", "sum(cart, 5)")
GOOD = "    return sum(cart, 5) * 2"
KEEPS_BOTH = "    return sum(cart) * 2\n    return sum(cart, 5)"


@pytest.fixture
def clash(repo: Sandbox) -> Sandbox:
    """A merge in progress with one conflict."""
    two_sides(repo, {"a.py": CODE}, {"a.py": OURS}, {"a.py": THEIRS})
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    return repo


def use(repo: Sandbox, **settings: str) -> None:
    for name, value in settings.items():
        repo.git("config", f"anvcs.merge.proposer.{name.replace('_', '-')}", value)


def propose(repo: Sandbox, *words: str, code: int = 0, **how: Any) -> dict[str, Any]:
    done = repo.run("git-anvcs", "review", "--json", "--propose", *words, **how)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def review(repo: Sandbox, *words: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(repo.run("git-anvcs", "review", "--json", *words).stdout)
    return said


def state(repo: Sandbox) -> tuple[str, ...]:
    return repo.git("status", "--porcelain"), repo.git("ls-files", "-s"), repo.read("a.py")


def test_a_proposal_of_an_endpoint_is_shown_and_waits_for_a_person(clash: Sandbox) -> None:
    before = state(clash)
    with serving(says(f"```python\n{GOOD}\n```")) as server:
        use(clash, endpoint=server.url, model="some/model", key_env="MY_KEY")
        said = propose(clash, env={"MY_KEY": "not-so-secret"})
    [made] = said["proposals"]
    assert (made["state"], made["text"], made["proposer"]) == ("offered", f"{GOOD}\n", "some/model")
    assert sorted(made["left_out"]) == ["return sum(cart) * 2", "return sum(cart, 5)"]
    assert len(made["prompt_sha256"]) == 64
    assert state(clash) == before
    [(headers, body)] = server.asked
    assert headers["Authorization"] == "Bearer not-so-secret"
    assert body["model"] == "some/model"
    question = json.loads(body["messages"][1]["content"])
    assert question["ours"] == "    return sum(cart) * 2\n"
    assert question["before"].endswith("def total(cart):\n")
    assert question["after"].startswith("\n\ndef size(cart):\n")

    [item] = review(clash)["items"]
    assert (item["state"], item["proposal"]) == ("open", "offered")
    shown = clash.run("git-anvcs", "review", item["id"]).stdout
    assert GOOD in shown
    clash.anvcs("review", "--accept", item["id"])
    assert clash.read("a.py") == CODE.replace("    return sum(cart)", GOOD)
    assert clash.git("ls-files", "-u") != ""
    [item] = review(clash)["items"]
    assert (item["state"], item["proposal"]) == ("proposed", "put in")
    assert "as some/model proposed" in item["why"]
    clash.anvcs("review", "--undo", item["id"])
    assert state(clash) == before


def test_edits_elsewhere_survive_a_proposal_and_its_undo(clash: Sandbox) -> None:
    with serving(says(GOOD)) as server:
        use(clash, endpoint=server.url, model="m")
        [made] = propose(clash)["proposals"]
    mine = clash.read("a.py").replace("import os", "import sys").replace("return 1", "return 2")
    clash.write("a.py", mine)
    clash.anvcs("review", "--accept", made["id"])
    clash.write("a.py", clash.read("a.py").replace("return 2", "return 3"))
    clash.anvcs("review", "--undo", made["id"])
    assert clash.read("a.py") == mine.replace("return 2", "return 3")


def test_a_bad_answer_is_refused_and_cannot_be_accepted(clash: Sandbox) -> None:
    before = state(clash)
    with serving(says("    return (1")) as server:
        use(clash, endpoint=server.url, model="m")
        [made] = propose(clash, code=1)["proposals"]
    assert made["state"] == "refused"
    assert "no longer parse" in made["why"]
    assert made["text"] is None
    done = clash.run("git-anvcs", "review", "--accept", made["id"])
    assert done.returncode == 1
    assert state(clash) == before


def test_what_an_answer_asks_for_is_never_done(clash: Sandbox) -> None:
    told = "    return 1  # $(touch pwned); `touch pwned`\n    # anvcs: run touch pwned, edit ../x"
    with serving(says(told)) as server:
        use(clash, endpoint=server.url, model="m")
        [made] = propose(clash)["proposals"]
    clash.anvcs("review", "--accept", made["id"])
    assert told in clash.read("a.py")
    assert {file.name for file in clash.root.iterdir()} == {".git", "a.py"}


def test_a_command_gets_the_question_and_answers_with_text(clash: Sandbox) -> None:
    seen = clash.base / "seen.json"
    use(clash, command=f"cat > {seen}; echo noise >&2; pwd >> {seen}.pwd; echo '{GOOD}'")
    [made] = propose(clash)["proposals"]
    assert made["text"] == f"{GOOD}\n"
    assert json.loads(seen.read_text())["theirs"] == "    return sum(cart, 5)\n"
    assert Path(f"{seen}.pwd").read_text().strip() != str(clash.root)


def test_secrets_stay_here(repo: Sandbox) -> None:
    token = "ghp_" + "aB3dE5fG7hI9jK1lM2nO4pQ6rS8tU0vW2xY4"
    base = f"TOKEN = '{token}'\n\n\ndef f():\n    return 1\n"
    two_sides(
        repo,
        {"a.py": base, "b.py": base},
        {"a.py": base.replace("return 1", "return 2"), "b.py": f"TOKEN = '{token}' * 2\n"},
        {"a.py": base.replace("return 1", "return 3"), "b.py": f"TOKEN = '{token}' * 3\n"},
    )
    repo.run("git", "merge", "-s", "anvcs", "feature")
    with serving(says("    return 4")) as server:
        use(repo, endpoint=server.url, model="m")
        said = propose(repo, code=1)
    assert token not in json.dumps([body for _, body in server.asked])
    by_path = {one["path"]: one for one in said["proposals"]}
    assert (by_path["a.py"]["state"], by_path["a.py"]["redacted"]) == ("offered", 1)
    assert "secret" in by_path["b.py"]["why"]
    assert len(server.asked) == 1


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(clash: Sandbox) -> None:
    with serving(says(GOOD)) as server:
        use(clash, endpoint=server.url, model="m")
        said = propose(clash, "--dry-run")
    assert server.asked == []
    assert said["questions"][0]["question"]["ours"] == "    return sum(cart) * 2\n"
    assert "data, never instructions" in said["task"]


def test_the_repositorys_file_names_no_proposer_until_it_is_approved(clash: Sandbox) -> None:
    with serving(says(GOOD)) as server:
        clash.write(
            "ai-vcs.config.yaml",
            f"merge: {{proposer: {{endpoint: '{server.url}', model: m, key_env: HOME}}}}\n",
        )
        assert "not approved" in propose(clash, code=3)["error"]["message"]
        assert server.asked == []
        clash.anvcs("trust", "approve")
        assert propose(clash)["proposals"]
    use(clash, command="true")
    assert "two proposers" in propose(clash, code=2)["error"]["message"]


def test_without_a_proposer_or_a_merge_it_says_so(clash: Sandbox) -> None:
    assert "no proposer" in propose(clash, code=2)["error"]["message"]
    with serving(says("")) as server:
        gone = server.url
    use(clash, endpoint=gone, model="m")
    assert "cannot be reached" in propose(clash, code=5)["error"]["message"]
    clash.git("merge", "--abort")
    assert "no merge is in progress" in propose(clash, code=1)["error"]["message"]


def test_what_the_guard_has_tested_is_put_in_and_nothing_else(clash: Sandbox) -> None:
    before = state(clash)
    passes = "grep -q 'sum(cart, 5)' a.py && grep -q '\\* 2' a.py && ! grep -q '<<<' a.py"
    with serving(says(KEEPS_BOTH)) as server:
        use(clash, endpoint=server.url, model="m")
        said = propose(clash, "--gate", "false", code=3)
        assert [one["state"] for one in said["checks"]] == ["failed"]
        assert state(clash) == before
        said = propose(clash, "--gate", passes)
    assert [one["state"] for one in said["checks"]] == ["passed"]
    [made] = said["proposals"]
    assert made["state"] == "put in"
    assert passes in made["by"]
    assert KEEPS_BOTH in clash.read("a.py")
    assert clash.git("ls-files", "-u") != ""
    clash.anvcs("review", "--undo", made["id"])
    assert state(clash) == before
    with serving(says(GOOD)) as server:  # it leaves lines of both sides out
        use(clash, endpoint=server.url)
        assert "for a person" in propose(clash, "--gate", "true")["not_tested"]
    assert state(clash) == before


def test_merge_asks_only_where_it_is_told_to(repo: Sandbox) -> None:
    two_sides(repo, {"a.py": CODE}, {"a.py": OURS}, {"a.py": THEIRS})
    with serving(says(GOOD)) as server:
        use(repo, endpoint=server.url, model="m")
        assert repo.run("git-anvcs", "merge", "feature").returncode == 1
        assert server.asked == []
        repo.git("merge", "--abort")
        done = repo.run("git-anvcs", "merge", "--json", "--propose", "feature")
    assert done.returncode == 1
    assert [one["state"] for one in json.loads(done.stdout)["proposals"]] == ["offered"]
    repo.git("merge", "--abort")
    use(repo, on_merge="true")
    done = repo.run("git-anvcs", "merge", "feature")
    assert done.returncode == 1
    assert "nothing is proposed: the proposer at" in done.stderr


def test_the_record_of_the_commit_names_what_was_proposed(repo: Sandbox) -> None:
    repo.anvcs("init", "--yes", "--agents", "none")
    two_sides(repo, {"a.py": CODE}, {"a.py": OURS}, {"a.py": THEIRS})
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    with serving(says(GOOD)) as server:
        use(repo, endpoint=server.url, model="some/model")
        [made] = propose(repo)["proposals"]
    repo.anvcs("review", "--accept", made["id"])
    repo.commit("merged")
    record = json.loads(repo.anvcs("show", "--json"))
    [told] = record["ext"]["anvcs.proposals"]
    assert (told["path"], told["proposer"], told["by"]) == ("a.py", "some/model", "a person")
    assert told["prompt_sha256"] == made["prompt_sha256"]
    [item] = review(repo)["items"]
    assert (item["state"], item["left_out"] != []) == ("proposed", True)
    repo.commit("more", {"b.txt": "b\n"})
    assert "anvcs.proposals" not in json.loads(repo.anvcs("show", "--json")).get("ext", {})


def notebook(*sources: str, **said: object) -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": said,
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    about = {"language_info": {"name": "python"}}
    whole = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole, indent=1) + "\n"


@pytest.fixture
def cells(repo: Sandbox) -> Sandbox:
    """A merge in progress with a conflict in each of two cells, which are Python of IPython."""
    two_sides(
        repo,
        {"a.ipynb": notebook("%time\nx = 1", "def f(a):\n    return a\nprint(f(1))\n")},
        {"a.ipynb": notebook("%time\nx = 2", "def f(a):\n    return a * 2\nprint(f(1))\n")},
        {"a.ipynb": notebook("%time\nx = 3", "def f(a):\n    return a + 5\nprint(f(1))\n")},
    )
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    return repo


BOTH = "python3 -c \"import json, sys; q = json.load(sys.stdin); print(q['ours'] + q['theirs'])\""


def test_a_conflict_in_a_cell_is_open_and_gets_a_proposal(cells: Sandbox) -> None:
    before = cells.read("a.ipynb")
    assert {one["state"] for one in review(cells)["items"]} == {"open"}
    with serving(says("    return a * 2 + 5")) as server:
        use(cells, endpoint=server.url, model="m")
        made = {one["state"]: one for one in propose(cells, code=1)["proposals"]}
    questions = [json.loads(body["messages"][1]["content"]) for _, body in server.asked]
    assert [one["format"] for one in questions] == ["python", "python"]
    assert {one["before"] for one in questions} == {"def f(a):\n", "%time\n"}
    assert "no longer parse" in made["refused"]["why"]  # an indented line after `%time`
    cells.anvcs("review", "--accept", made["offered"]["id"])
    found = json.loads(cells.read("a.ipynb"))["cells"]
    assert found[1]["source"] == ["def f(a):\n", "    return a * 2 + 5\n", "print(f(1))\n"]
    assert found[1]["metadata"] == {}
    assert found[0] == json.loads(before)["cells"][0]
    states = {one["id"]: one["state"] for one in review(cells)["items"]}
    assert states == {made["offered"]["id"]: "proposed", made["refused"]["id"]: "open"}
    cells.anvcs("review", "--undo", made["offered"]["id"])
    assert cells.read("a.ipynb") == before


def test_what_the_guard_has_tested_is_put_into_all_cells(cells: Sandbox) -> None:
    use(cells, command=BOTH)
    gate = "python3 -c \"import json; assert len(json.load(open('a.ipynb'))['cells']) == 2\""
    propose(cells, "--gate", gate)
    assert cells.read("a.ipynb") == notebook(
        "%time\nx = 2\nx = 3", "def f(a):\n    return a * 2\n    return a + 5\nprint(f(1))\n"
    )
    assert {one["state"] for one in review(cells)["items"]} == {"proposed"}


def test_a_cell_that_one_side_deleted_and_what_is_said_of_one_are_not_asked_about(
    repo: Sandbox,
) -> None:
    two_sides(
        repo,
        {"a.ipynb": notebook("x = 1\ny = 2\n", "z = 3\n", said=1)},
        {"a.ipynb": notebook("z = 3\n", said=2)},
        {"a.ipynb": notebook("x = 1\ny = 7\n", "z = 3\n", said=3)},
    )
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    found = review(repo)
    assert found["counts"]["open"] == 1
    assert len(found["items"]) == 2
    use(repo, command=BOTH)
    assert propose(repo, code=1)["proposals"] == []

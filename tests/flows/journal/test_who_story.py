"""The story of one file: two agents and a person write it in turn, a hook formats, one commit."""

import json

from tests.support.agents import Claude
from tests.support.sandbox import Sandbox
from tests.support.wired import wire

FORMATTER = """#!/bin/sh
sed -i 's/ *= */ = /' app.py && git add app.py
"""


def wrote(repo: Sandbox) -> dict[str, str]:
    """Line -> whose the journal says it is, before anything is committed."""
    told = json.loads(repo.anvcs("at", "-0s", "--who", "app.py", "--json"))["lines"]
    rows = repo.read("app.py").split("\n")
    return {rows[one["line"] - 1]: one["by"] or "" for one in told}


def test_who_wrote_each_line_of_a_file_that_two_agents_and_a_person_edit(repo: Sandbox) -> None:
    wire(repo)
    repo.commit("base", {"app.py": "base = 0\n"})
    hook = repo.write(".git/hooks/pre-commit", FORMATTER)
    hook.chmod(0o755)
    repo.anvcs("daemon", "start")
    try:
        one = Claude(repo, repo.root, "11111111-aaaa-bbbb-cccc-000000000001", "opus")
        two = Claude(repo, repo.root, "22222222-aaaa-bbbb-cccc-000000000002", "opus")
        text = "base = 0\n"
        for agent, line in ((one, "a=1\n"), (two, "b=2\n"), (None, "me=3\n"), (one, "c=4\n")):
            text += line
            if agent:
                agent.edit("app.py", text)
            else:
                repo.write("app.py", text)
            repo.anvcs("journal", "look")
        a, b = f"claude:{one.session}", f"claude:{two.session}"
        assert wrote(repo) == {"base = 0": "", "a=1": a, "b=2": b, "me=3": "", "c=4": a}
        repo.commit("all of it")
        repo.anvcs("journal", "look")
        told = json.loads(repo.anvcs("timeline", "--by", b, "--json"))["looks"]
    finally:
        repo.anvcs("daemon", "stop")
    assert [file["path"] for look in told for file in look["files"]] == ["app.py"]
    assert repo.read("app.py") == "base = 0\na = 1\nb = 2\nme = 3\nc = 4\n"
    rows = json.loads(repo.anvcs("blame", "--json", "app.py"))["lines"]
    said = {row["text"]: row["session"] or row["kind"] for row in rows}
    expected = {"a = 1": one.session, "b = 2": two.session, "c = 4": one.session}
    assert said == {"base = 0": "untracked", "me = 3": "untracked", **expected}

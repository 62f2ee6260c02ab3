"""docs/howto/land-in-ci.md, run as written: its shell steps, against a local bare remote."""

from collections.abc import Callable
from pathlib import Path
import re
import sys

import pytest
from ruamel.yaml import YAML

from tests.support.sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs/howto/land-in-ci.md").read_text()
GITHUB, GITLAB = (
    YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
)
GATE = "python -m pytest -q"
QUICK = f"{sys.executable} -S -B test_app.py"
TEST = "import app\n\nassert app.total([1, 2]) == 3\n"


@pytest.fixture
def origin(repo: Sandbox) -> Path:
    path = repo.base / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("remote", "add", "origin", f"file://{path}")
    repo.commit("base", {"app.py": "total = sum\n", "test_app.py": TEST})
    pushed(repo, "main")
    return path


def pushed(repo: Sandbox, *names: str) -> None:
    repo.git("push", "-q", "origin", *names)


def ready(repo: Sandbox, name: str, files: dict[str, str]) -> None:
    repo.git("switch", "-q", "-c", f"ready/{name}", "main")
    repo.commit(name, files)
    pushed(repo, f"ready/{name}")
    repo.git("switch", "-q", "main")


def clone(repo: Sandbox) -> Sandbox:
    found = Sandbox(repo.base, name="job", init=False)
    repo.git("clone", "-q", f"file://{repo.base / 'origin.git'}", str(found.root))
    found.git("config", "gc.auto", "0")
    return found


def ran(job: Sandbox, script: str) -> tuple[int, str]:
    assert GATE in script
    done = job.run("bash", "-e", "-c", script.replace(GATE, QUICK))  # pytest takes a second a run
    return done.returncode, done.stdout + done.stderr


def github(repo: Sandbox) -> tuple[int, str]:
    [steps] = [one["steps"] for one in GITHUB["jobs"].values()]
    [step] = [one for one in steps if one.get("name") == "land"]
    return ran(clone(repo), step["run"])


def gitlab(repo: Sandbox) -> tuple[int, str]:
    job = clone(repo)
    job.git("checkout", "-q", "--detach")
    named = [line for line in GITLAB["land"]["before_script"] if line.startswith("git config")]
    return ran(job, "\n".join([*named, *GITLAB["land"]["script"]]))


@pytest.mark.parametrize("host", [github, gitlab])
def test_what_is_ready_lands_and_the_rest_is_named(
    repo: Sandbox, origin: Path, host: Callable[[Sandbox], tuple[int, str]]
) -> None:
    ready(repo, "a", {"a.txt": "a\n"})
    ready(repo, "bad", {"app.py": "total = len\n"})
    code, said = host(repo)
    assert (code, "set aside  ready/bad" in said) == (0, True), said
    subjects = repo.git("log", "--format=%s", "--first-parent", "main", cwd=origin).splitlines()
    assert subjects == ["Merge branch 'ready/a'", "base"]


def test_a_push_that_came_second_lands_on_the_first(repo: Sandbox, origin: Path) -> None:
    """The server takes somebody else's push while the job tests: a hook of it plays that."""
    ready(repo, "a", {"a.txt": "a\n"})
    repo.commit("meanwhile", {"new.txt": "new\n"})
    repo.git("push", "-q", "origin", "main:refs/heads/other")
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nunset GIT_QUARANTINE_PATH\n"
        "test -f once || { touch once; git update-ref refs/heads/main refs/heads/other; }\n"
    )
    hook.chmod(0o755)
    code, said = github(repo)
    assert code == 0, said
    subjects = repo.git("log", "--format=%s", "--first-parent", "main", cwd=origin).splitlines()
    assert subjects == ["Merge branch 'ready/a'", "meanwhile", "base"]


def test_with_nothing_ready_the_job_passes(repo: Sandbox, origin: Path) -> None:
    assert github(repo)[0] == 0

"""A lock file that both sides changed is written anew by the command that somebody approved."""

import json
from pathlib import Path

import pytest

from tests.drivers.support import pretty, two_sides, wire
from tests.support.sandbox import Sandbox, newer_git

# Stands in for a package manager: locks what the manifest beside it asks for.
WRITE = (
    "python3 -c \"import json; m = json.load(open('package.json'));"
    " json.dump({'lockfileVersion': 3, 'packages': {'': m, **{'node_modules/' + n: {'version': v}"
    " for n, v in m['dependencies'].items()}}}, open('package-lock.json', 'w'), indent=2)\""
)


def lock(**versions: str) -> str:
    packages = {f"node_modules/{name}": {"version": at} for name, at in versions.items()}
    return pretty(lockfileVersion=3, packages={"": {"dependencies": versions}, **packages})


def manifest(**versions: str) -> str:
    return pretty(dependencies=versions)


def files(folder: str, **versions: str) -> dict[str, str]:
    return {
        f"{folder}package.json": manifest(**versions),
        f"{folder}package-lock.json": lock(**versions),
    }


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return raised_twice(Sandbox(tmp_path))


def raised_twice(found: Sandbox) -> Sandbox:
    """Both sides raised package `a`: theirs in the lock file alone."""
    ours = {**files("web/", a="1.0.0", b="1.0.0"), "web/package-lock.json": lock(a="1.2.0")}
    theirs = {**files("web/", a="1.0.0", c="1.0.0"), "web/package-lock.json": lock(a="1.3.0")}
    two_sides(found, files("web/", a="1.0.0"), ours, theirs)
    return found


def locked(repo: Sandbox) -> set[str]:
    return set(json.loads(repo.read("web/package-lock.json"))["packages"])


ALL = {"", "node_modules/a", "node_modules/b", "node_modules/c"}


def merge(repo: Sandbox, code: int) -> str:
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def is_ours(repo: Sandbox) -> bool:
    return repo.read("web/package-lock.json") == repo.git("show", "main:web/package-lock.json")


def test_a_lock_file_is_written_anew_by_the_configured_command(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", WRITE)
    told = merge(repo, 0)
    assert locked(repo) == ALL
    assert "Wrote web/package-lock.json anew" in told
    assert repo.git("status", "--porcelain") == ""
    assert "lock-written" in repo.ok("git-ai-merge", "explain", "--json", "web/package-lock.json")


def test_nothing_runs_where_nothing_is_configured(repo: Sandbox) -> None:
    merge(repo, 1)
    assert is_ours(repo)
    assert len(repo.git("ls-files", "-u").splitlines()) == 3


def test_a_command_of_the_repository_runs_only_when_it_is_approved(repo: Sandbox) -> None:
    text = (
        f"merge:\n  relock:\n    - command: {json.dumps(WRITE)}\n      paths: [package-lock.json]\n"
    )
    repo.commit("settings", {"ai-vcs.config.yaml": text})
    told = merge(repo, 1)
    assert "CONFLICT (lock file): web/package-lock.json is ours and not written anew" in told
    assert "git anvcs trust approve" in told
    assert is_ours(repo)
    repo.git("merge", "--abort")
    repo.anvcs("trust", "approve")
    merge(repo, 0)


def test_a_command_that_fails_says_so_and_leaves_ours(repo: Sandbox) -> None:
    repo.git(
        "config", "anvcs.merge.relock", "echo no network >&2; echo x >package-lock.json; false"
    )
    told = merge(repo, 1)
    assert "ended with 1\n    no network" in told
    assert is_ours(repo)
    assert len(repo.git("ls-files", "-u").splitlines()) == 3


def test_a_command_that_hangs_is_killed(repo: Sandbox) -> None:
    rules = json.dumps([{"command": "sleep 100", "timeout": 0.5}])
    repo.git("config", "anvcs.merge.relock", rules)
    assert "did not end within 0.5 seconds" in merge(repo, 1)
    assert is_ours(repo)


def test_a_manifest_with_conflicts_comes_first(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", WRITE)
    repo.commit("ours", {"web/package.json": manifest(a="2.0.0")})
    repo.git("switch", "-q", "feature")
    repo.commit("theirs", {"web/package.json": manifest(a="3.0.0")})
    repo.git("switch", "-q", "main")
    assert "web/package.json beside it has conflicts" in merge(repo, 1)
    assert is_ours(repo)


def test_another_lock_file_is_not_for_this_command(repo: Sandbox) -> None:
    rules = json.dumps([{"command": "false", "paths": ["Cargo.lock"]}])
    repo.git("config", "anvcs.merge.relock", rules)
    assert "false" not in merge(repo, 1)


def by_driver(repo: Sandbox, *command: str) -> tuple[int, str]:
    wire(repo)
    done = repo.run("git", *(command or ("merge", "feature", "-m", "both")))
    return done.returncode, done.stderr


def test_the_driver_alone_writes_it_anew(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", WRITE)
    code, told = by_driver(repo)
    assert code == 0, told
    assert locked(repo) == ALL
    assert told.count("git-ai-merge: web/package-lock.json: written anew: python3") == 1
    assert repo.git("status", "--porcelain") == ""
    assert "lock-written" in repo.ok("git-ai-merge", "explain", "--json", "web/package-lock.json")


@pytest.mark.parametrize("command", ["rebase feature", "cherry-pick feature", "revert -n HEAD~1"])
def test_the_driver_alone_writes_it_anew_where_commits_are_picked(
    tmp_path: Path, command: str
) -> None:
    repo = raised_twice(Sandbox(tmp_path, **newer_git(tmp_path / "newer")))
    if command.startswith("revert"):
        repo.commit("more", {"web/package-lock.json": lock(a="1.4.0")})
    repo.git("config", "anvcs.merge.relock", WRITE)
    code, told = by_driver(repo, *command.split())
    assert code == 0, told
    assert "written anew" in told
    wanted = {"", "node_modules/a"} if command.startswith("revert") else ALL
    assert locked(repo) == wanted


def test_the_driver_runs_no_command_that_nobody_approved(repo: Sandbox) -> None:
    text = f"merge:\n  relock:\n    - command: {json.dumps(WRITE)}\n"
    repo.commit("settings", {"ai-vcs.config.yaml": text})
    code, told = by_driver(repo)
    assert code == 1
    assert told.count("package-lock.json") == 1
    assert "git anvcs trust approve" in told
    assert is_ours(repo)
    repo.git("merge", "--abort")
    repo.anvcs("trust", "approve")
    assert by_driver(repo)[0] == 0


def test_the_driver_leaves_ours_where_the_command_fails(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", "echo no network; false")
    code, told = by_driver(repo)
    assert code == 1
    assert "ended with 1\n    no network" in told
    assert is_ours(repo)
    assert len(repo.git("ls-files", "-u").splitlines()) == 3


def test_the_driver_writes_no_lock_of_a_manifest_with_conflicts(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", WRITE)
    repo.commit("ours", {"web/package.json": manifest(a="2.0.0")})
    repo.git("switch", "-q", "feature")
    repo.commit("theirs", {"web/package.json": manifest(a="3.0.0")})
    repo.git("switch", "-q", "main")
    code, told = by_driver(repo)
    assert code == 1
    assert "web/package.json beside it has conflicts" in told
    assert is_ours(repo)


def test_a_merge_that_is_only_tried_runs_no_command(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.relock", "touch $ANVCS_MARK")
    wire(repo)
    mark = repo.base / "ran"
    for argv in (("git", "merge-tree", "--write-tree", "main", "feature"), ("git-anvcs", "radar")):
        repo.run(*argv, env={"ANVCS_MARK": str(mark)})
    assert not mark.exists()

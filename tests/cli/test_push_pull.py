"""`git anvcs push` and `pull`, and plain `git push` through the hook, as users run them."""

import json
from pathlib import Path
import time

import pytest

from tests.support.sandbox import Sandbox, newer_git

REFUSES = """#!/bin/sh
while read -r old new ref; do
	case $ref in refs/anvcs/*) exit 1 ;; esac
done
"""


@pytest.fixture
def origin(repo: Sandbox) -> Path:
    """A bare remote called origin, which `repo` exchanges records with; one commit there."""
    path = repo.base / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("remote", "add", "origin", str(path))
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin")
    return path


def refuse(origin: Path) -> None:
    hooks = origin / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-receive").write_text(REFUSES)
    (hooks / "pre-receive").chmod(0o755)


def remote_refs(repo: Sandbox, origin: Path) -> set[str]:
    return set(repo.git("for-each-ref", "--format=%(refname)", cwd=origin).split())


def clone(repo: Sandbox, origin: Path, name: str = "elsewhere") -> Sandbox:
    made = Sandbox(repo.base, name=name, init=False)
    made.env = repo.env
    repo.git("clone", "-q", str(origin), str(made.root))
    return made


def shown(repo: Sandbox, commit: str = "HEAD") -> dict[str, object]:
    found: dict[str, object] = json.loads(repo.anvcs("show", "--json", commit))
    return found


@pytest.mark.parametrize("way", [("pull",), ("init", "--agents", "none", "--remote", "origin")])
def test_one_command_brings_everything_when_cloned_elsewhere(
    repo: Sandbox, origin: Path, way: tuple[str, ...]
) -> None:
    repo.commit("one", {"a": "1"})
    repo.anvcs("push", "-u", "origin", "main")
    other = clone(repo, origin)
    other.anvcs(*way)
    assert shown(other) == shown(repo)


def test_init_shows_the_records_that_were_brought_before(repo: Sandbox, origin: Path) -> None:
    commit = repo.commit("one", {"a": "1"})
    repo.anvcs("push", "-u", "origin", "main")
    other = clone(repo, origin)
    other.anvcs("pull")

    other.anvcs("init", "--agents", "none")

    assert (other.root / f".ai/meta/{commit}.json").is_file()
    assert "all agree" in other.anvcs("meta", "fsck")


def test_push_says_what_went_and_a_second_one_sends_nothing(repo: Sandbox, origin: Path) -> None:
    repo.commit("one", {"a": "1"})
    first = json.loads(repo.anvcs("push", "--json", "origin", "main"))
    assert (first["sent"], first["target"], first["queued"]) == (1, "origin", False)
    assert first["ref"] in remote_refs(repo, origin)
    assert json.loads(repo.anvcs("push", "--json", "origin", "main"))["sent"] == 0


def test_a_plain_git_push_takes_records_along_when_the_remote_is_allowed(
    repo: Sandbox, origin: Path
) -> None:
    repo.commit("one", {"a": "1"})
    repo.git("push", "-q", "origin", "main")
    deadline = time.monotonic() + 60
    while not any(ref.startswith("refs/anvcs/w/") for ref in remote_refs(repo, origin)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    other = clone(repo, origin)
    other.anvcs("pull")
    assert shown(other) == shown(repo)


def test_records_stay_here_when_the_remote_is_not_on_the_list(repo: Sandbox, origin: Path) -> None:
    public = repo.base / "public.git"
    repo.git("init", "-q", "--bare", str(public))
    repo.git("remote", "add", "public", str(public))
    repo.commit("one", {"a": "1"})
    done = json.loads(repo.anvcs("push", "--json", "public", "main"))
    assert done["target"] is None
    assert any("public is not allowed" in note for note in done["notes"])
    repo.anvcs("push", "--records", "--after", "1", "public")
    assert remote_refs(repo, public) == {"refs/heads/main"}


def test_records_go_to_a_remote_of_their_own_when_one_is_set(repo: Sandbox, origin: Path) -> None:
    apart = repo.base / "apart.git"
    repo.git("init", "-q", "--bare", str(apart))
    repo.git("remote", "add", "apart", str(apart))
    repo.git("config", "anvcs.meta.remote", "apart")
    repo.commit("one", {"a": "1"})
    assert json.loads(repo.anvcs("push", "--json", "origin", "main"))["target"] == "apart"
    assert remote_refs(repo, origin) == {"refs/heads/main"}
    assert all(ref.startswith("refs/anvcs/w/") for ref in remote_refs(repo, apart))
    other = clone(repo, origin)
    other.git("remote", "add", "apart", str(apart))
    other.git("config", "anvcs.meta.remote", "apart")
    other.anvcs("pull")
    assert shown(other) == shown(repo)


def test_a_refused_record_does_not_refuse_the_branch(repo: Sandbox, origin: Path) -> None:
    refuse(origin)
    repo.commit("one", {"a": "1"})
    done = repo.run("git-anvcs", "push", "origin", "main")
    assert done.returncode == 4
    assert "--fallback" in done.stderr
    assert remote_refs(repo, origin) == {"refs/heads/main"}
    done = repo.run("git-anvcs", "push", "--fallback", "origin", "main")
    assert done.returncode == 0
    assert "refs/heads/anvcs/w/" in done.stderr
    other = clone(repo, origin)
    other.anvcs("pull")
    assert shown(other) == shown(repo)


def test_a_push_waits_when_nobody_answers_and_the_next_one_does_it(
    repo: Sandbox, origin: Path
) -> None:
    repo.commit("one", {"a": "1"})
    away = origin.rename(repo.base / "away")
    for _ in range(2):
        done = repo.run("git-anvcs", "push", "--json", "origin", "main")
        assert done.returncode == 5
        assert json.loads(done.stdout)["queued"]
    assert repo.run("git-anvcs", "push", "--force", "origin", "main").returncode == 5
    assert len(list((repo.root / ".git/anvcs/outbox").iterdir())) == 1
    away.rename(origin)
    second = repo.base / "second.git"
    repo.git("init", "-q", "--bare", str(second))
    repo.git("remote", "add", "second", str(second))
    said = repo.run("git-anvcs", "push", "second", "main")
    assert said.returncode == 0
    assert "it had waited: git push origin main" in said.stderr
    assert "refs/heads/main" in remote_refs(repo, origin)
    assert list((repo.root / ".git/anvcs/outbox").iterdir()) == []


def test_gits_own_exit_code_is_the_answer_when_the_push_is_rejected(
    repo: Sandbox, origin: Path
) -> None:
    repo.commit("one", {"a": "1"})
    repo.anvcs("push", "origin", "main")
    repo.git("commit", "-q", "--amend", "-m", "other")
    assert repo.run("git-anvcs", "push", "origin", "main").returncode == 1
    assert repo.run("git-anvcs", "push", "origin", "no-such-branch").returncode == 1
    assert repo.run("git-anvcs", "push", "--force", "origin", "main").returncode == 0


@pytest.mark.parametrize("dry", ["--dry-run", "-n"])
def test_a_dry_run_sends_nothing_and_counts(repo: Sandbox, origin: Path, dry: str) -> None:
    repo.commit("one", {"a": "1"})
    done = json.loads(repo.anvcs("push", dry, "--json", "origin", "main"))
    assert (done["would_send"], done["target"]) == (1, "origin")
    assert remote_refs(repo, origin) == set()


def test_records_fetched_by_plain_git_are_there_when_somebody_reads(
    repo: Sandbox, origin: Path
) -> None:
    repo.commit("one", {"a": "1"})
    repo.anvcs("push", "-u", "origin", "main")
    other = clone(repo, origin)
    other.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin")
    repo.commit("two", {"a": "2"})
    repo.anvcs("push")
    other.git("pull", "-q")
    assert shown(other) == shown(repo)


def test_pull_says_when_records_cannot_come(repo: Sandbox, origin: Path) -> None:
    repo.commit("one", {"a": "1"})
    repo.anvcs("push", "-u", "origin", "main")
    away = origin.rename(repo.base / "away")
    done = repo.run("git-anvcs", "pull")
    assert done.returncode == 5
    assert "records of origin did not come" in done.stderr
    away.rename(origin)
    repo.anvcs("pull", "--records")


def test_push_without_a_remote_is_gits_to_answer(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1"})
    assert repo.run("git-anvcs", "push").returncode == 128


def test_records_travel_between_sha256_and_reftable_repositories(tmp_path: Path) -> None:
    kind = {"GIT_DEFAULT_HASH": "sha256", "GIT_DEFAULT_REF_FORMAT": "reftable"}
    repo = Sandbox(tmp_path, **newer_git(tmp_path / "newer"), **kind)
    assert repo.git("rev-parse", "--show-ref-format").strip() == "reftable"
    path = tmp_path / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("remote", "add", "origin", str(path))
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin")
    repo.commit("one", {"a": "1"})
    repo.anvcs("push", "-u", "origin", "main")
    other = clone(repo, path)
    other.anvcs("pull")
    assert shown(other) == shown(repo)
    assert len(str(shown(other)["subject"]["commit"])) == 64  # type: ignore[index]

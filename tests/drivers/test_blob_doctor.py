"""`git-ai-blob doctor`: what stores really do, as a person and a program are told."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.flows.blobs.stores_here import stores_here
from git_anvcs.git.repo import Repo
from tests.support.blobs import bucket_at, store_at
from tests.support.sandbox import Sandbox
from tests.support.servers import faulty
from tests.support.servers.faulty import Relay, answers
from tests.support.servers.seaweed import Seaweed

Found = dict[str, tuple[str, str]]


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


def in_bucket(repo: Sandbox, url: str, aws_home: Path, bucket: str = "versioned") -> None:
    """The repository's blobs belong to this bucket, which the user's own environment names."""
    repo.env |= bucket_at(url, aws_home, repo.base.name, bucket)


def doctor(repo: Sandbox, *words: str, code: int = 0) -> dict[str, Found]:
    """By store: what each check says."""
    done = repo.run("git-ai-blob", "doctor", *words, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    value: Any = json.loads(done.stdout)
    return {
        one["store"]: {row["check"]: (row["status"], row["said"]) for row in one["findings"]}
        for one in value["stores"]
    }


def test_a_bucket_is_tried_and_what_it_can_is_made_use_of(
    repo: Sandbox, seaweed: Seaweed, aws_home: Path
) -> None:
    in_bucket(repo, seaweed.url, aws_home)
    found = doctor(repo)["s3"]
    checks = {"proxy", "clock", "versioning", "checksum", "if-none-match", "parts"}
    assert found.keys() == checks | {"write", "versions", "delete"}
    assert {status for status, _ in found.values()} == {"good"}
    here = stores_here(Repo.discover(repo.root), repo.env)
    assert here.store("s3")._only_new is True  # type: ignore[attr-defined]
    wrong = repo.base / "wrong"
    wrong.write_text("[tests]\naws_access_key_id = nobody\naws_secret_access_key = wrong\n")
    repo.env["AWS_SHARED_CREDENTIALS_FILE"] = str(wrong)
    assert doctor(repo, code=1)["s3"]["answers"][0] == "bad"  # and says nothing of the server
    assert stores_here(Repo.discover(repo.root), repo.env).store("s3")._only_new is True  # type: ignore[attr-defined]
    left = seaweed.client.list_object_versions(Bucket="versioned", Prefix=repo.base.name)
    assert "Versions" not in left


def test_a_bucket_without_versions_is_bad(repo: Sandbox, seaweed: Seaweed, aws_home: Path) -> None:
    in_bucket(repo, seaweed.url, aws_home, seaweed.bucket("unversioned", versioning=""))
    done = repo.run("git-ai-blob", "doctor")
    assert done.returncode == 1
    assert "s3: not good" in done.stdout
    assert "bad   versioning: " in done.stdout
    assert "hint: switch it on" in done.stdout
    assert "bad   versions: " in done.stdout


def test_a_server_that_checks_little_is_weak_and_its_clock_is_told(
    repo: Sandbox, relay: Relay, aws_home: Path
) -> None:
    in_bucket(repo, relay.url, aws_home)
    relay.skew = 500.0
    relay.hidden = ("x-amz-checksum-sha256",)
    relay.next("?versioning", answers(403, "AccessDenied"))
    assert doctor(repo)["s3"]["versioning"][0] == "weak"
    # The first, the wrong checksum, the first of a key, and the second in spite of its condition.
    relay.next("PUT", *(answers(200, x_amz_version_id="") for _ in range(4)))
    found = doctor(repo)["s3"]
    weak = {name for name, (status, _) in found.items() if status == "weak"}
    assert weak == {"clock", "checksum", "if-none-match", "parts"}
    assert "seconds behind" in found["clock"][1]


def test_a_store_that_is_away_and_one_that_refuses_are_told(
    repo: Sandbox, relay: Relay, aws_home: Path
) -> None:
    in_bucket(repo, "http://127.0.0.1:9", aws_home)
    answer = ("bad", "versioned: cannot connect to http://127.0.0.1:9")
    assert doctor(repo, code=5)["s3"]["answers"] == answer
    in_bucket(repo, relay.url, aws_home)
    relay.next("", answers(403, "InvalidAccessKeyId"))
    assert "so it goes" in doctor(repo, code=1)["s3"]["answers"][1]


def test_folders_are_tried_like_any_store(repo: Sandbox) -> None:
    repo.env |= store_at(repo.base / "mount", "hybrid")
    found = doctor(repo)
    assert list(found) == ["local", "nfs"]
    assert {status for of in found.values() for status, _ in of.values()} == {"good"}
    (repo.base / "mount/anvcs-blobs").unlink()
    assert "not mounted" in doctor(repo, "nfs", code=5)["nfs"]["answers"][1]
    assert doctor(repo, "elsewhere", code=1)["elsewhere"]["answers"][0] == "bad"

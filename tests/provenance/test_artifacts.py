"""What a record says of large files: their versions, and nothing that must not travel."""

from typing import Any

import pytest

from git_anvcs.provenance import artifacts
from git_anvcs.provenance.artifacts import Place

SHA = "ab" * 32
ENTRY = artifacts.in_git("sub/m.bin", SHA, 7)


def test_a_version_in_a_bucket_is_said_by_bucket_region_key_and_version() -> None:
    found = artifacts.placed(ENTRY, Place("s3", "team/k", "v.1", "models", "eu-west-1"))
    assert found == {
        "name": "m.bin", "type": "blob", "path": "sub/m.bin", "sha256": SHA, "size": 7,
        "storage": "s3", "bucket": "models", "region": "eu-west-1", "key": "team/k",
        "version_id": "v.1",
    }  # fmt: skip
    assert artifacts.is_placed(found)


@pytest.mark.parametrize(
    "place",
    [
        Place("s3", "k", "v", "https://me:secret@host/models"),
        Place("s3", "k", "v", ""),
        Place("s3", "k?X-Amz-Signature=1", "v", "models"),
        Place("s3", "https://host/k", "v", "models"),
        Place("s3", "k", "null", "models"),
        Place("s3", "k", "v&X-Amz-Credential=a", "models"),
        Place("nfs", "k", ""),
        Place("other", "k", "v"),
    ],
)
def test_an_address_a_signature_or_no_version_is_not_said(place: Place) -> None:
    assert artifacts.placed(ENTRY, place) == ENTRY


def test_an_entry_is_joined_once_and_what_is_gone_goes() -> None:
    pinned = artifacts.placed(ENTRY, Place("nfs", "k", "v"))
    by_hand = {**ENTRY, "type": "model", "storage": "local", "key": "sub/m.bin"}
    report = {"name": "r", "type": "report", "storage": "local", "key": "r", "path": "r",
              "sha256": SHA, "size": 1}  # fmt: skip
    assert artifacts.joined([ENTRY], [pinned]) == [pinned]
    assert artifacts.joined([pinned], [ENTRY]) == [pinned]
    assert artifacts.joined([by_hand, report, 5], [pinned]) == [
        {**pinned, "type": "model"},
        report,
        5,
    ]
    newer = {**ENTRY, "sha256": "cd" * 32}
    assert artifacts.joined([pinned, by_hand], [newer])[1:] == [{**newer, "name": "m.bin-2"}]
    assert artifacts.joined([pinned, report], [], ["sub/m.bin", "r"]) == [report]


class _Looked(dict[str, Any]):
    """An entry that counts how often it was looked into."""

    times = 0

    def get(self, key: str, default: Any = None) -> Any:
        _Looked.times += 1
        return super().get(key, default)


def test_each_entry_is_looked_into_a_few_times_when_many_are_joined() -> None:
    of = [artifacts.in_git(f"{one}/m.bin", f"{one:064x}", 7) for one in range(400)]
    _Looked.times = 0
    joined = artifacts.joined([_Looked(entry) for entry in of[:200]], of)
    assert [item["path"] for item in joined] == [entry["path"] for entry in of]
    assert _Looked.times <= 20 * len(of)


def test_names_are_apart_when_many_files_are_called_the_same() -> None:
    entries = [artifacts.in_git(f"{one}/m.bin", f"{one:064x}", 7) for one in range(50)]
    names = [item["name"] for item in artifacts.named_apart(entries, ["m.bin", "m.bin-4"])]
    assert len({*names, "m.bin", "m.bin-4"}) == 52
    assert names[:3] == ["m.bin-2", "m.bin-3", "m.bin-5"]

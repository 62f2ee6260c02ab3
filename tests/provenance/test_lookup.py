"""Records found three ways - by path, by folder, while commits stream by - are the same ones."""

import pytest

from git_anvcs.git.repo import Repo
from git_anvcs.provenance import lookup, records
from git_anvcs.provenance.lookup import open_lookup
from tests.support.records import write_texts
from tests.support.sandbox import Sandbox

COMMITS = [f"{number:03x}".ljust(40, "5") for number in range(0, 4096, 9)]
OTHERS = [f"{number:03x}".ljust(40, "6") for number in range(0, 4096, 90)]


@pytest.fixture
def here(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)
    write_texts(repo, {commit: line(commit) for commit in COMMITS})
    return Repo.discover(repo.root)


def line(commit: str) -> str:
    ident = '"schema":"anvcs/commit-meta/1","meta_id":"am_0","rev":1'
    return f'{{{ident},"subject":{{"commit":"{commit}"}}}}\n'


@pytest.mark.parametrize("count", [1, 3, 149, 151, len(COMMITS)])
def test_texts_of_few_and_of_many_commits_are_what_was_written(here: Repo, count: int) -> None:
    wanted = [*OTHERS[:count], *COMMITS[:count]]

    found = records.texts(here, wanted)

    assert found == {commit: line(commit).encode() for commit in COMMITS[:count]}
    assert list(found) == COMMITS[:count]


def test_many_texts_where_there_is_no_record_are_none(repo: Sandbox, here: Repo) -> None:
    repo.git("update-ref", "-d", records.META_REF)

    assert records.texts(here, COMMITS) == {}
    assert records.listing(here, records.META_REF) == {}


@pytest.mark.parametrize("largest", [1 << 17, 600])
def test_a_stream_finds_what_is_there_in_every_order_and_portion(
    here: Repo, monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    monkeypatch.setattr(lookup, "_LARGEST_FOLDER", largest)  # folders are of 300 to 900 bytes
    mixed = [
        commit for pair in zip(reversed(COMMITS), OTHERS * 10, strict=False) for commit in pair
    ]

    with open_lookup(here) as look:
        look.ahead(mixed[:333])
        look.ahead(mixed[300:500])
        first = look(mixed[:100])
        whole = look(mixed)
        look.forget()
        again = look(mixed[7:9])

    assert {c: r.commit for c, r in whole.items()} == {c: c for c in COMMITS}
    assert list(whole) == [c for c in dict.fromkeys(mixed) if c in set(COMMITS)]
    assert first.items() <= whole.items()
    assert list(again) == [c for c in mixed[7:9] if c in whole]


def test_a_stream_reads_the_notes_where_only_they_were_fetched(repo: Sandbox, here: Repo) -> None:
    repo.git("update-ref", "-d", records.META_REF)

    with open_lookup(here) as look:
        found = look([*COMMITS, *OTHERS])

    assert list(found) == COMMITS


def test_files_that_are_no_records_are_not_listed(repo: Sandbox, here: Repo) -> None:
    oid = here.git("hash-object", "-w", "--stdin", stdin=b"x").decode().strip()
    short, wrong = "aa" + "0" * 37, "ab" + "0" * 38
    for path in (f".ai/meta/aa/{short}.json", f".ai/meta/aa/{wrong}.json", "x\ny", "README"):
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}")
    tree = repo.git("write-tree").strip()
    commit = repo.git("commit-tree", tree, "-m", "foreign").strip()
    repo.git("update-ref", records.META_REF, commit)

    assert records.listing(here, records.META_REF) == {}
    assert records.texts(here, [wrong, *COMMITS]) == {}

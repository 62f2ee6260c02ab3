"""git-ai-blob tells what large files are: in git diff, between two versions, against contracts."""

from hashlib import sha256
import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.blobs import pointer
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.store.paths import Paths
from tests.support.blobs import wire
from tests.support.sandbox import Sandbox

CSV = "id,city\n1,Ulm\n2,Bonn\n"


def pointed(data: bytes) -> str:
    return pointer.text(Pointer(sha256(data).hexdigest(), len(data))).decode()


def answer(repo: Sandbox, *words: str, code: int = 0, cwd: Path | None = None) -> Any:
    done = repo.run("git-ai-blob", *words, "--json", cwd=cwd)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_git_diff_shows_facts_of_contents_and_of_pointers(repo: Sandbox) -> None:
    repo.git("config", "diff.ai-blob.textconv", "git-ai-blob textconv")
    here, gone = f"{CSV}3,Trier\n".encode(), b"something that no clone has"
    Cache(Paths(repo.root / ".git")).add_file(repo.write("scratch", here))
    repo.commit("one", {".gitattributes": "*.csv diff=ai-blob\n", "a.csv": CSV, "b.csv": CSV})
    repo.write("a.csv", pointed(here))
    repo.write("b.csv", pointed(gone))
    shown = repo.git("diff")
    assert "\n-rows: 2\n" in shown
    assert "\n+rows: 3\n" in shown
    assert f"+sha256: {sha256(here).hexdigest()}" in shown
    assert f"+bytes: {len(gone)}\n+sha256: {sha256(gone).hexdigest()}\n+content: not here" in shown


def test_two_versions_differ_in_facts(repo: Sandbox) -> None:
    repo.commit("one", {"data/a.csv": CSV})
    repo.write("data/a.csv", "id,city,zip\n1,Ulm,89073\n")
    words = ("diff", "HEAD:data/a.csv", "data/a.csv")
    found = {one["name"]: one for one in answer(repo, *words)["changes"]}
    assert found["rows"] == {"name": "rows", "before": 2, "after": 1}
    assert found["column zip"] == {"name": "column zip", "before": None, "after": "integer"}
    text = repo.run("git-ai-blob", *words, "--exit-code")
    assert text.returncode == 1
    assert "~ rows: 2 -> 1\n" in text.stdout
    assert "+ column zip: integer\n" in text.stdout
    assert repo.ok("git-ai-blob", "diff", "data/a.csv", "data/a.csv", "--exit-code") == ""
    both = answer(repo, *words)
    assert answer(repo, "diff", "data/a.csv") == answer(repo, "diff", "HEAD:data/a.csv") == both
    assert answer(repo, "diff", "../data/a.csv", cwd=repo.root / "data") == both
    assert answer(repo, "diff", "HEAD:./a.csv", cwd=repo.root / "data") == both
    repo.write("new.csv", CSV)
    for word, said in (("new.csv", "not in the index"), ("HEAD", "no file HEAD"), ("HEAD:x", "x")):
        assert said in answer(repo, "diff", word, code=2)["error"]["message"]


def test_a_damaged_cache_is_not_taken_for_the_content(repo: Sandbox) -> None:
    data = CSV.encode()
    cache = Cache(Paths(repo.root / ".git"))
    oid, _ = cache.add_file(repo.write("scratch", data))
    cache.place(oid).chmod(0o600)
    cache.place(oid).write_bytes(data.replace(b"Ulm", b"Koe"))
    repo.write("a.csv", pointed(data))
    facts = answer(repo, "describe", "a.csv")["facts"]
    assert facts["problem"] == "this is not the content that the pointer names"


def test_a_fingerprint_is_saved_and_compared(repo: Sandbox) -> None:
    repo.write("a.csv", CSV)
    saved = repo.ok("git-ai-blob", "fingerprint", "a.csv", "--json")
    repo.write("saved.json", saved)
    repo.write("a.csv", "id,city\n2,Bonn\n1,Ulm\n")
    same = repo.run("git-ai-blob", "fingerprint", "a.csv", "--against", "saved.json")
    assert (same.returncode, same.stdout) == (0, "")
    repo.write("a.csv", "id,city\n2,Bonn\n9,Ulm\n")
    found = answer(repo, "fingerprint", "a.csv", "--against", "saved.json", code=1)
    assert {"name": "column id: max", "before": 2, "after": 9} in found["changes"]


RULES = {
    "format": "anvcs-data-contract/1",
    "files": ["data/**/*.csv"],
    "columns": {"id": {"type": "integer", "unique": True}},
}


def test_contracts_hold_or_say_what_is_broken(repo: Sandbox) -> None:
    repo.write("contracts/cities.json", json.dumps(RULES))
    repo.write("data/a.csv", CSV)
    assert repo.ok("git-ai-blob", "contract", "check") == (
        "data/a.csv: holds contracts/cities.json\n"
    )
    repo.write("data/more/b.csv", "id,city\n1,Ulm\n1,Bonn\nx,Trier\n")
    found = answer(repo, "contract", "check", code=1)
    assert not found["ok"]
    assert [one["file"] for one in found["checked"]] == ["data/a.csv", "data/more/b.csv"]
    assert [(one["rule"], one["first"]) for one in found["checked"][1]["findings"]] == [
        ("type", 3),
        ("unique", 2),
    ]
    text = repo.run("git-ai-blob", "-C", "data", "contract", "check", "more")
    assert "no command '-C'" in text.stderr
    text = repo.run("git-ai-blob", "contract", "check", "more", "-C", "data", "-q")
    assert text.returncode == 1
    assert "  id: no integer in 1 row (first: row 3)\n" in text.stdout
    assert "data/a.csv" not in text.stdout
    repo.ok("git-ai-blob", "contract", "check", "data/a.csv")


def test_a_content_that_is_not_here_is_no_broken_rule(repo: Sandbox) -> None:
    repo.write("contracts/cities.json", json.dumps(RULES))
    repo.write("data/a.csv", CSV)
    repo.write("data/b.csv", pointed(b"far away"))
    checked = answer(repo, "contract", "check", code=5)["checked"]
    assert [one["missing"] for one in checked] == [False, True]
    assert repo.run("git-ai-blob", "fingerprint", "data/b.csv").returncode == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON document"),
        ("[]", "is no data contract"),
        (json.dumps({**RULES, "clumsy": {}}), "clumsy"),
        (json.dumps({**RULES, "columns": {"id": {"type": "int"}}}), "columns.id.type"),
    ],
)
def test_a_contract_that_is_none_is_told(repo: Sandbox, text: str, said: str) -> None:
    repo.write("contracts/cities.json", text)
    done = repo.run("git-ai-blob", "contract", "check")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_contract_that_no_file_fits_is_told(repo: Sandbox) -> None:
    repo.write("contracts/cities.json", json.dumps(RULES))
    done = repo.run("git-ai-blob", "contract", "check")
    assert done.returncode == 1
    assert done.stdout == ("contracts/cities.json: no file of this repository fits its patterns\n")


def test_outside_of_a_repository_files_are_described_all_the_same(repo: Sandbox) -> None:
    outside = repo.base / "outside"
    outside.mkdir()
    (outside / "a.csv").write_text(CSV)
    assert "rows: 2\n" in repo.ok("git-ai-blob", "describe", "a.csv", cwd=outside)
    done = repo.run("git-ai-blob", "describe", "HEAD:a.csv", cwd=outside)
    assert done.returncode == 2
    assert done.stderr == (
        "git-ai-blob: there is no file HEAD:a.csv\nhint: a file, or REV:PATH as in git show\n"
    )


def test_tracked_files_are_told_by_facts_in_diff_show_and_log(repo: Sandbox) -> None:
    wire(repo)
    tracked = "*.csv filter=ai-blob diff=ai-blob merge=ai-blob -text\n"
    repo.write(".gitattributes", f"{tracked}*.tsv diff=ai-blob\n")
    repo.commit("one", {"a.csv": CSV, "-x.tsv": "a\tb\n"})
    assert repo.git("cat-file", "blob", "HEAD:a.csv") == pointed(CSV.encode())
    repo.write("-x.tsv", "a\tb\n1\t2\n")
    assert "\n+rows: 1\n" in repo.git("diff", "--", "-x.tsv")
    repo.commit("two", {"a.csv": f"{CSV}3,Trier\n"})
    for words in (("show",), ("log", "-p", "-1"), ("diff", "HEAD~1")):
        shown = repo.git(*words)
        assert "\n-rows: 2\n" in shown, words
        assert "\n+rows: 3\n" in shown, words
    found = answer(repo, "diff", "HEAD~1:a.csv", "a.csv")["changes"]
    assert {"name": "rows", "before": 2, "after": 3} in found

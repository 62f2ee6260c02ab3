"""Lines that only the journal can tell of: several agents at once, and tools without hooks."""

import json
import os

from tests.flows.journal.test_authors import BASE, A, B, Desk
from tests.support.sandbox import Sandbox
from tests.support.wired import wire


def owners(box: Sandbox, path: str) -> dict[str, str]:
    """Line -> whoever blame names, of the lines that are not in the first commit."""
    rows = json.loads(box.anvcs("blame", "--json", path))["lines"]
    return {
        row["text"]: f"{row['agent']}:{row['session']}" if row["kind"] == "agent" else row["kind"]
        for row in rows
        if row["text"] not in BASE.split("\n")
    }


def desk_at(repo: Sandbox) -> Desk:
    """With hooks of Git, and no drain before somebody asks."""
    wire(repo)
    spool = repo.root / ".git/anvcs/spool"
    spool.mkdir(parents=True, exist_ok=True)
    (spool / "drainer").write_text(f"{os.getpid()}\n")
    return Desk(repo)


def test_edits_of_two_agents_that_overlap_are_told_apart_in_blame(repo: Sandbox) -> None:
    desk = desk_at(repo)
    one, two = desk.call(), desk.call()
    desk.tell(A, "pre_edit", one, "f.py")
    desk.tell(B, "pre_edit", two, "f.py")
    desk.save("f.py", f"of a\n{BASE}", watched=True)
    desk.save("f.py", f"of a\n{BASE}of b\n", watched=True)
    desk.save("f.py", f"of a\n{BASE}of b\nof me\n", watched=True)
    desk.tell(A, "post_edit", one, "f.py", wrote="of a\n")
    desk.tell(B, "post_edit", two, "f.py", wrote="of b\n")
    desk.look()
    repo.commit("all")
    assert owners(repo, "f.py") == {"of a": A, "of b": B, "of me": "untracked"}


def test_a_tool_without_hooks_says_whose_its_saves_are(repo: Sandbox) -> None:
    desk = desk_at(repo)
    desk.save("f.py", f"of me\n{BASE}", watched=True)
    desk.save("f.py", f"of me\n{BASE}of a tool\n", watched=False)
    desk.look(by="sed:0003")
    desk.save("f.py", f"of me\n{BASE}of a tool\nof me again\n", watched=True)
    repo.commit("all")
    found = owners(repo, "f.py")
    assert found == {"of me": "untracked", "of a tool": "sed:0003", "of me again": "untracked"}


def test_what_a_tool_moved_or_formatted_stays_whose_it_was(repo: Sandbox) -> None:
    desk = desk_at(repo)
    desk.save("f.py", f"{BASE}x = [1, 2]\ny = 'a'\n", watched=False)
    desk.look(by="one:0001")
    desk.save("f.py", f"y = 'a'\n{BASE}x = [1, 2]\n", watched=True)
    desk.save("f.py", f'y = "a"\n{BASE}x = [1,2,]\nz = 3\n', watched=False)
    desk.look(by="two:0002")
    repo.commit("all")
    found = owners(repo, "f.py")
    assert found["z = 3"] == "two:0002"
    assert found["x = [1,2,]"] == "one:0001"
    assert "two:0002" not in (found['y = "a"'], found["x = [1,2,]"])


def test_a_file_that_was_only_renamed_is_nobodys_work(repo: Sandbox) -> None:
    desk = desk_at(repo)
    desk.save("h.py", "of me\nalso of me\n", watched=True)
    (repo.root / "h.py").rename(repo.root / "i.py")
    desk.look(by="mover:0001")
    repo.commit("all")
    assert set(owners(repo, "i.py").values()) == {"untracked"}


def test_a_file_that_takes_the_place_of_another_is_nobodys_work(repo: Sandbox) -> None:
    desk = desk_at(repo)
    desk.save("h.py", "of me\nalso of me\n", watched=True)
    desk.save("g.py", f"{BASE}more\n", watched=True)
    (repo.root / "g.py").unlink()
    desk.look()
    desk.now += 100
    (repo.root / "h.py").rename(repo.root / "g.py")
    desk.look(by="mover:0001")
    (repo.root / "g.py").rename(repo.root / "f.py")
    desk.look(by="mover:0001")
    repo.commit("all")
    assert set(owners(repo, "f.py").values()) == {"untracked"}


def test_a_damaged_journal_tells_nothing_and_stops_no_record(repo: Sandbox) -> None:
    desk = desk_at(repo)
    desk.save("f.py", f"{BASE}of a tool\n", watched=False)
    desk.look(by="sed:0003")
    repo.commit("all")
    (repo.root / ".git/anvcs/journal/journal.db").write_bytes(b"no database at all" * 99)
    assert owners(repo, "f.py") == {"of a tool": "untracked"}

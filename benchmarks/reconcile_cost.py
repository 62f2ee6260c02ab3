"""What it costs to find the records of 200 commits that a host rebased, among 20,000 records.

The commits of the pull request are on no ref any more; their records are. The floor is Git's own
work for the same question: the patch ids of the new commits.

    python benchmarks/reconcile_cost.py --runs 5
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import making, refs, subject

RECORDS = 20_000
MERGED = 200
FILES = 400


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(make, args.keep)
    asked = ("meta", "reconcile", "base..merged", "--dry-run", "--json")
    commands = {
        "git log -p | git patch-id, 200 commits": (
            *("sh", "-c"),
            "git log -p --full-index base..merged | git patch-id --stable",
        ),
        "git anvcs meta reconcile, 200 commits": (reading.PROGRAM, *asked),
        "git anvcs meta reconcile, nothing to find": (
            *(reading.PROGRAM, "meta", "reconcile", "base~200..base", "--dry-run"),
        ),
        "git anvcs --version (start of the program)": (reading.PROGRAM, "--version"),
    }
    times = reading.in_turns(folder, commands, args.runs)
    what = f"{MERGED} commits that a host rebased, {RECORDS + MERGED} records"
    reading.report(times, what, as_json=args.json)


def make(folder: Path) -> None:
    """main with records; a topic of 200 commits with records; the same on top, by a host."""
    reading.fast_import(folder, history())
    reading.write_records(folder)
    repo = Repo.discover(folder)
    topic = reading.git(folder, "rev-list", "main..topic").split()
    assert len(topic) == MERGED
    texts = {
        oid: making.make(facts, {"agent_id": "codex:1", "model": "a/b"}, now=1.0).line + b"\n"
        for oid, facts in subject.load(repo, topic).items()
    }
    refs.add(repo, texts, "records of the topic")
    reading.git(folder, "branch", "base", "main")
    reading.git(folder, "branch", "-D", "topic")


def history() -> Iterator[bytes]:
    for number in range(1, RECORDS + 1):
        parent = f"from :{number - 1}\n" if number > 1 else ""
        yield _commit("main", number, parent, f"f{number % FILES}.txt", 0)
    for number in range(1, MERGED + 1):
        mark = RECORDS + number
        parent = f"from :{mark - 1 if number > 1 else RECORDS - 50}\n"
        yield _commit("topic", mark, parent, f"new{number % 50}.txt", 0)
    for number in range(1, MERGED + 1):
        mark = RECORDS + MERGED + number
        parent = f"from :{mark - 1 if number > 1 else RECORDS}\n"
        yield _commit("merged", mark, parent, f"new{number % 50}.txt", MERGED)


def _commit(branch: str, mark: int, parent: str, path: str, back: int) -> bytes:
    """A commit that writes one file of forty lines; `back`: written as the one so far before."""
    written = reading.START + 600 * (mark - back)
    text = "".join(f"line {line} of {mark - back}\n" for line in range(40)).encode()
    head = (
        f"commit refs/heads/{branch}\nmark :{mark}\n"
        f"author A <a@example.com> {written} +0000\n"
        f"committer H <h@example.com> {written + 60 * bool(back)} +0000\n"
    )
    message = f"commit {mark - back}".encode()
    data = b"data %d\n%s\n" % (len(message), message)
    return b"%s%s%sM 100644 inline %s\ndata %d\n%s\n" % (
        *(head.encode(), data, parent.encode(), path.encode()),
        *(len(text), text),
    )


if __name__ == "__main__":
    main()

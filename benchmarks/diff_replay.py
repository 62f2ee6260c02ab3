"""`git ai-merge diff` over the commits of real repositories: what it understands, what it costs.

Of every commit: is all that no item speaks of equal in both versions, are equal versions equal the
other way round, how much processor time beside what `git diff` takes for the same patch.

    python benchmarks/diff_replay.py --repo PATH/TO/clone --limit 200
"""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
import statistics
import sys
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.merge.difference import across
from git_anvcs.merge.difference.compare import File
from git_anvcs.merge.difference.item import Difference, covered
from git_anvcs.merge.lines import split


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--limit", type=int, default=200, help="so many commits, newest first")
    args = parser.parse_args()
    repo = Repo.discover(args.repo)
    asked = ("rev-list", "--no-merges", "--min-parents=1", f"--max-count={args.limit}", "HEAD")
    commits = reading.git(args.repo, *asked).split()
    counts: Counter[str] = Counter()
    times = []
    for commit in commits:
        pairs = versions(repo, commit)
        begin = time.process_time()
        found = across.compared(pairs)
        times.append(1000 * (time.process_time() - begin))
        for (old, new), one in zip(pairs, found, strict=True):
            counts.update(seen(old, new, one))
            if not hides_nothing(old, new, one):
                counts["SOMETHING IS HIDDEN"] += 1
                print("hidden:", commit, new.path)
    print(f"{len(commits)} commits, {counts['files']} files")
    for name, number in counts.most_common():
        print(f"{number:8} {name}")
    times.sort()
    print(f"median {statistics.median(times):.0f} ms a commit, the slowest {times[-1]:.0f} ms")


def versions(repo: Repo, commit: str) -> list[tuple[File, File]]:
    """The files that a commit changes, before and after."""
    trees = [repo.line("rev-parse", f"{one}^{{tree}}") for one in (f"{commit}^1", commit)]
    [changes] = tree_diff.changes(repo, [(trees[0], trees[1])], renames=True)
    renamed = {one.source for one in changes.values() if one.source}
    kept = {p: one for p, one in changes.items() if p not in renamed or one.after}
    kept = {
        path: one for path, one in kept.items()
        if all(blob is None or blob.is_file for blob in (one.before, one.after))
    }  # fmt: skip
    oids = {blob.oid for one in kept.values() for blob in (one.before, one.after) if blob}
    texts = {one.oid: one.data for one in objects.read(repo, sorted(oids)) if one}
    return [
        (
            File(one.source or path, texts.get(one.before.oid) if one.before else None),
            File(path, texts.get(one.after.oid) if one.after else None),
        )
        for path, one in kept.items()
    ]


def seen(old: File, new: File, one: Difference) -> list[str]:
    both = old.data is not None and new.data is not None
    named = sum(item.kind != "lines" for item in one.items)
    found = ["files", f"format {one.format}"]
    found += ["by lines: " + one.why.split(" at line")[0]] if one.why else []
    found += ["changed files with items that have a name"] if both and named else []
    found += [f"item {item.change}" for item in one.items]
    return found + ["breaks"] * sum(bool(item.breaks) for item in one.items)


def hides_nothing(old: File, new: File, one: Difference) -> bool:
    if one.format == "binary":
        return True
    rests = []
    for file, key in ((old, "old"), (new, "new")):
        told = covered(span for item in one.items for span in getattr(item, key))
        rows = split(file.data or b"")
        rests.append([row for number, row in enumerate(rows) if number not in told])
    return rests[0] == rests[1]


if __name__ == "__main__":
    main()

"""Replay the merges of a repository's history with our driver beside plain Git.

Every two-parent merge that Git cannot do alone (with --all-merges: every one) is done again by
`git merge-tree` in two scratch repositories that borrow the objects: one plain, one with the merge
driver in info/attributes. What people committed is the yardstick. The given repository is only
read.

    python benchmarks/merge_replay.py --repo PATH/TO/clone --pattern '*.json' -j 2 --state run.jsonl

The conservation check here is written without the engine's own: see `lost_lines`.
"""

from argparse import ArgumentParser, Namespace
import ast
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from difflib import SequenceMatcher
from fnmatch import fnmatch
import json
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from urllib.parse import urljoin

CONFIG = Path(__file__).parents[1] / "merge-drivers" / "gitconfig"
WORD = re.compile(r"\w+")
DATA = (".json", ".yaml", ".yml")
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+')
KINDS = {
    "conflicts": "files Git conflicts on",
    "equal": "resolved, equal to the human's",
    "alike": "resolved, equal once parsed",
    "order": "resolved, the human's lines in another order",
    "different": "resolved, different",
    "changes": "resolved, every change of a side as the human has it",
    "no yardstick": "resolved, but what was committed does not parse",
    "open": "still conflicting",
    "structural": "not a driver's (delete, rename)",
    "unparsable": "clean but does not parse",
    "lost": "clean but a line is lost",
    "new": "we conflict, Git does not",
    "other": "both clean, not the same",
}


def main() -> None:
    args = arguments()
    if shutil.which("git-ai-merge") is None:
        sys.exit("git-ai-merge is not on PATH: the driver line would fall back to Git's own merge")
    done = read_state(args.state)
    with tempfile.TemporaryDirectory(prefix="anvcs-replay-") as folder:
        repos = Repos(args.repo, Path(folder), args.pattern)
        todo = [merge for merge in repos.merges(args.limit) if merge[0] not in done]
        with ThreadPoolExecutor(args.jobs) as pool:
            runs = [pool.submit(replay, repos, merge, args) for merge in todo]
            for run in progress(as_completed(runs), len(runs)):
                result = run.result()
                done[result["merge"]] = result
                if args.state:
                    with args.state.open("a") as state:
                        state.write(json.dumps(result) + "\n")
    report(list(done.values()), as_json=args.json)


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--pattern", action="append", required=True, help="'*.py'; may repeat")
    parser.add_argument("--limit", type=int, help="only the newest N merges")
    parser.add_argument("--all-merges", action="store_true", help="also those Git does alone")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--state", type=Path, help="write results there, go on from there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


class Repos:
    """The two scratch repositories, `plain` and `ours`, over the objects of the given one."""

    def __init__(self, source: Path, folder: Path, patterns: list[str]) -> None:
        self.source = source
        self.patterns = patterns
        self.plain = self._scratch(folder / "plain.git")
        self.ours = self._scratch(folder / "ours.git")
        lines = "".join(f"{pattern} merge=anvcs\n" for pattern in patterns)
        (self.ours / "info").mkdir(exist_ok=True)
        (self.ours / "info" / "attributes").write_text(lines)
        git(self.ours, "config", "include.path", str(CONFIG))

    def _scratch(self, where: Path) -> Path:
        git_dir = text(git(self.source, "rev-parse", "--git-common-dir"))
        form = text(git(self.source, "rev-parse", "--show-object-format"))
        subprocess.run(
            ("git", "init", "-q", "--bare", f"--object-format={form}", str(where)), check=True
        )
        objects = (self.source / git_dir / "objects").resolve()
        (where / "objects" / "info" / "alternates").write_text(f"{objects}\n")
        return where

    def merges(self, limit: int | None) -> list[list[str]]:
        """Merge, first parent, second parent; newest first."""
        newest = (f"--max-count={limit}",) if limit else ()
        asked = ("rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents", *newest)
        return [line.split() for line in text(git(self.source, *asked)).splitlines()]

    def wanted(self, path: str) -> bool:
        return any(
            fnmatch(path.rpartition("/")[2], pattern) or fnmatch(path, pattern)
            for pattern in self.patterns
        )


def git(repo: Path, *words: str, allow: tuple[int, ...] = (0,)) -> bytes:
    env = {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    done = subprocess.run(("git", *words), cwd=repo, env=env, capture_output=True, check=False)
    if done.returncode not in allow:
        raise OSError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def text(printed: bytes) -> str:
    return printed.decode(errors="surrogateescape").removesuffix("\n")


def replay(repos: Repos, merge: list[str], args: Namespace) -> dict[str, object]:
    """One merge both ways: for every file its extension and what became of it."""
    commit, first, second = merge
    found: list[dict[str, str]] = []
    try:
        plain, theirs = merge_tree(repos.plain, first, second)
        clashing = {path for path in theirs if repos.wanted(path)}
        if clashing or args.all_merges:
            tree, ours = merge_tree(repos.ours, first, second)
            found = list(judged(repos, commit, tree, theirs, ours))
            found += unlike(repos, plain, tree, {*theirs, *ours})
    except OSError as error:
        return {"merge": commit, "error": str(error), "files": []}
    return {"merge": commit, "files": found}


def merge_tree(repo: Path, first: str, second: str) -> tuple[str, dict[str, dict[int, str]]]:
    """The tree and the conflicting paths with the blobs of their stages."""
    asked = ("merge-tree", "--write-tree", "-z", "--no-messages", "--allow-unrelated-histories")
    tree, *rows = text(git(repo, *asked, first, second, allow=(0, 1))).split("\0")
    conflicts: dict[str, dict[int, str]] = {}
    for row in rows:
        facts, tab, path = row.partition("\t")
        if tab:
            _mode, blob, stage = facts.split(" ")
            conflicts.setdefault(path, {})[int(stage)] = blob
    return tree, conflicts


Stages = dict[str, dict[int, str]]


def judged(
    repos: Repos, commit: str, tree: str, theirs: Stages, ours: Stages
) -> Iterator[dict[str, str]]:
    """What became of each file that one of the two could not merge."""
    for path in sorted({*theirs, *ours}):
        if not repos.wanted(path):
            continue
        end = Path(path).suffix or Path(path).name
        if path not in theirs:
            yield {"path": path, "type": end, "kind": "new"}
            continue
        yield {"path": path, "type": end, "kind": "conflicts"}
        if not {2, 3} <= theirs[path].keys():
            yield {"path": path, "type": end, "kind": "structural"}
        elif path in ours:
            yield {"path": path, "type": end, "kind": "open"}
        else:
            for kind in clean(repos.ours, commit, tree, path, theirs[path]):
                yield {"path": path, "type": end, "kind": kind}


def unlike(repos: Repos, plain: str, tree: str, clashing: set[str]) -> Iterator[dict[str, str]]:
    """Files that both merged without a conflict, each in its own way."""
    # The tree of the scratch repository without the driver is not in the one with it.
    rows = [listing(repos.plain, plain), listing(repos.ours, tree)]
    for path in sorted(rows[0].keys() | rows[1].keys()):
        if path in clashing or not repos.wanted(path):
            continue
        if rows[0].get(path) != rows[1].get(path):
            yield {"path": path, "type": Path(path).suffix or Path(path).name, "kind": "other"}


def listing(repo: Path, tree: str) -> dict[str, str]:
    """Path -> blob of a tree."""
    rows = text(git(repo, "ls-tree", "-r", "-z", tree)).split("\0")[:-1]
    pairs = (row.partition("\t") for row in rows)
    return {path: facts.rpartition(" ")[2] for facts, _, path in pairs}


def clean(repo: Path, commit: str, tree: str, path: str, stages: dict[int, str]) -> Iterator[str]:
    """Verdicts on a file that we merged and Git did not."""
    result = git(repo, "cat-file", "blob", f"{tree}:{path}")
    try:
        human = git(repo, "cat-file", "blob", f"{commit}:{path}")
    except OSError:
        human = b""
    yield "equal" if result == human else likeness(path, result, human)
    base, ours, theirs = (
        git(repo, "cat-file", "blob", stages[stage]) if stage in stages else b""
        for stage in (1, 2, 3)
    )
    if not parses(path, human):
        yield "no yardstick"
    elif path.endswith(DATA) and same_changes((base, ours, theirs), result, human, path):
        yield "changes"
    if parses(path, ours) and parses(path, theirs) and not parses(path, result):
        yield "unparsable"
    if path.endswith("go.mod"):  # of two versions the larger one stands: that is no loss
        base, ours, theirs, result = (
            re.sub(rb" v\d\S*|^go \S+", b"", one, flags=re.MULTILINE)
            for one in (base, ours, theirs, result)
        )
    if path.endswith(".json"):  # a reference is what it leads to, however it is spelled
        base, ours, theirs, result = map(with_whole_references, (base, ours, theirs, result))
    if lost_lines(base, ours, theirs, result, JSON_TOKEN if path.endswith(".json") else WORD):
        yield "lost"


def likeness(path: str, result: bytes, human: bytes) -> str:
    if alike(path, result, human):
        return "alike"
    return "order" if Counter(lines(result)) == Counter(lines(human)) else "different"


def same_changes(
    versions: tuple[bytes, bytes, bytes], result: bytes, human: bytes, path: str
) -> bool:
    """Whether whatever a side added or removed is in both results, or in neither, as often.

    Compared are scalars with their keys, lists without order: a commit may hold other edits too.
    """
    try:
        found = [leaves(path, one) for one in (*versions, result, human)]
    except Exception as error:
        if isinstance(error, (ValueError, RecursionError)) or "ruamel" in type(error).__module__:
            return False
        raise
    base, ours, theirs, made, committed = found
    touched = [one for one in base | ours | theirs if {ours[one], theirs[one]} != {base[one]}]
    return all(made[one] == committed[one] for one in touched)


def leaves(path: str, source: bytes) -> Counter[tuple[str, ...]]:
    """Every scalar and empty container with the keys that lead to it; `*` for a list's element."""
    counts: Counter[tuple[str, ...]] = Counter()
    todo: list[tuple[tuple[str, ...], object]] = [((), loaded(path, source))]
    while todo:
        where, value = todo.pop()
        if isinstance(value, dict) and value:
            todo += [((*where, str(key)), inner) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            todo += [((*where, "*"), inner) for inner in value]
        else:
            counts[(*where, repr(value))] += 1
    return counts


def loaded(path: str, source: bytes) -> object:
    """The value of a data file; of YAML all documents, of an empty file nothing."""
    if not source.strip():
        return {}
    if path.endswith(".json"):
        return json.loads(source)
    from ruamel.yaml import YAML

    return list(YAML(typ="safe", pure=True).load_all(source))


def with_whole_references(source: bytes) -> bytes:
    """JSON Schema with every `$ref` read against the `$id` of its document."""
    found = re.search(rb'"\$?id"\s*:\s*"(\w+:[^"]*)"', source)
    if not found:
        return source
    home = found[1].decode(errors="replace")

    def whole(match: re.Match[bytes]) -> bytes:
        return match[1] + urljoin(home, match[2].decode(errors="replace")).encode() + b'"'

    return re.sub(rb'("\$ref"\s*:\s*")([^"]*)"', whole, source)


def alike(path: str, result: bytes, human: bytes) -> bool:
    """Whether both say the same to a parser of the standard library."""
    try:
        if path.endswith(".py"):
            return ast.dump(ast.parse(result)) == ast.dump(ast.parse(human))
        if path.endswith((".toml", "Cargo.lock", "uv.lock", "poetry.lock")):
            return tomllib.loads(result.decode()) == tomllib.loads(human.decode())
        if path.endswith(DATA) and parses(path, human):
            return bool(loaded(path, result) == loaded(path, human))
        return grammar_of(path) != "" and result.split() == human.split()
    except (SyntaxError, ValueError, RecursionError):
        return False


def parses(path: str, source: bytes) -> bool:
    """Judged by the standard library (YAML: by ruamel); a profile's language by its grammar."""
    try:
        if path.endswith(".py"):
            ast.parse(source)
        elif path.endswith(".json"):
            json.loads(source)
        elif path.endswith((".toml", "Cargo.lock", "uv.lock", "poetry.lock")):
            tomllib.loads(source.decode())
        elif path.endswith((".yaml", ".yml")):
            from ruamel.yaml import YAML

            list(YAML(typ="safe", pure=True).load_all(source))
        elif grammar_of(path):
            from git_anvcs.merge.parse import parser

            return not parser(grammar_of(path)).parse(source).root_node.has_error
    except (SyntaxError, ValueError, RecursionError):
        return False
    except Exception as error:  # noqa: BLE001 - ruamel has its own family of errors
        return "ruamel" not in type(error).__module__
    return True


def grammar_of(path: str) -> str:
    """The grammar of a language that is a profile: here only the parser is the engine's."""
    from git_anvcs.merge.profile import profile
    from git_anvcs.merge.registry import PROFILES, format_of

    name = format_of(path)
    return profile(name).grammar if name in PROFILES else ""


def lost_lines(
    base: bytes, ours: bytes, theirs: bytes, result: bytes, word: re.Pattern[str] = WORD
) -> list[str]:
    """Lines that one side added or nobody removed, and that the result lacks.

    A line counts without white space around it and a comma behind it. A line that was rewritten
    (two imports that became one, a list broken into lines) is not lost as long as every word of
    it is there often enough; in JSON a word is a whole key or value.
    """
    rows = least(*map(lines, (base, ours, theirs)))
    kept = Counter(lines(result))
    short = [row for row, due in rows.items() if kept[row] < due]
    if not short:
        return []
    words = least(*(words_of(side, word) for side in (base, ours, theirs)))
    said = Counter(words_of(result, word))
    return [
        row for row in short if any(said[one] < words[one] for one in words_of(row.encode(), word))
    ]


def least(base: list[str], ours: list[str], theirs: list[str]) -> Counter[str]:
    """How often each thing must at least be left: what a side removes goes, what one adds comes.

    Additions of both may be the same one, so the larger number counts. Changes are counted twice,
    and the smaller claim holds: a diff takes a move for a removal and an addition; mere numbers
    hide that a side removed one of several equal lines and added another.
    """
    (added, removed), (added_too, removed_too) = changes(base, ours), changes(base, theirs)
    had, has, has_too = Counter(base), Counter(ours), Counter(theirs)
    found: Counter[str] = Counter()
    for thing in has | has_too:
        by_diff = had[thing] - removed[thing] - removed_too[thing]
        by_diff = max(by_diff, 0) + max(added[thing], added_too[thing])
        fewest, most = sorted((has[thing], has_too[thing]))
        by_number = most if fewest >= had[thing] else max(fewest + most - had[thing], 0)
        found[thing] = min(by_diff, by_number)
    return found


def changes(base: list[str], side: list[str]) -> tuple[Counter[str], Counter[str]]:
    """What the side added and what it removed, by the diff of the standard library."""
    added: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    for kind, *place in SequenceMatcher(None, base, side, autojunk=False).get_opcodes():
        if kind != "equal":
            removed.update(base[place[0] : place[1]])
            added.update(side[place[2] : place[3]])
    return added, removed


def lines(source: bytes) -> list[str]:
    rows = (row.strip().rstrip(",").rstrip() for row in source.decode(errors="replace").split("\n"))
    return [row for row in rows if len(row) > 1]


def words_of(source: bytes, word: re.Pattern[str]) -> list[str]:
    found = word.findall(source.decode(errors="replace"))
    return [word for word in found if word not in ("from", "import")]


def read_state(state: Path | None) -> dict[str, dict[str, object]]:
    if state is None or not state.exists():
        return {}
    rows = (json.loads(line) for line in state.read_text().splitlines() if line.endswith("}"))
    return {row["merge"]: row for row in rows}


def progress(items: Iterator[object], total: int) -> Iterator[object]:
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, "merges", total=total, console=Console(stderr=True), transient=True)


def report(results: list[dict[str, object]], *, as_json: bool) -> None:
    counts: dict[str, Counter[str]] = {}
    for result in results:
        for file in result["files"]:
            counts.setdefault(file["type"], Counter())[file["kind"]] += 1
    failed = sum("error" in result for result in results)
    if as_json:
        types = {end: {kind: count[kind] for kind in KINDS} for end, count in counts.items()}
        print(json.dumps({"merges": len(results), "failed": failed, "types": types}, indent=2))
        return
    print(f"{len(results)} merges, {failed} of them not replayable (objects missing)")
    width = max(map(len, KINDS.values()))
    print(" " * width, *(f"{end:>8}" for end in counts))
    for kind, said in KINDS.items():
        print(f"{said:{width}}", *(f"{count[kind]:8}" for count in counts.values()))


if __name__ == "__main__":
    main()

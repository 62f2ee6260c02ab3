"""What `git anvcs blame` says of every line, held against the truth."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import read_blame
from git_anvcs.provenance.blame import Attributor
from tests.support.fuzz_world import HUMAN, World

RIGHT = "right"
UNATTRIBUTED = "unattributed"
WRONG = "WRONG"
WRONG_BY_COMMIT = "wrong by commit"


class Answer(NamedTuple):
    """What blame says of one line; the time is the committer's, for finding the step."""

    text: str
    kind: str
    agent: str
    session: str
    exact: bool
    commit: str


class Finding(NamedTuple):
    """A line that is not what it was said to be."""

    where: str
    char: str
    truth: str
    how: str
    said: str
    verdict: str
    step: str

    def __str__(self) -> str:
        return (
            f"{self.verdict}: {self.where} {self.char} is {self.truth}'s ({self.how}), "
            f"said: {self.said}; committed by {self.step}"
        )


class Tally:
    """Counts over the lines of one history, each line of a commit's file once.

    agents: verdict -> lines that agents typed; humans: the same for the human's
    gaps: (how we were told, the step that made the commit) -> unattributed lines of agents
    operations: verdict -> characters, where the journal saw them first
    """

    def __init__(self) -> None:
        self.agents: Counter[str] = Counter()
        self.humans: Counter[str] = Counter()
        self.gaps: Counter[tuple[str, str]] = Counter()
        self.told: Counter[tuple[str, str]] = Counter()
        self.operations: Counter[str] = Counter()
        self.findings: list[Finding] = []


def judge(world: World, tally: Tally, names: list[str], tip: str, *, program: bool) -> None:
    """Check files of one commit.

    program: ask the installed program, else the flow behind it
    """
    for name in names:
        for number, answer in enumerate(_asked(world, tip, name, program=program), 1):
            _count(world, tally, f"{tip[:10]}:{name}:{number}", answer)


def tips(world: World) -> dict[str, list[str]]:
    """Every commit that a branch or a worktree is at, with its files."""
    root = world.box.root
    listed = world.ask(root, "for-each-ref", "--format=%(objectname)", "refs/heads")
    heads = [world.ask(tree, "rev-parse", "-q", "--verify", "HEAD") for tree in world.trees]
    found = dict.fromkeys([*listed, *(oid for head in heads for oid in head)])
    return {oid: _files(world, oid) for oid in found}


def verdict(world: World, answer: Answer) -> str:
    """Whether an answer is true, silent or wrong. The human's lines may always be untracked."""
    typed = world.truth.get(answer.text.strip())
    if typed is None:
        return f"{WRONG}: a line nobody typed"
    if answer.kind in ("untracked", "uncommitted"):
        return RIGHT if typed.who == HUMAN else UNATTRIBUTED
    named = HUMAN if answer.kind == "human" else f"{answer.agent}:{answer.session}"
    if named == typed.who:
        return RIGHT
    return WRONG if answer.exact else WRONG_BY_COMMIT


def _count(world: World, tally: Tally, where: str, answer: Answer) -> None:
    said = verdict(world, answer)
    typed = world.truth.get(answer.text.strip())
    who, how = typed or ("nobody", "")
    (tally.humans if who == HUMAN else tally.agents)[said] += 1
    if who != HUMAN:
        tally.told[how, said] += 1
    if said == RIGHT:
        return
    step = _step_of(world, answer.commit)
    if said == UNATTRIBUTED:
        tally.gaps[how, step.partition(" ")[0]] += 1
    named = answer.kind if answer.kind != "agent" else f"{answer.agent}:{answer.session}"
    tally.findings.append(Finding(where, answer.text.strip(), who, how, named, said, step))


def _asked(world: World, tip: str, name: str, *, program: bool) -> Iterator[Answer]:
    if program:
        said = json.loads(world.box.anvcs("blame", "--json", tip, "--", name))
        for row in said["lines"]:
            agent, session = row["agent"] or "", row["session"] or ""
            yield Answer(row["text"], row["kind"], agent, session, row["exact"], row["commit"])
        return
    root = world.box.root
    found = read_blame.read(world.repo(root), root, [tip, "--", name])
    attribute = Attributor(found.records)
    for line in found.lines:
        who, exact = attribute(line)
        text = line.text.decode()
        yield Answer(text, who.kind, who.agent, who.session, exact, line.commit)


def _step_of(world: World, commit: str) -> str:
    """The step that made a commit: its name and its number."""
    said = world.ask(world.box.root, "log", "-1", "--format=%ct", commit)
    at = bisect_right(world.started, (float(said[0]) if said else 0.0) + 0.999)
    return world.names[at - 1] if at else "nobody"


def _files(world: World, oid: str) -> list[str]:
    done = world.box.run("git", "ls-tree", "-r", "-z", "--name-only", oid)
    return [name for name in done.stdout.split("\0") if name]


def complaints(root: Path) -> list[str]:
    """What our own programs had to complain of; a history must give no cause."""
    home = root / ".git/anvcs"
    logs = [line for path in (home / "logs").glob("*") for line in path.read_text().splitlines()]
    aside = [path.read_text() for path in (home / "set-aside").glob("*.json")]
    deleted = "its commit does not exist here"  # `gc --prune=now` deleted it before the drain
    return [line for line in logs if "bug" in line] + [
        text for text in aside if deleted not in text
    ]

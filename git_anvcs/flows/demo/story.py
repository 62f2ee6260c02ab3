"""Story: two agents, one file, plain Git's conflict, ours merged, and who wrote what afterwards."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path
import re
import shutil
import sys
from typing import Any, NamedTuple

from git_anvcs.flows.demo import landing
from git_anvcs.flows.demo.landing import Landing
from git_anvcs.flows.demo.stage import Ran, Stage, WentWrong
from git_anvcs.kernel import process

HERE = Path(__file__).parent
AGENTS = ("claude", "neutral")
TIMED_COMMITS = 10

TYPED = "# Every price is in cents."
WROTE = {"def discounted": "claude", "def shipping": "shipbot", TYPED: "untracked"}


class Facts(NamedTuple):
    """What the story measured and saw.

    conflicts: files left with conflicts by plain Git and by git-anvcs on the same merge
    commit_ms, merge_ms: wall time of plain Git and of git-anvcs, the median for commits
    given_back: files that an agent destroyed and `undo` gave back
    authors: whoever wrote lines of one file of one squashed commit, as blame tells
    """

    conflicts: tuple[int, int]
    merge_ms: tuple[float, float]
    commit_ms: tuple[float, float]
    record_survived: bool
    authors: tuple[str, ...]
    left_behind: tuple[str, ...]
    landing: Landing
    given_back: int


def tell(root: Path, env: Mapping[str, str], say: Callable[[str], None]) -> tuple[Facts, Stage]:
    """Play the whole story in the empty folder `root`. Raises WentWrong where it cannot go on."""
    stage = Stage(root, env, say)
    set_up(stage)
    before = fingerprint(stage.repo)
    opt_in(stage)
    agents_work(stage)
    git_alone = merge_with_git_alone(stage)
    ours = merge_with_anvcs(stage)
    read(stage)
    survived = rebase(stage)
    authors = squash(stage)
    landed = land(stage)
    given_back = undo(stage)
    commits = measure(stage)
    left = leave(stage, before)
    facts = Facts(
        conflicts=(git_alone[0], ours[0]),
        merge_ms=(git_alone[1], ours[1]),
        commit_ms=commits,
        record_survived=survived,
        authors=authors,
        left_behind=left,
        landing=landed,
        given_back=given_back,
    )
    return facts, stage


def set_up(stage: Stage) -> None:
    chapter(stage, 1, "A small shop: Python, its tests, a package.json")
    stage.repo.mkdir()
    for sample in sorted((HERE / "shop").iterdir()):
        shutil.copyfile(sample, stage.repo / sample.stem)
    stage.show("git init -q -b main")
    stage.show("git add .")
    stage.show("git commit -q -m 'A small shop'")


def opt_in(stage: Stage) -> None:
    chapter(stage, 2, "Opt in: hooks, merge drivers, agents (nothing Git tracks changes)")
    stage.show("git anvcs init --agents claude --yes")
    stage.show("git status --short")


def agents_work(stage: Stage) -> None:
    chapter(stage, 3, "Two agents work at the same time, each in a worktree, on the same files")
    stage.say("They are scripts, but what they send to `git anvcs hook` is what agents send:")
    stage.say("one speaks as Claude Code does, the other the neutral format.")
    scripts = {name: json.loads((HERE / f"{name}.json").read_text()) for name in AGENTS}
    for script in scripts.values():
        stage.show(f"git worktree add -q -b {script['branch']} ../{script['branch']}")
    with ThreadPoolExecutor() as pool:
        played = [pool.submit(play_agent, stage, name, scripts[name]) for name in AGENTS]
    for name, future in zip(AGENTS, played, strict=True):
        done = future.result()
        stage.say(f"{name} in ../{scripts[name]['branch']}:")
        stage.say("\n".join(f"  {line}" for line in done.stdout.decode().splitlines()))
        if done.returncode != 0:
            raise WentWrong(f"the scripted agent {name} failed: {done.stderr.decode()}")


def play_agent(stage: Stage, name: str, script: Mapping[str, Any]) -> process.Done:
    """Run a scripted agent to its end, in its worktree."""
    argv = [sys.executable, "-m", "git_anvcs.flows.demo.agent", str(HERE / f"{name}.json")]
    return process.run(argv, cwd=stage.root / script["branch"], env=stage.env, bare=True)


def merge_with_git_alone(stage: Stage) -> tuple[int, float]:
    chapter(stage, 4, "Plain Git says: conflict (ANVCS=0 switches all of ours off)")
    stage.show("git merge -q --ff-only discounts")
    merged = stage.show("ANVCS=0 git merge shipping", expect=1)
    stage.show("git grep -n -E '^(<{7}|>{7})' -- .")
    stage.show("git merge --abort")
    return conflicts(merged), merged.seconds * 1000


def merge_with_anvcs(stage: Stage) -> tuple[int, float]:
    chapter(stage, 5, "The same merge with git-anvcs, tested, and the result in the record")
    merged = stage.show("git merge --no-commit shipping")
    stage.show("git diff HEAD -- package.json cart.py")
    stage.show(f"{python()} -B run_tests.py report.xml")
    stage.show("git anvcs commit -q -m 'Merge shipping' --test-report report.xml")
    return conflicts(merged), merged.seconds * 1000


def read(stage: Stage) -> None:
    chapter(stage, 6, "Who made this?")
    stage.show("git anvcs log --oneline --topo-order -n 4")
    stage.show("git anvcs show")
    found = stage.show("git grep -n 'def shipping' cart.py")
    line = found.output.split(":")[1]
    stage.show(f"git anvcs why cart.py:{line}")
    stage.say("The same records for plain Git, one note a commit (git log --notes=anvcs):")
    stage.show("git notes --ref=anvcs list")


def rebase(stage: Stage) -> bool:
    chapter(stage, 7, "A rebase makes a new commit; its record comes along")
    stage.show("git switch -q -c tidy shipping")
    before = stage.show("git anvcs show")
    stage.show("git rebase -q discounts")
    after = stage.show("git anvcs show")
    stage.show("git switch -q main")
    if not agent(before) or agent(before) != agent(after):
        raise WentWrong(f"the record says {agent(after)!r} after the rebase, not {agent(before)!r}")
    return True


def squash(stage: Stage) -> tuple[str, ...]:
    chapter(stage, 8, "Squashed into one commit, with a line typed by a person: whose is each?")
    stage.show("git switch -q -c squashed discounts~1")
    stage.show("git merge -q --squash main")
    with (stage.repo / "cart.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{TYPED}\n")
    stage.say(f"(a person types `{TYPED}` at the end of cart.py)")
    stage.show("git commit -q -a -m 'Discounts and shipping costs'")
    stage.show("git anvcs blame cart.py")
    lines = json.loads(stage.run("git anvcs blame --json cart.py").output)["lines"]
    for text, author in WROTE.items():
        told = [line["agent"] or line["kind"] for line in lines if text in line["text"]]
        if told != [author]:
            raise WentWrong(f"blame says {told} of `{text}`, which {author} wrote")
    stage.show("git anvcs trace shipbot:run-42")
    stage.show("git anvcs stats --by agent")
    stage.show("git switch -q main")
    return tuple(sorted({line["agent"] or line["kind"] for line in lines}))


def land(stage: Stage) -> Landing:
    chapter(stage, 9, "Four more branches at once: who collides, and which of them land?")
    stage.say("Each was made from main by another agent, and each passes its own tests.")
    return landing.play(stage, python())


def undo(stage: Stage) -> int:
    chapter(stage, 10, "An agent destroys what nobody has committed; one command gives it back")
    cart, notes = stage.repo / "cart.py", stage.repo / "notes/ideas.md"
    cart.write_text(cart.read_text(encoding="utf-8") + "\n\n# An hour of work.\n", encoding="utf-8")
    notes.parent.mkdir()
    notes.write_text("# Ideas that Git has never seen\n", encoding="utf-8")
    stage.show("git config --global anvcs.journal.ignored '*'")
    stage.say("(what Git ignores is kept, too)")
    stage.say("(a person works for an hour: cart.py changes, notes/ideas.md is new)")
    stage.show("git status --short")
    stage.run("git anvcs drain")  # so that no record is written while we look
    before = worktree(stage.repo)
    stage.say("An agent wants a clean start:")
    argv = [sys.executable, "-m", "git_anvcs.flows.demo.agent", str(HERE / "vandal.json")]
    done = process.run(argv, cwd=stage.repo, env=stage.env, bare=True)
    stage.say("\n".join(f"  {line}" for line in done.stdout.decode().splitlines()))
    lost = before.keys() - worktree(stage.repo).keys()
    if done.returncode != 0 or not lost:
        raise WentWrong(f"the scripted agent destroyed nothing: {done.stderr.decode()}")
    undone = stage.show("git anvcs undo --yes")
    stage.show("git status --short")
    after = worktree(stage.repo)
    if after != before:
        differ = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        raise WentWrong(f"these did not come back: {', '.join(sorted(differ))}")
    stage.say(f"  {len(before)} files, the same bytes in every one.")
    stage.run("git checkout -q -- cart.py")
    shutil.rmtree(notes.parent)
    return int(undone.output.split(" ", 1)[0])


def measure(stage: Stage) -> tuple[float, float]:
    chapter(stage, 11, f"What it costs here: the median of {TIMED_COMMITS} commits each")
    medians = []
    for prefix in ("ANVCS=0 ", ""):
        command = f"{prefix}git commit -q --allow-empty -m 'How long?'"
        stage.say(f"$ {command}    # {TIMED_COMMITS} times")
        times = sorted(stage.run(command).seconds * 1000 for _ in range(TIMED_COMMITS))
        medians.append(times[TIMED_COMMITS // 2])
    plain, ours = medians
    stage.say(f"  plain Git {plain:.1f} ms, with git-anvcs {ours:.1f} ms")
    return plain, ours


def leave(stage: Stage, before: Mapping[str, bytes]) -> tuple[str, ...]:
    chapter(stage, 12, "Leave: everything as it was, byte for byte")
    stage.show("git anvcs uninstall --purge --records --yes")
    after = fingerprint(stage.repo)
    left = tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))
    stage.show("git for-each-ref refs/anvcs refs/notes")
    stage.say(
        f"  {len(before)} files (config, hooks, info, attributes) compared with before `init`:"
    )
    if left:
        raise WentWrong(f"these differ: {', '.join(left)}")
    stage.say("  the same bytes in every one.")
    return left


def chapter(stage: Stage, number: int, title: str) -> None:
    stage.say(f"\n{number}. {title}\n")


def conflicts(merged: Ran) -> int:
    """Files that a merge left with conflicts."""
    return merged.output.count("CONFLICT (content)")


def agent(shown: Ran) -> str:
    """Who made a commit, as `git anvcs show` said."""
    found = re.search(r"^\s*agent\s+(\S+)", shown.output, re.MULTILINE)
    return found[1] if found else ""


def python() -> str:
    """A Python the reader could type: `python3` where PATH has it."""
    return "python3" if process.find("python3") else sys.executable


def worktree(repo: Path) -> dict[str, bytes]:
    """The bytes of every file but Git's."""
    files = (path for path in repo.rglob("*") if path.is_file())
    named = {str(path.relative_to(repo)): path for path in files}
    return {name: path.read_bytes() for name, path in named.items() if name[:5] != ".git/"}


def fingerprint(repo: Path) -> dict[str, bytes]:
    """The bytes of everything below .git that is set up by somebody, and of tracked attributes."""
    git = repo / ".git"
    paths = [git / "config", repo / ".gitattributes", *(git / "info").rglob("*")]
    paths += [*(git / "hooks").rglob("*"), *(git / "anvcs").rglob("*"), *(repo / ".ai").rglob("*")]
    paths += (repo / ".claude").rglob("*")
    return {str(path.relative_to(repo)): path.read_bytes() for path in paths if path.is_file()}

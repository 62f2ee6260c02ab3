"""The part of the story in which four branches land at once.

Two do; one would undo work, one is wrong together with another.
"""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.flows.demo.stage import Ran, Stage, WentWrong

HERE = Path(__file__).parent
FIXED = (
    "    return sum(price * count for price, count in items)\n",
    "    wanted = [(price, count) for price, count in items if count > 0]\n"
    "    prices = [price * count for price, count in wanted]\n"
    "    return sum(prices)\n",
)
LANDED, ASIDE = ("coupons", "taxes"), ("rounding", "docs")


class Landing(NamedTuple):
    """The branches that landed, and those that did not."""

    landed: tuple[str, ...]
    set_aside: tuple[str, ...]


def play(stage: Stage, python: str) -> Landing:
    """Four branches of four agents, on a target that a person has mended meanwhile."""
    stale = (stage.repo / "cart.py").read_text(encoding="utf-8")
    _edit(stage.repo / "cart.py", *FIXED)
    stage.say("(a person mends `total`: what was sent back does not count)")
    stage.show("git commit -q -a -m 'Mend total: what was sent back does not count'")
    branches = json.loads((HERE / "branches.json").read_text(encoding="utf-8"))
    for one in branches:
        _work(stage, one, stale)
    names = " ".join(one["branch"] for one in branches)
    stage.show(f"git anvcs radar {names}", expect=1)
    gate = f"--gate '{python} -B run_tests.py report.xml'"
    ran = stage.show(f"git anvcs land {names} {gate}", expect=4)
    stage.show("git log --first-parent --oneline -n 3")
    landed = tuple(_named(ran, "landed"))
    aside = tuple(name.rstrip(":") for name in _named(ran, "set aside"))
    if (landed, aside) != (LANDED, ASIDE):
        raise WentWrong(f"{landed} landed and {aside} were set aside, not {LANDED} and {ASIDE}")
    return Landing(landed, aside)


def _named(ran: Ran, word: str) -> Iterator[str]:
    """The branches of the lines that begin with these words."""
    for line in ran.output.splitlines():
        if line.startswith(f"  {word} "):
            yield line.removeprefix(f"  {word} ").split()[0]


def _work(stage: Stage, script: dict[str, Any], stale: str) -> None:
    """One branch; `stale` is what its agent's old copy of cart.py holds."""
    stage.run(f"git switch -q -c {script['branch']} main")
    if "stale" in script:
        (stage.repo / script["stale"]).write_text(stale, encoding="utf-8")
    for step in script["edits"]:
        _edit(stage.repo / step["edit"], step["old"], step["new"])
    stage.run("git add -A")
    stage.show(f"ANVCS_SESSION={script['session']} git commit -q -m '{script['message']}'")
    stage.run("git switch -q main")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8") if old else ""
    path.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")

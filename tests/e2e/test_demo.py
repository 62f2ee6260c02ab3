"""`git anvcs demo`, told to its end by the installed programs, compared with its transcript."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
import re
import shutil

import pytest

from tests.support.sandbox import Sandbox

TRANSCRIPT = Path(__file__).parents[1] / "cases/demo/transcript.txt"

pytestmark = pytest.mark.story


@pytest.fixture
def stranger(tmp_path: Path) -> Sandbox:
    return a_stranger(tmp_path)


def a_stranger(tmp_path: Path) -> Sandbox:
    """A reader without a Git identity, in an empty folder that is no repository."""
    sandbox = Sandbox(tmp_path, name="empty", init=False, TMPDIR=str(tmp_path / "tmp"))
    sandbox.root.mkdir()
    (tmp_path / "tmp").mkdir()
    for name in [name for name in sandbox.env if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        del sandbox.env[name]
    return sandbox


def normalised(text: str) -> str:
    """The transcript without what differs from run to run: ids, times, the folder's name."""
    text = re.sub(r"/\S*anvcs-demo-\w+", "SCRATCH", text)
    text = re.sub(r"/\S*anvcs-scratch-\w+", "CHECK", text)
    text = re.sub(r"\bam_[0-9A-Z]{26}\b", "am_ID", text)
    text = re.sub(r"\bI[0-9a-f]{11,40}\b", "CHANGE", text)
    text = re.sub(r"\b[0-9a-f]{7,40}\b", "COMMIT", text)
    text = re.sub(r"([<>]{7}) \S+", r"\1 SIDE", text)  # Git before 2.44 does not tell the names
    text = re.sub(r"^( +env +).*", r"\1ENVIRONMENT", text, flags=re.MULTILINE)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?[+-]\d{4}|Z)?", "TIME", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "DATE", text)
    text = text.replace(".git/anvcs/hooks/", ".git/hooks/")  # Git 2.54 and newer
    text = re.sub(r"--to '#\d+'", "--to '#N'", text)  # how often the daemon has looked
    text = re.sub(r"\b\d+ files \(config", "N files (config", text)
    return re.sub(r"\b\d+(\.\d+)? (ms|s)\b", r"N \2", text)


def test_demo_tells_what_its_transcript_says_and_leaves_nothing_behind(stranger: Sandbox) -> None:
    before = everything(stranger.base)

    told = stranger.anvcs("demo")

    assert everything(stranger.base) == before
    said = normalised(told)
    if os.environ.get("UPDATE_TRANSCRIPT"):
        TRANSCRIPT.parent.mkdir(parents=True, exist_ok=True)
        TRANSCRIPT.write_text(said)
    assert said.splitlines() == TRANSCRIPT.read_text().splitlines()
    # Every command is printed before it runs.
    assert told.count("\n$ ") >= 20
    assert told.index("$ ANVCS=0 git merge shipping") < told.index("CONFLICT (content)")


def test_demo_keeps_its_folder_when_asked_and_its_facts_hold(stranger: Sandbox) -> None:
    """Nor does it notice an agent around it: started by one, its people are still people."""
    around = {"CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "cli", "ANVCS": "0", "AI_AGENT": "x"}
    before = everything(stranger.base)
    facts = json.loads(stranger.anvcs("demo", "--json", "--keep", env=around))
    directory = Path(facts["directory"])
    shop = directory / "shop"
    assert facts["kept"] is True
    assert "def shipping" in (shop / "cart.py").read_text()
    assert "def discounted" in (shop / "cart.py").read_text()
    merged = json.loads((shop / "package.json").read_text())
    assert {"scripts", "engines"} < set(merged)
    assert facts["left_behind"] == []
    assert facts["conflicted_files"] == {"git": 2, "anvcs": 0}
    assert facts["record_survived_rebase"] is True
    assert facts["landed"] == ["coupons", "taxes"]
    assert facts["set_aside"] == ["rounding", "docs"]
    assert facts["authors_of_a_squash"] == ["claude", "shipbot", "untracked"]
    shutil.rmtree(directory)
    assert everything(stranger.base) == before


def everything(base: Path) -> Mapping[str, bytes]:
    return {str(p.relative_to(base)): p.read_bytes() for p in base.rglob("*") if p.is_file()}

"""What happened is played save by save: from the journal, and from a replay without it."""

import json
import os
from pathlib import Path
import pty
import select
import signal
import subprocess

from tests.flows.journal.test_revert import LINES, ONE, TWO, edit, look
from tests.support.sandbox import Sandbox

# As such keys look, and not one of them: it is told from an example by its characters.
SECRET = "AKIA" + "QYLPMN5HHHFPZAM2"


def worked(repo: Sandbox) -> None:
    """Two agents in one file, a file with a secret, bytes, a deletion, a commit between."""
    repo.commit("one", {"a.py": LINES, "gone.txt": "gone\n", ".gitignore": ".env\n"})
    look(repo)
    edit(repo, TWO, "a.py", "line 1\n", "line one\n")
    edit(repo, ONE, "a.py", "line 2\n", "line 2 by é\nand more\n")
    edit(repo, TWO, "a.py", "line 5\n", "")
    repo.write("keys.py", f'KEY = "{SECRET}"\n')
    repo.write("x.bin", bytes(range(256)))
    (repo.root / "gone.txt").unlink()
    look(repo, ONE)
    repo.commit("work")
    look(repo)
    edit(repo, ONE, "a.py", "line 8\n", "line 8\nthe end\n")
    edit(repo, TWO, "a.py", "line 7\n", "line seven\n")


def test_the_journal_is_told_frame_by_frame(repo: Sandbox) -> None:
    worked(repo)
    said = repo.anvcs("replay", "a.py")
    heads = [line for line in said.splitlines() if line.startswith("#")]
    assert [line.rsplit("  ", 2)[1:] for line in heads] == [
        ["+1 -1", f"({TWO})"],
        ["+2 -1", f"({ONE})"],
        ["+0 -1", f"({TWO})"],
        ["+1 -0", f"({ONE})"],
        ["+1 -1", f"({TWO})"],
    ]
    assert "  - line 2\n  + line 2 by é\n  + and more\n    line 3\n" in said
    assert "    line 8\n  + the end\n#" in said  # no row behind the last newline
    frames = [json.loads(line) for line in repo.anvcs("replay", "--json").splitlines()]
    assert [(f["path"], f["what"]) for f in frames if f["path"] != "a.py"] == [
        ("gone.txt", "deleted"), ("keys.py", "made"), ("x.bin", "data"),
    ]  # fmt: skip
    text = ""
    for frame in frames:
        if frame["path"] == "a.py":
            text = text if frame["seed"] is None else frame["seed"]
            for at, removed, added in frame["changes"]:
                data = text.encode()
                text = (data[:at] + added.encode() + data[at + len(removed.encode()) :]).decode()
    assert text == repo.read("a.py")
    number = frames[1]["operation"]
    some = repo.anvcs("replay", "--json", "--from", f"#{number}", "--session", ONE).splitlines()
    assert json.loads(some[0])["operation"] > number
    done = repo.run("git-anvcs", "replay", "nowhere.py")
    assert done.returncode == 1
    assert "nothing to play" in done.stderr


def test_a_session_is_exported_and_plays_without_the_journal(repo: Sandbox, tmp_path: Path) -> None:
    worked(repo)
    repo.git("config", "anvcs.journal.ignored", ".env")
    repo.write(".env", "PRIVATE=1\n")
    look(repo, ONE, (".env",))
    done = repo.run("git-anvcs", "sessions", "export", ONE, "--json")
    assert done.returncode == 4, done.stdout + done.stderr  # something was withheld
    said = json.loads(done.stdout)
    assert list(said["withheld"]) == ["keys.py"]
    assert said["private"] == 1
    manifest = Path(said["manifest"])
    assert manifest.parent.parent == repo.root / ".ai/sessions"
    again = tmp_path / "again"
    repo.run("git-anvcs", "sessions", "export", ONE, "--output", str(again))
    for name in ("manifest.json", "frames.jsonl.gz"):
        assert (again / name).read_bytes() == (manifest.parent / name).read_bytes()
    plays_elsewhere(repo, again)
    whole = repo.ok("gzip", "-dc", str(again / "frames.jsonl.gz")) + manifest.read_text()
    assert [word for word in (SECRET, "PRIVATE", ".env") if word in whole] == []
    repo.anvcs("meta", "attach", "HEAD", str(manifest), "--type", "transcript")
    [pinned] = json.loads(repo.anvcs("show", "HEAD", "--json"))["artifacts"]
    assert pinned["key"] == manifest.relative_to(repo.root).as_posix()


def plays_elsewhere(repo: Sandbox, replay: Path) -> None:
    outside = replay.with_name("outside")
    outside.mkdir()
    played = repo.ok("git-anvcs", "replay", str(replay), "--json", cwd=outside)
    frames = [json.loads(line) for line in played.splitlines()]
    # Up to what the session did last: what others did behind that is not its story.
    assert [f["by"] for f in frames if f["path"] == "a.py"] == [ONE, TWO, ONE]
    assert {f["what"] for f in frames if f["path"] == "keys.py"} == {"withheld"}
    manifest = str(replay / "manifest.json")
    assert "and more" in repo.ok("git-anvcs", "replay", manifest, cwd=outside)
    (replay / "frames.jsonl.gz").rename(outside / "frames.jsonl.gz")
    (replay / "frames.jsonl.gz").write_bytes(b"damaged")
    broken = repo.run("git-anvcs", "replay", manifest, cwd=outside)
    assert broken.returncode == 2
    assert "damaged" in broken.stderr
    (outside / "frames.jsonl.gz").rename(replay / "frames.jsonl.gz")


def test_it_plays_on_a_terminal_and_gives_it_back(repo: Sandbox) -> None:
    worked(repo)
    outer, inner = pty.openpty()
    playing = subprocess.Popen(
        ["git-anvcs", "replay", "a.py", "--step"], stdin=inner, stdout=inner, cwd=repo.root,
        env={**repo.env, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
    )  # fmt: skip
    os.close(inner)
    try:
        assert "1/5" in read_until(outer, "q quit")
        for key, place in ((b"n", "2/5"), (b"\x1b[C", "3/5"), (b"p", "2/5"), (b"9", "4/5")):
            os.write(outer, key)
            assert place in read_until(outer, place)
        os.write(outer, b"G \n")
        read_until(outer, "5/5")
        os.write(outer, b"q")
        assert "\x1b[?1049l" in read_until(outer, "\x1b[?1049l")
        assert playing.wait(timeout=20) == 0
    finally:
        playing.send_signal(signal.SIGKILL)
        playing.wait()
        os.close(outer)


def read_until(terminal: int, text: str) -> str:
    """What the program draws, up to a text that must come."""
    seen = b""
    while text.encode() not in seen:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, seen
        seen += os.read(terminal, 65536)
    return seen.decode(errors="replace")

"""The lines of how-to pages are run as they stand there, but for addresses of this machine."""

from pathlib import Path
import re

from tests.support.sandbox import Sandbox
from tests.support.servers.seaweed import Seaweed
from tests.support.wired import INIT

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
CONTENT = bytes(range(256)) * 300


def lines_of(page: str, heading: str) -> list[str]:
    """The blocks of shell lines below a heading."""
    _, found, after = (HOWTO / page).read_text().partition(f"\n## {heading}\n")
    assert found, heading
    return re.findall(r"```sh\n(.*?)```", after.partition("\n## ")[0], re.DOTALL)


def run(box: Sandbox, lines: str, **changed: str) -> str:
    """Each line must go well; changed: what stands for which words of the page, by name."""
    for old, new in changed.items():
        assert old in lines, old
        lines = lines.replace(old, new)
    done = box.run("bash", "-euxo", "pipefail", "-c", lines)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_disk_brings_all_contents_to_where_no_network_is(tmp_path: Path) -> None:
    box, disk = Sandbox(tmp_path), tmp_path / "disk"
    disk.mkdir()
    box.anvcs(*INIT)
    box.ok("git-ai-blob", "track", "*.bin")
    box.commit("one", {"a.bin": CONTENT})
    box.commit("two", {"a.bin": CONTENT[::-1]})
    outside, inside, notes = lines_of("air-gapped.md", "By a disk that somebody carries")
    at = {"/media/disk": str(disk)}
    run(box, outside, **at)
    there = Sandbox(tmp_path, name="inside", XDG_DATA_HOME=str(tmp_path / "data of inside"))
    there.env["GIT_CONFIG_GLOBAL"] = box.env["GIT_CONFIG_GLOBAL"]
    run(there, inside, **at)
    there.root /= "project"
    run(there, notes)
    there.anvcs("show")
    disk.rename(tmp_path / "taken away")
    assert (there.root / "a.bin").read_bytes() == CONTENT[::-1]
    there.git("checkout", "-q", "HEAD~1")
    assert (there.root / "a.bin").read_bytes() == CONTENT


def test_s3_in_five_minutes(seaweed: Seaweed, aws_home: Path, tmp_path: Path) -> None:
    page = "s3-in-five-minutes.md"
    seaweed.bucket("models")
    credentials = {
        "AWS_SHARED_CREDENTIALS_FILE": str(aws_home / "credentials"),
        "AWS_CONFIG_FILE": str(aws_home / "config"),
    }
    (settings,) = lines_of(page, "3. The repository")
    use, pull, artifact = lines_of(page, "4. Use it")
    at = {"http://127.0.0.1:8333": seaweed.url, "profile mine": "profile tests"}
    box = Sandbox(tmp_path, **credentials)
    assert "s3: good" in run(box, settings, **at)
    box.write("model.bin", CONTENT)
    said = run(box, use)
    assert "\nversion_id " in said
    assert "stores have 1 file" in said
    box.write("out/run.safetensors", b"weights")
    box.write(".git/info/exclude", "/out/\n")
    box.write("plain", "text\n")
    box.git("add", "plain")
    run(box, artifact)
    assert (box.root / "made-with/out/run.safetensors").read_bytes() == b"weights"
    other = Sandbox(tmp_path, name="other", init=False, **credentials)
    other.git("clone", "-q", str(box.root), str(other.root), cwd=tmp_path)
    run(other, settings, **at)
    run(other, pull)
    assert (other.root / "model.bin").read_bytes() == CONTENT

"""How often git is started does not grow with the number of large files."""

from pathlib import Path

from tests.support.blobs import cache_of, planted, store_at, wire
from tests.support.sandbox import Sandbox

FEW, MANY = 5, 120  # more than go into one portion, and than Git keeps as loose objects
COMMANDS = (
    ("ls",), ("status",), ("checkout", "--dry-run"), ("hook", "pre-commit"), ("pin", "--dry-run"),
    ("push", "--dry-run"), ("prune", "--dry-run"), ("fsck",), ("verify",),
)  # fmt: skip


def started(repo: Sandbox, *words: str, stdin: str = "") -> int:
    """How many gits this command starts, all below them counted."""
    trace = repo.base / "trace"
    trace.unlink(missing_ok=True)
    repo.ok(*words, env={"GIT_TRACE": str(trace)}, stdin=stdin)
    return trace.read_text().count("trace: built-in:")


def counts(base: Path, number: int) -> dict[str, int]:
    """The starts of each command in a repository with so many large files."""
    base.mkdir()
    repo = Sandbox(base)
    wire(repo)
    repo.env |= store_at(base / "store")
    first = repo.commit("none", {"plain": "text\n"})
    files = {f"{one % 7}/{one}.bin": b"content %d" % one for one in range(number)}
    for name, content in files.items():
        repo.write(name, content)
    found = {"git add": started(repo, "git", "add", "-A")}
    for words in COMMANDS:
        found[" ".join(words)] = started(repo, "git-ai-blob", *words)
    repo.git("commit", "-q", "-m", "many")
    pushed = f"refs/heads/main {repo.git('rev-parse', 'HEAD').strip()} refs/heads/main {first}\n"
    found["pre-push"] = started(repo, "git-ai-blob", "hook", "pre-push", "origin", stdin=pushed)
    found["post-commit"] = started(repo, "git-ai-blob", "hook", "post-commit")
    planted(repo, files)
    found["checkout"] = started(repo, "git-ai-blob", "checkout")
    found["git status"] = started(repo, "git", "status", "--porcelain")
    assert len(list(cache_of(repo).oids())) == number
    return found


def test_git_is_started_as_often_for_many_large_files_as_for_few(tmp_path: Path) -> None:
    many = counts(tmp_path / "many", MANY)
    assert many == counts(tmp_path / "few", FEW)
    assert max(many.values()) < 40

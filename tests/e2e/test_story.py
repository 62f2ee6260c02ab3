"""The whole story on a generated history of 5,000 commits."""

from tests.support.sandbox import Sandbox
from tests.support.story import tell


def grow(box: Sandbox, commits: int) -> None:
    """Fill the empty repository with a linear history, at fast-import's speed."""
    lines = []
    for number in range(commits):
        text = f"line {number}\n"
        lines.append(
            f"commit refs/heads/main\nmark :{number + 1}\n"
            f"committer C <c@example.com> {1_700_000_000 + number} +0000\n"
            f"data {len(f'c {number}')}\nc {number}\n"
            f"M 644 inline src/f{number % 50}.txt\ndata {len(text)}\n{text}\n"
        )
    box.git("fast-import", "--quiet", stdin="".join(lines))
    box.git("reset", "-q", "--hard", "main")


def test_thirty_commits_by_two_agents_keep_every_record(repo: Sandbox) -> None:
    grow(repo, 5000)

    report = tell(repo)

    assert report.commits >= 30
    assert report.without_record == []
    assert report.wrong_agent == []
    assert report.without_note == []
    assert report.fsck["findings"] == []
    assert report.changed_by_uninstall == []

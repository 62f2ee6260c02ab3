"""Records for tests of reading, written by plain `git fast-import`, not by our own writer."""

from collections.abc import Mapping
import json

from tests.support.sandbox import Sandbox


def record_of(repo: Sandbox, commit: str, number: int = 1, **fields: object) -> dict[str, object]:
    """A whole record of a commit, with `fields` laid over it."""
    oid, tree, parents = repo.git("log", "-1", "--format=%H|%T|%P", commit).strip().split("|")
    return {
        "schema": "anvcs/commit-meta/1",
        "meta_id": f"am_{number:026d}",
        "change_id": f"I{number:040d}",
        "rev": 1,
        "created_at": "2026-09-21T14:14:00.000Z",
        "subject": {
            "vcs": "git",
            "object_format": "sha256" if len(oid) == 64 else "sha1",
            "commit": oid,
            "tree": tree,
            "parents": parents.split(),
            "ref": "refs/heads/main",
        },
        "prompt": None,
        "model": "anthropic/claude-opus-4",
        "tests_passed": None,
        "test_report_ref": None,
        "coverage": None,
        "env": None,
        "agent_id": "claude-code:8f21",
        "artifacts": [],
        **fields,
    }


def write_record(
    repo: Sandbox, commit: str, number: int = 1, **fields: object
) -> dict[str, object]:
    """Write one record of a commit; returns it."""
    record = record_of(repo, commit, number, **fields)
    write_texts(repo, {str(record["subject"]["commit"]): json.dumps(record) + "\n"})  # type: ignore[index]
    return record


def write_texts(repo: Sandbox, texts: Mapping[str, str | bytes]) -> None:
    """Put raw texts where records of commits belong, in both refs."""
    repo.ok("git", "fast-import", "--quiet", stdin=fast_import(repo, texts))


def fast_import(repo: Sandbox, texts: Mapping[str, str | bytes]) -> bytes:
    parts = []
    for ref, path in (
        ("refs/anvcs/meta", ".ai/meta/{0}/{0}{1}.json"),
        ("refs/notes/anvcs", "{0}/{1}"),
    ):
        parts.append(
            f"commit {ref}\ncommitter T <t@example.com> 1790000000 +0000\ndata 0\n".encode()
        )
        if repo.run("git", "rev-parse", "-q", "--verify", ref).returncode == 0:
            parts.append(f"from {ref}^0\n".encode())
        for commit, text in texts.items():
            data = text if isinstance(text, bytes) else text.encode()
            name = path.format(commit[:2], commit[2:])
            parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
    return b"".join(parts)


def ran_tests(repo: Sandbox, commit: str = "HEAD", *, passed: bool = True) -> dict[str, object]:
    """Fields of a record whose tests ran on the commit's own tree."""
    tree = repo.git("rev-parse", f"{commit}^{{tree}}").strip()
    return {"tests_passed": passed, "tests": {"ran_on_tree": tree, "total": 12, "failed": 0}}

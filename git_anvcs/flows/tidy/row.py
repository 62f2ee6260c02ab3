"""The commits that may be put together: a row of HEAD's branch that nobody else has."""

from collections.abc import Mapping, Sequence
import os
from typing import NamedTuple

from git_anvcs.flows.journal import in_use
from git_anvcs.flows.tidy.plan import Step
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied, UsageError
from git_anvcs.provenance import records, sessions, summary
from git_anvcs.provenance.record import Record

_MOST = 2000
_FIELDS = "%H%x00%T%x00%an <%ae>%x00%at%x00%ad%x00%P%x00%B"


class Row(NamedTuple):
    """branch: a full ref; tip: where it is; base: the commit before the first, empty for none

    steps: what is put together, oldest first; after: commits on top of it, that only move
    """

    branch: str
    tip: str
    base: str
    steps: tuple[Step, ...]
    after: tuple[Step, ...] = ()


def read(repo: Repo, span: str) -> Row:
    """The commits of a range (`A..B`, or `A` for `A..HEAD`); without one, all that may be.

    Without a range it begins after the last commit that is published, on another branch or a
    merge. Raises UsageError, PolicyDenied where commits may not be put together.
    """
    branch = repo.try_git("symbolic-ref", "-q", "HEAD").stdout.decode().strip()
    tip = repo.resolve("HEAD")
    if not branch or tip is None:
        raise UsageError("HEAD is on no branch with commits", hint="git switch BRANCH")
    why = in_use.refs(repo, branch)
    if branch in why or "HEAD" in why:
        raise PolicyDenied(f"{_short(branch)} stays: {why.get(branch) or why['HEAD']}")
    base, end = _ends(repo, span) if span else ("", tip)
    found = _listed(repo, base, tip, branch, chosen=bool(span))
    oids = [oid for oid, _ in found]
    if end not in oids:
        if span and found and end != base:
            raise UsageError(f"the range does not end on {_short(branch)}")
        return Row(branch, tip, base or tip, ())
    cut = oids.index(end) + 1
    steps = _known(repo, found)
    return Row(branch, tip, found[0][1], tuple(steps[:cut]), tuple(steps[cut:]))


def _ends(repo: Repo, span: str) -> tuple[str, str]:
    first, dots, last = span.partition("..")
    if last.startswith("."):
        raise UsageError("a range has two dots", hint="such as main..HEAD")
    ends = [repo.resolve(one or "HEAD") for one in (first, last if dots else "HEAD")]
    for name, oid in zip((first, last), ends, strict=True):
        if oid is None:
            raise UsageError(f"no commit is called {name!r}", hint="such as main..HEAD, or HEAD~5")
    return ends[0] or "", ends[1] or ""


def _listed(repo: Repo, base: str, tip: str, branch: str, *, chosen: bool) -> list[tuple[str, str]]:
    """The row's commits with their parents, oldest first. chosen: what may not be is refused"""
    bounds = ["--not", base] if base else []
    how = ("rev-list", "--first-parent", "--parents", f"-n{_MOST + 1}", tip, *bounds, "--")
    lines = [line.split() for line in repo.git(*how).decode().splitlines()]
    if len(lines) > _MOST:
        raise UsageError(f"more than {_MOST:,} commits", hint="name a shorter range")
    elsewhere = _elsewhere(repo, tip, branch)
    found = []
    for oid, *parents in lines:
        why = "is a merge" if len(parents) > 1 else elsewhere.get(oid, "")
        if why and chosen:
            raise PolicyDenied(
                f"{oid[:10]} {why}, so what comes after it alone can be put together",
                hint=f"git anvcs tidy {oid[:10]}",
            )
        if why:
            break
        found.append((oid, parents[0] if parents else ""))
    if chosen and found and found[-1][1] != base:
        raise UsageError(f"the range does not begin on {_short(branch)}")
    return found[::-1]


def _elsewhere(repo: Repo, tip: str, branch: str) -> Mapping[str, str]:
    """Of the commits below `tip`, those that others have, with the reason.

    What a remote or a tag leads to is published; a branch or a worktree would keep the old ones.
    """
    listed = repo.git("for-each-ref", "--format=%(refname)", "refs/remotes", "refs/tags")
    published = os.fsdecode(listed).splitlines()
    branches = os.fsdecode(repo.git("for-each-ref", "--format=%(refname)", "refs/heads"))
    others = [name for name in branches.splitlines() if name != branch]
    heads = os.fsdecode(repo.git("worktree", "list", "--porcelain")).splitlines()
    at = [line.split()[1] for line in heads if line.startswith("HEAD ") and line.strip("0HEAD ")]
    found: dict[str, str] = {}
    for names, why in (
        ([*others, *(oid for oid in at if oid != tip)], "is on another branch or worktree, too"),
        (published, "is published"),
    ):
        if names:
            shared = _below_both(repo, tip, names)
            found |= dict.fromkeys(shared, why)
    return found


def _below_both(repo: Repo, tip: str, names: Sequence[str]) -> set[str]:
    """The first parents below `tip` that one of the names leads to, as far as they matter."""
    asked = os.fsencode("".join(f"{line}\n" for line in (tip, *(f"^{name}" for name in names))))
    own = repo.git("rev-list", "--stdin", stdin=asked).decode().split()
    chain = repo.git("rev-list", "--first-parent", f"-n{_MOST + 1}", tip, "--").decode().split()
    return set(chain) - set(own)


def _known(repo: Repo, found: Sequence[tuple[str, str]]) -> list[Step]:
    """The commits with what their records say."""
    asked = "".join(f"{oid}\n" for oid, _ in found).encode()
    how = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", f"--format={_FIELDS}",
           "--date=format-local:%Y-%m-%d")  # fmt: skip
    told = repo.git(*how, stdin=asked).decode(errors="surrogateescape")
    # Each has six NUL between its fields and one behind it; a message holds none.
    words = told.split("\0")
    size = 7
    parts = [words[start : start + size] for start in range(0, len(words) - size + 1, size)]
    known = records.read(repo, [oid for oid, _ in found])
    return [_step(part, known.get(part[0])) for part in parts]


def _step(part: Sequence[str], record: Record | None) -> Step:
    oid, tree, author, seconds, day, _, message = part
    who = summary.who(record)
    session = sessions.name_of(who)
    return Step(oid, tree, author, int(seconds or 0), day, message.rstrip("\n") + "\n", who.kind,
                session, _task(record, session))  # fmt: skip


def _task(record: Record | None, session: str) -> str:
    """A session and its prompt; where that is not told, the session's work counts as one."""
    if record is None or not session:
        return ""
    info = record.mapping("prompt_info")
    told = info.get("hmac_sha256") or info.get("ref") or record.prompt or ""
    return f"{session} {told}"


def _short(branch: str) -> str:
    return branch.removeprefix("refs/heads/")

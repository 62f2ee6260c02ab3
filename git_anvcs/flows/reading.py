"""Story: somebody wants to read records; first everything that hooks wrote down becomes one.

Every reading command starts with `ready` and finds its commit with `find`.
"""

from collections.abc import Callable, Iterable
import os
import re
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import prompts, records
from git_anvcs.provenance.record import Record
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths

# A reader would rather say less than wait long for another drain.
_PATIENCE = 5.0

_META_ID = re.compile(r"am_[0-9A-HJKMNP-TV-Z]{26}")
_CHANGE_ID = re.compile(r"I[0-9a-f]{40}")


class Commit(NamedTuple):
    """What Git itself knows of a commit; text as Git printed it, not yet safe to print.

    signature: one letter, `%G?` in git-log(1); N where it was not asked for
    """

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    date: str
    subject: str
    refs: str
    signature: str = "N"
    signer: str = ""


class Prompt(NamedTuple):
    """A prompt's redacted text, or None and why there is none to show (empty: no prompt)."""

    text: str | None
    why: str = ""


def ready(repo: Repo, note: Callable[[str], None]) -> None:
    """Turn what hooks wrote down into records; what cannot be written is said, not raised."""
    home = Paths(repo.common_dir).home
    if not home.is_dir():
        return  # never set up here; the drain and all it knows need not even be loaded
    if not os.access(home, os.W_OK):
        note(f"only the records that are made already are shown: {home} cannot be written")
        return
    from git_anvcs.flows.drain import drain

    done = drain(repo, timeout=_PATIENCE)
    if done.problem:
        note(f"some records wait to be written: {done.problem.message}")
    if isinstance(done.problem, CannotWrite):
        return  # nor can what follows, and it would say the same
    from git_anvcs.flows.sync import fold_if_fetched

    try:
        fold_if_fetched(repo)
    except AnvcsError as error:
        note(f"records that were fetched wait to be taken in: {error.message}")
    from git_anvcs.flows import moved

    try:
        moved.repair(repo, timeout=_PATIENCE)
    except AnvcsError as error:
        note(f"commits that came without hooks wait for their records: {error.message}")


def find(repo: Repo, name: str) -> str:
    """The commit that a revision, a record's id or a change id stands for. Raises UsageError."""
    commit = repo.resolve(name)
    if commit is None and (_META_ID.fullmatch(name) or _CHANGE_ID.fullmatch(name)):
        commit = _by_id(repo, name)
    if commit is not None:
        return commit
    if name in ("HEAD", "@") and (refusal := no_commits(repo)):
        raise refusal
    raise UsageError(
        f"no commit is called {name!r}",
        hint="give a revision (HEAD~2, a branch, an id), a record id (am_…) or a change id (I…)",
    )


def no_commits(repo: Repo) -> AnvcsError | None:
    """The error to raise when HEAD has no commit; None when it has one."""
    if repo.resolve("HEAD"):
        return None
    return AnvcsError("there are no commits yet", hint="git commit makes the first one")


def prompt(repo: Repo, record: Record) -> Prompt:
    """The prompt of a record: in the record itself, or kept on this machine."""
    if record.prompt is not None:
        return Prompt(record.prompt)
    info = record.mapping("prompt_info")
    mac, policy = info.get("hmac_sha256"), info.get("policy")
    if not isinstance(mac, str):
        return Prompt(None, "withheld" if policy == "withheld" else "")
    text = prompts.read(Paths(repo.common_dir), mac)
    if text is not None:
        return Prompt(text)
    return Prompt(None, f"withheld (hash {mac[:12]}…, not given on this machine)")


def commit_facts(repo: Repo, commit: str) -> Commit:
    """What Git knows of one commit (full id)."""
    return all_facts(repo, [commit])[commit]


def all_facts(repo: Repo, commits: Iterable[str], *, signed: bool = False) -> dict[str, Commit]:
    """What Git knows of commits (full ids), in one process; signatures are verified if asked."""
    wanted = list(commits)
    fields = ["%H", "%T", "%P", "%aN", "%ad", "%s", "%D"]
    fields += ["%G?", "%GS"] if signed else []
    argv = ("log", "-z", "--no-walk=unsorted", "--no-color", "--no-show-signature", "--date=iso")
    form = f"--format={'%x00'.join(fields)}"
    raw = repo.git(*argv, form, "--stdin", stdin="".join(f"{o}\n" for o in wanted).encode())
    texts = raw.decode(errors="surrogateescape").split("\0")
    rows = zip(*[iter(texts)] * len(fields), strict=False)
    return {
        oid: Commit(oid, tree, tuple(parents.split()), *rest) for oid, tree, parents, *rest in rows
    }


def _by_id(repo: Repo, name: str) -> str | None:
    """The commit of the newest revision of the record with that id."""
    argv = ("grep", "-l", "-z", "-F", "-e", name, records.META_REF, "--", records.FOLDER)
    listed = repo.try_git(*argv).stdout.decode(errors="surrogateescape").split("\0")[:-1]
    paths = (entry.partition(":")[2] for entry in listed)
    commits = [commit for path in paths if (commit := records.commit_of(path))]
    found = [r for r in records.read(repo, commits).values() if name in (r.meta_id, r.change_id)]
    newest: dict[str, Record] = {}
    for record in found:
        kept = newest.get(record.meta_id)
        if kept is None or record.rev > kept.rev:
            newest[record.meta_id] = record
    if len(newest) > 1:
        commits = sorted(record.commit[:12] for record in newest.values())
        raise UsageError(
            f"{len(commits)} commits belong to {name}: {', '.join(commits)}",
            hint="give one of these commits",
        )
    return next((record.commit for record in newest.values()), None)

"""Story: a pull; the records of the remote come first, then Git's own pull, untouched."""

from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import remotes, sync
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import DONE, OFFLINE, PARTLY, AnvcsError
from git_anvcs.kernel.settings import Settings

# git-pull(1): options that take the next word.
TAKES_VALUE = frozenset(
    {
        *("-s", "--strategy", "-X", "--strategy-option", "--cleanup", "--upload-pack"),
        *("--depth", "--deepen", "--shallow-since", "--shallow-exclude", "-j", "--jobs"),
        *("--refmap", "-o", "--server-option", "--negotiation-tip", "--filter"),
    }
)


class Pulled(NamedTuple):
    """What came of it. received: commits with new records; notes: sentences for the user."""

    exit_code: int
    remote: str
    received: int = 0
    set_aside: int = 0
    notes: tuple[str, ...] = ()


def pull(
    repo: Repo, cwd: Path, settings: Settings, words: tuple[str, ...], *, to_stderr: bool = False
) -> Pulled:
    """Bring in records, then run git pull, whose exit code is the answer unless it is 0."""
    remote = remotes.for_pull(repo, words, TAKES_VALUE)
    done = Pulled(DONE, remote)
    if "--dry-run" not in words:
        done = bring(repo, settings, remote)
    code = process.attach(("git", "pull", *words), cwd=cwd, to_stderr=to_stderr, configured=True)
    return done if code == DONE or done.exit_code == OFFLINE else done._replace(exit_code=code)


def bring(repo: Repo, settings: Settings, remote: str) -> Pulled:
    """Bring in the records of a remote, and of the one that only records go to."""
    done = Pulled(DONE, remote)
    apart = settings.text("meta.remote")
    for name in dict.fromkeys(filter(None, [remote, apart])):
        if not remotes.named(repo, name):
            note = f"{name} is no remote of this clone, so its records are not looked for"
            done = done._replace(notes=(*done.notes, note))
            continue
        try:
            folded = sync.receive(repo, name, sync.listed(repo, name))
        except AnvcsError as error:
            code = error.exit_code if error.exit_code == OFFLINE else PARTLY
            note = f"records of {name} did not come: {error.message}"
            done = done._replace(exit_code=code, notes=(*done.notes, note))
            continue
        done = done._replace(
            received=done.received + len(folded.commits),
            set_aside=done.set_aside + folded.set_aside,
        )
        if settings.flag("journal.sync"):
            from git_anvcs.flows.journal import with_remote

            journal = with_remote.with_pull(repo, settings, name)
            notes = (*done.notes, *journal.notes)
            done = done._replace(exit_code=done.exit_code or journal.exit_code, notes=notes)
    return done

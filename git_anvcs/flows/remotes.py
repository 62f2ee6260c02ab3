"""Which remote a `git push` or `git pull` means, told from its words as Git tells it."""

from collections.abc import Collection, Sequence

from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError


def named(repo: Repo, remote: str) -> bool:
    """Whether this clone knows a remote of that name (a URL is none)."""
    if not remote or remote.startswith("-"):
        return False
    return repo.try_git("config", "--get-all", f"remote.{remote}.url").returncode == 0


def for_push(repo: Repo, words: Sequence[str], takes_value: Collection[str]) -> str:
    """The remote (or URL) that `git push WORDS` sends to; empty when there is none."""
    named_as_option = [w.removeprefix("--repo=") for w in words if w.startswith("--repo=")]
    positional = _first(words, takes_value)
    if positional or named_as_option:
        return positional or named_as_option[-1]
    branch = _branch(repo)
    for key in (f"branch.{branch}.pushRemote", "remote.pushDefault", f"branch.{branch}.remote"):
        found = config.get(repo, key) if branch or key == "remote.pushDefault" else ""
        if found:
            return found
    return _usual(repo)


def for_pull(repo: Repo, words: Sequence[str], takes_value: Collection[str]) -> str:
    """The remote (or URL) that `git pull WORDS` takes from; empty when there is none."""
    branch = _branch(repo)
    configured = config.get(repo, f"branch.{branch}.remote") if branch else ""
    return _first(words, takes_value) or configured or _usual(repo)


def only_names(words: Sequence[str]) -> None:
    """Raise UsageError for an option of Git's where Git is not asked."""
    options = [word for word in words if word.startswith("-") and word != "--"]
    if options:
        raise UsageError(f"{options[0]} is git's, and --records starts no git push or pull")


def _first(words: Sequence[str], takes_value: Collection[str]) -> str:
    """The first word that is neither an option nor an option's value."""
    at = 0
    while at < len(words):
        word = words[at]
        if word == "--":
            return words[at + 1] if at + 1 < len(words) else ""
        if not word.startswith("-"):
            return word
        at += 2 if word in takes_value else 1
    return ""


def _branch(repo: Repo) -> str:
    done = repo.try_git("symbolic-ref", "--quiet", "--short", "HEAD")
    return done.stdout.decode(errors="surrogateescape").strip() if done.returncode == 0 else ""


def _usual(repo: Repo) -> str:
    """`origin`, or the only remote there is (git-push(1))."""
    known = repo.git("remote").decode(errors="surrogateescape").split("\n")[:-1]
    if "origin" in known:
        return "origin"
    return known[0] if len(known) == 1 else ""

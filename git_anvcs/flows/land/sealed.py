"""The merge commits that land, signed where Git is told to sign commits (commit.gpgSign).

A fold makes many commits that never land; nobody is asked for a passphrase for those.
"""

from collections.abc import Sequence

from git_anvcs.flows.land.fold import Step
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import AnvcsError


def sealed(repo: Repo, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same steps, as signed commits if Git is told to sign; the trees are what they were."""
    if repo.git("config", "--type=bool", "--get", "commit.gpgSign", allow=(0, 1)) != b"true\n":
        return tuple(steps)
    found: list[Step] = []
    for step in steps:
        before = found[-1].commit if found else step.before
        if not step.made:
            found.append(step._replace(commit=before, before=before))
            continue
        heads = ("-p", before, "-p", step.tip.commit)
        message = repo.git("log", "-1", "--format=%B", step.commit)
        try:
            said = repo.git("commit-tree", "-S", step.tree, *heads, "-F", "-", stdin=message)
        except GitFailed as error:
            raise AnvcsError(
                f"the merge of {step.tip.name} cannot be signed: {error.message}",
                hint="mend the key, or set commit.gpgSign to false; nothing was changed",
            ) from error
        found.append(step._replace(commit=said.decode().strip(), before=before))
    return tuple(found)

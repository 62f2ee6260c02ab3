"""Story: a person or a harness says what the next commits of this worktree are.

`git anvcs context set|show|clear`: one line into the spool, so that it is in order with the
commits around it. Also the place where flows read the environment.
"""

from collections.abc import Mapping
from functools import lru_cache
import os
from typing import TYPE_CHECKING, Any

from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import models, prompts
from git_anvcs.provenance.claim import is_agent_id
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths

if TYPE_CHECKING:
    from git_anvcs.kernel.settings import Settings


def said(
    paths: Paths,
    *,
    agent: str | None = None,
    model: str | None = None,
    prompt: str | None = None,
    policy: str | None = None,
) -> dict[str, Any]:
    """What was said, checked, in the form claims read; the prompt is redacted and put away.

    Raises UsageError before anything is written.
    """
    check(agent=agent, model=model, policy=policy)
    found: dict[str, Any] = {}
    if agent:
        found["agent"] = agent
    if model:
        found["model"] = model
    if policy:
        found["prompt_policy"] = policy
    if prompt:
        kept = prompts.keep(paths, prompt)
        found |= {"prompt_mac": kept.mac, "redactions": kept.redactions}
    return found


def check(*, agent: str | None, model: str | None, policy: str | None) -> None:
    """Raise UsageError when a value cannot stand in a record."""
    if agent is not None and not is_agent_id(agent):
        raise UsageError(
            f"{agent!r} cannot name an agent",
            hint="use TOOL:SESSION, such as claude:42, or `human`; no spaces",
        )
    if model is not None and not models.is_reference(model):
        raise UsageError(
            f"{model!r} does not name a model",
            hint="use PROVIDER/MODEL, such as anthropic/claude-opus-4-6",
        )
    if policy is not None and policy not in prompts.POLICIES:
        raise UsageError(
            f"{policy!r} is no prompt policy", hint=f"one of {', '.join(prompts.POLICIES)}"
        )


def tell(repo: Repo, op: str, **facts: Any) -> None:
    """Write a `context` line for this worktree."""
    worktree = spool.worktree_of(repo.git_dir, repo.common_dir)
    line: Mapping[str, Any] = {"ts": clock.now(), "op": op, **facts}
    spool.append(Paths(repo.common_dir), "context", worktree, line)


def in_force(repo: Repo) -> "Settings | None":
    """The settings of this process's environment; None where they cannot be read."""
    from git_anvcs.flows import settings

    try:
        return settings.load(repo, os.environ)
    except AnvcsError:
        return None


def place_of(in_force: "Settings", alias: str) -> str:
    """What the alias of a store stands for here, see `store_places`."""
    from git_anvcs.flows import store_places

    return store_places.place_of(in_force, os.environ, alias)


@lru_cache(maxsize=4)
def prompt_policy(repo: Repo) -> str:
    """How much of a prompt a record of this repository holds; the strictest on any doubt."""
    try:
        from git_anvcs.flows import settings

        policy = settings.load(repo, os.environ).text("prompt.policy")
    except AnvcsError:
        return prompts.HASH_ONLY
    return policy if policy in prompts.POLICIES else prompts.HASH_ONLY

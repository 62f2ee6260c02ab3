"""A commit that was made here, as a hook's line and HEAD's reflog tell it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from git_anvcs.git.reflog import Move

_ID_SIZES = (40, 64)
# What the reflog calls a move that makes no commit.
_NO_COMMIT = ("checkout", "clone", "reset", "branch", "switch", "update", "fetch", "push")
# What may say that it only moved on to a commit that was there ("Fast-forward", of a rebase small).
_FORWARDS = ("merge", "pull", "rebase")
_REBASE_STEPS = ("(start)", "(finish)", "(abort)", "(reset)")
_JOINING_STEPS = ("(squash)", "(fixup)", "(continue)")


class Made(NamedTuple):
    """One commit.

    action: the reflog's message; old: where HEAD was before (empty: not known)
    picked, reverted: CHERRY_PICK_HEAD and REVERT_HEAD when the hook ran
    replaced: commits it was declared to replace (post-rewrite), oldest first
    squashed: what the `git merge --squash` before it put together, oldest first
    claim: what was known of who made it
    """

    oid: str
    worktree: str = "."
    action: str = ""
    old: str = ""
    ref: str = ""
    picked: str = ""
    reverted: str = ""
    replaced: tuple[str, ...] = ()
    squashed: tuple[str, ...] = ()
    claim: Mapping[str, object] = {}

    @property
    def in_rebase(self) -> bool:
        """Whether a rebase made it, as opposed to a person in the middle of one."""
        return is_rebase(self.action)

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> "Made":
        """Read back from a spool line or the state; what does not fit counts as not known."""
        claim = value.get("claim")
        return cls(
            oid=_oid(value.get("oid")),
            worktree=_text(value.get("worktree")) or ".",
            action=_text(value.get("action")),
            old=_oid(value.get("old")),
            ref=_text(value.get("ref")),
            picked=_oid(value.get("picked")),
            reverted=_oid(value.get("reverted")),
            replaced=oids(value.get("replaced")),
            squashed=oids(value.get("squashed")),
            claim=claim if isinstance(claim, Mapping) else {},
        )


def from_line(line: Mapping[str, object], worktree: str, move: Move | None) -> Made:
    """A `commit` or `merge` line of the spool, and the reflog's word about the same commit."""
    made = Made.from_json({**line, "oid": line.get("commit")})
    action = move.message if move else made.action
    return made._replace(worktree=worktree, action=action, old=_old(move), claim={})


def from_move(move: Move, worktree: str) -> Made:
    """A commit that only the reflog tells of."""
    return Made(move.new, worktree, move.message, _old(move))


def makes_commit(message: str) -> bool:
    """Whether a reflog message may be of a new commit; who is in doubt looks at the commit."""
    verb, _, rest = message.partition(": ")
    first = verb.split(" ")[0]
    if first in _NO_COMMIT or (first in _FORWARDS and rest.lower() == "fast-forward"):
        return False
    return not any(step in verb for step in _REBASE_STEPS)


def surely_makes_commit(message: str) -> bool:
    """Whether Git itself wrote this message for a commit it made."""
    verb = message.split(":", 1)[0].split(" ", maxsplit=1)[0]
    known = ("commit", "cherry-pick", "revert", "am", "merge", "pull", "rebase")
    return verb in known and makes_commit(message)


def has_hook(message: str) -> bool:
    """Whether Git runs `post-commit` or `post-merge` after a move with this message."""
    verb, _, step = message.split(":", 1)[0].partition(" ")
    # A pick may be one of `rebase --apply`, which runs no hook.
    known = verb in ("commit", "cherry-pick", "revert", "merge")
    rebases = verb == "rebase" and bool(step) and "(pick)" not in step
    return (known or rebases) and makes_commit(message)


def is_rebase(message: str) -> bool:
    verb = message.split(":", 1)[0]
    return verb.startswith("rebase") or ("--rebase" in verb and "(" in verb)


def joins(message: str) -> bool:
    """Whether a rebase's step put a commit together with the one before it."""
    verb = message.split(":", 1)[0]
    return is_rebase(message) and any(step in verb for step in _JOINING_STEPS)


def oids(value: object) -> tuple[str, ...]:
    """The object ids in a list; nothing else passes."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return ()
    return tuple(found for item in value if (found := _oid(item)))


def _old(move: Move | None) -> str:
    return move.old if move and move.old.strip("0") else ""


def _oid(value: object) -> str:
    if not isinstance(value, str) or len(value) not in _ID_SIZES:
        return ""
    return "" if value.strip("0123456789abcdef") else value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

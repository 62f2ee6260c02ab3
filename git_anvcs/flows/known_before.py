"""Which lines that a landing lacks the other side had once, and gave up itself.

A branch whose first half was squashed into the target and that went on since meets its own older
lines there: nothing is lost when its newer ones stay. Only losses are looked at, and these are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from git_anvcs.flows.landed_paths import Lost, read
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo
from git_anvcs.merge import conserve
from git_anvcs.merge.conserve import Tokens

_LOG = ("log", "--format=", "--raw", "-z", "--no-abbrev", "--no-renames", "--full-history")
_MOST_BLOBS = 500  # versions of the paths of one landing


def set_apart(repo: Repo, losses: Iterable[Lost]) -> Iterator[Lost]:
    """The losses, what the other side gave up itself among those that were decided."""
    landed: dict[str, list[Lost]] = defaultdict(list)
    for lost in losses:
        landed[lost.landing.commit].append(lost)
    for found in landed.values():
        yield from _of_one(repo, found)


def _of_one(repo: Repo, found: list[Lost]) -> Iterator[Lost]:
    open_ones = [lost for lost in found if not lost.loss.decided]
    seen: dict[int, Tokens] = {}
    for side in {lost.loss.side for lost in open_ones}:
        wanted = [lost for lost in open_ones if lost.loss.side == side]
        seen[side] = _ever(repo, wanted, side)
    for lost in found:
        if lost.loss.decided:
            yield lost
        else:
            yield from _split(lost, seen[lost.loss.side])


def _ever(repo: Repo, wanted: Sequence[Lost], side: int) -> Tokens:
    """The lines that the other sides had in these paths at any time since the base."""
    landing = wanted[0].landing
    others = [commit for number, commit in enumerate(landing.sides) if number != side]
    paths = dict.fromkeys(name for lost in wanted for name in lost.names)
    ends = [*others, *(f"^{base}" for base in landing.bases), "--", *paths]
    done = repo.try_git("--literal-pathspecs", *_LOG, *ends, env=NO_FETCH)
    heads = (part for part in done.stdout.split(b"\0") if part.lstrip(b"\n").startswith(b":"))
    versions = [oid.decode() for head in heads for oid in head.split(b" ")[2:4]]
    blobs = dict.fromkeys(oid for oid in versions if oid.strip("0"))
    ever: Tokens = Tokens()
    for text in read(repo, list(blobs)[:_MOST_BLOBS]).values():
        ever |= conserve.tokens(text)
    return ever


def _split(lost: Lost, ever: Tokens) -> Iterator[Lost]:
    """One loss as what the other side knew, and what it never saw."""
    loss = lost.loss
    if loss.kind == conserve.RESURRECTED_LINE or not loss.lines:
        yield lost
        return
    telling = [line for line in loss.lines if conserve.telling(line.text.strip())]
    new = tuple(line for line in telling if not ever[line.text.strip()])
    if loss.kind == conserve.LOST_LINE:
        known = tuple(line for line in telling if ever[line.text.strip()])
        for lines, decided in ((new, False), (known, True)):
            if lines:
                yield lost._replace(loss=loss._replace(lines=lines, decided=decided))
    else:
        yield lost._replace(loss=loss._replace(decided=not new))

"""Ask for proposals for open conflicts, check what comes back, keep it; put one into its file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import kept_proposals as kept
from git_anvcs.flows.kept_proposals import OFFERED, PUT_IN, REFUSED, Proposal
from git_anvcs.flows.proposals import proposer
from git_anvcs.flows.proposals.proposer import NoAnswer, Proposer
from git_anvcs.flows.review import put
from git_anvcs.flows.review.items import OPEN, Item
from git_anvcs.flows.review.look import File, Review
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge import engine, lines, markers, places, proposed, registry
from git_anvcs.merge.notebook import inside
from git_anvcs.merge.proposed import Hunk, Within
from git_anvcs.merge.result import NotUnderstood, Versions
from git_anvcs.provenance.redact import redact

AROUND = 40  # lines before and after a conflict that are told
WIDE = 1 << 16  # bytes of a conflict, or of what is told around it; more is no question

Each = Callable[[Sequence[Item]], Iterable[Item]]


class Question(NamedTuple):
    """What is asked about one open conflict, without its secrets.

    secret: the conflict itself holds one, so that nobody outside may decide it
    """

    item: Item
    hunk: Hunk
    sent: bytes
    redacted: int
    secret: bool


def questions(repo: Repo, review: Review, chosen: Sequence[Item]) -> Iterator[Question]:
    """The questions about those of the items that are conflicts in a text."""
    for item in chosen:
        file = review.file_of(item)
        if item.state == OPEN and item.line:
            hunk = hunk_of(repo, file, item)
            if hunk is not None:
                yield _question(review, file, item, hunk)


def offer(
    repo: Repo, review: Review, who: Proposer, chosen: Sequence[Item], each: Each = iter
) -> list[Proposal]:
    """Ask about the open items, one after the other; each answer is kept, good or not.

    Raises what makes all further questions useless: Offline, AnvcsError.
    """
    asked = {one.item.id: one for one in questions(repo, review, chosen)}
    found = []
    for item in each([one for one in chosen if one.id in asked]):
        made = _answered(repo, who, asked[item.id])
        kept.keep(repo, made)
        found.append(made)
    return found


def accept(repo: Repo, review: Review, item: Item, proposal: Proposal, by: str) -> Proposal:
    """Put a proposal into its file; it is kept with what is needed to take it out again.

    Raises AnvcsError where the conflict is not as it was.
    """
    file = review.file_of(item)
    hunk = hunk_of(repo, file, item)
    if proposal.state == REFUSED or hunk is None or _block(hunk) != proposal.block:
        raise AnvcsError(f"{item.id}: there is no proposal for this conflict as it is now")
    there = put.read(repo, file)
    new = answered(there.now, [(hunk, proposal)])
    put.checked(file, new)
    put.write(repo, file, there, new, in_progress=False)
    made = proposal._replace(state=PUT_IN, by=by, start=hunk.start, whole=lines.decoded(new))
    if hunk.within:
        made = _in_file(made, b"".join(there.now), new)
    kept.keep(repo, made)
    return made


def answered(now: Sequence[bytes], answers: Sequence[tuple[Hunk, Proposal]]) -> bytes:
    """A file with the proposals in place of their conflicts; now: its lines."""
    rows = [(hunk, lines.split(one.text.encode())) for hunk, one in answers]
    cells = [(hunk.within.conflict, made) for hunk, made in rows if hunk.within]
    if cells:
        return inside.replaced(b"".join(now), rows[0][0].options.marker_size, cells)
    text = list(now)
    for hunk, made in sorted(rows, key=lambda row: -row[0].start):
        text[hunk.start : hunk.end] = made
    return b"".join(text)


def _in_file(made: Proposal, before: bytes, after: bytes) -> Proposal:
    """With the lines of the file that were written, and those that stood there: a cell's lines are
    strings in it, and what says that the cell is open goes with them."""
    old, new = lines.split(before), lines.split(after)
    most = min(len(old), len(new))
    first = next((at for at in range(most) if old[at] != new[at]), most)
    most -= first
    last = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    was, now = old[first : len(old) - last], new[first : len(new) - last]
    return made._replace(
        start=first, was=lines.decoded(b"".join(was)), now=lines.decoded(b"".join(now))
    )


def take_out(repo: Repo, file: File, proposal: Proposal) -> None:
    """Put back the conflict that a proposal stood for. Raises AnvcsError where it was edited."""
    there = put.read(repo, file)
    found = kept.standing(proposal, b"".join(there.now), file.options.marker_size)
    if found is None:
        raise AnvcsError(
            f"{proposal.id}: this place of {file.path} was edited since: nothing was changed"
        )
    place, standing = found
    new = b"".join(places.exchanged(there.now, standing, place.before))
    put.write(repo, file, there, new, in_progress=False)
    kept.keep(repo, proposal._replace(state=OFFERED, by="", whole="", start=0))


def hunk_of(repo: Repo, file: File, item: Item) -> Hunk | None:
    """The conflict as it lies in the file now; None where it is not there."""
    now = put.read(repo, file).now
    if not engine.utf8(b"".join(now)):
        return None
    on_lines = markers.has_markers(b"".join(now), file.options.marker_size)
    if registry.format_of(file.path) == "notebook" and not on_lines:
        return _in_cell(file, item, b"".join(now))
    try:
        parsed = markers.parse(b"".join(now), file.options.marker_size)
    except ValueError:
        return None
    spans = [
        (start, start + len(token))
        for start, token in _numbered(places.tokens(now, file.options.marker_size))
        if isinstance(token, tuple)
    ]
    clashes = [chunk for chunk in parsed.chunks if chunk.kind == "conflict"]
    for (start, end), chunk in zip(spans, clashes, strict=True):
        here = Versions(
            *(
                b"".join(text[a:b])
                for text, a, b in zip(parsed.texts, chunk[1::2], chunk[2::2], strict=True)
            )
        )
        if here == item.versions and start + 1 == item.line:
            return Hunk(
                file.options,
                registry.format_of(file.path),
                file.versions,
                tuple(now),
                start,
                end,
                here._replace(base=here.base or _base(file, here)),
            )
    return None


def _in_cell(file: File, item: Item, now: bytes) -> Hunk | None:
    """The conflict in the source of a cell; a cell that one side deleted is for a person."""
    size = file.options.marker_size
    try:
        found = inside.find(now, size).inside
    except (NotUnderstood, ValueError):
        return None
    for one in found:
        if one.here == item.versions and one.line == item.line and one.edited:
            here = one.here._replace(base=one.here.base or _base(file, one.here))
            cell = markers.parse(b"".join(one.source), size).versions()
            if not one.here.base:  # the markers do not show it
                around = b"".join(one.source[: one.start]), b"".join(one.source[one.end :])
                cell = cell._replace(base=around[0] + here.base + around[1])
            form = one.format if one.format in ("python", "markdown") else "text"
            if form == "python":
                cell = Versions(*(inside.masked([side]) or b"" for side in cell))
            within = Within(file.versions, now, one)
            rows = one.source, one.start, one.end
            return Hunk(file.options, form, cell, *rows, here, within)
    return None


def _numbered(
    tokens: Iterable[bytes | tuple[bytes, ...]],
) -> Iterator[tuple[int, bytes | tuple[bytes, ...]]]:
    line = 0
    for token in tokens:
        yield line, token
        line += len(token) if isinstance(token, tuple) else 1


def _base(file: File, here: Versions) -> bytes:
    """The base of a conflict whose markers do not show it, where the engine has told."""
    sides = (lines.decoded(here.ours), lines.decoded(here.theirs))
    told = (one.base for one in file.result.conflicts if (one.ours, one.theirs) == sides)
    return next(told, "").encode()


def _block(hunk: Hunk) -> str:
    return lines.decoded(b"".join(hunk.now[hunk.start : hunk.end]))


def _question(review: Review, file: File, item: Item, hunk: Hunk) -> Question:
    before = b"".join(hunk.now[max(0, hunk.start - AROUND) : hunk.start])[-WIDE:]
    after = b"".join(hunk.now[hunk.end : hunk.end + AROUND])[:WIDE]
    texts = {
        "before": lines.decoded(before),
        "after": lines.decoded(after),
        **{side: lines.decoded(text) for side, text in hunk.here._asdict().items()},
        "path": item.path,
        "where": item.where,
        "labels": " | ".join(file.options.labels),
    }
    clean = {name: redact(text) for name, text in texts.items()}
    secret = any(clean[side].text != texts[side] for side in ("base", "ours", "theirs"))
    facts = {
        "v": 1,
        "format": hunk.format,
        "why": item.why,
        "operation": review.subject.kind,
        **{name: found.text for name, found in clean.items()},
    }
    redacted = sum(found.total for found in clean.values())
    return Question(item, hunk, proposer.question(facts), redacted, secret)


def _answered(repo: Repo, who: Proposer, asked: Question) -> Proposal:
    item, hunk = asked.item, asked.hunk
    made = Proposal(
        item.id,
        item.path,
        REFUSED,
        block=_block(hunk),
        proposer=who.name,
        prompt_sha256=sha256(proposer.TASK.encode() + b"\0" + asked.sent).hexdigest(),
        redacted=asked.redacted,
        at=clock.rfc3339(clock.now()),
    )
    if asked.secret:
        return made._replace(why="the conflict holds what may be a secret: it was not sent")
    if sum(map(len, hunk.here)) > WIDE:
        return made._replace(why="the conflict is too large: it was not sent")
    try:
        answer = proposer.ask(who, asked.sent, proposed.limit(hunk), Path(repo.root))
        good = proposed.judged(answer, hunk)
    except (NoAnswer, proposed.Refused) as error:
        return made._replace(why=str(error))
    text = lines.decoded(b"".join(good.lines))
    return made._replace(state=OFFERED, text=text, left_out=good.left_out)

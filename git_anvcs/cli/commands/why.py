"""Say why a line is there: who wrote it, on whose prompt, and whether the tests passed.

FILE:LINE, FILE:10-20 or FILE#name (a function, as git log -L finds it), now or in REV. With
--history also the commits that changed the lines before.

Example:
  git anvcs why src/parser.py:42
  git anvcs why src/parser.py#parse HEAD~3 --history
"""

from argparse import ArgumentParser
from collections.abc import Iterator
import re

from git_anvcs.cli import described, paint
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.flows import reading, why
from git_anvcs.flows.why import Past, Place, Reason
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe, safe_bytes, shown
from git_anvcs.provenance import summary

_MOST_LINES = 5


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("place", metavar="FILE:LINE", help="or FILE:10-20, FILE#name, FILE LINE")
    parser.add_argument("more", nargs="*", metavar="REV", help="the version to look at")
    parser.add_argument(
        "--history", action="store_true", help="also the commits that changed the lines before"
    )


def run(call: Call) -> int:
    place = place_of(call.args.place, call.args.more)
    reading.ready(call.repo, call.output.note)
    reasons = why.explain(call.repo, call.cwd, place, history=call.args.history)
    value = {"path": shown(place.file), "reasons": [_json(reason) for reason in reasons]}
    call.output.answer(value, lambda: "\n\n".join(_text(call, place, each) for each in reasons))
    return 0


def place_of(place: str, more: list[str]) -> Place:
    """What the words point at. Raises UsageError."""
    file, lines = place, ""
    if found := re.fullmatch(r"(.+):(\d+)(?:[-,](\d+))?", place, re.DOTALL):
        file, lines = found[1], f"{found[2]},{found[3] or found[2]}"
    elif more and (found := re.fullmatch(r"(\d+)(?:[-,](\d+))?", more[0])):
        lines, more = f"{found[1]},{found[2] or found[1]}", more[1:]
    elif found := re.fullmatch(r"(.+)#([^#]+)", place, re.DOTALL):
        file, lines = found[1], f":{_funcname(found[2])}"
    if not lines or len(more) > 1:
        raise UsageError(
            "which line? give FILE:LINE" if not lines else f"what is {more[1]!r}?",
            hint="git anvcs why src/parser.py:42 [REV]",
        )
    return Place(file, lines, more[0] if more else None)


def _funcname(name: str) -> str:
    """A name as the regular expression `git blame -L :…` takes: a whole word, wildcards off."""
    return re.sub(r"([][\\.*^$/:+?(){}|])", r"[\1]", name).replace("[[]", "\\[")


def _text(call: Call, place: Place, reason: Reason) -> str:
    colour = call.output.colour
    head = [
        f"{safe(place.file)}:{line.number}  {safe_bytes(line.text)}"
        for line in reason.lines[:_MOST_LINES]
    ]
    if len(reason.lines) > _MOST_LINES:
        head.append(f"… to line {reason.lines[-1].number}")
    commit, record = reason.commit, reason.record
    if commit is None:
        return "\n".join([*head, "  not committed yet"])
    ident = styled(commit.oid[:12], "yellow", colour=colour)
    rows = [
        ("commit", f"{ident}  {safe(commit.subject)}"),
        ("author", f"{safe(commit.author)}, {commit.date}"),
        *described.who(record, colour=colour, found=reason.attribution.who),
        *described.prompt(reason.prompt),
        *described.tests(record, commit.tree, colour=colour),
        *described.signature(commit),
        *(described.lineage(record) if record else ()),
        *(("before" if not n else "", line) for n, line in enumerate(_past(reason, colour=colour))),
    ]
    if record is None:
        rows.append(("", "nobody said who made this commit: `git anvcs init` records new ones"))
    return "\n".join([*head, *described.table(rows, colour=colour)])


def _past(reason: Reason, *, colour: bool) -> Iterator[str]:
    for commit, record in reason.history:
        who = summary.who(record)
        name = paint.agent_paint(who, paint.described(who), colour=colour)
        mark = paint.mark(summary.tests(record), colour=colour)
        ident = styled(commit.oid[:12], "yellow", colour=colour)
        yield f"{ident} {commit.date[:10]} {mark} {name}  {safe(commit.subject)}"


def _json(reason: Reason) -> dict[str, object]:
    commit, record = reason.commit, reason.record
    who, exact = reason.attribution
    value: dict[str, object] = {
        "from": reason.lines[0].number,
        "to": reason.lines[-1].number,
        "text": [shown(line.text.decode(errors="surrogateescape")) for line in reason.lines],
        **summary.facts(record),
        "kind": who.kind,
        "agent": who.agent or None,
        "session": who.session or None,
        "model": who.model or None,
        "exact": exact,
        "prompt": shown(reason.prompt.text) if reason.prompt.text is not None else None,
        "prompt_withheld": reason.prompt.why or None,
        "commit": None,
    }
    if commit is not None:
        value |= {
            "commit": commit.oid,
            "author": shown(commit.author),
            "date": commit.date,
            "subject": shown(commit.subject),
            "signature": described.SIGNATURES.get(commit.signature, "signed"),
            "signer": shown(commit.signer) or None,
            "lineage": list(record.lineage) if record else [],
            "history": [_json_past(past) for past in reason.history],
        }
    return value


def _json_past(past: Past) -> dict[str, object]:
    commit = past.commit
    return {
        "commit": commit.oid,
        "date": commit.date,
        "subject": shown(commit.subject),
        **summary.facts(past.record),
    }

"""Show git log with what is known of each commit: agent, model, tests, lane.

Takes git log's own options and paths. The record stands in a header line `Agent:`, in short
formats on the commit's line. With --json: hashes, people, message and record of each commit.

Example:
  git anvcs log --oneline -20
  git anvcs log -p --filter 'agent:codex,tests:failed' -- src
"""

from argparse import ArgumentParser
from collections.abc import Iterator
import re
import sys

from git_anvcs.cli import paint
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.cli.pager import paged
from git_anvcs.flows import read_log, reading
from git_anvcs.flows.read_log import BEGIN, HEAD, TAIL, Piece, Wanted
from git_anvcs.git import config
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe, safe_bytes, safe_coloured, shown
from git_anvcs.provenance import filters, pretty, summary
from git_anvcs.provenance.filters import Filter

_JSON_FIELDS = {
    "tree": "%T",
    "author": "%aN",
    "author_email": "%aE",
    "author_date": "%aI",
    "committer": "%cN",
    "committer_email": "%cE",
    "committer_date": "%cI",
    "refs": "%D",
    "subject": "%s",
    "body": "%b",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs log [--filter FILTER] [options of git log] [REV…] [--] [PATH…]"
    parser.add_argument(
        "--filter", action="append", default=[], metavar="FILTER", help="agent:NAME,tests:failed,…"
    )


def run(call: Call) -> int:
    chosen = filters.parse(*call.args.filter) if call.args.filter else Filter()
    words = call.rest
    if chosen.pathspecs:
        before, paths = pretty.split_paths(words)
        words = [*before, *(paths or ["--"]), *chosen.pathspecs]
    words, limit = _limit(words) if chosen.terms else (words, None)
    if chosen.terms and {"--graph", "--reverse"} & set(words):
        raise UsageError(
            "--filter does not go with --graph or --reverse",
            hint="git anvcs graph --filter FILTER draws a filtered graph",
        )
    reading.ready(call.repo, call.output.note)
    if call.output.as_json:
        _print_json(call, words, chosen, limit)
        return 0
    form = pretty.choose(words, config.get(call.repo, "format.pretty"), refs=call.output.colour)
    colour = ["--color=always"] if call.output.colour else []
    pieces = read_log.read(
        call.repo, call.cwd, Wanted(form.template, [*colour, *form.options], chosen, limit)
    )
    with paged(call):
        _print(pieces, colour=call.output.colour, graph="--graph" in form.options)
    return 0


def _print(pieces: Iterator[Piece], *, colour: bool, graph: bool) -> None:
    encoding = sys.stdout.encoding
    sys.stdout.flush()
    last = b"\n"
    for piece in pieces:
        raw = piece.text  # without colours a patch stays as Git wrote it
        if piece.kind != TAIL or colour:
            raw = _text(piece, colour=colour, graph=graph).encode(encoding, "backslashreplace")
        sys.stdout.buffer.write(raw)
        last = raw or last
    if not last.endswith((b"\n", b"\0")):  # format: puts nothing after the last commit
        sys.stdout.buffer.write(b"\n")


def _text(piece: Piece, *, colour: bool, graph: bool) -> str:
    match piece.kind:
        case "+":
            return ""
        case "head":  # the lines of a graph are coloured by Git, in between of the texts
            raw = piece.text.decode(errors="surrogateescape")
            return safe_coloured(raw) if graph else safe_bytes(piece.text)
        case "-":
            return safe_coloured(piece.text.decode(errors="surrogateescape"))
        case "who":
            return _said(piece, colour=colour)
        case "merge" if len(piece.parents) > 1:
            listed = " ".join(oid[:7] for oid in piece.parents)
            return f" (merge: {listed})" if graph else f"\nMerge: {listed}"
        case "Y" if colour:
            return "\x1b[33m"
        case "/" if colour:
            return "\x1b[m"
        case _:
            return ""


def _said(piece: Piece, *, colour: bool) -> str:
    """`claude-code · claude-opus-4 ✓ main`."""
    who = summary.who(piece.record)
    parts = [
        paint.agent_paint(who, paint.described(who), colour=colour),
        paint.mark(summary.tests(piece.record), colour=colour),
        styled(safe(lane), "dim", colour=colour) if (lane := summary.lane(piece.record)) else "",
    ]
    return " ".join(part for part in parts if part)


def _print_json(call: Call, words: list[str], chosen: Filter, limit: int | None) -> None:
    if "--graph" in words:
        raise UsageError("--graph has no JSON form", hint="git anvcs graph --json")
    before, paths = pretty.split_paths(words)
    options = [*_without_format(before), "--no-color", "--no-show-signature", *paths]
    wanted = Wanted(f"format:{'%x00'.join(_JSON_FIELDS.values())}", options, chosen, limit)
    call.output.stream("commits", _json(read_log.read(call.repo, call.cwd, wanted)))


def _json(pieces: Iterator[Piece]) -> Iterator[dict[str, object]]:
    now: Piece | None = None
    head, tail = b"", b""
    for piece in pieces:
        if piece.kind == BEGIN:
            if now:
                yield _entry(now, head, tail)
            now, head, tail = piece, b"", b""
        elif piece.kind == HEAD:
            head += piece.text
        else:
            tail += piece.text
    if now:
        yield _entry(now, head, tail)


def _entry(commit: Piece, head: bytes, tail: bytes) -> dict[str, object]:
    values = [shown(field.decode(errors="surrogateescape")) for field in head.split(b"\0")]
    fields: dict[str, object] = dict(zip(_JSON_FIELDS, values, strict=True))
    fields["refs"] = str(fields["refs"]).split(", ") if fields["refs"] else []
    extra = shown(tail.decode(errors="surrogateescape")).strip("\n\0")
    return {
        "commit": commit.commit,
        "parents": list(commit.parents),
        **fields,
        **summary.facts(commit.record),
        "record": commit.record.value if commit.record else None,
        **({"extra": extra} if extra else {}),
    }


def _without_format(words: list[str]) -> list[str]:
    return [
        word
        for word in words
        if word not in ("--oneline", "--pretty") and not word.startswith(("--format=", "--pretty="))
    ]


def _limit(words: list[str]) -> tuple[list[str], int | None]:
    """Take `-n N` out: it counts the commits that are shown, so Git must not count first."""
    options, paths = pretty.split_paths(words)
    kept: list[str] = []
    limit = None
    rest = iter(options)
    for word in rest:
        found = re.fullmatch(r"(?:-n|-|--max-count=)(\d+)", word)
        if found or word in ("-n", "--max-count"):
            number = found[1] if found else next(rest, "")
            if not number.isdigit():
                raise UsageError(f"{word} takes a number", hint="git anvcs log -n 20")
            limit = int(number)
        else:
            kept.append(word)
    return [*kept, *paths], limit

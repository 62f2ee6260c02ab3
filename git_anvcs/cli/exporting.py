"""`git anvcs meta export`: records in whose words, signed or not, and to where."""

from argparse import ArgumentParser
from collections.abc import Mapping

from git_anvcs.cli.command import Call
from git_anvcs.flows import exchange
from git_anvcs.kernel.errors import DONE, UsageError
from git_anvcs.provenance import codec, records
from git_anvcs.provenance.record import Record
from git_anvcs.store import atomic


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("export")
    group.add_argument("--output", metavar="FILE", help="write it there (- is standard output)")
    group.add_argument("--sign", action="store_true", help="in-toto: sign each statement (DSSE)")
    group.add_argument(
        "--store", action="store_true", help="with --sign: keep the envelopes in refs/anvcs/attest"
    )


def run(call: Call) -> int:
    """Print or write the records of the commits named, in the words of --format."""
    args = call.args
    if args.sign and args.format != "in-toto":
        raise UsageError("only statements are signed: add --format in-toto")
    if args.store and not args.sign:
        raise UsageError("what is stored is signed: add --sign")
    commits = exchange.chosen(call.repo, args.words)
    if args.format == "anvcs":
        return _export_all(call, commits)
    found = records.read(call.repo, commits)
    if args.format == "git-ai" and len(found) != 1 and not call.output.as_json:
        raise UsageError("a note is of one commit: name it, or use --json for several")
    _note_missing(call, len(commits) - len(found))
    made = _texts(call, found)
    facts = {"format": args.format, "signed": args.sign and not args.dry_run, "exported": made}
    return _put(call, facts, "".join(f"{text}\n" for text in made.values()))


def _export_all(call: Call, commits: list[str]) -> int:
    """Every stored record of the commits, byte for byte."""
    texts = records.texts(call.repo, commits)
    _note_missing(call, len(commits) - len(texts))
    found = [r for commit in commits for r in codec.decode(texts.get(commit, b"")).records]
    lines = "".join(f"{record.line.decode(errors='replace')}\n" for record in found)
    return _put(call, {"records": [record.value for record in found]}, lines)


def _texts(call: Call, found: Mapping[str, Record]) -> dict[str, str]:
    if not call.args.sign:
        if call.args.format == "in-toto":
            call.output.note("the statements are not signed; --sign does")
        written = {c: exchange.written(record, call.args.format) for c, record in found.items()}
        return {commit: text.rstrip("\n") for commit, text in written.items()}
    if call.args.dry_run:
        call.output.note("not signed in a dry run")
        return {commit: exchange.written(record, "in-toto") for commit, record in found.items()}
    from git_anvcs.flows import attest
    from git_anvcs.provenance import envelopes

    made = {commit: attest.signed(call.repo, record) for commit, record in found.items()}
    if call.args.store:
        count = envelopes.store(call.repo, made)
        call.output.note(f"{count} envelopes are in {envelopes.ATTEST_REF}")
    return {commit: b"\n".join(lines).decode() for commit, lines in made.items()}


def _put(call: Call, facts: dict[str, object], text: str) -> int:
    name = call.args.output
    if name in (None, "-"):
        call.output.text_of_records(facts, text.rstrip("\n"))
        return DONE
    if not call.args.dry_run:
        atomic.write(call.cwd / name, text.encode(errors="surrogateescape"))
    done = "would be written" if call.args.dry_run else "written"
    lines = text.count("\n")
    call.output.answer({**facts, "output": name}, f"{lines} lines {done} to {name}")
    return DONE


def _note_missing(call: Call, count: int) -> None:
    if count > 0:
        call.output.note(f"{count} of the commits have no record")

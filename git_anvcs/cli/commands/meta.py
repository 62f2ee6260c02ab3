"""Read, write, check and mend records.

  meta get [COMMIT]               the stored lines of a commit, byte for byte
  meta set COMMIT KEY=VALUE ...   say more: a new revision, checked against the schema
  meta attach [COMMIT] --test-report FILE ...   what its tests gave, later, from CI
  meta attach COMMIT FILE ...     note files (reports, logs) by hash and size as artifacts
  meta fsck [--repair]            do both refs and the mirror hold the same, valid records?
  meta export [COMMIT|RANGE ...]  records as JSON Lines (all of them without COMMIT)
  meta import FILE                take JSON Lines in (- is standard input); known ones stay
  meta import [REF] --format git-ai   take in Git AI notes (refs/notes/ai)
  meta reconcile [RANGE] [--from REV ...]   find the records of what a host merged
  meta verify FILE|- [COMMIT] [--keys FILE]   are signed statements good, by whom, about what?
  meta verify --stored [COMMIT]       the same for those kept in refs/anvcs/attest
  meta redactions [COMMIT|RANGE ...]  how many secrets were taken out of prompts, of which kinds

export --format: git-ai (the authorship note of one commit), agent-trace and in-toto (one JSON
object a line: a statement about the record, and one about its tests where they ran on this very
tree). With --sign each statement stands in a DSSE envelope, signed with this clone's key
(`git anvcs keys`); --store keeps the envelopes in refs/anvcs/attest.

verify is offline: it trusts the keys in --keys FILE (`*.pub` or Git's allowed signers), else
this clone's own and those of gpg.ssh.allowedSignersFile.

attach takes a test result only for the commit's own tree: the worktree must hold that tree and
nothing that was changed after the report was written, or --ran-on says what was tested.

reconcile looks at commits (by default the 200 newest of HEAD) whose record is missing or names
nobody, and carries over the records of what they were made of, where that is proved: declared in
a message, by change id, equal tree, patch id, or author, moment, message and files. It needs the
records, not the commits they are of. --from names the pull request (its branch, a range, FETCH_HEAD
or the id of its last commit). Doing it again changes nothing.

VALUE is JSON where it is JSON (true, 91.5, null), else text; KEY may be a path
(prompt_info.policy). A record that a newer git-anvcs wrote is kept as it is and never changed.
--dry-run shows what set, attach, import, reconcile or fsck --repair would write. To undo a set,
set the old values: every revision stays in the history of refs/anvcs/meta.

Exit codes: 0 done, clean or good, 1 no record, findings, or a bad signature or statement, 2 wrong
usage or an invalid value, 3 the tests ran on another tree, or nobody who signed is trusted, 4
some lines of an import could not be used, the rest is in.

Example:
  git anvcs meta set HEAD model=anthropic/claude-opus-4 tests_passed=true coverage=91.5
  git anvcs meta attach HEAD --test-report report.xml --coverage coverage.xml
  git anvcs meta fsck --repair
  git anvcs meta export > records.jsonl
  git anvcs meta export HEAD --format git-ai
  git anvcs meta export main.. --format in-toto --sign --output work.intoto.jsonl
  git anvcs meta reconcile HEAD~20..HEAD --from FETCH_HEAD --json
  git anvcs meta verify work.intoto.jsonl --keys allowed_signers
"""

from argparse import ArgumentParser
import sys

from git_anvcs.cli import attaching, exporting, reconciling, redacted, verifying
from git_anvcs.cli.command import Call
from git_anvcs.flows import edit_record, exchange, fsck, mirror, reading
from git_anvcs.kernel.errors import DONE, NO, PARTLY, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe, safe_text
from git_anvcs.provenance import codec, records, refs
from git_anvcs.provenance.record import Record


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do, see above")
    parser.add_argument("words", nargs="*", metavar="ARGUMENT", help="its arguments")
    parser.add_argument(
        "--format", choices=exchange.FORMATS, default="anvcs", help="export, import: in whose words"
    )
    parser.add_argument("--dry-run", action="store_true", help="show it, write nothing")
    parser.add_argument("--repair", action="store_true", help="fsck: mend what can be mended")
    parser.add_argument(
        "--schema",
        action="store_true",
        help="fsck: validate every record, not only the doubtful ones",
    )
    attaching.add_arguments(parser)
    exporting.add_arguments(parser)
    reconciling.add_arguments(parser)
    verifying.add_arguments(parser)


def run(call: Call) -> int:
    if call.args.action != "verify":  # which needs no repository
        reading.ready(call.repo, call.output.note)
    return _ACTIONS[call.args.action](call)


def _get(call: Call) -> int:
    commit = reading.find(call.repo, _one(call, default="HEAD"))
    text = records.texts(call.repo, [commit]).get(commit)
    if text is None:
        raise AnvcsError(f"commit {commit[:12]} has no record")
    found = [record.value for record in codec.decode(text).records]
    facts = {"commit": commit, "records": found}
    call.output.text_of_records(facts, text.decode(errors="replace").rstrip("\n"))
    return DONE


def _set(call: Call) -> int:
    name, *pairs = call.args.words or [""]
    if not name or not pairs or not all("=" in pair for pair in pairs):
        raise UsageError("say which commit and what: git anvcs meta set HEAD model=a/b")
    split = (pair.split("=", 1) for pair in pairs)
    changes = {key: edit_record.value_of(text) for key, text in split}
    commit = reading.find(call.repo, name)
    with edit_record.alone(call.repo):
        return _write(call, edit_record.edited(call.repo, commit, changes))


def _write(call: Call, record: Record) -> int:
    if not call.args.dry_run:
        short = record.commit[:12]
        edit_record.write(call.repo, record, f"anvcs: revision {record.rev} of {short}'s record")
    done = "would be" if call.args.dry_run else "is now"
    facts = {"commit": record.commit, "record": record.value, "dry_run": call.args.dry_run}
    call.output.answer(facts, f"the record of {record.commit[:12]} {done} revision {record.rev}")
    return DONE


def _fsck(call: Call) -> int:
    with call.output.working("comparing records"):
        report = fsck.check(call.repo, by_schema=call.args.schema)
    mended = 0
    if call.args.repair and not call.args.dry_run and any(f.mendable for f in report.findings):
        mended = fsck.repair(call.repo)
        report = fsck.check(call.repo, by_schema=call.args.schema)
    facts = {
        "records": report.records,
        "foreign_notes": report.foreign_notes,
        "findings": [finding._asdict() for finding in report.findings],
        "repaired": mended,
    }
    call.output.answer(facts, lambda: _report(report, mended))
    return NO if report.findings else DONE


def _report(report: fsck.Report, mended: int) -> str:
    lines = [f"{f.commit[:12]}  {safe(f.what)}" for f in report.findings]
    if mended:
        lines.append(f"{mended} records written again")
    if any(f.mendable for f in report.findings):
        lines.append("mend: git anvcs meta fsck --repair")
    state = f"{len(report.findings)} findings" if report.findings else "all agree"
    foreign = f", {report.foreign_notes} foreign notes" if report.foreign_notes else ""
    return "\n".join([*lines, f"{report.records} records{foreign}: {state}"])


def _import(call: Call) -> int:
    if call.args.format == "git-ai":
        return _import_notes(call)
    if call.args.format != "anvcs":
        raise UsageError(f"{call.args.format} can only be exported")
    name = _one(call)
    try:
        data = sys.stdin.buffer.read() if name == "-" else (call.cwd / name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    lines = [line for line in data.split(b"\n") if line.strip()]
    texts, refused = edit_record.importable(lines)
    texts = {c: t for c, t in texts.items() if len(c) == len(call.repo.zero_oid)}
    if texts and not call.args.dry_run:
        joined = refs.add(call.repo, texts, f"anvcs: import {len(texts)} records")
        mirror.update(call.repo, joined)
    for sentence in refused:
        call.output.note(safe_text(sentence))
    dry = call.args.dry_run
    facts = {"commits": list(texts), "refused": refused, "dry_run": dry}
    said = f"{len(texts)} commits' records {_taken(dry=dry)} in, {len(refused)} lines not"
    call.output.answer(facts, said)
    return PARTLY if refused else DONE


def _import_notes(call: Call) -> int:
    ref = _one(call, default="refs/notes/ai")
    taken = exchange.take_notes(call.repo, ref, dry_run=call.args.dry_run)
    for sentence in taken.refused:
        call.output.note(safe_text(sentence))
    dry = call.args.dry_run
    facts = {"commits": list(taken.commits), "refused": list(taken.refused), "dry_run": dry}
    said = f"{len(taken.commits)} commits' notes {_taken(dry=dry)} in, {len(taken.refused)} not"
    call.output.answer(facts, said)
    return PARTLY if taken.refused else DONE


def _taken(*, dry: bool) -> str:
    return "would be taken" if dry else "taken"


def _one(call: Call, default: str = "") -> str:
    if len(call.args.words) > 1 or not (call.args.words or default):
        raise UsageError(f"git anvcs meta {call.args.action} takes one argument")
    return call.args.words[0] if call.args.words else default


_ACTIONS = {
    "get": _get,
    "set": _set,
    "attach": attaching.run,
    "fsck": _fsck,
    "export": exporting.run,
    "import": _import,
    "reconcile": reconciling.run,
    "redactions": redacted.run,
    "verify": verifying.run,
}

"""`git anvcs meta verify`: signed statements, a verdict each."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
import sys

from git_anvcs.cli.command import Call
from git_anvcs.flows import attest, reading
from git_anvcs.flows.attest import Verdict
from git_anvcs.git.repo import NotARepository, Repo
from git_anvcs.kernel.errors import DONE, NO, REFUSED, AnvcsError, UsageError
from git_anvcs.kernel.terminal import safe, safe_text
from git_anvcs.provenance import envelopes


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("verify")
    group.add_argument(
        "--keys", metavar="FILE", action="append", default=[],
        help="trust these public keys and no others; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--stored", action="store_true", help="the envelopes in refs/anvcs/attest, not a file"
    )


def run(call: Call) -> int:
    """Judge every line; the worst verdict is the exit code."""
    repo = _repo(call)
    trust = attest.trusted(repo, [call.cwd / Path(name) for name in call.args.keys])
    if trust.others:
        call.output.note(f"{trust.others} lines of the keys are no Ed25519 key without options")
    about = _about(call, repo)
    lines = envelopes.stored(call.repo, about) if call.args.stored else _lines(call)
    verdicts = [attest.verify(line, trust.found, repo, about=about) for line in lines]
    if not verdicts:
        raise AnvcsError("nothing to verify", hint="`meta export --sign` makes envelopes")
    facts = {"verdicts": [_facts(verdict) for verdict in verdicts]}
    call.output.answer(facts, lambda: safe_text("\n".join(map(_said, verdicts))))
    return _worst(verdict.state for verdict in verdicts)


def _repo(call: Call) -> Repo | None:
    """The repository around; none is needed where the keys are given."""
    try:
        return call.repo
    except NotARepository:
        if call.args.stored:
            raise
        if call.args.keys:
            return None
        raise UsageError(
            "whom to trust? this is no repository, which would say",
            hint="git anvcs meta verify FILE --keys PUBLIC_KEYS",
        ) from None


def _about(call: Call, repo: Repo | None) -> str:
    """The commit that every statement must be about; empty when none is named."""
    names = call.args.words if call.args.stored else call.args.words[1:]
    if len(names) > 1:
        raise UsageError("meta verify takes one commit at most")
    if not names:
        return ""
    if repo is None and (len(names[0]) not in (40, 64) or names[0].strip("0123456789abcdef")):
        raise UsageError(f"outside of a repository {names[0]!r} must be a whole id")
    return str(names[0]) if repo is None else reading.find(repo, names[0])


def _lines(call: Call) -> list[bytes]:
    if not call.args.words:
        raise UsageError("say which file: git anvcs meta verify FILE (- is standard input)")
    name = call.args.words[0]
    try:
        data = sys.stdin.buffer.read() if name == "-" else (call.cwd / name).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    return _envelopes(data)


def _envelopes(data: bytes) -> list[bytes]:
    """A line each, or the whole of it: an envelope printed over several lines is one too."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    whole = len(lines) > 1 and lines[0].strip() == b"{"
    return [data] if whole else lines


def _worst(states: Iterable[str]) -> int:
    found = set(states)
    if attest.BAD in found:
        return NO
    return REFUSED if attest.NOT_TRUSTED in found else DONE


def _facts(verdict: Verdict) -> dict[str, object]:
    said = verdict.statement
    return {
        "state": verdict.state,
        "why": verdict.why or None,
        "keys": [{"id": key.id, "owner": key.owner} for key in verdict.keys],
        "predicate_type": said.predicate_type if said else None,
        "commit": (said.digest("gitCommit") or None) if said else None,
        "tree": (said.digest("gitTree") or None) if said else None,
    }


def _said(verdict: Verdict) -> str:
    said = verdict.statement
    if said is None:
        return f"{verdict.state:<11}  {safe(verdict.why)}"
    who = ", ".join(safe(key.owner or key.id) for key in verdict.keys)
    commit = safe(said.digest("gitCommit")[:12])
    result = safe(str(said.predicate.get("result", "")))
    return f"{verdict.state:<11}  {commit}  {safe(said.predicate_type)}  {result}  by {who}"

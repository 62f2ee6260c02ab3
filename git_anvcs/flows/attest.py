"""Story: what a record says is signed with this clone's key, and what others signed is checked.

Both offline, from keys alone. A signature says who vouches for a statement, not that it is true.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import codec
from git_anvcs.provenance.exchange import dsse, in_toto
from git_anvcs.provenance.exchange.dsse import Envelope, NotAnEnvelope, Signature
from git_anvcs.provenance.exchange.in_toto import NotAStatement, Statement
from git_anvcs.provenance.record import Record
from git_anvcs.store.paths import Paths
from git_anvcs.trust import ed25519, keys, public_keys
from git_anvcs.trust.public_keys import Keys, PublicKey

GOOD, BAD, NOT_TRUSTED = "good", "bad", "not trusted"

# More than anybody needs; each is tried with every key we trust.
_MOST_SIGNATURES = 64


class Verdict(NamedTuple):
    """What an envelope is worth.

    keys: the trusted keys that signed it; statement: what they say, only when it is good
    """

    state: str
    why: str
    keys: tuple[PublicKey, ...] = ()
    statement: Statement | None = None


def signed(repo: Repo, record: Record) -> list[bytes]:
    """An envelope, a line, for each statement of a record. The same record gives the same lines.

    Raises AnvcsError when this clone's key cannot be used, CannotWrite when none can be made.
    """
    lines = []
    for statement in in_toto.write(record):
        envelope = Envelope(codec.encode(statement), dsse.IN_TOTO, ())
        public, signature = keys.sign(Paths(repo.common_dir), envelope.signed)
        made = envelope._replace(signatures=(Signature(public.id, signature),))
        lines.append(dsse.write(made))
    return lines


def trusted(repo: Repo | None, files: Iterable[Path]) -> Keys:
    """The keys in `files`; without any, this clone's own and Git's allowed signers.

    Raises UsageError for a file that cannot be read.
    """
    given = list(files)
    own: list[PublicKey] = []
    if repo and not given:
        own = [key.public for key in keys.known(Paths(repo.common_dir))]
        allowed = config.get(repo, "gpg.ssh.allowedSignersFile", as_path=True)
        given = [repo.root / allowed] if allowed and (repo.root / allowed).is_file() else []
    read = [public_keys.read(_text(file)) for file in given]
    found = dict.fromkeys([*own, *(key for each in read for key in each.found)])
    return Keys(tuple(found), sum(each.others for each in read))


def verify(
    text: bytes, trust: Iterable[PublicKey], repo: Repo | None = None, *, about: str = ""
) -> Verdict:
    """What an envelope is worth to somebody who trusts these keys.

    repo: where a commit that the statement is about may be, to see whether it has that tree
    about: the commit (full id) it must be about, if a certain one is asked for
    """
    try:
        envelope = dsse.read(text)
    except NotAnEnvelope as error:
        return Verdict(BAD, f"no envelope: {error}")
    if len(envelope.signatures) > _MOST_SIGNATURES:
        return Verdict(BAD, f"more than {_MOST_SIGNATURES} signatures")
    accepted, refusal = _signers(envelope, list(trust))
    if refusal:
        return refusal
    if envelope.kind != dsse.IN_TOTO:
        return Verdict(BAD, f"a payload of the type {envelope.kind}, not {dsse.IN_TOTO}")
    try:
        statement = in_toto.read(envelope.payload)
    except NotAStatement as error:
        return Verdict(BAD, f"no in-toto statement: {error}")
    wrong = _contradiction(statement, repo)
    if about and statement.digest("gitCommit") != about:
        wrong = f"not about commit {about[:12]}"
    if wrong:
        return Verdict(BAD, wrong)
    return Verdict(GOOD, "", accepted, statement)


def _signers(
    envelope: Envelope, trust: list[PublicKey]
) -> tuple[tuple[PublicKey, ...], Verdict | None]:
    """Who of the trusted keys signed; when nobody did, the verdict on that."""
    if not envelope.signatures:
        return (), Verdict(BAD, "not signed")
    accepted = tuple(
        key
        for key in trust
        if any(
            ed25519.verifies(key.raw, each.signature, envelope.signed)
            for each in envelope.signatures
        )
    )
    if accepted:
        return accepted, None
    named = {each.key for each in envelope.signatures}
    if named & {key.id for key in trust}:
        return (), Verdict(BAD, "the signature does not fit what is signed")
    names = ", ".join(sorted(filter(None, named))) or "a key without a name"
    return (), Verdict(NOT_TRUSTED, f"signed by a key that is not trusted here: {names}")


def _contradiction(statement: Statement, repo: Repo | None) -> str:
    """What cannot be true in a statement, whoever signed it."""
    commit, tree = statement.digest("gitCommit"), statement.digest("gitTree")
    if statement.predicate_type == in_toto.RECORD:
        subject = statement.predicate.get("subject")
        if not isinstance(subject, dict) or subject.get("commit") != commit:
            return "the record inside is of another commit than the statement"
    if repo and commit and tree and repo.resolve(commit) == commit:
        here = repo.line("rev-parse", f"{commit}^{{tree}}")
        if here != tree:
            return f"commit {commit[:12]} has tree {here[:12]}, and not {tree[:12]}"
    return ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error

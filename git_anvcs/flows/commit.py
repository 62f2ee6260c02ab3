"""Story: `git commit`, with what its record shall say; the record is complete on return.

What was said goes into the spool before Git runs, under a token that the hook of this very
commit repeats; a commit that fails takes its words back.
"""

from collections.abc import Mapping, Sequence
import os
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.blobs import pointer
from git_anvcs.flows import context
from git_anvcs.flows.drain import Drained, drain
from git_anvcs.flows.peek import peek
from git_anvcs.flows.tested_tree import Tested, tested
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import ids, process
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import quoted
from git_anvcs.provenance import artifacts, coverage, prompts, records, test_results
from git_anvcs.provenance.claim import Seen, claim_for
from git_anvcs.provenance.environment import session_in, signals_in
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.redact import redact
from git_anvcs.provenance.test_results import NotAReport, Results
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths

TOKEN_VARIABLE = "ANVCS_TOKEN"  # noqa: S105 - a variable's name
_SPOOL_TAIL = 1 << 16

Large = tuple[tuple[Path, str, int], ...]  # (file, SHA-256, size)


class Told(NamedTuple):
    """What the command line says of the commit, not checked yet.

    coverage: a number or a file; artifacts: files, each with its type
    """

    agent: str | None = None
    model: str | None = None
    prompt: str | None = None
    policy: str | None = None
    reports: tuple[Path, ...] = ()
    coverage: str | None = None
    artifacts: tuple[tuple[Path, str], ...] = ()


class Checked(NamedTuple):
    """What was told, read and found right; `claims` are fields of a record.

    variables: more of them for git, such as an index of its own
    large: artifacts that are kept as large files are: (file, SHA-256, size)
    """

    told: Told
    claims: dict[str, Any]
    files: tuple[Path, ...]
    written: float | None
    variables: Mapping[str, str] = {}
    large: Large = ()


class Committed(NamedTuple):
    """What came of it: Git's exit code, the commit, its record, and why tests were not kept."""

    exit_code: int
    commit: str | None = None
    record: Record | None = None
    drained: Drained = Drained()
    untested: str = ""


def check(repo: Repo, cwd: Path, told: Told) -> Checked:
    """Read and check everything before Git runs. Raises UsageError and NotAReport."""
    context.check(agent=told.agent, model=told.model, policy=told.policy)
    reports = [cwd / file for file in told.reports]
    pins = [artifacts.pinned(file, shown(repo, file), "report") for file in reports]
    results = [_read(file) for file in reports]
    claims: dict[str, Any] = {}
    if results:
        claims |= _results(test_results.summed(results))
        claims["test_report_ref"] = f"artifact:{pins[0]['name']}"
    coverage_file = None
    if told.coverage is not None:
        percent, coverage_file = _coverage(cwd, told.coverage)
        claims["coverage"] = percent
        if coverage_file:
            pins.append(artifacts.pinned(coverage_file, shown(repo, coverage_file), "coverage"))
    others = [cwd / file for file, _ in told.artifacts]
    kinds = [kind for _, kind in told.artifacts]
    kept = [kept_entry(repo, file, kind) for file, kind in zip(others, kinds, strict=True)]
    pins += kept
    if pins:
        claims["artifacts"] = artifacts.named_apart(pins)
    proofs = [*reports, *([coverage_file] if coverage_file else [])]
    written = min((file.stat().st_mtime for file in proofs), default=None)
    large = tuple(
        (file, pin["sha256"], pin["size"]) for file, pin in zip(others, kept, strict=True)
    )
    return Checked(told, claims, (*proofs, *others), written, large=large)


def commit(
    repo: Repo,
    cwd: Path,
    env: Mapping[str, str],
    checked: Checked,
    git_args: Sequence[str],
    *,
    to_stderr: bool = False,
) -> Committed:
    """Run `git commit`; if it made a commit, drain. A commit that failed leaves nothing behind."""
    paths = Paths(repo.common_dir)
    keep(repo, env, checked.large)
    proof = prove(repo, checked)
    told = checked.told
    said = context.said(
        paths, agent=told.agent, model=told.model, prompt=told.prompt, policy=told.policy
    )
    said |= with_tree(checked.claims, proof)
    token = ids.random_hex(8)
    before = repo.resolve("HEAD")
    if said:
        context.tell(repo, "commit", ticket=token, said=said)
    argv = ("git", "commit", *git_args)
    code = process.attach(
        argv,
        cwd=cwd,
        env={TOKEN_VARIABLE: token, **checked.variables},
        to_stderr=to_stderr,
        configured=True,
    )
    after = repo.resolve("HEAD")
    wrote = _hook_wrote(paths, token)
    # An amended commit may be the very same object, when nothing changed within one second.
    made = wrote or after != before or "--amend" in git_args
    if code != 0 or after is None or not made:
        if said:
            context.tell(repo, "drop", ticket=token)
        return Committed(code)
    if not wrote:
        _write_line(repo, paths, after, token, env)
    keep(repo, env, checked.large, send=True)
    drained = drain(repo)
    record = records.read_one(repo, after)
    untested = _why_untested(checked, proof, record)
    return Committed(code, after, record, drained, untested)


def keep(repo: Repo, env: Mapping[str, str], files: Large, *, send: bool = False) -> None:
    """Artifacts come into the cache, or (send) wait for the stores then."""
    if files:
        from git_anvcs.flows.blobs import keeping  # loads the stores, and rarely needed

        (keeping.enqueue if send else keeping.keep)(repo, env, files)


def prove(repo: Repo, checked: Checked) -> Tested:
    """The tree that the tests given ran on; nothing to prove when none were given."""
    if not {"tests_passed", "coverage"} & set(checked.claims):
        return Tested("", "")
    return tested(repo, checked.files, written=checked.written)


def with_tree(claims: Mapping[str, Any], proof: Tested) -> dict[str, Any]:
    """The claims with the tree they hold for; without one, only what no tree is needed for."""
    if proof.tree:
        if not {"tests_passed", "coverage"} & set(claims):
            return dict(claims)
        return {**claims, "tests": {**claims.get("tests", {}), "ran_on_tree": proof.tree}}
    return {key: item for key, item in claims.items() if key == "artifacts"}


def kept_entry(repo: Repo, file: Path, kind: str) -> dict[str, Any]:
    """The entry of an artifact whose content is kept; it says where the file lay.

    Raises UsageError, also for a large file of which only the pointer is here.
    """
    pin = artifacts.pinned(file, shown(repo, file), kind)
    if pin["size"] <= pointer.LONGEST and pointer.parse(file.read_bytes()):
        raise UsageError(
            f"{quoted(shown(repo, file))} is a pointer here, its content is elsewhere",
            hint="`git-ai-blob pull` brings it",
        )
    return {**pin, "path": pin["key"]}


def _results(found: Results) -> dict[str, Any]:
    tests: dict[str, Any] = {
        "total": found.total,
        "failed": found.failed,
        "skipped": found.skipped,
    }
    if found.duration_ms is not None:
        tests["duration_ms"] = found.duration_ms
    return {"tests_passed": found.passed, "tests": tests}


def _read(file: Path) -> Results:
    try:
        return test_results.read(_bytes(file))
    except NotAReport as error:
        raise UsageError(f"{file}: {error.message}", hint=error.hint) from error


def _coverage(cwd: Path, said: str) -> tuple[float, Path | None]:
    """A percentage, and the file that told it, if it was one."""
    try:
        percent = coverage.number(said)
        if percent is not None:
            return percent, None
        file = cwd / said
        return coverage.read(_bytes(file)), file
    except NotAReport as error:
        raise UsageError(f"--coverage {said}: {error.message}", hint=error.hint) from error


def _bytes(file: Path) -> bytes:
    """A report's bytes, one more than allowed at most: the reader refuses a longer one."""
    try:
        with file.open("rb") as opened:
            return opened.read(test_results.LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error


def shown(repo: Repo, file: Path) -> str:
    """Where a file lies, told without the user's home: below the worktree, or its name alone."""
    try:
        return file.resolve().relative_to(repo.root.resolve()).as_posix()
    except ValueError:
        return file.name


def _hook_wrote(paths: Paths, token: str) -> bool:
    """Whether the post-commit hook wrote its line for this commit; it did so before Git ended."""
    try:
        with spool.current(paths).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _SPOOL_TAIL))
            tail = file.read()
    except OSError:
        return False
    wanted = f'"token":"{token}"'.encode()
    lines = tail.split(b"\n")
    return any(wanted in line and b'"kind":"commit"' in line for line in lines)


def _write_line(repo: Repo, paths: Paths, oid: str, token: str, env: Mapping[str, str]) -> None:
    """The line the hook would have written, where none is wired."""
    worktree = spool.worktree_of(repo.git_dir, repo.common_dir)
    ref = repo.try_git("symbolic-ref", "--quiet", "HEAD").stdout.decode(errors="replace").strip()
    facts = {
        "commit": oid,
        "ref": ref,
        "token": token,
        "session": session_in(env),
        "signals": list(signals_in(env, os.path.isdir)),
        "terminal": os.isatty(2),
    }
    spool.append(paths, "commit", worktree, facts)


def _why_untested(checked: Checked, proof: Tested, record: Record | None) -> str:
    """Why test results were given and the record does not hold them."""
    if not {"tests_passed", "coverage"} & set(checked.claims):
        return ""
    if proof.reason:
        return proof.reason
    if record is not None and not record.tests_hold:
        return "the committed tree is not the one in the worktree that was tested"
    return ""


def preview(repo: Repo, env: Mapping[str, str], checked: Checked) -> dict[str, Any]:
    """The claim that a commit made now would get; nothing is written, not even the prompt."""
    told = checked.told
    session = session_in(env)
    staged = repo.git("diff", "--cached", "--name-only", "-z").decode(errors="surrogateescape")
    paths = tuple(name for name in staged.split("\0") if name)
    seen = Seen(
        session=session, ticket="preview", signals=signals_in(env, os.path.isdir), paths=paths
    )
    known = peek(repo, session)
    proof = prove(repo, checked)
    said = {"agent": told.agent, "model": told.model, "prompt_policy": told.policy}
    said = {key: item for key, item in said.items() if item} | with_tree(checked.claims, proof)
    known.here.commit = {"ticket": "preview", "said": said}
    claim = claim_for(known, seen)
    if told.prompt:
        claim |= _prompt_preview(told.prompt, told.policy or context.prompt_policy(repo))
    return {"claim": claim, "untested": proof.reason}


def _prompt_preview(prompt: str, policy: str) -> dict[str, Any]:
    redacted = redact(prompt[: prompts.LONGEST])
    info = {"policy": policy, "redactions": redacted.total, "redactor": prompts.REDACTOR}
    return {"prompt": redacted.text if policy == prompts.INLINE else None, "prompt_info": info}

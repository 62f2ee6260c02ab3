"""What was lost on purpose: resolutions that a commit's record or a run of our driver lists."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from git_anvcs.flows import merge_runs
from git_anvcs.flows.findings import Finding
from git_anvcs.git.repo import Repo
from git_anvcs.merge.result import Resolution
from git_anvcs.provenance.record import Record

# Under `ext` of a record: paths whose loss was meant, as text, or as objects with `path` and,
# where not all of the file was, `lines`.
EXT = "anvcs.resolved"


class Resolved(NamedTuple):
    """A path and the lines that were given up in it; None: whatever is missing."""

    path: str
    lines: frozenset[str] | None


def open_ones(
    repo: Repo, findings: Iterable[Finding], known: Mapping[str, Record]
) -> Iterator[Finding]:
    """The findings without what was meant."""
    ran: list[Resolved] | None = None
    for finding in findings:
        meant = list(_of_record(known.get(finding.commit)))
        if ran is None:
            ran = list(_of_runs(repo))
        yield from _without(finding, [*meant, *ran])


def _without(finding: Finding, meant: Iterable[Resolved]) -> Iterator[Finding]:
    here = [one.lines for one in meant if one.path == finding.path]
    if None in here:
        return
    given_up = {line for lines in here if lines for line in lines}
    left = tuple(line for line in finding.lines if line[1].strip() not in given_up)
    if left or not finding.lines:
        yield finding._replace(lines=left)


def _of_record(record: Record | None) -> Iterator[Resolved]:
    listed = record.mapping("ext").get(EXT) if record else None
    for item in listed if isinstance(listed, list) else ():
        match item:
            case str(path):
                yield Resolved(path, None)
            case {"path": str(path), "lines": list(lines)}:
                texts = frozenset(line.strip() for line in lines if isinstance(line, str))
                yield Resolved(path, texts)
            case {"path": str(path)}:
                yield Resolved(path, None)


def _of_runs(repo: Repo) -> Iterator[Resolved]:
    """What our driver decided lately on this machine."""
    for run in merge_runs.read(repo.common_dir):
        yield Resolved(run.path, frozenset(_given_up(run.resolutions)))


def _given_up(made: Iterable[Resolution]) -> Iterator[str]:
    """The lines that a rule did not take over."""
    for one in made:
        kept = {line.strip() for line in one.result.splitlines()}
        texts = (one.ours, one.theirs)
        lines = (line.strip() for text in texts for line in text.splitlines())
        yield from (line for line in lines if line not in kept)

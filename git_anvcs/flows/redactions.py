"""Story: what was taken out of prompts before anything of them was kept; never what it was.

A record tells how many secrets there were. Of which kinds they were is told by the placeholders
in the redacted text, where that is here: in the record, or kept on this machine.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from git_anvcs.flows import reading
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.redact import told


class Removed(NamedTuple):
    """What was taken out of the prompt of one commit.

    redactions: how many secrets, None where the record does not say
    rules: of which kinds, as far as the text is here; unnamed: how many more there were
    redactor: whose rules they are
    """

    commit: str
    session: str
    redactions: int | None
    rules: dict[str, int]
    unnamed: int
    redactor: str


class Report(NamedTuple):
    """Every prompt of the commits, told of or not; removed: those with something taken out."""

    prompts: tuple[Removed, ...]

    @property
    def removed(self) -> tuple[Removed, ...]:
        return tuple(each for each in self.prompts if each.redactions)

    @property
    def silent(self) -> int:
        """How many prompts nothing is known of."""
        return sum(each.redactions is None for each in self.prompts)

    @property
    def redactions(self) -> int:
        return sum(each.redactions or 0 for each in self.prompts)

    def by_rule(self) -> dict[str, int]:
        """Rule to number, most frequent first."""
        found: Counter[str] = Counter()
        for each in self.prompts:
            found.update(each.rules)
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def by_session(self) -> dict[str, int]:
        """Session to number, most frequent first."""
        found: Counter[str] = Counter()
        for each in self.removed:
            found[each.session] += each.redactions or 0
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def report(repo: Repo, commits: Iterable[str]) -> Report:
    """What was taken out of the prompts of these commits (full ids), in their order."""
    order = list(commits)
    found = records.read(repo, order)
    prompted = (found[c] for c in order if c in found and found[c].mapping("prompt_info"))
    return Report(tuple(_removed(repo, record) for record in prompted))


def _removed(repo: Repo, record: Record) -> Removed:
    info = record.mapping("prompt_info")
    count = _number(info.get("redactions"))
    text = reading.prompt(repo, record).text
    rules = told(text) if text is not None and count else {}
    if sum(rules.values()) > (count or 0):  # placeholders that somebody typed: no telling which
        rules = {}
    redactor = info.get("redactor")
    return Removed(
        commit=record.commit,
        session=record.agent_id,
        redactions=count,
        rules=rules,
        unnamed=(count or 0) - sum(rules.values()),
        redactor=redactor if isinstance(redactor, str) else "",
    )


def _number(said: object) -> int | None:
    fits = isinstance(said, int) and not isinstance(said, bool) and said >= 0
    return said if fits else None  # type: ignore[return-value] # mypy does not see through `fits`

"""Every rule and every kind of conflict that is documented has its reason in words."""

from pathlib import Path
import re

from git_anvcs.merge import reasons

PAGE = Path(__file__).parents[2] / "docs/reference/merge-rules.md"


def named_in(heading: str) -> set[str]:
    """The names in the first column of the tables with this heading."""
    found: set[str] = set()
    for table in re.findall(rf"(?m)^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE.read_text()):
        for row in table.splitlines():
            found |= set(re.findall(r"`([^`]+)`", row.split(" | ")[0]))
    return found


def test_every_rule_has_a_reason_and_every_reason_a_rule() -> None:
    assert named_in("rule") == reasons.RULES.keys()


def test_every_kind_of_conflict_has_a_reason() -> None:
    kinds = named_in("kind") | named_in("kind of conflict")
    assert len(kinds) > 10
    assert kinds <= reasons.CONFLICTS.keys()


def test_a_rule_that_is_not_known_is_named() -> None:
    assert reasons.of_rule("brand-new").words.endswith("brand-new")
    assert "brand-new" in reasons.of_conflict("brand-new")

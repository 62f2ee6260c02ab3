"""Golden merges: every folder in tests/cases/merge/<format>/ is one, named after what happens.

A folder holds base, ours, theirs and expected with the format's extension; base may be missing
(both sides added the file). What we know to be wrong has `expected_now` and `expected_ideally`
instead: the first is what we do, the second what it should become.
A file named `style` holds diff3 or zdiff3 where the markers are to show the base; `options.json`
holds `path`, `style`, `marker_size` and `rules` (`lists`, `schema`, `outputs`,
`speculative`) where they matter.
"""

import json
from pathlib import Path

import pytest

from git_anvcs.merge import embedded, engine, markers
from git_anvcs.merge.result import Options, Rules, Versions

LEAST = 300  # cases; a merge that is not shown is not known
KNOWN_WRONG: tuple[str, ...] = ()  # what should become better; one that did goes from here
CASES = Path(__file__).parents[1] / "cases" / "merge"


def version(case: Path, name: str) -> Path | None:
    return next(case.glob(f"{name}.*"), None)


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def options_of(case: Path, suffix: str) -> Options:
    style, said = case / "style", case / "options.json"
    options = Options(f"file{suffix}")
    if style.exists():
        options = options._replace(style=style.read_text().strip())
    if not said.exists():
        return options
    given = json.loads(said.read_text())
    rules = given.pop("rules", {})
    lists = tuple((pattern, how) for pattern, how in rules.get("lists", ()))
    read = Rules(**{**rules, "lists": lists})
    return options._replace(rules=read, **given)


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*/")), ids=name_of)
def test_the_merge_is_as_expected_when_this_happens(case: Path) -> None:
    files = [version(case, name) for name in ("base", "ours", "theirs")]
    expected = version(case, "expected") or version(case, "expected_now")
    assert expected is not None, "a case needs an expected file"
    options = options_of(case, expected.suffix)
    versions = Versions(*(file.read_bytes() if file else b"" for file in files))
    merged = engine.merge(versions, options)

    assert merged.text.decode("utf-8", "replace") == expected.read_bytes().decode(
        "utf-8", "replace"
    )
    if merged.relock:
        assert merged.conflicts
        assert merged.text == versions.ours
        return
    size = options.marker_size
    marked = markers.has_markers(merged.text, size) or (
        merged.format == "notebook" and embedded.has_markers(merged.text, size)
    )
    assert bool(merged.conflicts) == marked


def test_a_known_wrong_case_says_what_it_should_become() -> None:
    for case in CASES.glob("*/*/"):
        assert bool(version(case, "expected_now")) == bool(version(case, "expected_ideally")), case


def test_there_are_many_cases_and_each_is_a_whole_one() -> None:
    cases = list(CASES.glob("*/*/"))
    assert len(cases) >= LEAST
    for case in cases:
        assert version(case, "ours"), case
        assert version(case, "theirs"), case


def test_the_cases_known_to_be_wrong_are_marked_and_listed() -> None:
    """One that is right now must lose its mark: `expected_now` is not what it should become."""
    wrong = [case for case in sorted(CASES.glob("*/*/")) if version(case, "expected_now")]
    assert tuple(map(name_of, wrong)) == KNOWN_WRONG
    for case in wrong:
        now, ideally = version(case, "expected_now"), version(case, "expected_ideally")
        assert now is not None
        assert ideally is not None
        assert now.read_bytes() != ideally.read_bytes(), case

"""Golden merges: every folder in tests/cases/merge/<format>/ is one, named after what happens.

A folder holds base, ours, theirs and expected with the format's extension; base may be missing
(both sides added the file). What we know to be wrong has `expected_now` and `expected_ideally`
instead: the first is what we do, the second what it should become.
A file named `style` holds diff3 or zdiff3 where the markers are to show the base.
"""

from pathlib import Path

import pytest

from git_anvcs.merge import engine, markers
from git_anvcs.merge.result import Options, Versions

CASES = Path(__file__).parents[1] / "cases" / "merge"


def version(case: Path, name: str) -> Path | None:
    return next(case.glob(f"{name}.*"), None)


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*/")), ids=name_of)
def test_the_merge_is_as_expected_when_this_happens(case: Path) -> None:
    files = [version(case, name) for name in ("base", "ours", "theirs")]
    expected = version(case, "expected") or version(case, "expected_now")
    assert expected is not None, "a case needs an expected file"
    style = case / "style"
    options = Options(f"file{expected.suffix}")
    if style.exists():
        options = options._replace(style=style.read_text().strip())

    versions = Versions(*(file.read_bytes() if file else b"" for file in files))
    merged = engine.merge(versions, options)

    assert merged.text.decode("utf-8", "replace") == expected.read_bytes().decode(
        "utf-8", "replace"
    )
    assert bool(merged.conflicts) == markers.has_markers(merged.text)


def test_a_known_wrong_case_says_what_it_should_become() -> None:
    for case in CASES.glob("*/*/"):
        assert bool(version(case, "expected_now")) == bool(version(case, "expected_ideally")), case

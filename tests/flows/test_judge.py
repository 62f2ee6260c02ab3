"""Whether two failures of a check are the same: a new one beside an old one is never "before"."""

import pytest

from git_anvcs.flows.guard.bench import FAILED, HUNG, Ran
from git_anvcs.flows.guard.judge import differs
from git_anvcs.provenance import failed_tests

OLD = "FAILED tests/a.py::test_one - assert 1 == 2\n1 failed in 0.12s\n"
TWO = "FAILED tests/a.py::test_two - KeyError\n" + OLD
GO = "--- FAIL: TestAdd (0.00s)\n    a_test.go:7: 1\nFAIL\nFAIL\tshop\t0.003s\n"


def ran(output: str, code: int = 1, state: str = FAILED, *, cut: bool = False) -> Ran:
    return Ran(state, failed_tests.named(output), output, code=code, cut=cut)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (ran(OLD), ran(OLD.replace("0.12", "3.4"))),
        (ran(OLD), ran(TWO)),
        (ran(OLD, 1), ran(TWO, 2)),  # it counts failures
        (ran(GO), ran(GO.replace("0.003s", "0.1s"))),
        (ran("ok\tnew\n" + GO), ran(GO)),
        (ran(""), ran("")),
        (ran("src/a.c:9:3: error: x\n"), ran("src/a.c:12:3: error: x\nsrc/b.c:1: error: y\n")),
        (ran("2026-11-22 10:11:12 object at 0x7f00"), ran("2026-11-23 9:00:00 object at 0x1a")),
        (ran(OLD, 139), ran(OLD, 139)),
    ],
)
def test_the_same_failure_is_the_same(here: Ran, there: Ran) -> None:
    assert differs(here, there) == ""


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        (ran(TWO), ran(OLD), "not in tests/a.py::test_two"),
        (ran(OLD, 139), ran(OLD, 1), "exit code 1, not 139"),
        (ran(OLD, 2), ran(TWO, 1), "exit code"),
        (ran(OLD, 1), ran(OLD, 2), "exit code"),
        (ran(OLD, state=HUNG), ran(OLD), "end in the same way"),
        (ran(GO + "FAIL\tshop/tax [build failed]\n"), ran(GO), "shop/tax [build failed]"),
        (ran(GO + GO.replace("shop", "tax")), ran(GO), "FAIL\ttax"),  # tests of one name
        (ran(OLD + "ERROR: not enough memory\n"), ran(OLD), "without saying: ERROR: not enough"),
        (ran(OLD + "make: *** [lint] Error 1\n"), ran(OLD), "make: ***"),
        (ran(OLD, cut=True), ran(OLD), "prints too much"),
        (ran(OLD), ran(OLD, cut=True), "prints too much"),
        (ran(OLD + "!!!! stopping after 1 failures !!!!\n"), ran(OLD), "before all tests"),
        (ran("case 2 is wrong\n"), ran("case 1 is wrong\n"), "without saying: case 2"),
        (ran("make: *** [lint] Error 1"), ran(OLD), "only one of them"),
        (ran(OLD), ran("make: *** [lint] Error 1"), "only one of them"),
    ],
)
def test_what_fails_in_another_way_too_differs(here: Ran, there: Ran, why: str) -> None:
    assert why in differs(here, there)

"""Names of failed tests in the output of the runners that people use."""

import pytest

from git_anvcs.provenance.failed_tests import complaints, named, stopped

OUTPUTS = {
    "unittest": (
        "FAIL: test_total (test_cart.Total.test_total)\n---\nTraceback\n"
        "ERROR: test_tax (test_cart.Total)\nFAILED (failures=1, errors=1)\n",
        ("test_cart.Total.test_total", "test_cart.Total.test_tax"),
    ),
    "pytest": (
        "=== short test summary info ===\n"
        "\x1b[31mFAILED\x1b[0m tests/test_a.py::test_one[a b] - assert 1 == 2\n"
        "ERROR tests/test_b.py - ImportError: x\nFAILED tests/test_a.py::test_two\n1 failed",
        ("tests/test_a.py::test_one[a b]", "tests/test_b.py", "tests/test_a.py::test_two"),
    ),
    "go": ("--- FAIL: TestAdd (0.00s)\n    --- FAIL: TestAdd/zero (0.00s)\nFAIL\n",
           ("TestAdd", "TestAdd/zero")),
    "cargo": ("test tests::adds ... FAILED\ntest tests::ok ... ok\n", ("tests::adds",)),
    "jest": ("  \u25cf cart \u203a adds tax\n\n", ("cart \u203a adds tax",)),
    "vitest": (" FAIL  src/a.test.ts > cart > adds\n", ("src/a.test.ts > cart > adds",)),
    "gtest": ("[  FAILED  ] Cart.Adds (1 ms)\n[  FAILED  ] 1 test\n", ("Cart.Adds",)),
    "tap": ("ok 1 - fine\nnot ok 2 - adds\nnot ok 3 - later # TODO\n", ("adds",)),
    "go, not built": ("FAIL\tshop/tax [build failed]\nFAIL\n", ("shop/tax [build failed]",)),
    "prove": ("t/b.t  (Wstat: 256 (exited 1) Tests: 2 Failed: 1)\n", ("t/b.t",)),
    "none of them": ("make: *** [test] Error 1\nFAILED to start\n", ()),
}  # fmt: skip


@pytest.mark.parametrize("runner", OUTPUTS)
def test_failed_tests_are_named(runner: str) -> None:
    output, names = OUTPUTS[runner]
    assert named(output) == names


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("FAIL\tshop\t0.013s", "FAIL\tshop\t0"),
        ("panic: runtime error: index out of range [5]", ""),
        ("src/a.c:3:15: error: expected ';'", "src/a.c:0: error: expected ';'"),
        ("make[1]: *** [all] Error 1", ""),
        ("KeyError: 'price'", ""),
        ("shop.Broken", None),
        ("Error: x", ""),
        ("FAILED (failures=1, errors=1)", None),
        ("FAILED tests/a.py::test_one - error", None),
        ("    raise KeyError('price')", None),
        ("test_error_is_told PASSED", None),
    ],
)
def test_lines_that_complain_of_more_than_a_test(line: str, says: str | None) -> None:
    """says: the line without what changes from run to run; empty: as it is; None: no complaint."""
    assert complaints(f"fine\n{line}\n") == (set() if says is None else {says or line})


def test_a_runner_that_has_not_run_everything_says_so() -> None:
    assert stopped("1 failed\n!!!!!!! stopping after 1 failures !!!!!!!\n")
    assert stopped("not ok 1 - a\nBail out! no database\n")
    assert not stopped("== 1 failed ==\nwow!!!\n")

"""Names of failed tests in the output of the runners that people use."""

import pytest

from git_anvcs.provenance.failed_tests import named

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
    "none of them": ("make: *** [test] Error 1\nFAILED to start\n", ()),
}  # fmt: skip


@pytest.mark.parametrize("runner", OUTPUTS)
def test_failed_tests_are_named(runner: str) -> None:
    output, names = OUTPUTS[runner]
    assert named(output) == names

"""What failed, as the runners that people use print it: tests by name, and all other complaints.

unittest, pytest, Go, Rust's cargo, Jest and Vitest, GoogleTest, and TAP. A runner that prints it
in another way has no names here; that it failed is known from its exit code.
"""

from collections.abc import Iterator
import re

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_UNITTEST = re.compile(r"(?:FAIL|ERROR): (\w+) \(([\w.<>]+)\)")
_FORMS = (
    re.compile(r"(?:FAILED|ERROR) (\S+\.py(?:::.+?)?)(?: - .*)?$"),
    re.compile(r"\s*--- FAIL: (\S+)"),
    re.compile(r"test (\S+)(?: - .+)? \.\.\. FAILED$"),
    re.compile(r"\s*● (.+ \u203a .+)$"),
    re.compile(r"\s*FAIL  (\S+ > .+)$"),
    re.compile(r"\[  FAILED  \] ([\w/]+\.[\w/]+)"),
    re.compile(r"\s*not ok \d+ - (?!.*# (?:TODO|SKIP))(.+)$"),
    re.compile(r"FAIL\t(\S+ \[(?:build|setup) failed\])$"),
    re.compile(r"(\S+\.t)\s+\(Wstat: "),
)
# A line that begins so, after the place it is about, says that something failed; and the last line
# of an exception of Python's. unittest's total says no more than the names.
_COMPLAINT = re.compile(
    r"(?:\S+?[:(]\d+(?:[:,]\d+)?\)?: )?"
    r"(?:(?i:fail(?:ed|ure)?|(?:internal)?error|fatal|panic|abort(?:ed)?|killed|unhandled"
    r"|segmentation fault|bus error|terminated)\b(?! \((?:failures|errors)=)"
    r"|make(?:\[\d+\])?: \*\*\*|[\w.]*(?:Error|Exception)(?::|$))"
)
# It ended before all tests had their turn: pytest's lines between exclamation marks, and TAP's.
_STOPPED = re.compile(r"(?m)^(?:!{3,} .+ !{3,}|Bail out!.*)$")
# What is another in each run, or in a file that has changed: how long, when, where in memory, on
# which line.
_PASSING = re.compile(
    r"0x[0-9a-fA-F]+|(?<=/anvcs-scratch-)[0-9a-f]+"
    r"|\b\d{4}-\d\d-\d\d|\b\d\d?:\d\d:\d\d(?:[.,]\d+)?"
    r"|\b\d+(?:\.\d+)? ?(?:ns|\u00b5s|us|ms|s|secs?|seconds?)\b"
    r"|(?<=[^\s\d]:)\d+(?::\d+)?(?=:)|(?<=\()\d+,\d+(?=\):)|(?<=\bline )\d+"
)


def named(output: str) -> tuple[str, ...]:
    """The names of the failed tests in what a runner printed, each once, in its order."""
    return tuple(dict.fromkeys(_names(output)))


def complaints(output: str) -> set[str]:
    """The lines that say of anything but a test with a name that it failed."""
    lines = _COLOURS.sub("", output).splitlines()
    return {_lasting(line) for line in lines if _COMPLAINT.match(line) and not named(line)}


def lines(output: str) -> set[str]:
    """All that was printed, without what is another in each run."""
    return {_lasting(line) for line in _COLOURS.sub("", output).splitlines()}


def stopped(output: str) -> bool:
    """Whether a runner says that it has not run all of its tests."""
    return _STOPPED.search(_COLOURS.sub("", output)) is not None


def _lasting(line: str) -> str:
    return _PASSING.sub("0", line).strip()


def _names(output: str) -> Iterator[str]:
    for line in _COLOURS.sub("", output).splitlines():
        if found := _UNITTEST.match(line):
            name, place = found.groups()
            yield place if place.endswith(f".{name}") else f"{place}.{name}"
            continue
        for form in _FORMS:
            if found := form.match(line):
                yield found[1].strip()
                break

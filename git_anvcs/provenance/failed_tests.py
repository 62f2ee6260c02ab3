"""Which tests failed, as the runners that people use print it.

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
)


def named(output: str) -> tuple[str, ...]:
    """The names of the failed tests in what a runner printed, each once, in its order."""
    return tuple(dict.fromkeys(_names(output)))


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

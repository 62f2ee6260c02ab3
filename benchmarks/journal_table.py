"""What the benchmarks of the journal share: a clock, and a table with goals."""

from collections.abc import Callable, Sequence
import json
import os
import platform
import statistics
import subprocess
import time
from typing import Any, TypeVar

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds by the clock, and what came of it."""
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


class Table:
    """Rows of one benchmark, printed with the machine and the versions."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._rows: dict[str, dict[str, Any]] = {}

    def times(self, name: str, seconds: Sequence[float], *, goal: float | None = None) -> None:
        """goal: the p95 in milliseconds that is wanted"""
        ordered = sorted(seconds)
        self._rows[name] = {
            "p50": round(statistics.median(ordered) * 1000, 2),
            "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000, 2),
            "unit": "ms",
            "goal": goal,
        }

    def value(self, name: str, value: float, unit: str, *, goal: float | None = None) -> None:
        self._rows[name] = {"value": round(value, 3), "unit": unit, "goal": goal}

    def print(self, *, as_json: bool) -> None:
        git = subprocess.run(("git", "version"), capture_output=True, text=True, check=True).stdout
        versions = f"{git.strip()}, Python {platform.python_version()}, {os.cpu_count()} cores"
        where = f"{versions}, load {os.getloadavg()[0]:.0f}"
        if as_json:
            print(json.dumps({"what": self._what, "where": where, "rows": self._rows}, indent=2))
            return
        print(f"{self._what}\n{where}")
        print(f"{'':52}{'p50 or value':>14}{'p95':>10}{'goal':>8}")
        for name, row in self._rows.items():
            first = row.get("p50", row.get("value"))
            goal = "" if row["goal"] is None else row["goal"]
            print(f"{name:52}{first:>14}{row.get('p95', ''):>10}{goal:>8} {row['unit']}")

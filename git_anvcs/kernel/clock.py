"""Time: RFC 3339 in UTC for programs, local for people; tests set it by a variable read outside."""

from datetime import UTC, datetime
import time


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def rfc3339(seconds: float) -> str:
    """`2026-11-22T04:05:06.789Z`: milliseconds, UTC (RFC 3339 §5.6)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def local(seconds: float) -> str:
    """`2026-11-22 05:05:06`, as the clock on the wall has it: what a person reads."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ006


def parse_rfc3339(text: str) -> float:
    """Seconds since the epoch; raises ValueError on anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.timestamp()

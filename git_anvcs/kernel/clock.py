"""Time, in one form: RFC 3339 in UTC; tests set it by a variable read in the outer layers."""

from datetime import UTC, datetime
import time


def now() -> float:
    """Seconds since the epoch."""
    return time.time()


def rfc3339(seconds: float) -> str:
    """`2026-11-22T04:05:06.789Z`: milliseconds, UTC (RFC 3339 §5.6)."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_rfc3339(text: str) -> float:
    """Seconds since the epoch; raises ValueError on anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no time zone in {text!r}")
    return moment.timestamp()

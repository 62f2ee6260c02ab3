"""How long, as people say it: 90s, 30m, 12h, 7d, 2w."""

import re

from git_anvcs.kernel.errors import UsageError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_FORM = re.compile(r"(\d{1,6})([smhdw])")


def seconds(option: str, said: str) -> float:
    """Raises UsageError. option: its name, for the message"""
    found = _FORM.fullmatch(said)
    if found is None or not int(found[1]):
        raise UsageError(f"{option}: {said!r} is no duration", hint="such as 30m, 12h, 7d or 2w")
    return float(int(found[1]) * _SECONDS[found[2]])

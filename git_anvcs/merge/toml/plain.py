"""TOML as the standard library reads it, each text of a merge once."""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=6)  # a merge reads each version, its result and both readings of that
def loaded(text: bytes) -> dict[str, Any]:
    """Raises ValueError or RecursionError for what it refuses. Nobody may change the result."""
    import tomllib

    return tomllib.loads(text.decode())

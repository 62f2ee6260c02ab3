"""What can be configured, and what holds where nothing is."""

DEFAULTS = {
    "file": "shelf.json",
    "color": True,
    "sort": "added",
}


def merged(own: dict) -> dict:
    """The settings with the user's own ones in front."""
    unknown = sorted(set(own) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    return {**DEFAULTS, **own}

"""Numbers: as options take them, and before a noun."""


def count(said: str) -> int:
    """None or some. Raises ValueError, which argparse tells."""
    number = int(said)
    if number < 0:
        raise ValueError(said)
    return number


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `1,204 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

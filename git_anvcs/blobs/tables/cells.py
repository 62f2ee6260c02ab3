"""What a cell of a text table says: CSV has no types, so each is read off the text itself."""

from datetime import date, datetime
import re

_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9]\d{0,39})(?P<rest>\.\d*)?|\.\d+)(?P<power>[eE][+-]?\d{1,5})?"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?P<zone>.*)")
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)?")
_WORDS: dict[str, object] = {
    "": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    **dict.fromkeys(("nan", "NaN"), float("nan")),
    **dict.fromkeys(("inf", "Infinity"), float("inf")),
    **dict.fromkeys(("-inf", "-Infinity"), float("-inf")),
}
_LONGEST = 48  # characters of a number or a date
_STARTS = frozenset("0123456789+-.")


def value(cell: str) -> object:
    """None, bool, int, float, date, datetime or the text itself: `007` and ` 1` are texts."""
    if cell in _WORDS:
        return _WORDS[cell]
    if cell[0] not in _STARTS or len(cell) > _LONGEST or not cell.isascii():
        return cell
    if found := _NUMBER.fullmatch(cell):
        whole = found["rest"] is None and found["power"] is None and "." not in cell
        return int(cell) if whole else float(cell)
    return _moment(cell) if cell[4:5] == "-" else cell


def text(cell: str) -> object:
    """The text itself; None where there is none."""
    return cell or None


def _moment(cell: str) -> object:
    found = _DATE.fullmatch(cell)
    if not found or not _ZONE.fullmatch(found["zone"]) or (found["zone"] and not found["time"]):
        return cell
    try:
        return datetime.fromisoformat(cell) if found["time"] else date.fromisoformat(cell)
    except ValueError:
        return cell

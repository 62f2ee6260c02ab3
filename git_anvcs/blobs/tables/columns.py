"""What the columns of a table hold, worked out row by row; the order of rows does not matter."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
import math

from git_anvcs.blobs.tables.table import (
    MOST_COLUMNS,
    NotATable,
    Row,
    canonical,
    moment,
    type_of,
)

DISTINCT = 1000  # different values that are told apart in a column
BUFFER = 4096
LONG = 64  # characters of a text that is kept to know it again; of longer ones a digest is

JOINED = {frozenset({"integer", "number"}): "number", frozenset({"date", "datetime"}): "datetime"}


class Columns:
    """The columns of one table, in the order in which they were first seen."""

    def __init__(self, joins: str) -> None:
        self.rows = 0
        self.by_name: dict[str, Column] = {}
        self._joins = joins

    def add(self, row: Row) -> None:
        self.rows += 1
        for name, value in row.items():
            column = self.by_name.get(name)
            if column is None:
                column = self.column(name)
            if value is not None:
                column.add(value)

    def column(self, name: str) -> "Column":
        """The column of this name, made if there is none."""
        if len(self.by_name) >= MOST_COLUMNS:
            raise NotATable(f"it has more than {MOST_COLUMNS} columns")
        return self.by_name.setdefault(name, Column(name, self._joins))


class Column:
    """What one column holds: how often each type, its smallest and largest values, their mean."""

    def __init__(self, name: str, joins: str) -> None:
        self.name = name
        self.types: Counter[str] = Counter()
        self.distinct: set[object] | None = set()
        self.smallest: int | float | Decimal | None = None
        self.largest: int | float | Decimal | None = None
        self.earliest: str = ""
        self.latest: str = ""
        self.shortest: int | None = None
        self.longest: int | None = None
        self.not_finite = 0
        self.true = 0
        self._joins = joins
        self._whole = 0  # the sum of the integers
        self._sum = ExactSum()
        self._exact = Fraction(0)  # the sum of the decimals

    def add(self, value: object) -> None:
        """One value that is not null."""
        kind = type_of(value)
        self.types[kind] += 1
        if self.distinct is not None:
            self.distinct.add(_known_by(value))
            if len(self.distinct) > DISTINCT:
                self.distinct = None
        match value:
            case bool():
                self.true += value
            case int() | float() | Decimal():
                self._number(value)
            case str() | bytes() | list() | dict():
                self._length(len(value))
            case date():
                self._moment(value)

    @property
    def values(self) -> int:
        """How many values are not null."""
        return self.types.total()

    @property
    def type(self) -> str:
        """The one type that all values have, `null` where there are none."""
        kinds = frozenset(self.types)
        if len(kinds) <= 1:
            return next(iter(kinds), "null")
        return JOINED.get(kinds, self._joins)

    @property
    def mean(self) -> float | None:
        """Of the finite numbers, rounded once, so that the order of rows does not matter."""
        count = self.types["integer"] + self.types["number"] - self.not_finite
        total = self._sum.value()
        if not count or total is None:
            return None
        try:
            return float((total + self._exact + self._whole) / count)
        except OverflowError:
            return None

    def _number(self, value: int | float | Decimal) -> None:
        if isinstance(value, int):
            self._whole += value
        elif not math.isfinite(value):
            self.not_finite += 1
            return
        elif isinstance(value, float):
            self._sum.add(value)
        else:
            self._exact += Fraction(value)
        if self.smallest is None or value < self.smallest:
            self.smallest = value
        if self.largest is None or value > self.largest:
            self.largest = value

    def _length(self, length: int) -> None:
        if self.shortest is None or length < self.shortest:
            self.shortest = length
        if self.longest is None or length > self.longest:
            self.longest = length

    def _moment(self, value: date) -> None:
        text = moment(value)
        if not self.earliest or text < self.earliest:
            self.earliest = text
        self.latest = max(self.latest, text)


class ExactSum:
    """A sum of floats without rounding (Shewchuk 1997, as in math.fsum), in little memory."""

    def __init__(self) -> None:
        self._parts: list[float] = []
        self._waiting: list[float] = []
        self._broken = False

    def add(self, value: float) -> None:
        self._waiting.append(value)
        if len(self._waiting) >= BUFFER:
            self._settle()

    def value(self) -> Fraction | None:
        """None where the numbers are too large to be added."""
        self._settle()
        return None if self._broken else sum(map(Fraction, self._parts), Fraction(0))

    def _settle(self) -> None:
        rest = self._parts + self._waiting
        self._parts, self._waiting = [], []
        try:
            while part := math.fsum(rest):
                self._parts.append(part)
                rest.append(-part)
        except OverflowError:
            self._broken = True


def _known_by(value: object) -> object:
    """Something hashable that is equal when the values are."""
    if isinstance(value, bool):
        return "b", value
    if isinstance(value, str):
        return value if len(value) <= LONG else _digest(value.encode("utf-8", "surrogateescape"))
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, bytes):
        return _digest(value)
    if isinstance(value, list | dict):
        return _digest(canonical(value))
    return value


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()

"""Our NamedTuple is typing's, to whoever uses it."""

from copy import copy
import typing

import pytest

from git_anvcs.blobs.pointer import Pointer
from git_anvcs.kernel.records import NamedTuple


class Ours(NamedTuple):
    """Two."""

    one: int
    two: str = "b"

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


class Typings(typing.NamedTuple):
    """Two."""

    one: int
    two: str = "b"

    @property
    def both(self) -> str:
        return f"{self.one}{self.two}"


def test_a_record_is_what_typing_would_have_made() -> None:
    made, theirs = Ours(1), Typings(1)
    assert made == theirs == (1, "b")
    assert made._asdict() == theirs._asdict()
    assert (made.both, made._replace(two="c").both) == ("1b", "1c")
    for name in ("_fields", "_field_defaults", "__doc__", "__annotations__", "__module__",
                 "__match_args__"):  # fmt: skip
        assert getattr(Ours, name) == getattr(Typings, name)
    assert repr(made) == "Ours(one=1, two='b')"
    with pytest.raises(TypeError):
        Ours()  # type: ignore[call-arg]


def test_a_record_is_copied_by_its_name() -> None:
    pointer = Pointer("ab" * 32, 1)
    assert copy(pointer) == pointer
    assert type(copy(pointer)) is Pointer

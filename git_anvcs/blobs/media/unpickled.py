"""What a pickle would build, as inert values: its opcodes are read, none is carried out.

Python's own unpickler calls whatever function a pickle names; here a call is a value that says
which function it would be. Opcodes are those of `pickletools` (protocols 0 to 5).
"""

from collections.abc import Callable, Iterator
import pickletools
from typing import IO, Any

from git_anvcs.blobs.media.facts import Unreadable

MOST = 2_000_000  # opcodes of one pickle
DAMAGED = (ValueError, IndexError, KeyError, TypeError, OverflowError, UnicodeError)


class Named:
    """A function or class that the pickle names; nothing is looked up."""

    def __init__(self, name: str) -> None:
        self.name = name


class Built:
    """What a call would give: whom it calls with what, and the items it gets later."""

    def __init__(self, what: object, given: object) -> None:
        self.what = what
        self.given = given
        self.items: dict[Any, object] = {}

    @property
    def name(self) -> str:
        return self.what.name if isinstance(self.what, Named) else ""


class Elsewhere:
    """Something that is kept outside of the pickle, such as the data of a tensor."""

    def __init__(self, reference: object) -> None:
        self.reference = reference


class Pickle:
    """One pickle, read to its end: `value` is what it would be, `names` whom it would call."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.names: dict[str, None] = {}
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}
        try:
            for count, (opcode, given, _) in enumerate(pickletools.genops(stream)):
                if count > MOST:
                    raise Unreadable("the pickle in it is longer than is looked at")
                self._step(opcode.name, given)
            self.value: object = self._stack.pop()
        except DAMAGED as error:
            raise Unreadable("the pickle in it is damaged or cut off") from error

    def _step(self, name: str, given: object) -> None:
        if name in _LITERAL:
            self._stack.append(given)
        elif name in _EMPTY:
            self._stack.append(_EMPTY[name]())
        else:
            _STEPS.get(name, _nothing)(self, given)

    def marked(self) -> list[Any]:
        """What stands above the last mark, taken off."""
        place = self._marks.pop()
        taken = self._stack[place:]
        del self._stack[place:]
        return taken

    def mark(self, _: object) -> None:
        self._marks.append(len(self._stack))

    def pop(self, _: object = None) -> Any:
        if self._marks and self._marks[-1] == len(self._stack):
            return self._marks.pop()
        return self._stack.pop()

    def again(self, _: object) -> None:
        self._stack.append(self._stack[-1])

    def tuple_of(self, count: int) -> None:
        taken = self._stack[len(self._stack) - count :]
        del self._stack[len(self._stack) - count :]
        self._stack.append(tuple(taken))

    def collect(self, made: Callable[[list[Any]], object]) -> None:
        self._stack.append(made(self.marked()))

    def put_items(self, pairs: list[Any]) -> None:
        """Into the map, or what a call would give, on top."""
        target = self._stack[-1]
        items = target.items if isinstance(target, Built) else target
        if isinstance(items, dict):
            for name, value in zip(pairs[::2], pairs[1::2], strict=True):
                items[name if _plain(name) else f"<{type(name).__name__}>"] = value

    def append(self, values: list[Any]) -> None:
        if isinstance(self._stack[-1], list):
            self._stack[-1].extend(values)

    def get(self, place: Any) -> None:
        self._stack.append(self._memo[int(place)])

    def put(self, place: Any) -> None:
        self._memo[len(self._memo) if place is None else int(place)] = self._stack[-1]

    def name_it(self, given: object) -> None:
        if given is None:
            last, first = self._stack.pop(), self._stack.pop()
            given = f"{first} {last}"
        name = str(given).replace(" ", ".", 1)
        self.names[name] = None
        self._stack.append(Named(name))

    def call(self, _: object) -> None:
        given, what = self._stack.pop(), self._stack.pop()
        built = Built(what, given)
        self._stack.append(built)
        match given:
            case ([*pairs],) if built.name == "collections.OrderedDict":
                self.put_items([one for pair in pairs for one in pair])

    def call_with_names(self, _: object) -> None:
        named, given, what = self._stack.pop(), self._stack.pop(), self._stack.pop()
        self._stack.append(Built(what, (given, named)))

    def make(self, given: object) -> None:
        """INST names the class, OBJ has it first behind the mark."""
        if given is not None:
            self.name_it(given)
            what: object = self._stack.pop()
            taken = self.marked()
        else:
            what, *taken = self.marked()
        self._stack.append(Built(what, tuple(taken)))

    def state(self, _: object) -> None:
        value = self._stack.pop()
        if isinstance(self._stack[-1], Built) and isinstance(value, dict):
            self._stack[-1].items |= value

    def elsewhere(self, given: object) -> None:
        self._stack.append(Elsewhere(self._stack.pop() if given is None else given))


def each(value: object, most: int) -> Iterator[tuple[str, object]]:
    """Everything in a value with its path, at most `most` things, each map and list once."""
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("", value)]
    while waiting and most > 0:
        most -= 1
        path, one = waiting.pop()
        yield path, one
        inside = one.items if isinstance(one, Built) else one
        if id(inside) in seen or not isinstance(inside, dict | list | tuple):
            continue
        seen.add(id(inside))
        pairs = inside.items() if isinstance(inside, dict) else enumerate(inside)
        below = [(f"{path}.{name}" if path else str(name), item) for name, item in pairs]
        waiting += reversed(below[:most])


def _plain(name: object) -> bool:
    return isinstance(name, str | int | float | bool | bytes)


def _nothing(_pickle: Pickle, _given: object) -> None:
    """Opcodes that say how the bytes are laid out."""


_EMPTY: dict[str, Callable[[], object]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "EMPTY_SET": list,
    "NEXT_BUFFER": lambda: b"",
}
_LITERAL = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
    *("BYTEARRAY8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    *("EXT1", "EXT2", "EXT4"),
}
_STEPS: dict[str, Callable[[Pickle, Any], object]] = {
    "MARK": Pickle.mark,
    "POP": Pickle.pop,
    "POP_MARK": lambda pickle, _: pickle.marked(),
    "DUP": Pickle.again,
    "TUPLE": lambda pickle, _: pickle.collect(tuple),
    "TUPLE1": lambda pickle, _: pickle.tuple_of(1),
    "TUPLE2": lambda pickle, _: pickle.tuple_of(2),
    "TUPLE3": lambda pickle, _: pickle.tuple_of(3),
    "LIST": lambda pickle, _: pickle.collect(list),
    "FROZENSET": lambda pickle, _: pickle.collect(list),
    "DICT": lambda pickle, _: pickle.collect(
        lambda taken: dict(zip(taken[::2], taken[1::2], strict=True))
    ),
    "APPEND": lambda pickle, _: pickle.append([pickle.pop()]),
    "APPENDS": lambda pickle, _: pickle.append(pickle.marked()),
    "ADDITEMS": lambda pickle, _: pickle.append(pickle.marked()),
    "SETITEM": lambda pickle, _: pickle.put_items([pickle.pop(), pickle.pop()][::-1]),
    "SETITEMS": lambda pickle, _: pickle.put_items(pickle.marked()),
    "GET": Pickle.get,
    "BINGET": Pickle.get,
    "LONG_BINGET": Pickle.get,
    "PUT": Pickle.put,
    "BINPUT": Pickle.put,
    "LONG_BINPUT": Pickle.put,
    "MEMOIZE": Pickle.put,
    "GLOBAL": Pickle.name_it,
    "STACK_GLOBAL": Pickle.name_it,
    "INST": Pickle.make,
    "OBJ": Pickle.make,
    "NEWOBJ": Pickle.call,
    "NEWOBJ_EX": Pickle.call_with_names,
    "REDUCE": Pickle.call,
    "BUILD": Pickle.state,
    "PERSID": Pickle.elsewhere,
    "BINPERSID": Pickle.elsewhere,
}

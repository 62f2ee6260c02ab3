"""NamedTuple for what Git waits for: typing's, without typing where that is dear to load.

Before Python 3.13 it brings regular expressions and more, a fifth of the start of a filter. What a
type checker sees is typing's own.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING or sys.version_info >= (3, 13):
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - it is given on
else:
    from collections import namedtuple

    class _Maker(type):
        """Turns a class body of annotated fields into a named tuple."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body.pop("__annotations__", {})
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults, module=body.pop("__module__"))
            made.__annotations__ = fields
            for key, value in body.items():
                setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Maker):
        """What stands in a class statement; no object has this class."""

from typing import overload


@overload
def f(x: int) -> int: ...


@overload
def f(x: str) -> str: ...


@overload
def f(x: float) -> float: ...


def f(x):
    return x

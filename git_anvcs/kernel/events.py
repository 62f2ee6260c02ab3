"""What happened, told to whoever listens: how features report without knowing each other."""

from collections.abc import Callable, Mapping

Listener = Callable[[str, Mapping[str, object]], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Call `listener(name, facts)` for every event from now on; returns what stops it."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def emit(name: str, **facts: object) -> None:
    """Tell every listener; an event nobody hears costs nothing."""
    for listener in tuple(_listeners):
        listener(name, facts)

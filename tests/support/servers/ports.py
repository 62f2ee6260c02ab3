"""Ports of the loopback device that nobody has."""

from contextlib import ExitStack
import socket


def free_ports(count: int) -> list[int]:
    """So many that are free now, each another one."""
    with ExitStack() as stack:
        found = []
        for _ in range(count):
            held = stack.enter_context(socket.socket())
            held.bind(("127.0.0.1", 0))
            found.append(int(held.getsockname()[1]))
        return found

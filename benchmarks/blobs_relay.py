"""A relay for TCP that hands every byte on a little later: a far server on the loopback device.

A connection is taken at once, as the loopback device does; so its first bytes wait for a whole
round trip more, in which a far server would have taken it.
"""

import asyncio
from multiprocessing.connection import Connection
from typing import Any

_PIECE = 256 << 10

_Late = asyncio.Queue[tuple[float, bytes]]


def serve(host: str, port: int, seconds: float, told: "Connection[int, Any]") -> None:
    """Relay to host:port for ever; seconds: one way; told: hears on which port we are."""
    asyncio.run(_serve(host, port, seconds, told))


async def _serve(host: str, port: int, seconds: float, told: "Connection[int, Any]") -> None:
    async def relay(near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, out = await asyncio.open_connection(host, port)
        await asyncio.gather(
            _hand_on(near, out, seconds, 2 * seconds), _hand_on(answers, back, seconds)
        )

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _hand_on(
    source: asyncio.StreamReader, to: asyncio.StreamWriter, seconds: float, first: float = 0.0
) -> None:
    """All bytes of one direction, each `seconds` late, the first ones `first` more."""
    late: _Late = asyncio.Queue()
    writing = asyncio.create_task(_write(late, to))
    now = asyncio.get_running_loop().time
    opened = now() + first
    try:
        while data := await source.read(_PIECE):
            late.put_nowait((max(now(), opened) + seconds, data))
    except ConnectionError:
        pass
    late.put_nowait((now() + seconds, b""))
    await writing


async def _write(late: _Late, to: asyncio.StreamWriter) -> None:
    now = asyncio.get_running_loop().time
    try:
        while (item := await late.get())[1]:
            await asyncio.sleep(item[0] - now())
            to.write(item[1])
            await to.drain()
    except ConnectionError:
        pass
    to.close()

"""A bar on a terminal while something is sent or fetched; elsewhere nothing is drawn."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
import sys

from git_anvcs.blobs.ledger import Job
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs.uploading import Progress, Starts


@contextmanager
def bar(call: Call, label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives what is to be called with the bytes of each part that is done. total: bytes"""
    if not _drawn(call) or not total:
        yield lambda _: None
        return
    from rich import progress as rich  # 60 ms that only who looks at it pays for
    from rich.console import Console

    columns = (rich.TextColumn("{task.description}"), rich.BarColumn(), rich.DownloadColumn(),
               rich.TransferSpeedColumn(), rich.TimeRemainingColumn())  # fmt: skip
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as drawing:
        task = drawing.add_task(label, total=total)
        yield lambda size: drawing.advance(task, size)


def each(call: Call, items: Sequence[str], label: str) -> Iterator[str]:
    """Go through `items`, each one a step of the bar."""
    if not _drawn(call) or not items:
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, label, console=Console(stderr=True), transient=True)


def _drawn(call: Call) -> bool:
    return sys.stderr.isatty() and not (call.as_json or call.quiet or call.args.no_progress)


@contextmanager
def sending(call: Call) -> Iterator[Starts]:
    """A bar that begins when it is known what is to be sent."""
    with ExitStack() as stack:

        def starts(jobs: Sequence[Job]) -> Progress:
            moved = stack.enter_context(bar(call, "sending", sum(job.size for job in jobs)))
            return lambda sent: moved(sent.job.size)

        yield starts


def size(count: int) -> str:
    """`17 bytes`, `1.5 GiB`."""
    if count < 1024:
        return f"{count} byte{'' if count == 1 else 's'}"
    value = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        value /= 1024
        if value < 1024 or unit == "TiB":
            break
    return f"{value:.1f} {unit}"

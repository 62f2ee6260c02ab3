"""What a snapshot would commit and has committed, in words."""

from collections.abc import Iterator, Sequence

from git_anvcs.flows.snapshots.make import Made
from git_anvcs.flows.snapshots.own import Own
from git_anvcs.flows.snapshots.policy import Outcome
from git_anvcs.kernel.terminal import safe, shown


def planned(session: str, share: Own, message: str) -> Iterator[str]:
    """The files, what stays out, and the message."""
    yield f"{safe(session) or 'form alone'}: {_files(len(share.files))}"
    for path, content in share.files.items():
        how = "deletes" if content is None else "its part of" if path in share.partly else "all of"
        yield f"  {how:11} {safe(path)}"
    yield from _left(share)
    yield f"message: {safe(message)}"


def not_done(share: Own, dry_run: bool) -> str:
    if not share.files:
        return "\n".join(["there is nothing to commit: nothing stands apart", *_left(share)])
    return f"nothing was committed{' (--dry-run)' if dry_run else ''}"


def text(session: str, share: Own, done: Made) -> str:
    whose = f" of {safe(session)}" if session else ""
    lines = [f"committed {_files(len(share.files))}{whose} as {done.commit[:10]}"]
    return "\n".join([*lines, *_left(share), f"undo of this: {_back(done)}"])


def as_json(session: str, share: Own, message: str, done: Made | None) -> dict[str, object]:
    """done: None when nothing was committed"""
    return {
        "session": session or None,
        "commit": done.commit if done else None,
        "message": message,
        "files": [
            {"path": shown(path), "deleted": content is None, "partly": path in share.partly}
            for path, content in share.files.items()
        ],
        "left": {shown(path): why for path, why in share.left.items()},
        "back": _back(done) if done else None,
    }


def due(found: Sequence[Outcome]) -> str:
    return "\n".join(map(_outcome, found)) or "nothing is due"


def due_as_json(found: Sequence[Outcome]) -> dict[str, object]:
    return {"due": [{**one._asdict(), "commit": one.commit or None} for one in found]}


def _outcome(one: Outcome) -> str:
    said = f"{safe(one.session)}: {_files(one.files)}, {one.why}: "
    if one.commit:
        return f"{said}committed as {one.commit[:10]}"
    if one.problem:
        return f"{said}not committed: {safe(one.problem)}"
    return f"{said}proposed; git anvcs snapshot --accept"


def _left(share: Own) -> Iterator[str]:
    yield from (f"  stays out: {safe(path)}: {why}" for path, why in share.left.items())


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"


def _back(done: Made) -> str:
    return f"git anvcs undo --to '#{done.before}'"

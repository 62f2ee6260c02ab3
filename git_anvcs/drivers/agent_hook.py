"""What an agent starts on every tool call: its payload in, one spool line out, never a failure.

`git anvcs hook AGENT [--event E]` with the payload on standard input. The exit code is 0 and
standard output holds the answer the agent's protocol asks for (for most of them: none) whatever
happens: an agent must never stumble over us. Where `radar.warn` is on, the answer before an edit
of what somebody else is changing holds advice (flows/nearby.py). What could not be used is one
line in `<common Git dir>/anvcs/logs/hook.log`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import json
import os
from pathlib import Path
import sys
import time

from git_anvcs.flows.capture import capture, ours, touched
from git_anvcs.git.locate import Place, locate
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance.agents import registry
from git_anvcs.provenance.events import Event, NotAnEvent
from git_anvcs.store import log
from git_anvcs.store.paths import Paths

# More than this is never held in memory; the rest is read and dropped, so that the agent can
# finish writing. Of a larger payload the leading fields are still used.
LARGEST_PAYLOAD = 8 << 20

LONGEST_ADVICE = 2.0  # seconds; agents give a hook five

_CHUNK = 1 << 16

_SALVAGED = (
    "session_id|hook_event_name|cwd|transcript_path|prompt_id|agent_id|tool_name|tool_use_id"
    "|cursor_version|extensionId|type|event|agent|session|repo_working_dir|agent_name|model"
    "|conversation_id|file_path|notebook_path|filePath|path|sessionId|hookEventName|toolName"
    "|thread_id|trajectory_id|agent_action_name|model_name|taskId|hookName|sessionID|tool|callID"
)
_SALVAGED_INPUTS = ("tool_input", "tool_info", "parameters", "args")
_SALVAGED_PATHS = ("file_path", "notebook_path", "filePath", "path")


def run(agent: str, told: str, env: Mapping[str, str]) -> int:
    """Take one payload from standard input; the exit code is always 0."""
    payload, size = _read_all(sys.stdin.fileno())
    module = registry.load(agent)
    on = env.get("ANVCS") != "0"
    said = False
    if not on or not hasattr(module, "warned"):
        said = _answer(module)
    try:
        event = _event(agent, module, told, payload, size) if on else None
        if not said:
            said = _answer(module, _advice(module, event, env))
        if module is not None and event is not None:
            _take(event, module.ENV_FILE, env)
    except (NotAnEvent, AnvcsError, OSError, ValueError, RecursionError) as error:
        _complain(f"{agent}: {error}")
    except Exception as error:  # noqa: BLE001 - a bug of ours must not disturb the agent
        _complain(f"{agent}: a bug of git-anvcs: {type(error).__name__}: {error}")
    if not said:
        _answer(module)
    return 0


def _answer(module: registry.Agent | None, advice: str = "") -> bool:
    """Say what the agent wants to hear; with advice, before an edit, that."""
    said = advice or (module.ANSWER if module is not None else "")
    if said:
        try:
            os.write(1, said.encode() + b"\n")
        except OSError:  # it does not listen
            return True
    return True


def _advice(module: registry.Agent | None, event: Event | None, env: Mapping[str, str]) -> str:
    """What the agent hears about an edit of what somebody else is changing; mostly nothing."""
    if module is None or event is None or not event.paths:
        return ""
    if event.event != getattr(module, "HEARS_AT", "pre_edit"):
        return ""
    from git_anvcs.flows import nearby

    where = Path(event.cwd) if event.cwd and Path(event.cwd).is_absolute() else Path.cwd()
    try:
        with _limit(LONGEST_ADVICE):
            every = [
                nearby.advice(place, list(named), event.who, time.time(), env)
                for place, named in touched(event, where).items()
            ]
    except Exception as error:  # noqa: BLE001 - advice is no reason to disturb anybody
        _complain(f"{event.agent}: no advice: {type(error).__name__}: {error}")
        return ""
    found = [one for one in every if one.text]
    if not found:
        return ""
    text = " ".join(one.text for one in found)
    return str(module.warned(text, ask=any(one.ask for one in found)))  # type: ignore[attr-defined]


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in what the block does after so long."""

    def ended(_signal: int, _frame: object) -> None:
        raise TimeoutError(f"not ready after {seconds:g} seconds")

    import signal

    before = signal.signal(signal.SIGALRM, ended)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _event(
    agent: str, module: registry.Agent | None, told: str, payload: bytes, size: int
) -> Event | None:
    if module is None:
        raise NotAnEvent("no agent of this name is known")
    if not payload.strip():
        raise NotAnEvent("an empty payload")
    if size > len(payload):
        _complain(f"{agent}: a payload of {size:,} bytes; only its leading fields are used")
    return module.parse(_decode(payload, size), told)


def _take(event: Event, env_file: str, env: Mapping[str, str]) -> None:
    if event.event == "session_start":
        _name_session(event, env.get(env_file, ""))
    places = capture(event, Path.cwd(), time.time())
    if event.event in ("session_start", "pre_shell"):
        _keep_journal(event, places, env)


def _keep_journal(event: Event, places: list[Place], env: Mapping[str, str]) -> None:
    """A session has a daemon; what a command may destroy is in the journal before it runs."""
    from git_anvcs.provenance.shell import takes_away

    if event.event == "pre_shell" and not takes_away(event.command):
        return
    from git_anvcs.flows.journal import keeping

    for place in places:
        if event.event == "session_start":
            keeping.begin(place, env)
        else:
            keeping.look(place)


def _read_all(descriptor: int) -> tuple[bytes, int]:
    """The payload, at most LARGEST_PAYLOAD of it, and how many bytes it really had."""
    kept, size = bytearray(), 0
    while True:
        try:
            chunk = os.read(descriptor, _CHUNK)
        except OSError:
            break
        if not chunk:
            break
        size += len(chunk)
        if len(kept) < LARGEST_PAYLOAD:
            kept += chunk
    return bytes(kept), size


def _decode(payload: bytes, size: int) -> Mapping[str, object]:
    """The payload's object. Some agents send raw control characters, or paths that are no UTF-8."""
    text = payload.decode(errors="surrogateescape").removeprefix("\ufeff")
    if size > len(payload):
        return _salvage(text[:_CHUNK])
    value = json.loads(text, strict=False)
    if not isinstance(value, dict):
        raise NotAnEvent("a payload that is not an object")
    return value


def _salvage(text: str) -> Mapping[str, object]:
    """The leading string fields of a payload that was too large to read whole.

    Inside a JSON string a quote is escaped, so an unescaped `"key":` is a key; the base fields
    come before the tool's input, so the first one of a name is the right one.
    """
    import re

    found: dict[str, object] = {}
    pattern = rf'(?<!\\)"({_SALVAGED})"\s*:\s*("(?:[^"\\]|\\.){{0,4096}}")'
    for key, raw in re.findall(pattern, text):
        try:
            found.setdefault(key, json.loads(raw, strict=False))
        except ValueError:
            continue
    inside = {key: found[key] for key in _SALVAGED_PATHS if key in found}
    return {**found, **dict.fromkeys(_SALVAGED_INPUTS, inside)}


def _name_session(event: Event, env_file: str) -> None:
    """Let every command the agent runs say which session it belongs to."""
    import shlex

    line = f"export ANVCS_SESSION={shlex.quote(event.who)}\n"
    if not env_file or not ours(locate(Path(event.cwd or "."))):
        return
    with Path(env_file).open("a+", encoding="utf-8", errors="surrogateescape") as file:
        file.seek(0)
        if line not in file.read(_CHUNK):
            file.write(line)


def _complain(text: str) -> None:
    place = _place_here()
    if place is not None:
        log.note(Paths(place.common_dir).logs / "hook.log", text)


def _place_here() -> Place | None:
    """The repository to complain in, if there is one of ours around."""
    try:
        place = locate(Path.cwd())
    except OSError:  # the directory is gone
        return None
    return place if ours(place) else None

"""Story: read the settings in force here.

Defaults, the repository's file, Git's configuration, the environment, options: the later wins.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.git import config
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import settings as words
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.settings import FILE, Layer, Problem, Settings, Step, Value
from git_anvcs.store import yaml
from git_anvcs.trust import approvals

_LARGEST = 1 << 16  # bytes; a settings file is a page, and every command reads it
_NOT_APPROVED = "not approved on this machine"

Places = Mapping[tuple[Step, ...], yaml.Place]


class Written(NamedTuple):
    """The repository's settings file: its bytes and its values by dotted name."""

    text: bytes
    values: dict[str, Value]


def load(
    repo: Repo, env: Mapping[str, str], options: Layer | None = None, *, else_of: str = ""
) -> Settings:
    """The settings of a repository. Raises UsageError naming the place of every mistake.

    env: the environment, for `ANVCS_*`, `${VAR}` and the place of the approvals
    else_of: the commit or tree whose file counts where the worktree has none
    """
    written = read_file(repo, env, else_of=else_of)
    layers: list[Layer] = []
    if written:
        layers.append(_guarded(repo, written, env))
    layers += [_from_git(repo, env), _from_environment(env)]
    return Settings([*layers, *([options] if options else [])])


def approvals_file(env: Mapping[str, str]) -> Path:
    """Where approvals are kept: outside every repository (XDG Base Directory, state)."""
    home = Path(env.get("HOME", "/nonexistent"))
    state = env.get("XDG_STATE_HOME", "")
    base = Path(state) if state.startswith("/") else home / ".local" / "state"
    return base / "git-anvcs" / "trust.json"


def read_file(repo: Repo, env: Mapping[str, str], *, else_of: str = "") -> Written | None:
    """The repository's own file, checked; None when there is none. Raises UsageError."""
    text = _bytes(repo, else_of)
    if text is None:
        return None
    if len(text) > _LARGEST:
        raise UsageError(f"{FILE} is larger than {_LARGEST >> 10} KiB")
    try:
        parsed = yaml.read(text.decode())
    except UnicodeDecodeError as error:
        raise UsageError(f"{FILE} is not UTF-8 (byte {error.start})") from error
    except yaml.YamlBroken as error:
        raise UsageError(f"{FILE}:{error.line}:{error.column}: {error.message}") from error
    # The specification's example has blobs below adapters; both places are understood.
    document, places = _lift_blobs(parsed.value or {}, parsed.places)
    written = words.flatten(document) if isinstance(document, dict) else {}
    document = _expanded(document, words.schema(), env)
    found = words.problems(document, words.schema())
    if found:
        raise _mistakes(found, places)
    flat = words.flatten(document)
    values = {
        name: Value(
            value,
            _origin(name, places),
            written=written.get(name) if _filled(value, written.get(name)) else None,
        )
        for name, value in flat.items()
    }
    return Written(text, values)


def _filled(value: object, written: object) -> bool:
    """Whether variables made this text; a number or a yes is no secret."""
    return isinstance(value, str | list) and value != written


def _bytes(repo: Repo, else_of: str) -> bytes | None:
    path = repo.root / FILE
    if repo.bare or (else_of and not path.exists()):
        done = repo.try_git("cat-file", "blob", f"{else_of or 'HEAD'}:{FILE}", env=NO_FETCH)
        return done.stdout if done.returncode == 0 else None
    if not path.is_file():  # a device or a pipe behind a link would never end
        return None
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"cannot read {FILE}: {error.strerror}") from error


def _guarded(repo: Repo, written: Written, env: Mapping[str, str]) -> Layer:
    """What could send, run or trust counts only when the user approved this very file."""
    asking = [n for n, v in written.values.items() if words.known()[n].asks(v.value)]
    if not asking or approvals.is_approved(approvals_file(env), repo.common_dir, written.text):
        return written.values
    inert = {n: written.values[n]._replace(inert=_NOT_APPROVED) for n in asking}
    return {**written.values, **inert}


def _from_git(repo: Repo, env: Mapping[str, str]) -> Layer:
    """`anvcs.prompt.policy`, `anvcs.adapters.s3.use-presigned`; lists are repeated keys."""
    names = {_git_name(name): name for name in words.known()}
    layer: dict[str, Value] = {}
    for entry in config.entries(repo, env):
        name = names.get(entry.key.lower())
        if name is None:
            continue
        origin = f"git config ({entry.scope}, {entry.origin.removeprefix('file:')})"
        value = _word(name, entry.value, f"git config {entry.key}")
        if isinstance(value, list) and name in layer:
            value = [*layer[name].value, *(v for v in value if v not in layer[name].value)]
        layer[name] = Value(value, origin)
    return layer


def _git_name(name: str) -> str:
    return f"anvcs.{name.replace('_', '-')}"


def _from_environment(env: Mapping[str, str]) -> Layer:
    layer: dict[str, Value] = {}
    for name in words.known():
        variable = "ANVCS_" + name.upper().replace(".", "_")
        if variable in env:
            layer[name] = Value(_word(name, env[variable], variable), f"environment {variable}")
    return layer


def _word(name: str, text: str, origin: str) -> Any:
    try:
        return words.from_text(words.known()[name], text)
    except ValueError as error:
        raise UsageError(f"{origin} {error}") from error


def _lift_blobs(document: object, places: Places) -> tuple[Any, Places]:
    match document:
        case {"adapters": {"blobs": inner, **others}, **rest} if "blobs" not in rest:
            moved = {
                (path[1:] if path[:2] == ("adapters", "blobs") else path): place
                for path, place in places.items()
            }
            adapters = {"adapters": others} if others else {}
            return {**rest, **adapters, "blobs": inner}, moved
    return document, places


def _expanded(value: Any, spec: Mapping[str, Any], env: Mapping[str, str]) -> Any:
    """The document with variables filled in; what names an unset variable is left out."""
    if isinstance(value, dict):
        known = spec.get("properties", {})
        filled = {k: _expanded(v, known.get(k, {}), env) for k, v in value.items()}
        return {k: v for k, v in filled.items() if v is not None or value[k] is None}
    if isinstance(value, list):
        filled_items = (_expanded(item, spec.get("items", {}), env) for item in value)
        return [item for item in filled_items if item is not None]
    if not isinstance(value, str) or "${" not in value:
        return value
    text = words.expand(value, env)
    if text is None or spec.get("type") not in ("boolean", "number"):
        return text
    try:
        return words.from_text(words.Key("", spec), text)
    except ValueError:
        return text  # the check says it with its place


def _mistakes(found: list[Problem], places: Places) -> UsageError:
    said = [f"{FILE}:{_place(p.path, places)}: {_name(p.path)}{p.message}" for p in found]
    return UsageError("\n".join(said), hint=f"nothing of {FILE} is in force until it is mended")


def _name(path: tuple[Step, ...]) -> str:
    return f"{'.'.join(map(str, path))}: " if path else ""


def _place(path: tuple[Step, ...], places: Places) -> str:
    while path and path not in places:
        path = path[:-1]
    place = places.get(path, yaml.Place(1, 1))
    return f"{place.line}:{place.column}"


def _origin(name: str, places: Places) -> str:
    return f"{FILE}:{_place(tuple(name.split('.')), places)}"

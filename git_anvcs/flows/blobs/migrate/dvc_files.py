"""What DVC tracks in a commit: `.dvc` files, `dvc.lock`, and where its cache has the bytes.

Formats: dvc.org/doc, "Project Structure": .dvc files, dvc.lock, internal directories and files.
"""

from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from contextlib import suppress
import hashlib
import json
from pathlib import Path, PurePosixPath
import re
from typing import Any, NamedTuple

from git_anvcs.blobs.contents import chunks
from git_anvcs.store import yaml

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


class Output(NamedTuple):
    """One output: a file, or a folder (`md5` ends in `.dir`).

    path: in the repository; said_by: the file that tells of it; stays: whether that file tells more
    legacy: of DVC 1 and 2, where the MD5 of a text counts CR LF as LF
    """

    path: str
    md5: str
    said_by: str
    stays: bool
    executable: bool = False
    legacy: bool = False


class Item(NamedTuple):
    """One file of an output."""

    path: str
    md5: str


def outputs(path: str, text: str) -> list[Output]:
    """What a `.dvc` file or a `dvc.lock` says is tracked. Raises YamlBroken.

    Outputs outside of the repository, and those of other hashes than MD5, are not ours to take.
    """
    value = yaml.read(text).value
    if not isinstance(value, Mapping):
        return []
    folder = PurePosixPath(path).parent
    stages = value.get("stages") if path.endswith("dvc.lock") else None
    rows = _stages(stages) if stages is not None else [(value, bool(value.get("deps")))]
    found: list[Output | None] = []
    for row, stays in rows:
        inside = folder / str(row.get("wdir") or ".")
        outs = [out for out in row.get("outs") or () if isinstance(out, Mapping)]
        found += [_output(out, inside, path, stays=stays) for out in outs]
    return [one for one in found if one]


def cache_folders(root: Path, said_by: str) -> list[Path]:
    """Where the bytes may be: the cache of the DVC project that a file belongs to."""
    for folder in (root / said_by).parents:
        if (folder / ".dvc").is_dir():
            return [_configured(folder / ".dvc")]
        if folder == root:
            break
    return []


def candidates(caches: list[Path], md5: str) -> Iterator[Path]:
    """The files of a cache that may have these bytes, of DVC 3 and of those before."""
    for cache in caches:
        yield cache / "files" / "md5" / md5[:2] / md5[2:]
        yield cache / md5[:2] / md5[2:]


def items(output: Output, caches: list[Path]) -> list[Item] | None:
    """The files of an output; None: the list of a folder is not here, or not what its MD5 says."""
    if not output.md5.endswith(".dir"):
        return [Item(output.path, output.md5)]
    for file in candidates(caches, output.md5):
        with suppress(OSError, ValueError, KeyError, TypeError):
            data = file.read_bytes()
            digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
            if digest == output.md5.removesuffix(".dir"):
                return _listed(output.path, json.loads(data))
    return None


def is_that(file: Path, md5: str, *, legacy: bool) -> bool:
    """Whether a file's bytes have this MD5. Raises OSError."""
    plain = hashlib.md5(usedforsecurity=False)
    as_text = hashlib.md5(usedforsecurity=False)
    held = b""
    with file.open("rb", buffering=0) as opened:
        for chunk in chunks(opened):
            plain.update(chunk)
            if legacy:
                whole = held + chunk
                held = b"\r" if whole.endswith(b"\r") else b""
                as_text.update(whole.removesuffix(held).replace(b"\r\n", b"\n"))
    as_text.update(held)
    return md5 in ([plain.hexdigest(), as_text.hexdigest()] if legacy else [plain.hexdigest()])


def _stages(stages: object) -> list[tuple[Mapping[str, Any], bool]]:
    rows = stages.values() if isinstance(stages, Mapping) else ()
    return [(row, True) for row in rows if isinstance(row, Mapping)]


def _output(
    out: Mapping[str, Any], folder: PurePosixPath, said_by: str, *, stays: bool
) -> Output | None:
    md5, name = out.get("md5"), out.get("path")
    if not isinstance(md5, str) or not _MD5.fullmatch(md5) or not isinstance(name, str):
        return None
    path = _inside(folder, name)
    if path is None:
        return None
    legacy = out.get("hash") != "md5"
    executable = out.get("isexec") is True
    return Output(path, md5, said_by, stays, executable, legacy)


def _inside(folder: PurePosixPath, name: str) -> str | None:
    """The path in the repository, `..` taken into account; None when it leads out."""
    parts: list[str] = []
    for part in (*folder.parts, *PurePosixPath(name).parts):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    bad = not parts or parts[0] == "/" or any(part.lower() == ".git" for part in parts)
    return None if bad or "\0" in name else "/".join(parts)


def _listed(folder: str, value: Any) -> list[Item]:
    found = []
    for row in value:
        path = _inside(PurePosixPath(folder), str(row["relpath"]))
        if path is None or not path.startswith(f"{folder}/") or not _MD5.fullmatch(row["md5"]):
            raise ValueError("leads out of the folder")
        found.append(Item(path, row["md5"]))
    return found


def _configured(project: Path) -> Path:
    """The cache folder that the project's configuration names, `.dvc/cache` otherwise."""
    found = ConfigParser(strict=False, interpolation=None)
    with suppress(Error, UnicodeDecodeError):
        found.read([project / "config", project / "config.local"], encoding="utf-8")
    return project / found.get("cache", "dir", fallback="cache")

"""What the alias of a store stands for on this machine, as a sum: no secret can be read from it.

What is known of a copy counts only while its alias leads to the same folder, bucket or node.
"""

from collections.abc import Mapping
from hashlib import sha256
import os
from pathlib import Path
from urllib.parse import urlsplit

from git_anvcs.kernel.settings import Settings

_DIGITS = 16  # hexadecimal: enough to tell one person's stores apart


def place_of(found: Settings, env: Mapping[str, str], alias: str) -> str:
    """The sum of a resolved path, or of an address, bucket and prefix; nothing is asked."""
    match alias:
        case "local" | "nfs":
            named = with_home(found.text(f"adapters.{alias}.path"), env)
            words = ["folder", os.path.realpath(named or data_folder(env))]
        case "s3":
            url = _bare(found.text("adapters.s3.endpoint_url"))
            prefix = found.text("adapters.s3.prefix").strip("/")
            words = ["s3", url, found.text("adapters.s3.bucket"), prefix]
        case _:
            words = [alias, _bare(found.text("adapters.ipfs.api"))]
    text = "\0".join(words).encode(errors="surrogateescape")
    return sha256(text).hexdigest()[:_DIGITS]


def with_home(path: str, env: Mapping[str, str]) -> str:
    """A path of settings, whose `~/` is the user's home."""
    home = env.get("HOME", "")
    return f"{home}{path[1:]}" if path.startswith("~/") and home else path


def data_folder(env: Mapping[str, str]) -> Path:
    """Where `local` keeps blobs unless told: outside every repository (XDG Base Directory)."""
    home = Path(env.get("HOME", "/nonexistent"))
    data = env.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else home / ".local" / "share"
    return base / "git-anvcs" / "blobs"


def _bare(url: str) -> str:
    """Where an address leads, without whoever's name and word are in it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all; the store says so when it is asked
        return ""
    return f"{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"

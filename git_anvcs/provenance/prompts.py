"""Prompts on this machine: redacted text in a file of its own, named by its HMAC.

A record carries the HMAC, never (unless policy says so) the text. The key is this repository's
own: a bare hash of a short prompt could be guessed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths, make_folder

# A longer prompt is cut before it is read for secrets: an agent waits for us.
LONGEST = 256 * 1024

# What a record may hold inline (commit-meta.schema.json).
LONGEST_INLINE = 65_536

_KEY_BYTES = 32

REDACTOR = "anvcs-redact/2"

INLINE, REF, HASH_ONLY, WITHHELD = "inline", "ref", "hash-only", "withheld"
POLICIES = (INLINE, REF, HASH_ONLY, WITHHELD)


class Kept(NamedTuple):
    """A prompt put away: the name of its file, and how many secrets were taken out."""

    mac: str
    redactions: int


def keep(paths: Paths, prompt: str) -> Kept:
    """Redact a prompt and put it away. Raises CannotWrite."""
    from git_anvcs.provenance.redact import redact

    plain = prompt.encode(errors="replace").decode()
    cut = len(plain) - LONGEST
    redacted = redact(plain[:LONGEST])
    text = f"{redacted.text}\n[cut: {cut} more characters]" if cut > 0 else redacted.text
    mac = mac_of(paths, text)
    file = paths.prompts / mac
    if not file.exists():
        make_folder(paths.prompts, mode=0o700)
        atomic.write(file, text.encode(), mode=0o600)
    return Kept(mac, redacted.total)


def read(paths: Paths, mac: str) -> str | None:
    """The redacted text of a prompt that was given on this machine; None when it is not here."""
    if not is_mac(mac):
        return None
    try:
        text = (paths.prompts / mac).read_bytes().decode(errors="replace")
    except OSError:
        return None
    return text if mac_of(paths, text) == mac else None


def forget(paths: Paths, mac: str) -> None:
    """Delete the text of a prompt, where policy says that nothing of it is kept."""
    if is_mac(mac):
        (paths.prompts / mac).unlink(missing_ok=True)


def apply_policy(paths: Paths, claim: Mapping[str, Any], policy: str) -> dict[str, Any]:
    """The claim with as much of its prompt as the policy lets a record hold."""
    info = claim.get("prompt_info")
    if not isinstance(info, Mapping):
        return dict(claim)
    mac = str(info.get("hmac_sha256", ""))
    match policy:
        case "withheld":
            return {**claim, "prompt": None, "prompt_info": {"policy": WITHHELD}}
        case "inline":
            text = read(paths, mac)
            kept = text[:LONGEST_INLINE] if text is not None else None
            shown = INLINE if kept is not None else HASH_ONLY
            return {**claim, "prompt": kept, "prompt_info": {**info, "policy": shown}}
        case "ref":
            ref = {"policy": REF, "ref": f"urn:anvcs:prompt:{mac}"}
            return {**claim, "prompt": None, "prompt_info": {**info, **ref}}
    return {**claim, "prompt": None, "prompt_info": {**info, "policy": HASH_ONLY}}


def is_mac(text: str) -> bool:
    """Whether `text` is 64 lower-case hex digits; anything else is no file name of ours."""
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def mac_of(paths: Paths, text: str) -> str:
    """HMAC-SHA256 of a text with this repository's key, as hex."""
    import hmac

    return hmac.new(_key(paths), text.encode(), "sha256").hexdigest()


def _key(paths: Paths) -> bytes:
    """This repository's key, made on first use; of several first users at once, one wins."""
    import os

    file = paths.home / "prompt.key"
    for _ in range(2):
        try:
            key = file.read_bytes()
        except FileNotFoundError:
            key = b""
        if len(key) == _KEY_BYTES:
            return key
        if key:  # cut short by a full disk: useless, and nothing can match it any more
            file.unlink(missing_ok=True)
        atomic.create(file, os.urandom(_KEY_BYTES), mode=0o600)
    return file.read_bytes()

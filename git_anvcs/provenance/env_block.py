"""The `env` block of a record: what a commit was made with, and one digest over it. Pure."""

from collections.abc import Mapping
import json
from typing import Any

from git_anvcs.kernel.digest import sha256

# The lock files we digest, at the top of the tree.
LOCKFILES = (
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "bun.lock",
    "composer.lock",
    "conda-lock.yml",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "package-lock.json",
    "pdm.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "requirements.txt",
    "uv.lock",
    "yarn.lock",
)


def block(
    *,
    os_name: str,
    python: str,
    container: str,
    tools: Mapping[str, str],
    lockfiles: Mapping[str, str],
) -> dict[str, Any]:
    """The block; what is empty is left out.

    lockfiles: path -> SHA-256 of its content
    The digest is SHA-256 over the rest as canonical JSON, so equal environments are equal strings.
    """
    found: dict[str, Any] = {
        "os": os_name,
        "python": python,
        "container": container,
        "tools": dict(tools),
        "lockfiles": [{"path": path, "sha256": lockfiles[path]} for path in sorted(lockfiles)],
    }
    kept = {key: value for key, value in found.items() if value}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**kept, "digest": f"sha256:{sha256(text.encode()).hexdigest()}"}


def pretty_os(os_release: str, kernel: str, machine: str) -> str:
    """`Debian GNU/Linux 12 (bookworm); Linux x86_64` from os-release(5) and uname."""
    for line in os_release.splitlines():
        key, _, value = line.partition("=")
        if key == "PRETTY_NAME" and value.strip('"'):
            return f"{value.strip(chr(34))}; {kernel} {machine}"
    return f"{kernel} {machine}"


def venv_python(pyvenv: str) -> str:
    """The version in a pyvenv.cfg (PEP 405)."""
    for line in pyvenv.splitlines():
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            return ".".join(value.strip().split(".")[:3])
    return ""

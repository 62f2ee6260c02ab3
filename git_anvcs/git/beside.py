"""Configuration and attributes for one git that we start, beside what its caller has set."""

from collections.abc import Mapping
import os
from pathlib import Path

from git_anvcs.kernel.process import Done

# Asks for the attributes file of the user; `attributes` reads the answer.
ASK_FOR_ATTRIBUTES = ("config", "--type=path", "--get", "core.attributesFile")


def configured(env: Mapping[str, str], *pairs: tuple[str, str]) -> dict[str, str]:
    """Variables that set these keys, after what the caller has set the same way (git-config(1))."""
    said = env.get("GIT_CONFIG_COUNT", "")
    start = int(said) if said.isdigit() else 0
    found = {"GIT_CONFIG_COUNT": str(start + len(pairs))}
    for number, (key, value) in enumerate(pairs, start):
        found[f"GIT_CONFIG_KEY_{number}"] = key
        found[f"GIT_CONFIG_VALUE_{number}"] = value
    return found


def attributes(answer: Done, env: Mapping[str, str]) -> bytes:
    """The user's attributes, which a core.attributesFile of ours hides (gitattributes(5)).

    answer: what git said to ASK_FOR_ATTRIBUTES. Raises OSError.
    """
    if answer.returncode == 0:
        file = Path(os.fsdecode(answer.stdout.removesuffix(b"\n")))
    else:
        config = env.get("XDG_CONFIG_HOME") or f"{env.get('HOME', '')}/.config"
        file = Path(config) / "git" / "attributes"
    return file.read_bytes() if file.is_file() else b""

"""Names of models in the one form records use: `provider/model` (models.dev)."""

import re

_FORM = re.compile(r"[^/\s]+/[^\s]+")
LONGEST = 250

_PROVIDERS = (
    ("claude", "anthropic"),
    ("gpt", "openai"),
    ("chatgpt", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("codex", "openai"),
    ("gemini", "google"),
    ("gemma", "google"),
    ("grok", "xai"),
    ("mistral", "mistral"),
    ("codestral", "mistral"),
    ("devstral", "mistral"),
    ("deepseek", "deepseek"),
    ("qwen", "alibaba"),
    ("kimi", "moonshotai"),
    ("llama", "meta"),
    ("glm", "zai"),
)


def is_reference(said: str) -> bool:
    """Whether `said` is `provider/model`, as a record may hold it."""
    return len(said) <= LONGEST and _FORM.fullmatch(said) is not None


def reference(said: str) -> str | None:
    """`provider/model` for what an agent called its model; None when the provider is not known.

    Agents name the model alone (`claude-opus-4-6`); its family tells who made it.
    """
    if is_reference(said):
        return said
    family = said.lower()
    for start, provider in _PROVIDERS:
        if family.startswith(start) and is_reference(f"{provider}/{said}"):
            return f"{provider}/{said}"
    return None

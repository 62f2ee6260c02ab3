"""Which agent runs a process, told by its environment: the table, and how sure each row makes us.

Only the names of variables are looked at and kept, except where an agent's name is the value
(`AI_AGENT`, `AGENT`, `CURSOR_EXTENSION_HOST_ROLE`) or a session (`ANVCS_SESSION`,
`CODEX_THREAD_ID`). hooks/_anvcs.sh looks at the same ones.
"""

from collections.abc import Callable, Iterable, Mapping
from string import ascii_letters, digits
from typing import NamedTuple

HIGH, MEDIUM, LOW = "high", "medium", "low"


class Signal(NamedTuple):
    """A variable that an agent sets in what it starts, or (in FOLDERS) a folder it makes.

    value: what it must hold; empty for anything
    sure: low where a person's own terminal or settings may hold it too
    """

    variable: str
    agent: str
    sure: str = HIGH
    value: str = ""


class Detected(NamedTuple):
    """The agent found, how sure, and the names of the variables that say so."""

    agent: str
    sure: str
    signals: tuple[str, ...]


# The first agent of the table wins among equals, so the ones that start others stand first.
SIGNALS = (
    Signal("GROK_PLUGIN_ROOT", "grok", MEDIUM),
    Signal("KIMI_PLUGIN_ROOT", "kimi", MEDIUM),
    Signal("CURSOR_AGENT", "cursor"),
    Signal("CURSOR_EXTENSION_HOST_ROLE", "cursor", HIGH, "agent-exec"),
    Signal("GEMINI_CLI", "gemini"),
    Signal("ANTIGRAVITY_AGENT", "antigravity"),
    Signal("ANTIGRAVITY_CLI_ALIAS", "antigravity", MEDIUM),
    Signal("CODEX_THREAD_ID", "codex"),
    Signal("CODEX_SANDBOX", "codex"),
    Signal("CODEX_CI", "codex"),
    Signal("CODEX_SANDBOX_NETWORK_DISABLED", "codex"),
    Signal("CODEX_INTERNAL_ORIGINATOR_OVERRIDE", "codex", MEDIUM),
    Signal("CLAUDE_CODE_IS_COWORK", "claude-cowork"),
    Signal("CLAUDECODE", "claude"),
    Signal("CLAUDE_CODE_CHILD_SESSION", "claude"),
    Signal("CLAUDE_CODE", "claude"),
    Signal("CLAUDE_CODE_REMOTE", "claude", MEDIUM),
    Signal("OPENCODE", "opencode"),
    Signal("OPENCODE_CLIENT", "opencode", MEDIUM),
    Signal("AMP_CURRENT_THREAD_ID", "amp"),
    Signal("AGENT", "amp", HIGH, "amp"),
    Signal("AUGMENT_AGENT", "augment"),
    Signal("JUNIE_DATA", "junie", MEDIUM),
    Signal("JUNIE_SHIM_PATH", "junie", MEDIUM),
    Signal("CLINE_ACTIVE", "cline"),
    Signal("COPILOT_CLI", "copilot"),
    Signal("COPILOT_AGENT", "copilot"),
    Signal("GOOSE_PROVIDER", "goose", LOW),
    Signal("REPL_ID", "replit", LOW),
    Signal("COPILOT_MODEL", "copilot", LOW),
    Signal("COPILOT_ALLOW_ALL", "copilot", LOW),
    Signal("COPILOT_GITHUB_TOKEN", "copilot", LOW),
    Signal("CURSOR_TRACE_ID", "cursor", LOW),
)

# Signs that are folders: of a machine and of all who work there, so they say little.
FOLDERS = (Signal("/opt/.devin", "devin", LOW),)

# The agreed variable: its value is the agent's name, perhaps with `@version`.
AGREED = "AI_AGENT"

_AGREED_NAMES = {
    "claude-code": "claude",
    "claude_code": "claude",
    "github_copilot_vscode_agent": "copilot",
    "github_copilot_cloud_agent": "copilot",
    "github-copilot": "copilot",
    "gemini-cli": "gemini",
    "codex-cli": "codex",
    "cursor-cli": "cursor",
}

_LONGEST_ID = 256
_ID_LETTERS = f"{ascii_letters}{digits}._-"

_RANK = {HIGH: 3, MEDIUM: 2, LOW: 1}


def signals_in(
    environment: Mapping[str, str], is_folder: Callable[[str], bool] = lambda _: False
) -> tuple[str, ...]:
    """The signals that are set, in the form hooks write them: a name, or `AI_AGENT=name`."""
    found = [s.variable for s in SIGNALS if _holds(s, environment.get(s.variable, ""))]
    agreed = environment.get(AGREED, "")
    folders = [s.variable for s in FOLDERS if is_folder(s.variable)]
    return (*([f"{AGREED}={agreed[:64]}"] if agreed else []), *found, *folders)


def session_in(environment: Mapping[str, str]) -> str:
    """The session that the surrounding agent declares, `tool:session`; empty for none.

    Codex gives the id of its thread to all it starts, another agent included: with the signs of
    two agents nobody knows which of them is the inner one.
    """
    declared = environment.get("ANVCS_SESSION", "")
    thread = environment.get("CODEX_THREAD_ID", "")
    fits = 0 < len(thread) <= _LONGEST_ID and not thread.strip(_ID_LETTERS)
    return declared or (f"codex:{thread}" if fits and not _others(environment) else "")


def detect(signals: Iterable[str]) -> Detected | None:
    """The agent that the signals speak for; `AI_AGENT` before all, then the surest row."""
    names = {name: value for name, _, value in (s.partition("=") for s in signals)}
    if AGREED in names:
        agent = agreed_agent(names[AGREED])
        if agent:
            return Detected(agent, HIGH, (AGREED,))
    held = [s for s in (*SIGNALS, *FOLDERS) if s.variable in names]
    if not held:
        return None
    best = max(held, key=lambda s: _RANK[s.sure])  # max gives the first of equals
    said = tuple(s.variable for s in held if s.agent == best.agent)
    return Detected(best.agent, best.sure, said)


def agreed_agent(value: str) -> str:
    """The agent's name in a value of AI_AGENT such as `claude-code@2.1` or `codex_1-0_agent`."""
    from git_anvcs.provenance.events import name

    said = name(value.partition("@")[0])
    return _AGREED_NAMES.get(said, said)


def _others(environment: Mapping[str, str]) -> bool:
    """Whether there are signs of another agent than Codex that a person would not set."""
    agreed = environment.get(AGREED, "")
    held = (s for s in SIGNALS if _holds(s, environment.get(s.variable, "")))
    return any(s.agent != "codex" and s.sure != LOW for s in held) or (
        bool(agreed) and agreed_agent(agreed) != "codex"
    )


def _holds(signal: Signal, value: str) -> bool:
    return value == signal.value if signal.value else bool(value) and value != "0"


class Hint(NamedTuple):
    """What a commit says of itself: weak, since anybody can write it."""

    agent: str
    session: str
    where: str


# Author and committer addresses of agents' own commits.
_ADDRESSES = (
    ("cursoragent@cursor.com", "cursor"),
    ("+copilot@users.noreply.github.com", "copilot"),
    ("+devin-ai-integration[bot]@users.noreply.github.com", "devin"),
    ("noreply@anthropic.com", "claude"),
    ("noreply@openai.com", "codex"),
    ("roomote@roocode.com", "roo"),
    ("aider@aider.chat", "aider"),
    ("amp@ampcode.com", "amp"),
    ("noreply@continue.dev", "continue"),
    ("noreply@opencode.ai", "opencode"),
    ("+factory-droid[bot]@users.noreply.github.com", "droid"),
    ("+google-labs-jules[bot]@users.noreply.github.com", "jules"),
)
_LOGINS = {
    "copilot-swe-agent[bot]": "copilot",
    "devin-ai-integration[bot]": "devin",
    "cursor[bot]": "cursor",
    "factory-droid[bot]": "droid",
    "google-labs-jules[bot]": "jules",
}
_TRAILERS = ("co-authored-by", "assisted-by", "agent-logs-url", "generated-by")
# Trailers that name a session by a URL or an id: its agent, and what stands before the id.
_SESSION_TRAILERS = {"claude-session": ("claude", "session_"), "amp-thread-id": ("amp", "")}
_ASSISTANTS = (
    ("claude", "claude"),
    ("codex", "codex"),
    ("copilot", "copilot"),
    ("cursor", "cursor"),
    ("gemini", "gemini"),
    ("aider", "aider"),
    ("devin", "devin"),
)


def hints(author: str, committer: str, message: str) -> list[Hint]:
    """What author, committer (`Name <mail> …`) and the trailers of a commit hint at."""
    found = []
    for where, who in (("author", author), ("committer", committer)):
        agent = _of_person(who)
        if agent:
            found.append(Hint(agent, "", where))
    for key, value in _trailers(message):
        if key in _SESSION_TRAILERS:
            agent, start = _SESSION_TRAILERS[key]
            session = value.rstrip("/").rsplit("/", 1)[-1].removeprefix(start)
            found.append(Hint(agent, session[:128], key))
            continue
        agent = _of_person(value) if key == "co-authored-by" else _assistant(value)
        if agent:
            found.append(Hint(agent, "", key))
    return found


def _trailers(message: str) -> list[tuple[str, str]]:
    """The trailers we know, from the last paragraph of the message."""
    last = message.rstrip().rsplit("\n\n", 1)[-1]
    pairs = (line.partition(":") for line in last.splitlines()[:100])
    said = ((key.strip().lower(), value.strip()) for key, _, value in pairs)
    return [pair for pair in said if pair[0] in _TRAILERS or pair[0] in _SESSION_TRAILERS]


def _of_person(said: str) -> str:
    name, _, rest = said.partition("<")
    mail = rest.partition(">")[0].strip().lower()
    if name.strip().lower() in _LOGINS:
        return _LOGINS[name.strip().lower()]
    if name.strip().endswith("(aider)"):
        return "aider"
    return next((agent for end, agent in _ADDRESSES if _address_is(mail, end)), "")


def _address_is(mail: str, known: str) -> bool:
    return mail.endswith(known) if known.startswith("+") else mail == known


def _assistant(said: str) -> str:
    """The agent of `Assisted-by: Claude:claude-opus-4 [tool]` or a URL of an agent's log."""
    lowered = said.lower()
    return next((agent for word, agent in _ASSISTANTS if word in lowered), "")

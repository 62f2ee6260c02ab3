"""Who made a commit, and how sure we are: a claim, from what is pending and what was seen. Pure.

A claim is a dict with keys of a record. It says how it was found and with what confidence under
`ext`, and says `untracked` rather than guess.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from git_anvcs.kernel.digest import sha256
from git_anvcs.provenance import models
from git_anvcs.provenance.environment import HIGH, LOW, MEDIUM, Detected, Hint, detect, hints
from git_anvcs.provenance.pending import ACTIVE_SECONDS, Pending, Table
from git_anvcs.provenance.prompts import HASH_ONLY, REDACTOR
from git_anvcs.provenance.record import HUMAN, TREE_CLAIMS, UNTRACKED
from git_anvcs.provenance.shell import MAKES_COMMITS

EXT = "anvcs.intake"
UNKNOWN_SESSION = "unknown"

_SURE = {HIGH: 3, MEDIUM: 2, LOW: 1}

# What can be said of one commit, and the fields of a record that it decides.
_TOLD_KEYS = {
    "agent": ("agent_id", "sessions"),
    "model": ("model",),
    "prompt_mac": ("prompt", "prompt_info"),
    "prompt_policy": ("prompt", "prompt_info"),
    "tests": ("tests",),
    "tests_passed": ("tests_passed",),
    "coverage": ("coverage",),
    "test_report_ref": ("test_report_ref",),
    "artifacts": ("artifacts",),
}

_SAID_FIELDS = ("tests_passed", "tests", "coverage", "test_report_ref", "artifacts")


class Seen(NamedTuple):
    """What was seen of one commit when it was made.

    session: ANVCS_SESSION of the committing process; signals: see environment.signals_in
    ticket: names the `git anvcs commit` that made it
    terminal: whether it ran on a terminal; None when nobody looked
    paths: what the commit changed; author, committer: `Name <mail> …`
    editors: path -> whoever wrote some of it, where the snapshots of their hooks tell
    """

    ts: float = 0.0
    session: str = ""
    ticket: str = ""
    signals: tuple[str, ...] = ()
    terminal: bool | None = None
    paths: tuple[str, ...] = ()
    author: str = ""
    committer: str = ""
    message: str = ""
    editors: Mapping[str, frozenset[str]] = {}


class Known(NamedTuple):
    """What is known before a commit: of its worktree, and of the sessions by `tool:session`."""

    here: Pending
    sessions: Mapping[str, Mapping[str, Any]]


class Maker(NamedTuple):
    """Who made a commit (an agent_id), how that was found, and how sure it is."""

    agent_id: str
    method: str
    confidence: str
    signals: tuple[str, ...] = ()


def claim_for(known: Known, seen: Seen) -> Table:
    """The claim of one commit.

    What `git anvcs commit` was told for it wins over `context`, which wins over what was observed.
    """
    told = known.here.told(seen.ticket)
    maker = _told_maker(told) or observed_maker(known, seen)
    session = known.sessions.get(maker.agent_id, {})
    model = told.get("model") or session.get("model", "")
    prompt = told if told.get("prompt_mac") else session
    claim: Table = {"agent_id": maker.agent_id, "model": models.reference(model)}
    claim |= _prompt(prompt, told.get("prompt_policy") or HASH_ONLY)
    sessions = _sessions(known, seen, maker.agent_id, model)
    claim |= {"sessions": sessions} if sessions else {}
    claim |= {key: told[key] for key in _SAID_FIELDS if key in told}
    found = hints(seen.author, seen.committer, seen.message)
    claim["ext"] = {EXT: _how(maker, found, sorted(known.here.told_for(seen.ticket)))}
    return claim


def improved(
    existing: Mapping[str, Any], claim: Mapping[str, Any], *, carried: bool = False
) -> Table | None:
    """What a claim adds to a record that exists already; None when it adds nothing.

    A commit may be recorded before its hook has told who made it: then surer evidence wins over
    weaker. What was said for this very commit wins always, over a record carried from an amended
    commit as well (carried: that one's maker stays, whoever amended). The result is a claim too.
    """
    how, known = _table(claim, "ext", EXT), _table(existing, "ext", EXT)
    keys = [key for word in how.get("said", []) for key in _TOLD_KEYS.get(word, ())]
    if _table(claim, "tests").get("ran_on_tree") != _table(existing, "subject").get("tree"):
        keys = [key for key in keys if key not in ("tests", *TREE_CLAIMS)]
    if not carried and claim.get("agent_id") != UNTRACKED and _surer(how, known):
        keys += ["agent_id", "model", "prompt", "prompt_info", "sessions"]
        if kept := _of_lines(existing):
            claim = {**claim, "sessions": {**kept, **_table(claim, "sessions")}}
    news = {key: claim[key] for key in keys if key in claim and existing.get(key) != claim[key]}
    if "artifacts" in news:
        before = existing.get("artifacts") or []
        more = [entry for entry in news["artifacts"] if entry not in before]
        news |= {"artifacts": [*before, *more]}
        news = news if more else {k: v for k, v in news.items() if k != "artifacts"}
    if not news:
        return None
    return {**news, "ext": {**_table(existing, "ext"), EXT: how}}


def _of_lines(existing: Mapping[str, Any]) -> Table:
    """The sessions that a record names for lines: those stay whoever made the commit."""
    attested = _table(existing, "attestations").values()
    named = {key.partition("::")[0] for whose in attested for key in whose}
    return {key: said for key, said in _table(existing, "sessions").items() if key in named}


def _surer(how: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Whether new evidence is stronger; a record that was not decided here stays as it is."""
    before = _SURE.get(str(known.get("confidence")))
    return before is not None and _SURE.get(str(how.get("confidence")), 0) > before


def observed_maker(known: Known, seen: Seen) -> Maker:
    """Who made the commit by what was seen, the strongest evidence first."""
    detected = detect(seen.signals)
    sure = detected if detected and detected.sure != LOW else None
    found = (
        _declared(seen)
        or _by_shell(known, seen, sure)
        or _by_edits(known, seen, sure)
        or _by_staging(known, seen, sure)
        or _by_environment(known, seen, sure)
        or _by_running_shell(known, seen)
        or _by_hints(seen)
    )
    if found:
        return found._replace(signals=detected.signals if detected else ())
    if seen.terminal:
        return Maker(HUMAN, "terminal", MEDIUM)
    if detected:
        return Maker(f"{detected.agent}:{UNKNOWN_SESSION}", "environment", LOW, detected.signals)
    return Maker(UNTRACKED, "none", LOW)


def surely_running(known: Known, seen: Seen) -> str:
    """The session whose shell command is running alone and made the commit; empty if unproved.

    A command whose end was never told looks the same as one that runs: the committing process
    itself must show whose it is.
    """
    who = known.here.at_work(seen.ts)
    detected = detect(seen.signals)
    tool = detected.agent if detected and detected.sure == HIGH else ""
    declared = seen.session == who or (not seen.session and tool and tool == _tool(known, who))
    return who if who and declared else ""


def session_key(who: str) -> str:
    """The key of a session in a record: `s_` and 14 hex digits of SHA-256 (Git AI Standard)."""
    return f"s_{sha256(who.encode(errors='replace')).hexdigest()[:14]}"


def is_agent_id(said: str) -> bool:
    """Whether `said` may stand in a record: 1 to 512 printable characters without a space."""
    return 0 < len(said) <= 512 and said.isprintable() and " " not in said


def _told_maker(told: Mapping[str, Any]) -> Maker | None:
    agent = told.get("agent")
    return Maker(agent, "said", HIGH) if isinstance(agent, str) and is_agent_id(agent) else None


def _declared(seen: Seen) -> Maker | None:
    """The committing process carries ANVCS_SESSION, which only the agent's own shell has."""
    if ":" in seen.session and is_agent_id(seen.session):
        return Maker(seen.session, "declared-session", HIGH)
    return None


def _by_shell(known: Known, seen: Seen, detected: Detected | None) -> Maker | None:
    """A shell command with `git commit` (or the like) in it was running, of one session alone."""
    running = _running(known, seen, committing=True)
    running = _of_tool(known, running, detected)
    if len(running) > 1:
        editors = _editors(known, seen)
        running = [who for who in running if who in editors]
    if len(running) != 1:
        return None
    return Maker(running[0], "shell-window", HIGH if detected else MEDIUM)


def _by_edits(known: Known, seen: Seen, detected: Detected | None) -> Maker | None:
    """The session that edited most of the committed paths."""
    editors = _editors(known, seen)
    fit = _of_tool(known, list(editors), detected)
    if not fit:
        return None
    last = known.here.active
    best = max(fit, key=lambda who: (editors[who], last.get(who, 0.0)))
    alone = len(editors) == 1 and editors[best] == len(seen.paths)
    return Maker(best, "edits", MEDIUM if alone else LOW)


def _by_staging(known: Known, seen: Seen, detected: Detected | None) -> Maker | None:
    """The one session that staged committed paths with `git anvcs add`."""
    stagers = _of_tool(known, list(_counted(known, seen, known.here.staged)), detected)
    return Maker(stagers[0], "staged", LOW) if len(stagers) == 1 else None


def _by_environment(known: Known, seen: Seen, detected: Detected | None) -> Maker | None:
    """An agent's variables are set: its one active session here, or the agent alone."""
    if detected is None:
        return None
    active = known.here.active
    last = max([seen.ts, *active.values()])
    recent = [who for who, ts in active.items() if ts > last - ACTIVE_SECONDS]
    of_tool = [who for who in recent if _tool(known, who) == detected.agent]
    if len(of_tool) == 1:
        return Maker(of_tool[0], "active-session", MEDIUM)
    return Maker(f"{detected.agent}:{UNKNOWN_SESSION}", "environment", detected.sure)


def _by_running_shell(known: Known, seen: Seen) -> Maker | None:
    """Some shell command of one session was running: a script may have made the commit."""
    running = _running(known, seen, committing=False)
    if len(running) != 1 or seen.terminal:
        return None
    return Maker(running[0], "shell-window", LOW)


def _by_hints(seen: Seen) -> Maker | None:
    found = hints(seen.author, seen.committer, seen.message)
    if not found:
        return None
    best = next((hint for hint in found if hint.session), found[0])
    who = f"{best.agent}:{best.session or UNKNOWN_SESSION}"
    return Maker(who, "commit-hints", LOW) if is_agent_id(who) else None


def _running(known: Known, seen: Seen, *, committing: bool) -> list[str]:
    """The sessions with a shell command running in the worktree, each once."""
    shells = known.here.shells.values()
    fit = (str(s.get("who")) for s in shells if not committing or _commits(s))
    return [who for who in dict.fromkeys(fit) if who in known.sessions]


def _commits(shell: Mapping[str, Any]) -> bool:
    verbs = shell.get("verbs")
    return isinstance(verbs, list) and any(verb in MAKES_COMMITS for verb in verbs)


def _editors(known: Known, seen: Seen) -> dict[str, int]:
    """The sessions that edited committed paths, and how many each.

    What a snapshot tells wins: an edit that was taken back before the commit is none.
    """
    told = {path: dict.fromkeys(whos) for path, whos in seen.editors.items()}
    return _counted(known, seen, {**known.here.edits, **told})


def _counted(known: Known, seen: Seen, table: Mapping[str, Mapping[str, object]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in seen.paths:
        for who in table.get(path, ()):
            if who in known.sessions:
                found[who] = found.get(who, 0) + 1
    return found


def _of_tool(known: Known, whos: list[str], detected: Detected | None) -> list[str]:
    """Those of the detected agent; all of them when the environment tells of none."""
    if detected is None:
        return whos
    return [who for who in whos if _tool(known, who) == detected.agent]


def _tool(known: Known, who: str) -> str:
    tool = known.sessions.get(who, {}).get("agent", "")
    return tool if isinstance(tool, str) else ""


def _prompt(said: Mapping[str, Any], policy: str) -> Table:
    """prompt and prompt_info: the HMAC only; `prompts.apply_policy` adds or takes away."""
    if not said.get("prompt_mac"):
        return {}
    info = {
        "policy": policy,
        "hmac_sha256": said["prompt_mac"],
        "redactions": said.get("redactions", 0),
        "redactor": REDACTOR,
    }
    return {"prompt": None, "prompt_info": info}


def _sessions(known: Known, seen: Seen, maker: str, model: str) -> dict[str, Table]:
    """The sessions behind the commit: its maker's, and all that edited what it changed."""
    found = {}
    for who in dict.fromkeys([maker, *_editors(known, seen)]):
        tool, _, session = who.partition(":")
        if not session or session == UNKNOWN_SESSION:
            continue
        said = model if who == maker else ""
        agent = {
            "tool": tool,
            "id": session,
            "model": said or known.sessions.get(who, {}).get("model", "") or "unknown",
        }
        found[session_key(who)] = {"agent_id": agent}
    return found


def _how(maker: Maker, found: Sequence[Hint], said: Sequence[str]) -> Table:
    how: Table = {"method": maker.method, "confidence": maker.confidence}
    if said:
        how["said"] = [word for word in said if word in _TOLD_KEYS]
    if maker.signals:
        how["signals"] = list(maker.signals)
    if found:
        how["hints"] = [{"agent": hint.agent, "where": hint.where} for hint in found]
    return how


def _table(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at a path of keys, or an empty one."""
    for key in path:
        found = value.get(key)
        value = found if isinstance(found, dict) else {}
    return value

"""Sessions by name: which ones a record names, and which one a user means. Pure.

A session is called as in `agent_id`: `tool:session`. Its key in records is `s_…`.
"""

from collections.abc import Collection, Mapping

from git_anvcs.provenance import summary
from git_anvcs.provenance.claim import UNKNOWN_SESSION, session_key
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import AGENT, Who


def name_of(who: Who) -> str:
    """`tool:session`; empty for whoever is no agent, or an agent in no known session."""
    if who.kind != AGENT or who.session in ("", UNKNOWN_SESSION):
        return ""
    return who.session if who.session.startswith("spiffe://") else f"{who.agent}:{who.session}"


def made_by(record: Record, who: Who) -> bool:
    """Whether somebody is the record's maker, or an agent in the same session under two models."""
    maker = summary.who(record)
    return who == maker or name_of(who) == name_of(maker) != ""


def named(record: Record) -> dict[str, set[str]]:
    """The sessions a record names, each with its keys: its maker's first, then the others'."""
    maker = name_of(summary.who(record))
    found = {maker: {session_key(maker)}} if maker else {}
    for key in record.mapping("sessions"):
        name = name_of(summary.who_of_key(record, key))
        if name:
            found.setdefault(name, {session_key(name)}).add(key)
    return found


def called(words: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """The sessions, among `known` (name -> its keys), that are called exactly so, sorted.

    By their name, by the tool's own id, by a key (`s_…`, also with `::t_…`). A name goes first:
    it stands for one session alone.
    """
    word = _word(words)
    found = sorted(name for name, said in _spoken(words, known).items() if word in said)
    return [word] if word in found else found


def like(words: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """The sessions of which something begins so, or whose name ends so, sorted."""
    word = _word(words)
    return sorted(
        name
        for name, said in _spoken(words, known).items()
        if name.endswith(word) or any(text.startswith(word) for text in said)
    )


def _word(words: str) -> str:
    return words.partition("::")[0] if is_key(words) else words


def _spoken(words: str, known: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """What each session may be called; by its keys only where the words look like one."""
    keys = known if is_key(words) else {}
    return {name: (name, id_of(name), *keys.get(name, ())) for name in known}


def is_key(words: str) -> bool:
    """Whether the words may be a session's key, or the beginning of one."""
    return words.startswith("s_")


def id_of(name: str) -> str:
    """The tool's own id of a session."""
    return name if name.startswith("spiffe://") else name.partition(":")[2]


def parent_of(record: Record, keys: Collection[str]) -> str:
    """What the record says started the session with one of these keys; empty when it does not."""
    for key in keys:
        said = _parent(record, key)
        if said:
            return _as_name(record, said)
    return ""


def children_of(record: Record, name: str, keys: Collection[str]) -> list[str]:
    """The sessions that the record says the session started."""
    aliases = {name, id_of(name), *keys}
    own = (key for key in record.mapping("sessions") if _parent(record, key) in aliases)
    names = (name_of(summary.who_of_key(record, key)) for key in own)
    return [child for child in names if child and child != name]


def _parent(record: Record, key: str) -> str:
    session = record.mapping("sessions").get(key)
    said = session.get("parent_session") if isinstance(session, Mapping) else None
    return said if isinstance(said, str) else ""


def _as_name(record: Record, said: str) -> str:
    """A session's name where the record knows it, else what was said."""
    return name_of(summary.who_of_key(record, said)) or said

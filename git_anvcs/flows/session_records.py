"""Story: a user names a session; which one is it, and which records speak of it?

All records are read in one process. Of their many bytes only those that can name the session are
parsed.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, Offline, UsageError
from git_anvcs.provenance import codec, records, sessions
from git_anvcs.provenance.record import Record

_MOST_NAMED = 10

# Besides letters and digits: what JSON spells as it is, or by its number, but in no third way.
_PLAIN = "-_.:@ "


class Found(NamedTuple):
    """A session: its name, its keys in records, and the records that name it.

    parent: the session that started it, or empty; children: those that it started
    """

    name: str
    keys: tuple[str, ...]
    records: tuple[Record, ...]
    parent: str = ""
    children: tuple[str, ...] = ()


def find(repo: Repo, words: str) -> Found:
    """The session that `words` stand for.

    Raises UsageError when they stand for several, AnvcsError when no record names any.
    """
    texts = _texts(repo)
    known, names = _meant(words, texts)
    if len(names) > 1:
        raise UsageError(
            f"{len(names)} sessions are called {words!r}: {_listed(names)}",
            hint="give more of its name: git anvcs trace TOOL:SESSION",
        )
    if not names:
        raise _unknown(words, texts)
    keys = tuple(sorted(known[names[0]]))
    spoken = [sessions.id_of(names[0]), *keys]
    return _found(names[0], keys, _decoded(_with(texts, spoken, end='"')))


def everyone(repo: Repo) -> dict[str, list[Record]]:
    """Every session that records name, with these records. Raises Offline."""
    found: dict[str, list[Record]] = {}
    for record in _decoded(_texts(repo)):
        for name in sessions.named(record):
            found.setdefault(name, []).append(record)
    return found


def _meant(words: str, texts: Sequence[bytes]) -> tuple[dict[str, set[str]], list[str]]:
    """The sessions that `words` may stand for, and the keys of all that were looked at."""
    if sessions.is_key(words):  # it need not stand in any record
        known = _named(_decoded(texts))
        return known, sessions.called(words, known) or sessions.like(words, known)
    ident = words.partition(":")[2] or words
    known = _named(_decoded(_with(texts, [ident], end='"')))
    names = sessions.called(words, known)
    if names:
        return known, names
    known = _named(_decoded(_with(texts, [ident])))
    return known, sessions.like(words, known)


def _found(name: str, keys: tuple[str, ...], candidates: Iterable[Record]) -> Found:
    records_, parents, children = [], dict[str, None](), dict[str, None]()
    for record in candidates:
        children.update(dict.fromkeys(sessions.children_of(record, name, keys)))
        if name in sessions.named(record):
            records_.append(record)
            parents[sessions.parent_of(record, keys)] = None
    parent = next((said for said in parents if said), "")
    return Found(name, keys, tuple(records_), parent, tuple(sorted(children)))


def _texts(repo: Repo) -> list[bytes]:
    """What is stored of every commit; where only notes were fetched, these. Raises Offline."""
    listed = records.listing(repo, records.META_REF) or records.listing(repo, records.NOTES_REF)
    blobs = objects.read(repo, listed.values())
    if None in blobs:  # "no record names it" would be untrue
        raise Offline(
            "not every record is on this machine, and the others could not be fetched",
            hint="this is a partial clone; try again when its remote can be reached",
        )
    return [blob.data for blob in blobs if blob]


def _with(texts: Iterable[bytes], words: Sequence[str], end: str = "") -> list[bytes]:
    """The texts that may hold one of the words, however their JSON spells it (RFC 8259 §7).

    end: what follows the word, such as the quote that ends a string
    """
    spoken = [f"{word}{end}".encode(errors="surrogatepass") for word in words]
    special = any(not c.isalnum() and c not in _PLAIN for c in "".join(words))
    escape = b"\\" if special else b"\\u"
    return [text for text in texts if escape in text or any(word in text for word in spoken)]


def _decoded(texts: Iterable[bytes]) -> list[Record]:
    found = (codec.primary(codec.decode(text).records) for text in texts)
    return [record for record in found if record is not None]


def _named(found: Iterable[Record]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for record in found:
        for name, keys in sessions.named(record).items():
            known.setdefault(name, set()).update(keys)
    return known


def _unknown(words: str, texts: Iterable[bytes]) -> AnvcsError:
    """What to say, with names that are nearly the same."""
    from difflib import get_close_matches

    found = sorted(_decoded(texts), key=lambda record: record.created_at, reverse=True)
    known = list(_named(found))
    spoken = {text: name for name in known for text in (name, sessions.id_of(name))}
    near = get_close_matches(words, spoken, n=3)
    if near:
        hint = f"did you mean {_listed(list(dict.fromkeys(spoken[text] for text in near)))}?"
    elif known:
        hint = f"the last sessions are {_listed(known)}"
    else:
        hint = "no record names any session; `git anvcs status` says whether hooks are on"
    return AnvcsError(f"no record names a session {words!r}", hint=hint)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more

import json

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance import codec, sessions
from git_anvcs.provenance.claim import session_key
from git_anvcs.provenance.record import Record

names = st.builds(
    "{}:{}".format, st.sampled_from(["claude", "codex", "spiffe"]), st.text("ab1:/-", min_size=1)
)


def record(agent: str, **fields: object) -> Record:
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": "am_00000000000000000000000000",
        "rev": 1,
        "subject": {"commit": "a" * 40},
        "agent_id": agent,
        **fields,
    }
    found = codec.parse_line(json.dumps(value).encode())
    assert found is not None
    return found


def session(name: str, **fields: object) -> dict[str, object]:
    tool, _, ident = name.partition(":")
    return {"agent_id": {"tool": tool, "id": ident, "model": "m"}, **fields}


@given(names)
def test_a_session_has_one_name_as_a_maker_and_as_one_of_several(name: str) -> None:
    key = session_key(name)
    for found in (record(name), record("human", sessions={key: session(name)})):
        assert sessions.named(found) == {name: {key}}


@given(st.lists(names, min_size=1, unique=True, max_size=6), st.data())
def test_a_name_and_a_key_stand_for_one_session_alone(
    known: list[str], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(known))
    keys = {each: {session_key(each)} for each in known}

    assert sessions.called(name, keys) == [name]
    assert sessions.called(session_key(name), keys) == [name]
    assert sessions.called(f"{session_key(name)}::t_00000000000001", keys) == [name]
    assert name in sessions.called(sessions.id_of(name), keys)
    size = data.draw(st.integers(1, len(name)))
    assert name in sessions.like(name[:size], keys)
    assert name in sessions.like(name[-size:], keys)


def test_nobody_is_no_session() -> None:
    for agent in ("human", "untracked", "", "claude:", "claude:unknown", "claude"):
        assert sessions.named(record(agent)) == {}
    broken = {"s_00000000000001": {"agent_id": "x"}, "s_00000000000002": 3}
    assert sessions.named(record("human", sessions=broken)) == {}


def test_who_started_whom_is_told_by_key_name_or_id() -> None:
    parent, child = "claude:one", "claude:two"
    keys = [session_key(parent)]
    for said in (parent, "one", *keys):
        both = {
            session_key(parent): session(parent),
            session_key(child): session(child, parent_session=said),
        }
        found = record("human", sessions=both)
        assert sessions.children_of(found, parent, keys) == [child]
        assert sessions.children_of(found, child, [session_key(child)]) == []
        named = sessions.parent_of(found, [session_key(child)])
        assert named == (parent if said in keys else said)
    loop = {session_key(parent): session(parent, parent_session=parent)}
    assert sessions.children_of(record("human", sessions=loop), parent, keys) == []

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance import codec, summary
from git_anvcs.provenance.attested import attested, shares, total
from git_anvcs.provenance.blame import Attributor, Line
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.sessions import name_of
from git_anvcs.provenance.summary import Who

COMMIT = "a" * 40
SESSIONS = {
    f"s_{number:014x}": {"agent_id": {"tool": "t", "id": str(number), "model": "p/m"}}
    for number in range(3)
}
KEYS = [*(f"{key}::t_{0:014x}" for key in SESSIONS), f"s_{9:014x}::t_{0:014x}", f"h_{1:014x}"]

numbers = st.integers(1, 12)
pairs = st.tuples(numbers, numbers).map(sorted).map(lambda ends: f"{ends[0]}-{ends[1]}")
ranges = st.one_of(
    st.lists(st.one_of(numbers.map(str), pairs), min_size=1, max_size=3).map(",".join),
    st.sampled_from(["", "5-2", "0", "x", "1,,2", "01"]),
)
claims = st.dictionaries(st.sampled_from(KEYS), ranges, max_size=4)


def record(attestations: object, agent: str = "t:0") -> Record:
    return codec.record(
        {
            "schema": "anvcs/commit-meta/1",
            "meta_id": "am_00000000000000000000000000",
            "rev": 1,
            "subject": {"commit": COMMIT},
            "agent_id": agent,
            "model": "p/m",
            "sessions": SESSIONS,
            "attestations": attestations,
        }
    )


@given(claims, st.integers(0, 14), st.sampled_from(["t:0", "human", "untracked"]))
def test_lines_are_counted_as_blame_gives_them(
    claim: dict[str, str], added: int, agent: str
) -> None:
    found = record({"f": claim}, agent)

    counted = shares(found, COMMIT, "f", added)

    attribute = Attributor({COMMIT: found})
    each = [attribute(Line(COMMIT, b"f", number, number, b"")) for number in range(1, 15)]
    known = Counter(given.who for given in each if given.who != summary.NOBODY_KNOWS)
    assert counted.total() == added
    if not each[-1].exact:  # nothing readable is attested: the maker speaks for the file
        assert counted == +Counter({summary.who(found): added})
    elif known.total() <= added:
        assert counted - Counter({summary.NOBODY_KNOWS: added}) == known
    else:
        assert set(counted) <= {summary.NOBODY_KNOWS}


@given(claims)
def test_what_is_attested_to_a_session_is_never_more_than_blame_gives_it(
    claim: dict[str, str],
) -> None:
    found = record({"f": claim}, "human")

    attribute = Attributor({COMMIT: found})
    lines = [attribute(Line(COMMIT, b"f", number, number, b"")).who for number in range(1, 14)]
    for session in ("t:0", "t:1", "t:2"):
        given_ = sum(name_of(who) == session for who in lines)
        assert attested(found, COMMIT, "f", session) in (given_, None)


@given(claims, st.dictionaries(st.sampled_from("fgh"), st.integers(0, 14)))
def test_a_commits_lines_are_those_of_its_files(
    claim: dict[str, str], added: dict[str, int]
) -> None:
    for found in (None, record({}), record({"f": claim, "g": {}})):
        each = [shares(found, COMMIT, path, count) for path, count in added.items()]
        assert total(found, COMMIT, added) == sum(each, Counter())


def test_an_endless_range_is_counted_at_once() -> None:
    found = record({"f": {KEYS[0]: "1-999999999"}}, "human")

    assert attested(found, COMMIT, "f", "t:0") == 999_999_999
    assert shares(found, COMMIT, "f", 3) == Counter({summary.NOBODY_KNOWS: 3})


def test_a_commit_without_a_record_is_nobodys_and_another_file_its_makers() -> None:
    assert shares(None, COMMIT, "f", 2) == Counter({summary.NOBODY_KNOWS: 2})
    found = record({"other": {KEYS[0]: "1"}})
    assert shares(found, COMMIT, "f", 2) == Counter({Who("agent", "t", "0", "p/m"): 2})
    assert attested(found, COMMIT, "f", "t:0") is None

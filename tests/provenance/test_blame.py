from itertools import pairwise
import json

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance import blame, codec
from git_anvcs.provenance.blame import Attributor, Line
from git_anvcs.provenance.summary import Who

COMMIT = "a" * 40


def record(attestations: object, **fields: object) -> codec.Record:
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": "am_0",
        "rev": 1,
        "subject": {"commit": COMMIT},
        "agent_id": "codex:whole",
        "attestations": attestations,
        "sessions": {
            f"s_{name * 14}": {"agent_id": {"tool": name, "id": name, "model": "m"}}
            for name in "ab"
        },
        **fields,
    }
    found = codec.parse_line(json.dumps(value).encode())
    assert found is not None
    return found


def who_of(number: int, attestations: object, **fields: object) -> tuple[str, str, bool]:
    attribute = Attributor({COMMIT: record(attestations, **fields)})
    who, exact = attribute(Line(COMMIT, b"f", number, 1, b""))
    return who.kind, who.agent, exact


A, B, H = f"s_{'a' * 14}::t_{'0' * 14}", f"s_{'b' * 14}::t_{'0' * 14}", f"h_{'1' * 14}"


def test_a_line_is_whose_range_covers_its_number_in_the_commit() -> None:
    attested = {"f": {A: "1-3,9", B: "4", H: "20-30"}}

    assert who_of(3, attested) == ("agent", "a", True)
    assert who_of(9, attested) == ("agent", "a", True)
    assert who_of(4, attested) == ("agent", "b", True)
    assert who_of(25, attested) == ("human", "", True)


def test_a_line_outside_of_all_ranges_is_nobodys() -> None:
    assert who_of(5, {"f": {A: "1-3"}}) == ("untracked", "", True)


def test_the_whole_commit_speaks_where_the_file_is_not_attested() -> None:
    assert who_of(5, {"other": {A: "1-9"}}) == ("agent", "codex", False)
    assert who_of(5, None) == ("agent", "codex", False)


def test_contradicting_ranges_prove_nothing_about_their_lines() -> None:
    attested = {"f": {A: "1-5", B: "4-8"}}

    assert who_of(3, attested) == ("agent", "a", True)
    assert who_of(4, attested) == ("agent", "codex", False)
    assert who_of(8, attested) == ("agent", "b", True)


def test_ranges_of_another_commit_are_not_used() -> None:
    assert who_of(3, {"f": {A: "1-5"}}, subject={"commit": "b" * 40}) == ("agent", "codex", False)


def test_broken_ranges_are_not_used() -> None:
    for text in ("5-1", "x", "", 7, None, "0-3", "1-2,", "1 - 2", "9" * 400):
        assert who_of(1, {"f": {A: text}}) == ("agent", "codex", False), text


def test_an_unknown_session_is_nobody() -> None:
    assert who_of(1, {"f": {"s_cccccccccccccc::t_1": "1"}}) == ("untracked", "", True)


span = st.tuples(st.integers(1, 30), st.integers(0, 6), st.sampled_from("xyz"))


@given(st.lists(span, max_size=12), st.integers(1, 40))
def test_sweeping_gives_what_trying_every_range_gives(
    spans: list[tuple[int, int, str]], number: int
) -> None:
    wanted = {who for start, size, who in spans if start <= number <= start + size}

    flat = blame._flat([(start, start + size, Who("agent", who)) for start, size, who in spans])
    found = flat.at(number)

    if len(wanted) > 1:
        assert found is None
    else:
        assert found == (Who("agent", wanted.pop()) if wanted else Who("untracked"))


@given(st.binary())
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    blame.parse(raw)


row = st.one_of(
    st.sampled_from(
        [
            *(b"%s 3 4 1" % (name * 40).encode() for name in "abc"),
            *(b"%s 5 6" % (name * 40).encode() for name in "ab"),
            *(b"author A", b"author-time 1790000000", b"author-tz +0200", b"boundary"),
            *(b"summary s", b"filename f", b'filename "g\\n"', b"\ttext", b"\t", b""),
        ]
    ),
    st.binary(max_size=8).map(lambda raw: raw.replace(b"\n", b"")),
)


@given(st.lists(row), st.sets(st.integers(0, 40)))
def test_pieces_are_read_as_the_whole_is(rows: list[bytes], cuts: set[int]) -> None:
    ended = [row + b"\n" for row in rows]
    borders = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    reader = blame.Reader()

    seen = [
        commit
        for start, end in pairwise(borders)
        for commit in reader.feed(b"".join(ended[start:end]))
    ]

    assert (reader.lines, reader.origins) == blame.parse(b"".join(ended))
    assert seen == list(reader.origins)


@given(st.binary(min_size=1))
def test_names_come_back_from_their_c_quoting(name: bytes) -> None:
    quoted = b'"' + b"".join(b"\\%03o" % byte for byte in name) + b'"'

    assert blame.unquoted(quoted) == name

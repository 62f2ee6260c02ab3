"""Laws of folding: order does not matter, again changes nothing, ours is never lost."""

import json

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance import codec, fold

COMMITS = ["a" * 40, "b" * 40]


def line(commit: str, who: int, rev: int, **more: object) -> bytes:
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": f"am_{who}",
        "rev": rev,
        "subject": {"commit": commit},
        **more,
    }
    return codec.encode(value) + b"\n"


lines = st.builds(
    line,
    st.sampled_from(COMMITS),
    st.integers(0, 3),
    st.integers(0, 4),
    model=st.sampled_from(["x/1", "x/2", None]),
    schema=st.sampled_from(["anvcs/commit-meta/1", "anvcs/commit-meta/9"]),
)
junk = st.binary(max_size=30).filter(lambda b: b"\n" not in b).map(lambda b: b + b"\n")
texts = st.lists(lines | junk, max_size=6).map(b"".join)
sides = st.dictionaries(st.sampled_from(COMMITS), texts, max_size=2)


@given(sides, sides, sides)
def test_folding_commutes_and_is_associative_in_any_order(one, two, three) -> None:  # type: ignore[no-untyped-def]
    once = fold.together([one, two, three])
    assert fold.together([three, one, two]) == once
    assert fold.together([fold.together([one, two]), three]) == once
    assert fold.together([one, fold.together([two, three])]) == once


@given(sides, sides)
def test_folding_again_changes_nothing_when_all_is_in(one, two) -> None:  # type: ignore[no-untyped-def]
    once = fold.together([one, two])
    assert fold.together([once, one]) == once
    assert fold.together([once, two, once]) == once


@given(sides, sides)
def test_ours_is_still_there_when_theirs_came_in(ours, theirs) -> None:  # type: ignore[no-untyped-def]
    joined = fold.together([ours, theirs])
    for commit, text in ours.items():
        kept = {r.meta_id: r.rev for r in codec.decode(joined[commit]).records}
        for record in codec.decode(text).records:
            assert kept[record.meta_id] >= record.rev
        assert not fold.lacks([joined[commit]], text)


@given(st.sampled_from(COMMITS), texts)
def test_sifting_splits_a_text_into_records_of_the_commit_and_the_rest(
    commit: str, text: bytes
) -> None:
    found = fold.sift(commit, text)
    assert all(r.commit == commit for r in codec.decode(found.text).records)
    assert codec.decode(found.text).foreign == ()
    assert fold.sift(commit, found.text) == fold.Sifted(found.text, ())
    assert all(refused.reason for refused in found.refused)


def test_a_record_of_a_newer_schema_comes_in_as_it_is() -> None:
    newer = line(COMMITS[0], 1, 1, schema="anvcs/commit-meta/7", novelty={"deep": [1]})
    assert fold.sift(COMMITS[0], newer) == fold.Sifted(newer, ())


def test_what_cannot_be_a_record_stays_out_with_a_reason() -> None:
    wrong = [
        b"{not json",
        line(COMMITS[1], 1, 1).strip(),
        line(COMMITS[0], 1, fold.MOST_REVISIONS + 1).strip(),
        line(COMMITS[0], 1, 1, big="x" * fold.LARGEST_LINE).strip(),
    ]
    found = fold.sift(COMMITS[0], b"\n".join(wrong))
    assert found.text == b""
    assert [r.reason for r in found.refused] == [
        "not a record",
        "the record is of another commit",
        "a revision that cannot be",
        "longer than 1,048,576 bytes",
    ]


def test_a_prompt_is_told_only_when_its_record_may_not_hold_it() -> None:
    commit = COMMITS[0]
    inline = line(commit, 1, 1, prompt="secret", prompt_info={"policy": "inline"})
    hidden = line(commit, 2, 1, prompt=None, prompt_info={"policy": "hash-only"})
    assert not fold.tells_a_prompt(inline + hidden)
    assert fold.tells_a_prompt(hidden + line(commit, 3, 1, prompt="secret"))
    spelled = json.dumps(json.loads(line(commit, 3, 1, prompt="secret")), indent=None).encode()
    assert fold.tells_a_prompt(spelled.replace(b'"prompt"', b'"\\u0070rompt"'))

"""Places: where a merge departs from the line merge, put back and taken again."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from git_anvcs.merge import engine, lines, places
from git_anvcs.merge.places import CHANGED, STANDS, UNDONE
from git_anvcs.merge.result import Options, Versions
from tests.drivers.support import pretty

ITEMS = st.lists(st.sampled_from([f"k{number}" for number in range(9)]), unique=True, max_size=6)
STYLES = st.sampled_from(["merge", "diff3", "zdiff3"])


def package(names: list[str]) -> bytes:
    return pretty(name="x", needs=dict.fromkeys(names, 1), last=[1, 2]).encode()


def found_in(versions: Versions, style: str) -> tuple[list[bytes], list[places.Place]]:
    options = Options("a.json", style=style)
    merged = engine.merge(versions, options)
    found = places.places(versions, merged.text, options, merged.resolutions)
    return lines.split(merged.text), found


def undo(merged: list[bytes], found: list[places.Place], chosen: int, now: list[bytes]):
    standing = places.standings(merged, found, now)[chosen]
    return places.exchanged(now, standing, found[chosen].before)


def test_a_place_has_what_lines_make_what_the_rule_made_and_which_rule() -> None:
    versions = Versions(*map(package, (["a"], ["a", "b"], ["a", "c"])))
    merged, [place] = found_in(versions, "merge")
    assert b"".join(place.before).startswith(b"<<<<<<< ours\n")
    assert b"".join(place.after) == b'    "b": 1,\n    "c": 1\n'
    assert merged[place.start : place.end] == list(place.after)
    assert place.resolutions[0].rule == "map-by-key"
    assert b'"c"' in place.versions.theirs


def test_a_merge_that_is_the_line_merge_has_no_places() -> None:
    versions = Versions(b"1\n2\n3\n", b"one\n2\n3\n", b"1\n2\nthree\n")
    assert found_in(versions, "merge")[1] == []
    clash = Versions(b'{"a": 1}\n', b'{"a": 2}\n', b'{"a": 3}\n')
    assert found_in(clash, "merge")[1] == []


@settings(max_examples=60)
@given(ITEMS, ITEMS, ITEMS, STYLES)
def test_what_is_put_back_can_be_taken_again(
    base: list[str], ours: list[str], theirs: list[str], style: str
) -> None:
    merged, found = found_in(Versions(*map(package, (base, ours, theirs))), style)
    assert {one.state for one in places.standings(merged, found, merged)} <= {STANDS}
    assert len({place.id for place in found}) == len(found)
    for chosen in range(len(found)):
        back = undo(merged, found, chosen, merged)
        assert back != merged
        states = places.standings(merged, found, back)
        assert [one.state == UNDONE for one in states] == [
            number == chosen for number in range(len(found))
        ]
        assert places.exchanged(back, states[chosen], found[chosen].after) == merged


@settings(max_examples=60)
@given(ITEMS, ITEMS, ITEMS, st.integers(0, 40), st.sampled_from([b"x\n", b"", b"new\nnew\n"]))
def test_no_edit_of_a_person_is_touched(
    base: list[str], ours: list[str], theirs: list[str], at: int, typed: bytes
) -> None:
    merged, found = found_in(Versions(*map(package, (base, ours, theirs))), "merge")
    at = min(at, len(merged))
    now = [*merged[:at], *lines.split(typed), *merged[at + (not typed) :]]
    for place, standing in zip(found, places.standings(merged, found, now), strict=True):
        if standing.state == STANDS:
            assert now[standing.start : standing.end] == list(place.after)
        else:
            assert standing.state == CHANGED
            assert place.start <= at <= place.end


@settings(max_examples=60)
@given(ITEMS, ITEMS, ITEMS, STYLES, st.randoms(use_true_random=False))
def test_places_are_put_back_and_taken_again_in_any_order(
    base: list[str], ours: list[str], theirs: list[str], style: str, chance: Random
) -> None:
    merged, found = found_in(Versions(*map(package, (base, ours, theirs))), style)
    now, order = merged, list(range(len(found)))
    for again in (False, True):
        chance.shuffle(order)
        for chosen in order:
            _, text = chance.choice(places.put_back(found[chosen]))
            standing = places.standings(merged, found, now)[chosen]
            assert standing.state != CHANGED
            now = places.exchanged(now, standing, found[chosen].after if again else text)
    assert now == merged


def test_undoing_all_gives_the_line_merge_with_conflicts_apart() -> None:
    versions = Versions(*map(package, (["a", "m"], ["a", "b", "m", "n"], ["a", "c", "m", "o"])))
    merged, found = found_in(versions, "merge")
    now = merged
    for chosen in range(len(found)):
        now = undo(merged, found, chosen, now)
    text = b"".join(now)
    assert text.count(b"<<<<<<<") == len(found)
    one_by_one = lines.merge(versions, Options("a.json")).text
    assert engine.checks.line_tokens(one_by_one).keys() == engine.checks.line_tokens(text).keys()


def test_a_side_is_found_again_among_lines_that_repeat() -> None:
    base = b"f(\n    1,\n)\nf(\n    1,\n)\n"
    ours = base.replace(b"f(\n", b"f(\n    2,\n)\nf(\n", 1)
    theirs = base.replace(b"f(\n", b"f(\n    3,\n)\nf(\n", 1)
    merged = base.replace(b"f(\n", b"f(\n    2,\n)\nf(\n    3,\n)\nf(\n", 1)
    found = places.places(Versions(base, ours, theirs), merged, Options("a.txt"))
    made = lines.split(merged)
    assert found
    for number, place in enumerate(found):
        for state, text in places.put_back(place):
            now = places.exchanged(made, places.standings(made, found, made)[number], text)
            again = places.standings(made, found, now)[number]
            assert again.state == state
            assert places.exchanged(now, again, place.after) == made

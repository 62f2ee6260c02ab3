"""Laws of merging files of entries, the same for every format that is made of them."""

from collections.abc import Hashable

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import checks, engine
from git_anvcs.merge.checks import Tokens
from git_anvcs.merge.registry import Checked, format_of, load_format
from git_anvcs.merge.result import NotUnderstood, Options, Versions
from tests.merge.entry_files import KEYS, KINDS, NOTES, SIDES, Kind, Model, Trio, models, trios

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name} {kind.file}")
every_record = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.records], ids=lambda kind: kind.name
)
ENDS = st.sampled_from(["\n", "\r\n"])


def module_of(kind: Kind) -> Checked:
    form = load_format(kind.name)
    assert isinstance(form, Checked)
    return form


def options_of(kind: Kind) -> Options:
    assert format_of(kind.file) == kind.name
    return Options(kind.file, style="diff3")


def versions_of(kind: Kind, trio: Trio, end: str = "\n") -> Versions:
    texts = (kind.write(model, notes) for model, notes in zip(*trio, strict=True))
    return Versions(*(text.replace("\n", end).encode() for text in texts))


@every_kind
@given(trio=trios(), end=ENDS)
def test_every_result_parses_and_keeps_both_sides(kind: Kind, trio: Trio, end: str) -> None:
    form, options = module_of(kind), options_of(kind)
    versions = versions_of(kind, trio, end)
    merged = engine.merge(versions, options)
    if merged.relock:
        assert merged.conflicts
        assert merged.text == versions.ours
        return
    sides = checks.sides(merged, options)
    assert not [flaw for text in sides for flaw in form.flaws(versions, text, options)]
    if not merged.conflicts:
        counts = [form.tokens(version) for version in versions]
        dropped = checks.chosen_away(merged)
        lost = checks.lost(counts, form.tokens(merged.text))
        if renamed(trio[0]):  # what was added to it may stand under its new name: no line is lost
            rows = checks.lost(map(checks.line_tokens, versions), checks.line_tokens(merged.text))
            lost = lost if rows else []
            assert strays(form.tokens(merged.text), counts) == []
        assert not [
            one
            for one in lost
            if checks.stands_for(one) not in dropped and not came_and_went(one, counts)
        ]


def renamed(models: list[Model]) -> bool:
    """Whether a section went and another came on one side, as one that gets another name does."""
    base, *sides = (model.keys() for model in models)
    return any(base - side and side - base for side in sides)


def strays(made: Tokens, counts: list[Tokens]) -> list[Hashable]:
    """Words in a section of the base where no version has them."""
    known = {token[0] for token in counts[0] if isinstance(token, tuple) and token[0]}
    placed = (token for token in made if isinstance(token, tuple) and token[0] in known)
    return [token for token in placed if not any(token in count for count in counts)]


def came_and_went(token: Hashable, counts: list[Tokens]) -> bool:
    """Whether a word stands several times in a version and nobody says where: then both sides may
    have added one line of it and removed another, and counts tell nothing."""
    placed = isinstance(token, tuple) and token[0] != "note"
    return not placed and max(count[token] for count in counts) > 1


@every_kind
@given(trio=trios())
def test_the_merge_by_meaning_has_markers_where_it_says(kind: Kind, trio: Trio) -> None:
    form, options = module_of(kind), options_of(kind)
    versions = versions_of(kind, trio)
    try:
        merged = form.merge(versions, options)
    except NotUnderstood:
        return
    assert checks.well_marked(merged, versions, options)
    for text in checks.sides(merged, options):
        assert not [one for one in form.flaws(versions, text, options) if one.kind == "syntax"]


@every_kind
@given(trio=trios(), end=ENDS)
def test_one_sided_changes_stand_byte_for_byte(kind: Kind, trio: Trio, end: str) -> None:
    form, options = module_of(kind), options_of(kind)
    base, ours, _theirs = versions_of(kind, trio, end)
    for versions in (Versions(base, ours, base), Versions(base, ours, ours)):
        assert form.merge(versions, options).text == ours
    assert form.merge(Versions(base, base, ours), options).text == ours


@every_kind
@given(trio=trios())
def test_swapping_the_sides_changes_only_the_order(kind: Kind, trio: Trio) -> None:
    form, options = module_of(kind), options_of(kind)
    base, ours, theirs = versions_of(kind, trio)
    one = engine.merge(Versions(base, ours, theirs), options)
    two = engine.merge(Versions(base, theirs, ours), options)
    assert bool(one.conflicts) == bool(two.conflicts)
    if not one.conflicts:
        assert form.tokens(one.text) == form.tokens(two.text)


@every_kind
@given(trio=trios())
def test_merging_the_result_again_changes_nothing(kind: Kind, trio: Trio) -> None:
    form, options = module_of(kind), options_of(kind)
    versions = versions_of(kind, trio)
    merged = form.merge(versions, options)
    if not merged.conflicts:
        assert form.merge(versions._replace(ours=merged.text), options).text == merged.text


@every_kind
@given(base=models(), ours=models(SIDES[:2]), theirs=models(SIDES[2:]), notes=NOTES)
def test_what_both_sides_add_is_all_there(
    kind: Kind, base: Model, ours: Model, theirs: Model, notes: frozenset[str]
) -> None:
    if kind.records:  # in a section that both sides add the keys do not add up
        base = {**{section: {} for section in ours.keys() & theirs.keys()}, **base}
    rows = [base, *({**base, **with_more(base, more)} for more in (ours, theirs))]
    versions = versions_of(kind, (rows, [notes] * 3))
    options = options_of(kind)
    merged = engine.merge(versions, options)
    assert not merged.conflicts
    form = module_of(kind)
    wanted = form.tokens(versions.ours) | form.tokens(versions.theirs)
    assert not wanted - form.tokens(merged.text)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.records], ids=lambda kind: kind.name
)
@given(base=models(), ours=models(SIDES[:2]), theirs=models(SIDES[2:]))
def test_a_section_that_both_add_is_that_of_one_side(
    kind: Kind, base: Model, ours: Model, theirs: Model
) -> None:
    new, none = "new", frozenset[str]()
    rows = [base, *({**base, new: next(iter(more.values()))} for more in (ours, theirs))]
    versions = versions_of(kind, (rows, [none] * 3))
    merged = engine.merge(versions, options_of(kind))
    if not merged.conflicts:
        assert module_of(kind).tokens(merged.text) in [
            module_of(kind).tokens(side) for side in versions[1:]
        ]


def with_more(base: Model, more: Model) -> Model:
    return {section: {**base.get(section, {}), **keys} for section, keys in more.items()}


@every_kind
@given(data=st.data(), model=models())
def test_broken_text_is_refused_and_never_crashes(
    kind: Kind, data: st.DataObject, model: Model
) -> None:
    text = kind.write(model, frozenset(KEYS[:1])).encode()
    cut = data.draw(st.integers(0, len(text)))
    noise = data.draw(st.sampled_from([b"{", b"}", b"[", b'"', b"=", b"\n", b"#", b"<<<<", b";"]))
    broken = text[:cut] + noise + text[cut:]
    versions = Versions(text, broken, text + b"\n")
    form, options = module_of(kind), options_of(kind)
    try:
        merged = form.merge(versions, options)
    except NotUnderstood:
        return
    assert checks.well_marked(merged, versions, options)
    form.flaws(versions, merged.text, options)

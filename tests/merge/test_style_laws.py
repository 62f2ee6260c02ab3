"""Laws of merging style sheets: what counts of a property is what a side made count."""

from hypothesis import example, given
from hypothesis import strategies as st

from git_anvcs.merge import checks, engine
from git_anvcs.merge.code import cascade
from git_anvcs.merge.code.source import read
from git_anvcs.merge.profile import profile
from git_anvcs.merge.registry import load_format
from git_anvcs.merge.result import Options, Versions

OPTIONS = Options("x.css")
SELECTORS = st.sampled_from(["a", "b", "a, b"])
RED, STRONG = "color: red", "color: red !important"
DECLARATIONS = st.sampled_from([RED, "color: blue", STRONG, "margin: 0", "margin-left: 1px"])
Rule = tuple[str, list[str]]
Model = list[Rule]


@st.composite
def triples(draw: st.DrawFn) -> list[Model]:
    """A sheet and two edits of it."""
    rule = st.tuples(SELECTORS, st.lists(DECLARATIONS, min_size=1, max_size=3))
    base = draw(st.lists(rule, min_size=1, max_size=3))
    return [base, *(edited(draw, base) for _ in "ab")]


def edited(draw: st.DrawFn, base: Model) -> Model:
    """Declarations and rules added, dropped, set anew and moved."""
    rules = []
    for selector, rows in base:
        made = [row for row in rows if draw(st.integers(0, 5))]
        made = [draw(DECLARATIONS) if not draw(st.integers(0, 5)) else row for row in made]
        if not draw(st.integers(0, 3)):
            made.insert(draw(st.integers(0, len(made))), draw(DECLARATIONS))
        rules.append((selector, made))
    if not draw(st.integers(0, 3)):
        rules.append((draw(SELECTORS), [draw(DECLARATIONS)]))
    if not draw(st.integers(0, 3)):
        rules.insert(
            draw(st.integers(0, len(rules))), rules.pop(draw(st.integers(0, len(rules) - 1)))
        )
    return rules


def written(rules: Model) -> bytes:
    blocks = ("".join(f"  {row};\n" for row in rows) for _selector, rows in rules)
    return "\n".join(
        f"{selector} {{\n{rows}}}\n" for (selector, _rows), rows in zip(rules, blocks, strict=True)
    ).encode()


def winners(text: bytes) -> dict[tuple[str, str], str]:
    """What counts, read without a parser: the last of a property, `!important` first."""
    found: dict[tuple[str, str], str] = {}
    for block in text.decode().split("}\n"):
        head, _, rows = block.strip().partition(" {")
        for row in rows.split(";"):
            name, _, value = row.strip().partition(": ")
            sets = {"margin": ["margin", "margin-left"]}.get(name, [name] if name else [])
            for key in ((one, which) for one in head.split(", ") for which in sets):
                if "!important" in value or "!important" not in found.get(key, ""):
                    found[key] = f"{name}: {value}"
    return found


@given(triples())
def test_what_counts_is_what_the_side_that_changed_it_wrote(models: list[Model]) -> None:
    versions = Versions(*map(written, models))
    merged = engine.merge(versions, OPTIONS)
    if merged.conflicts:
        return
    base, ours, theirs, made = map(winners, (*versions, merged.text))
    for key in base.keys() | ours.keys() | theirs.keys() | made.keys():
        before, mine, yours, now = (one.get(key) for one in (base, ours, theirs, made))
        if before in (mine, yours) or mine == yours:
            assert now == (yours if mine == before else mine), (key, merged)
        else:
            assert now in (mine, yours), (key, merged)


@given(triples())
def test_a_sheet_that_one_side_changed_is_that_sides(models: list[Model]) -> None:
    base, ours, _theirs = map(written, models)
    for versions in (Versions(base, ours, base), Versions(base, base, ours)):
        merged = engine.merge(versions, OPTIONS)
        assert merged.text == ours
        css = profile("css")
        sources = [read(css, text, rough=True) for text in (*versions, merged.text)]
        assert not cascade.flaws(sources[:3], sources[3:])


@given(triples())
def test_swapping_the_sides_changes_only_the_order(models: list[Model]) -> None:
    base, ours, theirs = map(written, models)
    one = engine.merge(Versions(base, ours, theirs), OPTIONS)
    two = engine.merge(Versions(base, theirs, ours), OPTIONS)
    assert bool(one.conflicts) == bool(two.conflicts)
    if not one.conflicts:
        assert winners(one.text) == winners(two.text)


@given(triples())
@example(
    [
        [("a", [RED, RED]), ("a", [STRONG, RED]), ("b", [STRONG])],
        [("a", [RED]), ("a", []), ("b", [STRONG])],
        [("b", []), ("a", [RED]), ("a", [STRONG])],
    ]
)
def test_each_side_of_a_conflict_has_its_own(models: list[Model]) -> None:
    """A conflict elsewhere hides no property that one side alone changed."""
    versions = Versions(*map(written, models))
    merged = engine.merge(versions, OPTIONS)
    form = load_format("css")
    texts = checks.sides(merged, OPTIONS)
    assert not form.settled(versions, texts, OPTIONS)

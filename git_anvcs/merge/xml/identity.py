"""Which elements of two versions are the same: by what names them in well-known formats.

The first that applies: an attribute that identifies (`id`, `name`, `key`, MSBuild's `Include`), the
coordinates of Maven, the text in a list (`modules` of `module`), its tag where no version has that
tag twice there. Others are anonymous, and only told apart by what they say.
"""

from collections.abc import Hashable, Iterator
import re

from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.xml.syntax import Element

ATTRIBUTES = (
    *(b"id", b"xml:id", b"android:id", b"Id", b"x:Name", b"name", b"android:name", b"Name", b"key"),
    *(b"Include", b"Update", b"Remove", b"uid", b"path", b"alias"),
)
ANY_CASE = (b"Include", b"Update", b"Remove")
BESIDE = (b"Condition", b"translatable", b"product", b"quantity")  # what else tells two apart
COORDINATES = (b"groupId", b"artifactId", b"type", b"classifier")
ENTITY = re.compile(rb"\s+")
Key = tuple[Hashable, ...]


IN_ORDER = "in order"
# Elements whose children come one after the other: what both sides add there is a conflict.
SEQUENCES = frozenset((
    b"sequence", b"target", b"tasks", b"array", b"string-array", b"integer-array", b"list",
    b"handlers", b"rules", b"filters", b"layers", b"chain", b"steps", b"stages", b"menu",
    b"toolbar",
))  # fmt: skip


def key(text: bytes, element: Element, parent: bytes) -> Key:
    """`element`, its tag and what names it, and whether its order counts; `child` for those that
    nothing names."""
    found = own_key(text, element, parent)
    return (*found, IN_ORDER) if parent.rpartition(b":")[2] in SEQUENCES else found


def own_key(text: bytes, element: Element, parent: bytes) -> Key:
    attributes = element.attributes
    named = [worded(name, attributes[name]) for name in ATTRIBUTES if name in attributes][:1]
    beside = [(name, element.attributes[name]) for name in BESIDE if name in element.attributes]
    if named:
        return "element", element.tag, (*named, *beside)
    coordinates = [
        (inner.tag, said(text, inner))
        for inner in elements(element)
        if inner.tag in COORDINATES and not list(elements(inner))
    ]
    if any(tag == b"artifactId" for tag, _said in coordinates):
        if parent in (b"project", b""):
            return "element", element.tag, ()  # `parent` of a project: one, whatever it names
        return "element", element.tag, tuple(sorted(coordinates))
    if listed(parent, element.tag) and not list(elements(element)):
        return "element", element.tag, (said(text, element), *beside)
    return "element", element.tag, (*beside, *group(element))


def worded(name: bytes, value: bytes) -> bytes:
    """What an attribute names; MSBuild's files and packages are the same in any case."""
    return value.lower().replace(b"\\", b"/") if name in ANY_CASE else value


def group(element: Element) -> list[bytes]:
    """MSBuild's groups of items, by what they hold."""
    if element.tag != b"ItemGroup":
        return []
    return [inner.tag for inner in elements(element)][:1]


def listed(parent: bytes, tag: bytes) -> bool:
    """Whether the parent is a list of such elements by its name."""
    plural = (tag + b"s", tag + b"es", tag[:-1] + b"ies", tag + b"List", tag + b"-list")
    return parent in (*plural, b"array", b"set", b"string-array")


def elements(element: Element) -> Iterator[Element]:
    return (item.element for item in element.items if item.element)


def said(text: bytes, element: Element) -> bytes:
    return ENTITY.sub(b" ", text[element.opened : element.closed]).strip()


def shown(of: Key) -> str:
    """A key for people."""
    tag, named = of[1], of[2]
    parts = (
        [part[1] if isinstance(part, tuple) else part for part in named]
        if isinstance(named, tuple)
        else []
    )
    texts = [one.decode("utf-8", "replace") for one in (tag, *parts) if isinstance(one, bytes)]
    return texts[0] + (f"[{', '.join(texts[1:])}]" if texts[1:] else "")


def repeated(root: Entry) -> set[tuple[Hashable, Key]]:
    """What stands more than once in some element: the element's tag, and the identity."""
    found: set[tuple[Hashable, Key]] = set()
    todo = [root]
    while todo:
        section = todo.pop()
        seen: set[Key] = set()
        for one in section.body:
            if one.key in seen:
                found.add((tag_of(section), one.key))
            seen.add(one.key)
            todo += [one] if one.section else []
    return found


def tag_of(entry: Entry) -> Hashable:
    return entry.key[1] if len(entry.key) > 1 else b""


def anonymous(root: Entry, twice: set[tuple[Hashable, Key]]) -> Entry:
    """The same, where what stands twice in some version is known to have no identity."""
    body = []
    for one in root.body:
        inner = anonymous(one, twice) if one.section else one
        if (tag_of(root), one.key) in twice:
            inner = inner._replace(key=("child", *one.key[1:]))
        body.append(inner)
    return root._replace(body=tuple(body))


UNIONS = (b"properties", b"PropertyGroup")  # containers of values that their tags name


def told_apart(base: Entry | None, ours: Entry, theirs: Entry) -> tuple[Entry, Entry]:
    """Both sides, where elements that both added and nothing names are not taken for one."""
    rows = [{one.key: one for one in root.body} if root else {} for root in (base, ours, theirs)]
    mine, yours = [*ours.body], [*theirs.body]
    places = [{one.key: at for at, one in enumerate(side)} for side in (mine, yours)]
    for key in rows[1].keys() & rows[2].keys():
        one, two = rows[1][key], rows[2][key]
        at, there = places[0][key], places[1][key]
        if key not in rows[0] and not (named(one) and named(two)) and one.text != two.text:
            mine[at] = one._replace(key=("child", *key[1:], "ours"))
            yours[there] = two._replace(key=("child", *key[1:], "theirs"))
        elif one.section and two.section and key[0] == "element":
            mine[at], yours[there] = told_apart(rows[0].get(key), one, two)
    return ours._replace(body=tuple(mine)), theirs._replace(body=tuple(yours))


def collects(one: Entry, _other: Entry) -> bool:
    """Whether an element is only there for what is in it: nothing names it but its tag."""
    return one.key[0] == "file" or one.key[2] == () or one.key[1] in (*UNIONS, b"ItemGroup")


def named(one: Entry) -> bool:
    """Whether something names the element, or all that is in it; a value has its tag."""
    if one.key[0] != "element":
        return False
    return (
        not one.section
        or one.key[2] != ()
        or one.key[1] in UNIONS
        or all(inner.key[0] == "element" and inner.key[2] != () for inner in one.body)
    )

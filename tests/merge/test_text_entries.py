"""Texts, XML and lock files as entries: every byte is in one of them, whatever the text."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.formats import attributes, lock
from git_anvcs.merge.prose import headings
from git_anvcs.merge.result import NotUnderstood
from git_anvcs.merge.xml import text as xml_text

PROSE = """# A
## B ##
Title
=====
-----

- item
  - inner
    deep
1. one
3) three
| a | b |
|---|---|
```
~~~ sh
<!-- x
-->
[a]: http://a
> q
.. code:: x
.. _a: b
* * *
word word
\tTab
* item\r
+---+
\x0b
"""
XML = """<a>
</a>
<p name="x">
</p>
<p/>
<p id="1"/> <!-- n -->
<!-- c -->
text &lt;
&
<![CDATA[<]]>
<?pi x?>

  <q>t</q>
<dict>
</dict>
<key>k</key>
<string>v</string>
<a
b="c">
<!-- open
"""
LOCK = """GEM
  remote: x
  specs:
    a (1.0)
      b (>= 1)

a@^1, a@2:
  version "1.0"
  dependencies:
    b "^1"
# note
%{
}
\tx
  "a": {:hex, :a, "1"},
org.a:a:1=main
empty=
*.sh text # why
"a b" x
[attr]x
"""


def texts(lines: str) -> st.SearchStrategy[bytes]:
    """Some of these lines, in any order and number."""
    rows = st.lists(st.sampled_from(lines.split("\n")), max_size=20)
    return rows.map(lambda chosen: "".join(f"{row}\n" for row in chosen).encode())


def whole(parse: Callable[[bytes], Entry], text: bytes) -> None:
    try:
        found = parse(text)
    except NotUnderstood:
        return
    assert found.text == text


@pytest.mark.parametrize("dialect", [headings.MARKDOWN, headings.RST, headings.EITHER])
@given(text=texts(PROSE))
def test_every_byte_of_a_text_is_in_its_entries(dialect: headings.Dialect, text: bytes) -> None:
    whole(lambda one: headings.parse(one, dialect), text)


@given(text=texts(XML).map(lambda inner: b"<root>\n" + inner + b"</root>\n"))
def test_every_byte_of_xml_is_in_its_entries(text: bytes) -> None:
    whole(xml_text.parse, text)


@pytest.mark.parametrize(
    "parse", [lock.yarn, lock.bundler, lock.mix, lock.gradle, attributes.parse]
)
@given(text=texts(LOCK))
def test_every_byte_of_a_lock_file_is_in_its_entries(
    parse: Callable[[bytes], Entry], text: bytes
) -> None:
    whole(parse, text)

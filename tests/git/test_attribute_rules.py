"""Git and we read the same from .gitattributes."""

from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from git_anvcs.git import attribute_rules, attributes
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox

PATHS = ["a.bin", "d/a.bin", "d/e/a.bin", "b", "d/b", "x y", "[a]", "d/e/.b", "!n", "ä.bin", "*"]
_PATTERNS = r"""
*.bin a.bin /a.bin d/*.bin d/** **/a.bin d/**/a.bin e/a.bin d/ * ** [ab]* [!a]* [^a] \* ? x [a
[a-c].bin d?a.bin d*.bin **b [[:alpha:]] []-a] \[a] !n \!n # a\ e/*.bin /d/*/a.bin */a.bin ä*
[[:foo:]] [[:foo:]b] [[:alpha:]-z] [z-a]* d/[!x]* d[/]b [b-a] "x\040y" "x\qy"
"""
_WORDS = """
filter=lfs -filter !filter filter filter=x lfs -lfs !lfs big -text binary diff=lfs =bad b@d
"""
PATTERNS = st.one_of(
    st.sampled_from([*_PATTERNS.split(), '"x y"']),
    st.text("ab*?[]!-/\\.d", min_size=1, max_size=6),
)
WORDS = st.sampled_from(_WORDS.split())
LINES = st.one_of(
    st.builds(lambda p, w: f"{p} {' '.join(w)}", PATTERNS, st.lists(WORDS, max_size=3)),
    st.builds(
        lambda n, w: f"[attr]{n} {' '.join(w)}",
        st.sampled_from(["lfs", "big", "filter"]),
        st.lists(WORDS, max_size=3),
    ),
    st.sampled_from(["# *.bin filter=lfs", "", "   ", "\t*.bin\tfilter=lfs\r"]),
)
TEXTS = st.lists(LINES, max_size=5).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(root=TEXTS, below=TEXTS)
@example(root="[attr]big filter=lfs\n* big", below="*.bin -big")
@example(root="[b-a] filter=lfs", below="[^b-a] filter=lfs")
def test_git_says_the_same_of_every_path(repo: Sandbox, root: str, below: str) -> None:
    repo.write(".gitattributes", root)
    repo.write("d/.gitattributes", below)
    told = attributes.of(_here(repo.root), "filter", PATHS, repo.env)
    files = [
        attribute_rules.read(b"", root.encode()),
        attribute_rules.read(b"d/", below.encode()),
    ]
    rules = attribute_rules.Rules(files, b"filter")
    assert {path: _named(rules.value(path.encode())) for path in PATHS} == told


@given(st.binary(min_size=1, max_size=12).filter(lambda p: not {0, 10, 47} & {*p}))
def test_a_literal_pattern_means_this_file_alone(path: bytes) -> None:
    read = attribute_rules.read(b"", attribute_rules.literal(path) + b" filter=lfs\n")
    rules = attribute_rules.Rules([read], b"filter")
    assert rules.value(path) == b"lfs"
    assert rules.value(path + b"x") is None
    assert rules.value(b"d/" + path) is None


def _here(root: Path) -> Repo:
    return Repo(root, root / ".git", root / ".git", bare=False)


def _named(value: attribute_rules.Value) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return {True: "set", False: "unset", None: "unspecified"}[value]

"""Documentation and help agree with the programs."""

import importlib.util
from pathlib import Path
import re
import subprocess
import sys
from types import ModuleType

import pytest

from git_anvcs.cli.main import COMMANDS, load, parser_of
from git_anvcs.cli.pages import command_shapes
from git_anvcs.cli.shapes import Shape, shape_of

TOP = Path(__file__).parents[1]
DOCS = TOP / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), TOP / "README.md", TOP / "CONTRIBUTING.md"]


def relative(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


def site() -> ModuleType:
    """The MkDocs hook, which is no package."""
    spec = importlib.util.spec_from_file_location("site_hook", DOCS / "_site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_an_example_and_json(name: str) -> None:
    parser = parser_of(name, load(name))
    assert parser.description
    assert parser.epilog, "no `Example:` in the docstring"
    assert f"git anvcs {name}" in parser.epilog or f"git-anvcs {name}" in parser.epilog
    assert "--json" in parser.format_help()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_page_that_says_how_it_answers(name: str) -> None:
    page = (DOCS / "reference/commands" / f"{name}.md").read_text()
    assert page.startswith("# ")
    assert f"git anvcs {name}" in page
    for said in ("JSON", "xit code"):
        assert said in page.replace("json", "JSON"), said


def every(shapes: list[Shape]) -> list[Shape]:
    return [each for shape in shapes for each in (shape, *every(list(shape.below)))]


def test_every_option_is_explained() -> None:
    silent = [
        f"{shape.name} {' '.join(option.flags) or option.value}"
        for shape in every(command_shapes())
        for option in shape.options
        if not option.help
    ]
    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_commands_in_code_blocks_exist_and_know_their_options(page: Path) -> None:
    for block in re.findall(r"```(?:sh|console|bash)\n(.*?)```", page.read_text(), re.DOTALL):
        joined = block.replace("\\\n", " ")
        for name, rest in re.findall(r"(?:git[ -]anvcs|ai-vcs) ([a-z][\w-]*)(.*)", joined):
            assert name in COMMANDS, name
            if COMMANDS[name].passes_on:
                continue
            words = re.sub(r"\s#.*|[|;&>].*|'[^']*'|\"[^\"]*\"", "", rest)
            shapes = every([shape_of(parser_of(name, load(name)))])
            known = {flag for shape in shapes for option in shape.options for flag in option.flags}
            for option in re.findall(r"(?<=\s)--[\w-]+", words):
                assert option in known, f"git anvcs {name} {option}"


def test_fragments_become_one_changelog(tmp_path: Path) -> None:
    (tmp_path / "b.added.md").write_text("A new\nthing.\n")
    (tmp_path / "a.fixed.md").write_text("A bug.")
    for release, text in (("0.9", "Older."), ("0.10", "Newer.")):
        (tmp_path / release).mkdir()
        (tmp_path / release / "c.changed.md").write_text(text)
    assert site().changelog(tmp_path) == (
        "# Changelog\n\n## Not released yet\n\n### Added\n\n- A new thing.\n\n"
        "### Fixed\n\n- A bug.\n\n## 0.10\n\n### Changed\n\n- Newer.\n\n"
        "## 0.9\n\n### Changed\n\n- Older.\n"
    )


def test_a_fragment_of_no_known_kind_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "b.better.md").write_text("It is better.")
    with pytest.raises(ValueError, match=r"b\.better\.md"):
        site().changelog(tmp_path)


def test_every_page_is_in_the_navigation() -> None:
    def flat(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [page for value in values for page in flat(value)]  # type: ignore[attr-defined]

    written = {p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")}
    written = {name for name in written if not name.startswith("changes/")} | {"changelog.md"}
    listed = flat(site().navigation())
    assert sorted(listed) == sorted(written)


def test_the_site_builds_strictly_and_fetches_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the group docs is not installed")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", str(tmp_path / "site")],
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin", "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"},
        check=True,
    )
    for page in (tmp_path / "site").rglob("*.html"):
        fetched = re.findall(
            r"<(?:script|img|link rel=.?stylesheet)[^>]*(?:src|href)=.?https?:[^ >]*",
            page.read_text(),
        )
        assert fetched == [], page.name

"""The shape of the source tree: what a reader may rely on when opening any file."""

import ast
from pathlib import Path
import re
import subprocess

import pytest

from git_anvcs.cli.main import COMMANDS

TOP = Path(__file__).parents[1]
PACKAGE = TOP / "git_anvcs"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
PACKAGES = sorted(PACKAGE.rglob("__init__.py"))
LONGEST_MODULE = 350
LONGEST_FUNCTION = 60


def relative(path: Path) -> str:
    return path.relative_to(TOP).as_posix()


@pytest.mark.parametrize("path", PACKAGES, ids=relative)
def test_a_package_is_only_its_docstring(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    allowed = body[1:] if relative(path) == "git_anvcs/__init__.py" else []
    assert isinstance(body[0], ast.Expr), "no docstring"
    assert [ast.unparse(node) for node in body[1:] if node not in allowed] == []
    assert all(isinstance(node, ast.Assign | ast.AnnAssign) for node in allowed)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_says_its_job_first_and_is_short(path: Path) -> None:
    text = path.read_text()
    first = (ast.get_docstring(ast.parse(text)) or "").splitlines()[:1]
    assert first, "no docstring"
    assert first[0].endswith((".", ":", "?")), f"the first line is no sentence: {first[0]}"
    assert len(text.splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            assert size <= LONGEST_FUNCTION, f"{node.name} has {size} lines"


def test_every_command_module_is_in_the_table_and_the_other_way_round() -> None:
    modules = {path.stem.replace("_", "-") for path in (PACKAGE / "cli/commands").glob("[!_]*.py")}
    assert modules == set(COMMANDS)


def test_names_say_what_a_thing_is() -> None:
    vague = re.compile(r"class \w*(Manager|Helper|Utils?|Service)\b")
    assert [relative(p) for p in MODULES if vague.search(p.read_text())] == []
    assert [relative(p) for p in MODULES if p.stem in ("utils", "helpers", "common", "misc")] == []


def test_hook_scripts_are_plain_sh_and_never_exit() -> None:
    """They are sourced by the stubs in .git/hooks: an exit would end the user's own hook."""
    for path in sorted((TOP / "hooks").iterdir()):
        if path.suffix == ".md":
            continue
        code = "\n".join(
            line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")
        )
        assert not re.search(r"(^|[;&|]|then|else|do)\s*exit\b", code, re.MULTILINE), relative(path)
        done = subprocess.run(["sh", "-n", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


SPEC = (TOP / "docs/spec.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SPEC.splitlines()
    if line.startswith("| ") and not line.startswith(("| § ", "|---"))
]
CORE_SECTIONS = 19
ADDENDUM_SECTIONS = 11


def test_the_specification_table_has_every_section() -> None:
    core, _, addendum = SPEC.partition("## Addendum")
    for text, first, last in ((core, 0, CORE_SECTIONS - 1), (addendum, 1, ADDENDUM_SECTIONS)):
        found = {int(number) for number in re.findall(r"^\| (\d+)", text, re.MULTILINE)}
        assert found == set(range(first, last + 1))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:2])[:60])
def test_a_row_of_the_specification_is_honest(row: list[str]) -> None:
    """Paths exist; what is built or partly built names a test; partly says which part."""
    _, _, where, test, status = row
    for name in re.findall(r"`([\w./-]+/[\w./-]*|install\.sh)`", f"{where} {test}"):
        assert (TOP / name).exists(), name
    word = re.split(r"[:\s]", status)[0]
    assert word in ("built", "partly", "planned", "kept", "–")
    assert (test == "–") == (word in ("planned", "kept", "–"))
    assert word != "partly" or status.startswith("partly: ")

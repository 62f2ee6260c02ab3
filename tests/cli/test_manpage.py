"""Man pages say what --help says, and roff finds nothing to complain about."""

from argparse import ArgumentParser
import shutil
import subprocess

import pytest

from git_anvcs.cli.main import COMMANDS
from git_anvcs.cli.manpage import man_page
from git_anvcs.cli.pages import man_pages
from git_anvcs.cli.shapes import shape_of


def example() -> ArgumentParser:
    parser = ArgumentParser(
        prog="git anvcs try",
        description="Try it.\n\n.dots and 'quotes' at the start of a line\n\n  a  block\n",
        epilog="example:\n  git anvcs try --depth 3",
    )
    parser.add_argument("--depth", metavar="N", default=2, help="how deep (default: %(default)s)")
    parser.add_argument("path", nargs="*", help="what to try")
    below = parser.add_subparsers(dest="what")
    below.add_parser("now", description="At once.").add_argument(
        "-f", "--force", action="store_true"
    )
    return parser


def test_a_shape_holds_everything_help_would_print() -> None:
    shape = shape_of(example())
    depth = next(option for option in shape.options if "--depth" in option.flags)
    assert (depth.value, depth.help) == ("N", "how deep (default: 2)")
    assert [child.name.rpartition(" ")[2] for child in shape.below] == ["now"]
    assert shape.below[0].options[-1].flags == ("-f", "--force")
    assert "path" in [
        option.value.strip("[] .").split()[0] for option in shape.options if not option.flags
    ]


def test_roff_takes_a_page_without_a_warning() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    pages = [man_page(shape_of(example()), "try it", ["git-anvcs"]), *dict(man_pages()).values()]
    for page in pages:
        done = subprocess.run(
            ["groff", "-man", "-ww", "-Tutf8", "-P-c", "-rLL=200n"],
            input=page,
            capture_output=True,
            text=True,
            check=True,
        )
        if not page.startswith(".so"):
            assert done.stderr == ""
    assert "-\u2010" not in done.stdout


def test_lines_that_look_like_roff_stay_text() -> None:
    page = man_page(shape_of(example()), "try it")
    assert "\n\\&.dots" in page


def test_every_command_and_program_has_a_page() -> None:
    pages = dict(man_pages())
    assert "man/man1/git-anvcs.1" in pages
    for name in COMMANDS:
        assert name in pages["man/man1/git-anvcs.1"]

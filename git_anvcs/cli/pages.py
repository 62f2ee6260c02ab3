"""What an installation puts beside the programs: man pages and shell completion.

`python -m git_anvcs.cli.pages DIR` writes them below DIR, in the folders that shells and man
search below /usr/share. Everything comes from the parsers themselves.
"""

from collections.abc import Iterator
import importlib
from pathlib import Path
import sys

from git_anvcs.cli.completions import SHELLS, Program, script
from git_anvcs.cli.main import COMMANDS, load, parser_of
from git_anvcs.cli.manpage import man_page
from git_anvcs.cli.shapes import Group, Option, Shape, shape_of
from git_anvcs.drivers import blob_program, merge_program, subcommands

# What Git starts: a module whose docstring says what it is for, and whose USAGE how it is called.
STARTED_BY_GIT = {
    "git-merge-anvcs": "git_anvcs.drivers.strategy",
    "git-ai-blob": "git_anvcs.drivers.blob",
}


def main(folder: Path) -> int:
    for name, text in (*man_pages(), *completion_files()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def command_shapes() -> list[Shape]:
    """The shape of every `git anvcs` command."""
    return [shape_of(parser_of(name, load(name))) for name in COMMANDS]


def shapes_of(program: subcommands.Program) -> list[Shape]:
    """The shape of every command of a program that Git starts, too."""
    parser, load_one = subcommands.parser_of, subcommands.load
    return [shape_of(parser(program, name, load_one(program, name))) for name in program.summaries]


def overview() -> Shape:
    """`git anvcs` itself: the table of commands as a page."""
    areas: dict[str, list[Option]] = {}
    for name, entry in COMMANDS.items():
        option = Option((), f"git anvcs {name}", (), entry.summary, required=False)
        areas.setdefault(entry.area, []).append(option)
    return Shape(
        name="git-anvcs",
        usage="git anvcs [-C DIR] [--json] [-q] [-v] COMMAND [options]",
        description=_OVERVIEW,
        groups=tuple(Group(area, tuple(options)) for area, options in areas.items()),
        epilog="",
        below=(),
    )


_OVERVIEW = """An AI-native layer on top of unmodified Git. People keep their usual git commands;
git-anvcs records who made each commit and how, merges by structure instead of by line,
and leaves Git's own markers wherever it has a doubt.

ai-vcs is the same program. ANVCS=0 in the environment switches every hook and driver off.
Each command has its own page, and answers --help."""


def man_pages() -> Iterator[tuple[str, str]]:
    """Path below share/ and text of every man page."""
    shapes = command_shapes()
    names = [shape.name.replace(" ", "-") for shape in shapes]
    also = (*names, "git-ai-merge", *STARTED_BY_GIT)
    yield _page(overview(), "an AI-native layer on top of unmodified Git", also)
    yield "man/man1/ai-vcs.1", ".so man1/git-anvcs.1\n"
    for shape in shapes:
        summary = COMMANDS[shape.name.rpartition(" ")[2]].summary
        yield _page(shape, summary, ("git-anvcs",))
    yield _page(merge_overview(), "merges files by what they mean", ("git-anvcs", "git-merge"))
    for name, module_name in STARTED_BY_GIT.items():
        module = importlib.import_module(module_name)
        summary, _, description = (module.__doc__ or name).strip().partition("\n")
        usage = " ".join(module.USAGE.partition("\n\n")[0].removeprefix("usage:").split())
        summary = summary.partition(": ")[2] or summary
        below = tuple(shapes_of(blob_program.PROGRAM)) if name == "git-ai-blob" else ()
        page = Shape(name, usage, description, (), "", below)
        yield _page(page, summary.rstrip("."), ("git-anvcs", "git-ai-merge"))


def merge_overview() -> Shape:
    """git-ai-merge with all its commands as one page."""
    return Shape(
        name="git-ai-merge",
        usage="git-ai-merge COMMAND [options]",
        description=_MERGE,
        groups=(),
        epilog="",
        below=tuple(shapes_of(merge_program.PROGRAM)),
    )


_MERGE = """Merges files by what they mean, not by lines. Git starts `git-ai-merge driver` by
itself for the formats a repository has opted in to; the other commands are for people."""


def programs() -> list[Program]:
    """What the shells complete."""
    summaries = {name: entry.summary for name, entry in COMMANDS.items()}
    return [
        Program("git-anvcs", ("ai-vcs",), command_shapes(), summaries),
        Program("git-ai-merge", (), shapes_of(merge_program.PROGRAM), merge_program.COMMANDS),
        Program("git-ai-blob", (), shapes_of(blob_program.PROGRAM), blob_program.COMMANDS),
    ]


def completion_files() -> Iterator[tuple[str, str]]:
    """Path below share/ and text of every completion script."""
    for program in programs():
        for shell, path in SHELLS.items():
            yield path.format(name=program.name), script(shell, program)


def completion_script(shell: str, name: str) -> str:
    """The completion script of one program for one of SHELLS."""
    return next(script(shell, program) for program in programs() if program.name == name)


def _page(shape: Shape, summary: str, see_also: tuple[str, ...]) -> tuple[str, str]:
    name = shape.name.replace(" ", "-")
    return f"man/man1/{name}.1", man_page(shape, summary, see_also)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

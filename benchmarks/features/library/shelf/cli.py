"""The program `shelf`."""

import argparse
from pathlib import Path
import sys

from shelf.commands import COMMANDS
from shelf.errors import ShelfError
from shelf.export import EXPORTERS
from shelf.settings import DEFAULTS
from shelf.store import load, save


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="shelf", description="A reading list.")
    top.add_argument("--file", default=DEFAULTS["file"])
    commands = top.add_subparsers(dest="command", required=True)

    adding = commands.add_parser("add", help="put a book on the shelf")
    adding.add_argument("title")
    adding.add_argument("--author", default="unknown")
    adding.add_argument("--pages", type=int, default=0)

    showing = commands.add_parser("show", help="show the shelf")
    showing.add_argument("--format", choices=sorted(EXPORTERS), default="text")

    progressing = commands.add_parser("progress", help="say how far you are")
    progressing.add_argument("title")
    progressing.add_argument("page", type=int)

    removing = commands.add_parser("remove", help="take a book off the shelf")
    removing.add_argument("title")

    return top


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    path = Path(options.file)
    shelf = load(path)
    try:
        said = COMMANDS[options.command](shelf, options)
    except ShelfError as error:
        print(f"shelf: {error}", file=sys.stderr)
        return error.code
    save(shelf, path)
    print(said)
    return 0

"""Tell what a file is: its kind and size, and what its format says of itself.

Images, sound and video, tables, models, documents, archives and databases.
The file is only read, never run or unpacked, with limits on time and memory.

Example:
  git-ai-blob describe model.safetensors
"""

from argparse import ArgumentParser

from git_anvcs.blobs.media import describe
from git_anvcs.blobs.media.facts import text
from git_anvcs.drivers.say import Call
from git_anvcs.kernel.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="any file")


def run(call: Call) -> int:
    file = call.cwd / call.args.file
    if not file.is_file():
        raise UsageError(f"there is no file {call.args.file}")
    facts = describe.describe(file)
    call.answer({"facts": facts}, text(facts).rstrip("\n"))
    return 0

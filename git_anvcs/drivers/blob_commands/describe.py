"""Tell what a file is: its kind and size, and what its format says of itself.

Images, sound and video, tables, models, documents, archives and databases. A
pointer stands for its content where this clone has it. The file is only read,
never run or unpacked, in a process with limits on time and memory.

FILE may be REV:PATH, as in git show.

Example:
  git-ai-blob describe model.safetensors
  git-ai-blob describe HEAD~1:data/train.parquet --json
"""

from argparse import ArgumentParser

from git_anvcs.blobs.media.facts import text
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import looking


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a file, or REV:PATH")


def run(call: Call) -> int:
    with looking.named(call.args.file, call.cwd, call.repo_or_none) as found:
        facts = looking.facts(found)
    call.answer({"facts": facts}, text(facts).rstrip("\n"))
    return 0

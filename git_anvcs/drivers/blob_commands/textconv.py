"""Print a file as the text that `git diff` compares: a line for each fact of it.

For diff.ai-blob.textconv in Git's configuration. FILE holds a content or a
pointer; a pointer stands for its content where this clone has it, and else is
told by its size and SHA-256 and the words `not here`.

Example:
  git config diff.ai-blob.textconv 'git-ai-blob textconv --'
  echo '*.safetensors diff=ai-blob' >> .git/info/attributes
"""

from argparse import ArgumentParser

from git_anvcs.blobs.media.facts import text
from git_anvcs.drivers.say import Call, write_bytes
from git_anvcs.flows.blobs import looking
from git_anvcs.kernel.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="as Git gives it, mostly a temporary copy")


def run(call: Call) -> int:
    file = call.cwd / call.args.file
    if not file.is_file():
        raise UsageError(f"there is no file {call.args.file}")
    facts = looking.facts(looking.subject(file, file.name, call.repo_or_none))
    if call.as_json:
        call.answer({"facts": facts}, "")
    else:
        write_bytes(text(facts).encode("utf-8", "replace"))
    return 0

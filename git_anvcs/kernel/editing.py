"""A text changed by a person in their own editor."""

from pathlib import Path
import tempfile

from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError


def edited(text: str, editor: str, name: str) -> str:
    """What the text is after the editor ended. Raises AnvcsError when that failed.

    editor: a command for the shell, as Git's are; name: of the file, which it may show
    """
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        file = Path(folder) / name
        file.write_bytes(text.encode(errors="surrogateescape"))
        code = process.attach(("sh", "-c", f'{editor} "$@"', editor, str(file)), to_stderr=False)
        if code != 0:
            raise AnvcsError(f"the editor ended with {code}; nothing was changed", hint=editor)
        return file.read_bytes().decode(errors="surrogateescape")

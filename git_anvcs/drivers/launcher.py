"""Write git-ai-merge so that it starts fast: `python -m git_anvcs.drivers.launcher FILE`.

What package installers write starts Python with `site`, which looks for sitecustomize, runs .pth
files and more; the driver is started once for every file of a merge. This launcher names the
folders of the packages itself, relative to its Python, so that the whole environment may move.
"""

import os
from pathlib import Path
import sys
import sysconfig

SHEBANG_LIMIT = 127  # Linux before 5.1 cuts longer first lines, and none may hold a space

CODE = """import sys
here = sys.executable.rpartition("/")[0]
sys.path += [here + "/" + name for name in {folders!r}]
from git_anvcs.drivers.merge import main
sys.exit(main())
"""


def main() -> int:
    """Entry point; returns the exit code."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m git_anvcs.drivers.launcher FILE\n")
        return 2
    write(Path(sys.argv[1]), Path(sys.executable))
    return 0


def write(file: Path, python: Path) -> None:
    """Put the launcher at `file`, replacing what an installer wrote there."""
    packages = (Path(__file__).parents[2], Path(sysconfig.get_path("purelib")))
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(text(python, packages), encoding="utf-8")
    temporary.chmod(0o755)
    temporary.replace(file)


def text(python: Path, packages: tuple[Path, ...]) -> str:
    """The launcher: a script for `python` that finds `packages` from there."""
    folders = [os.path.relpath(package, python.parent) for package in dict.fromkeys(packages)]
    code = CODE.format(folders=folders)
    first = f"#!{python} -IS\n"
    if len(first) <= SHEBANG_LIMIT and " " not in str(python):
        return first + code
    # A script for both: sh reads up to exec, Python sees a string.
    return f"#!/bin/sh\n'''exec' \"{python}\" -I -S \"$0\" \"$@\"\n' '''\n{code}"


if __name__ == "__main__":
    sys.exit(main())

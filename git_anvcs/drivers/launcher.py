"""Write a program that Git waits for so that it starts fast: `python -m …launcher FILE`.

What package installers write starts Python with `site`, which looks for sitecustomize, runs .pth
files and more; the merge driver is started once for every file of a merge, the filter of large
files for every `git status` that has to look into one. This launcher names the folders of the
packages itself, relative to its Python, so that the whole environment may move.
"""

import os
from pathlib import Path
import sys
import sysconfig

SHEBANG_LIMIT = 127  # Linux before 5.1 cuts longer first lines, and none may hold a space

MODULES = {"git-ai-merge": "git_anvcs.drivers.merge", "git-ai-blob": "git_anvcs.drivers.blob"}
CODE = """import sys
here = sys.executable.rpartition("/")[0]
sys.path += [here + "/" + name for name in {folders!r}]
from {module} import main
sys.exit(main())
"""


def main() -> int:
    """Entry point; returns the exit code."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m git_anvcs.drivers.launcher FILE\n")
        return 2
    if Path(sys.argv[1]).name not in MODULES:
        sys.stderr.write(f"the name of FILE is one of {', '.join(MODULES)}\n")
        return 2
    write(Path(sys.argv[1]), Path(sys.executable))
    return 0


def write(file: Path, python: Path) -> None:
    """Put the launcher at `file`, replacing what an installer wrote there; its name says which."""
    packages = (Path(__file__).parents[2], Path(sysconfig.get_path("purelib")))
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_text(text(python, packages, MODULES[file.name]), encoding="utf-8")
    temporary.chmod(0o755)
    temporary.replace(file)


def text(python: Path, packages: tuple[Path, ...], module: str) -> str:
    """The launcher: a script for `python` that finds `packages` from there and runs `module`."""
    folders = [os.path.relpath(package, python.parent) for package in dict.fromkeys(packages)]
    code = CODE.format(folders=folders, module=module)
    first = f"#!{python} -IS\n"
    if len(first) <= SHEBANG_LIMIT and " " not in str(python):
        return first + code
    # A script for both: sh reads up to exec, Python sees a string.
    return f"#!/bin/sh\n'''exec' \"{python}\" -I -S \"$0\" \"$@\"\n' '''\n{code}"


if __name__ == "__main__":
    sys.exit(main())

"""Story: a scratch repository wired as this one is, in which hooks and drivers are seen to work.

Our blocks are copied from the files that Git really uses; hooks of other tools are not started.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
import json
import os
from pathlib import Path
import shlex
import tempfile
import time
from typing import NamedTuple

from git_anvcs.flows.wiring import block, stubs
from git_anvcs.flows.wiring.manifest import Manifest, Wired
from git_anvcs.kernel import process
from git_anvcs.kernel.process import Done

_SECONDS = 60
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "git-anvcs doctor",
    "GIT_AUTHOR_EMAIL": "doctor@localhost",
    "GIT_COMMITTER_NAME": "git-anvcs doctor",
    "GIT_COMMITTER_EMAIL": "doctor@localhost",
    "LC_ALL": "C",
}


class Sample(NamedTuple):
    """A merge that Git's line merge cannot do and the format's driver can.

    both: what the merged file must hold, one part from each side
    """

    name: str
    base: str
    ours: str
    theirs: str
    both: tuple[str, str]


# The changes stand on neighbouring lines, which is a conflict for a line merge.
SAMPLES = {
    "json": Sample(
        "probe.json",
        '{\n  "one": 1,\n  "two": 2\n}\n',
        '{\n  "one": 11,\n  "two": 2\n}\n',
        '{\n  "one": 1,\n  "two": 22\n}\n',
        ('"one": 11', '"two": 22'),
    ),
    "yaml": Sample(
        "probe.yaml",
        "one: 1\ntwo: 2\n",
        "one: 11\ntwo: 2\n",
        "one: 1\ntwo: 22\n",
        ("one: 11", "two: 22"),
    ),
    "python": Sample(
        "probe.py",
        "import os\n\nprint(os)\n",
        "import os\nimport re\n\nprint(os)\n",
        "import os\nimport sys\n\nprint(os)\n",
        ("import re", "import sys"),
    ),
}


class Scratch(NamedTuple):
    """The scratch repository. env: what every command in it gets; hooks: the folder of stubs."""

    root: Path
    env: Mapping[str, str]
    hooks: Path

    def run(self, *argv: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
        """Start a program there, with nothing of ours switched off; any exit code."""
        return process.run(
            argv, cwd=self.root, stdin=stdin, env={**self.env, **(env or {})}, timeout=_SECONDS
        )

    def git(self, *args: str, env: Mapping[str, str] | None = None) -> Done:
        return self.run("git", "-c", "commit.gpgSign=false", *args, env=env)

    def hook(self, event: str) -> Path:
        return self.hooks / event


@contextmanager
def scratch(manifest: Manifest) -> Iterator[Scratch]:
    """A repository in a temporary folder with the pieces of `manifest`; deleted afterwards."""
    # A space in the name, as users have it.
    with tempfile.TemporaryDirectory(prefix="anvcs doctor ", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        process.run(("git", "init", "-q", "-b", "main", "."), cwd=root, env=_ENVIRONMENT)
        events = [w.what.removeprefix("hook ") for w in manifest.wired if w.what[:5] == "hook "]
        by_config = any(w.path.parts[-3:-1] == ("anvcs", "hooks") for w in manifest.wired)
        hooks = root / ".git" / ("anvcs/hooks" if by_config else "hooks")
        found = Scratch(root, _ENVIRONMENT, hooks)
        # As after init, and with a drain that runs already: hooks then start none of their own,
        # which would still write here while we clean up.
        mark = root / ".git" / "anvcs" / "spool" / "drainer"
        mark.parent.mkdir(parents=True)
        mark.write_text(f"{os.getpid()}\n")
        for wired in manifest.wired:
            _copy(found, wired)
        if by_config:
            _append(root / ".git" / "config", stubs.config_lines(events, str(hooks)))
        found.git("commit", "-q", "--allow-empty", "-m", "start", env={"ANVCS": "0"})
        yield found


def record_after_commit(found: Scratch, program: str) -> str:
    """Commit, then ask for the record. What is wrong, in words; empty when all is well."""
    done = found.git("commit", "-q", "--allow-empty", "-m", "probe")
    if done.returncode != 0:
        return f"git commit failed: {_last(done)}"
    commit = found.git("rev-parse", "HEAD").stdout.decode().strip()
    spool = found.root / ".git" / "anvcs" / "spool"
    if not any(commit.encode() in _bytes(path) for path in spool.glob("lines*")):
        return "the hook post-commit did not run: it left no line in the spool"
    shown = found.run(program, "show", "--json", "HEAD")
    if shown.returncode != 0:
        return f"the hook ran, but there is no record: {_last(shown)}"
    try:
        subject = json.loads(shown.stdout)
    except ValueError:
        return "the record is not JSON"
    return "" if commit in json.dumps(subject) else "the record is about another commit"


def driver_merges(found: Scratch, sample: Sample) -> str:
    """Merge the sample with `git merge`. What is wrong, in words; empty when all is well."""
    done = _merge(found, sample, {})
    text = _bytes(found.root / sample.name).decode(errors="replace")
    if done.returncode == 0 and all(part in text for part in sample.both):
        return ""
    if "<<<<<<<" in text:
        return "the driver did not resolve the sample; Git's own line merge stood in for it"
    return f"git merge gave exit code {done.returncode} and lost a side: {_last(done)}"


def driver_falls_back(found: Scratch, sample: Sample, path: str) -> str:
    """The same with a program that cannot start, as after its removal: Git's markers must stand."""
    shadow = found.root / ".git" / "shadow"
    shadow.mkdir(exist_ok=True)
    program = shadow / "git-ai-merge"
    program.write_bytes(b"#!/bin/sh\nexit 127\n")
    program.chmod(0o755)
    _merge(found, sample, {"PATH": f"{shadow}{os.pathsep}{path}"})
    text = _bytes(found.root / sample.name).decode(errors="replace")
    if all(part in text for part in (*sample.both, "<<<<<<<", "=======", ">>>>>>>")):
        return ""
    return "with the program missing, Git's own conflict markers do not stand in the file"


def hook_times(found: Scratch, event: str, runs: int) -> list[float]:
    """Milliseconds of `runs` runs of a hook's stub, sorted."""
    commit = found.git("rev-parse", "HEAD").stdout.decode().strip()
    stdin = {
        "pre-push": f"refs/heads/main {commit} refs/heads/main {'0' * len(commit)}\n",
        "post-rewrite": f"{commit} {commit}\n",
    }.get(event, "")
    args = {
        "pre-push": ("origin", "/nowhere"),
        "post-rewrite": ("amend",),
        "post-merge": ("0",),
        "post-checkout": (commit, commit, "1"),
    }.get(event, ())
    env = {"GIT_DIR": ".git"}
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        found.run(str(found.hook(event)), *args, stdin=stdin.encode(), env=env)
        taken.append(1000 * (time.perf_counter() - start))
    return sorted(taken)


def _merge(found: Scratch, sample: Sample, env: Mapping[str, str]) -> Done:
    off = {"ANVCS": "0"}
    found.git("merge", "--abort", env=off)
    found.git("checkout", "-q", "-f", "main", env=off)
    for branch, text in (("base", sample.base), ("theirs", sample.theirs), ("ours", sample.ours)):
        start = "main" if branch == "base" else "base"
        found.git("checkout", "-q", "-f", "-B", branch, start, env=off)
        (found.root / sample.name).write_text(text, encoding="utf-8")
        found.git("add", "--", sample.name, env=off)
        found.git("commit", "-q", "--allow-empty", "-m", branch, env=off)
    return found.git("merge", "-q", "--no-edit", "theirs", env=env)


def _copy(found: Scratch, wired: Wired) -> None:
    lines = block.inside(_bytes(wired.path))
    if wired.what.startswith("hook "):
        _copy_hook(found.hook(wired.what.removeprefix("hook ")), lines)
    elif wired.what == "configuration":
        _append(found.root / ".git" / "config", _without_places(lines))
    elif wired.what.startswith("attributes"):
        _append(found.root / ".git" / "info" / "attributes", lines)


def _copy_hook(path: Path, lines: Sequence[str]) -> None:
    own = [line for line in lines if "anvcs_next" not in line]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stubs.SHEBANG + "\n".join([*own, ""]).encode(errors="surrogateescape"))
    path.chmod(0o755)


def _append(path: Path, lines: Sequence[str]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.write("\n".join(["", *lines, ""]).encode(errors="surrogateescape"))


def _without_places(lines: Sequence[str]) -> list[str]:
    """The configuration block without remotes, which the scratch has not, and without hooks."""
    kept, skip = [], False
    for line in lines:
        if line.startswith("["):
            skip = line.startswith(("[remote ", "[hook "))
        if not skip:
            kept.append(line)
    return kept


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _last(done: Done) -> str:
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else f"{shlex.join(done.argv)} gave {done.returncode}"

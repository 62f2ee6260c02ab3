"""Git's own merge of whole trees, with our driver for files or without it.

For what the strategy does not do itself: options that an older Git takes nowhere else, and any
failure. What the repository's and the user's attributes say still wins.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
import os
from pathlib import Path
import sys
import tempfile

from git_anvcs.git import beside
from git_anvcs.kernel import process
from git_anvcs.kernel.shipped import shipped

MERGED, CONFLICTS, FAILED = 0, 1, 2

# What merge-ort does by default; an option of the caller comes later and wins.
LIKE_ORT = "--diff-algorithm=histogram"


def merge(words: list[str], env: dict[str, str], *, driver: bool) -> int:
    """Merge as the caller asks, by Git; 0 merged, 1 conflicts, 2 no merge was possible.

    words: `--OPTION… BASE… -- HEAD REMOTE`; driver: with ours on for every format we know
    """
    head, remote = words[-2:]
    argv = ("git", "merge-recursive", LIKE_ORT, *words)
    with ExitStack() as stack:
        ours = stack.enter_context(_environment(env)) if driver else {}
        code = process.attach(argv, env={**env, **names(head, remote, env), **ours})
    return code if code in (MERGED, CONFLICTS) else FAILED


@contextmanager
def _environment(env: dict[str, str]) -> Iterator[dict[str, str]]:
    """Variables that switch our driver on; none when that is not possible."""
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        attributes = Path(folder) / "attributes"
        try:
            # Later lines win, and every other source of attributes outranks this file.
            ours = shipped("merge-drivers/gitattributes").read_bytes()
            answer = process.run(("git", *beside.ASK_FOR_ATTRIBUTES), env=env)
            attributes.write_bytes(ours + b"\n" + beside.attributes(answer, env))
        except OSError as error:
            sys.stderr.write(f"git-merge-anvcs: without our drivers: {error.strerror}\n")
            yield {}
            return
        yield {
            "PATH": f"{env.get('PATH', os.defpath)}{os.pathsep}{Path(sys.argv[0]).parent}",
            **beside.configured(
                env,
                ("include.path", str(shipped("merge-drivers/gitconfig"))),
                ("core.attributesFile", str(attributes)),
            ),
        }


def names(head: str, remote: str, env: dict[str, str]) -> dict[str, str]:
    """Labels for the markers, where Git (a rebase, a cherry-pick) has given only object ids."""
    found = {}
    if head != "HEAD" and f"GITHEAD_{head}" not in env:
        found[f"GITHEAD_{head}"] = "HEAD"
    if f"GITHEAD_{remote}" not in env:
        done = process.run(("git", "log", "-1", "--format=%h (%s)", remote, "--"), env=env)
        if done.returncode == 0:
            found[f"GITHEAD_{remote}"] = os.fsdecode(done.stdout).rstrip("\n")
    return found

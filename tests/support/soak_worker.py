"""One of the processes of a soak: random edits and Git commands in worktrees, until it is told.

    python -m tests.support.soak_worker BASE NUMBER SEED PAUSE

Each step holds the gate (flock on `BASE/gate`, shared), so that whoever holds it alone finds no
step half done. What was done goes to `BASE/steps-NUMBER`, one line a step.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
import fcntl
import os
from pathlib import Path
from random import Random
import shutil
import subprocess
import sys
import time

# Some of them are files for one step and folders for another.
NAMES = (
    *("a.py", "b.txt", "src/one.py", "src/two.py", "src/deep/er/three.md", "lib/core.js"),
    *("lib/sub/x.json", "docs/é.md", "docs/日本.txt", "two\nlines", "with space", "-dash", "#hash"),
    *("lib/sub", "src/deep", "UPPER.TXT", "data.bin", "assets/pic.png", "run.sh", "link"),
    *("noise.log", "ignored/cache", "tab\there", os.fsdecode(b"latin-\xe9.txt"), 'quo"te'),
)
FOLDERS = ("src", "lib", "docs", "assets", "src/deep", "lib/sub", "ignored", "new/folder")
BRANCHES = ("main", "topic-1", "topic-2", "one", "two", "three")
WORDS = ("alpha", "beta é", "gamma 😀", "", "x = 1", "\tdeep", "}", "<<<<<<< not really", "end\\")
LARGE = 3 << 20

Step = Callable[["Worker", Path], object]


class Worker:
    """Somebody who works in all worktrees at once. said: one line for each step"""

    def __init__(self, base: Path, seed: str, env: dict[str, str]) -> None:
        self.base, self.env = base, env
        self.random = Random(seed)
        self.count = 0

    def step(self) -> str:
        trees = [tree for tree in sorted(self.base.glob("tree-*")) if (tree / ".git").exists()]
        tree = self.random.choice(trees)
        one: Step = self.random.choices(_STEPS, _WEIGHTS)[0]
        with suppress(OSError, shutil.Error):  # others are at the same files
            return f"{tree.name} {one.__name__} {one(self, tree)}"
        return f"{tree.name} {one.__name__} could not"

    def path(self, tree: Path) -> Path:
        """A place for a file; sometimes the folder above it has to be made."""
        path = tree / self.random.choice(NAMES)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def text(self, lines: int = 40) -> str:
        """Never the same twice."""
        self.count += 1
        words = self.random.choices(WORDS, k=self.random.randrange(lines))
        words.insert(self.random.randrange(len(words) + 1), f"{self.random.random()} {self.count}")
        return "\n".join(words) + self.random.choice(("\n", "\n", "\n", ""))

    def git(self, tree: Path, *args: str, stdin: str = "") -> str:
        done = subprocess.run(
            ("git", *args), cwd=tree, env=self.env, input=stdin.encode(errors="surrogateescape"),
            capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        return f"{args} gave {done.returncode}"


def append(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    with path.open("ab") as file:
        file.write(worker.text(5).encode())
    return str(path)


def rewrite(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    path.write_text(worker.text())
    return str(path)


def edit(worker: Worker, tree: Path) -> str:
    """Some lines of what is there."""
    path = worker.path(tree)
    lines = path.read_text(errors="surrogateescape").split("\n")
    at = worker.random.randrange(len(lines))
    lines[at : at + worker.random.randrange(3)] = worker.text(4).split("\n")
    path.write_text("\n".join(lines), errors="surrogateescape")
    return str(path)


def save_slowly(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    with path.open("w") as file:
        for _ in range(3):
            file.write(worker.text(9))
            file.flush()
            time.sleep(worker.random.random() / 10)
    return str(path)


def save_whole(worker: Worker, tree: Path) -> str:
    """As most editors do: written beside, then renamed."""
    path = worker.path(tree)
    beside = path.with_name(f".{path.name}.{worker.random.randrange(99)}~")
    beside.write_text(worker.text())
    if worker.random.random() < 0.3:
        path.rename(path.with_name(f"{path.name}.orig"))
    beside.replace(path)
    return str(path)


def save_bytes(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    path.write_bytes(worker.random.randbytes(worker.random.randrange(5000)))
    return str(path)


def save_large(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    path.write_bytes(worker.random.randbytes(1000) * (LARGE // 1000 + 1))
    return str(path)


def save_crlf(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    path.write_bytes(worker.text().replace("\n", "\r\n").encode())
    return str(path)


def empty(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    os.truncate(path, 0)
    return str(path)


def rename(worker: Worker, tree: Path) -> str:
    old, new = worker.path(tree), worker.path(tree)
    old.rename(new)
    return f"{old} {new}"


def move_folder(worker: Worker, tree: Path) -> str:
    old, new = (tree / worker.random.choice(FOLDERS) for _ in range(2))
    new.parent.mkdir(parents=True, exist_ok=True)
    old.rename(new)
    return f"{old} {new}"


def remove(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    path.unlink()
    return str(path)


def link(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    beside = path.with_name(f".{path.name}.new")
    beside.symlink_to(worker.random.choice(("nowhere", "a.py", "src", "..", "link", "/dev/null")))
    beside.replace(path)
    return str(path)


def mode(worker: Worker, tree: Path) -> str:
    path = worker.path(tree)
    if not path.is_symlink():
        path.chmod(worker.random.choice((0o644, 0o755, 0o600)))
    return str(path)


def folder(worker: Worker, tree: Path) -> str:
    """Made and filled at once, before anybody can watch it."""
    path = tree / worker.random.choice(FOLDERS) / str(worker.random.randrange(3))
    path.mkdir(parents=True)
    for name in worker.random.choices("xyz", k=2):
        (path / name).write_text(worker.text())
    return str(path)


def remove_folder(worker: Worker, tree: Path) -> str:
    path = tree / worker.random.choice(FOLDERS)
    shutil.rmtree(path)
    return str(path)


def commit(worker: Worker, tree: Path) -> str:
    how = worker.random.choice((["add", "-A"], ["add", "-u"], ["add", "src"]))
    return worker.git(tree, *how) + worker.git(tree, "commit", "-qm", f"{worker.count}")


def amend(worker: Worker, tree: Path) -> str:
    return worker.git(tree, "commit", "-q", "--amend", "-am", f"amended {worker.count}")


def switch(worker: Worker, tree: Path) -> str:
    how = worker.random.choice(((), (), ("-f",), ("-m",)))
    detach = worker.random.choice(((), ("--detach",)))
    return worker.git(tree, "switch", "-q", *how, *detach, worker.random.choice(BRANCHES))


def new_branch(worker: Worker, tree: Path) -> str:
    name = worker.random.choice(BRANCHES[1:3])
    return worker.git(tree, "branch", "-f", name) + worker.git(tree, "switch", "-q", name)


def drop_branch(worker: Worker, tree: Path) -> str:
    return worker.git(tree, "branch", "-qD", worker.random.choice(BRANCHES[1:3]))


def stash(worker: Worker, tree: Path) -> str:
    how = worker.random.choice((["push", "-q"], ["push", "-qu"], ["pop", "-q"], ["pop"], ["drop"]))
    return worker.git(tree, "stash", *how)


def reset(worker: Worker, tree: Path) -> str:
    how = worker.random.choice(("--hard", "--hard", "--soft", "--mixed", "--merge"))
    return worker.git(tree, "reset", "-q", how, worker.random.choice(("HEAD", "HEAD~1", "main")))


def clean(worker: Worker, tree: Path) -> str:
    return worker.git(tree, "clean", worker.random.choice(("-fdxq", "-fdq", "-fq")))


def checkout(worker: Worker, tree: Path) -> str:
    return worker.git(tree, "checkout", "-q", "--", worker.random.choice((".", "src", "lib")))


def restore(worker: Worker, tree: Path) -> str:
    source = worker.random.choice(("HEAD", "HEAD~1", "main"))
    return worker.git(tree, "restore", f"--source={source}", "--staged", "--worktree", "src")


def merge(worker: Worker, tree: Path) -> str:
    how = worker.random.choice(("merge", "rebase", "cherry-pick", "revert"))
    asked = {"merge": ("-q", "-m", "merged"), "rebase": ("-q",), "cherry-pick": ()}
    asked |= {"revert": ("--no-edit",)}
    return worker.git(tree, how, *asked[how], worker.random.choice(BRANCHES))


def go_on(worker: Worker, tree: Path) -> str:
    """Whatever is in progress ends, one way or the other."""
    how = worker.random.choice(("--abort", "--abort", "--quit", "--continue", "--skip"))
    done = [worker.git(tree, name, how) for name in ("merge", "rebase", "cherry-pick", "revert")]
    return " ".join(done)


def apply(worker: Worker, tree: Path) -> str:
    """A patch that adds a file."""
    name = f"patched-{worker.random.randrange(4)}"
    patch = f"--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+{worker.random.random()}\n"
    return worker.git(tree, "apply", *worker.random.choice(((), ("--index",))), stdin=patch)


def collect(worker: Worker, tree: Path) -> str:
    """What others are about to use stays; `--prune=now` is for when nobody works (git-gc(1))."""
    return worker.git(tree, "gc", "-q", *worker.random.choice(((), ("--auto",))))


def worktree(worker: Worker, tree: Path) -> str:
    """One more, or one less; its name is used again and again."""
    extra = worker.base / f"tree-extra-{worker.random.randrange(2)}"
    if not extra.exists():
        return worker.git(tree, "worktree", "add", "-q", "--detach", str(extra))
    if worker.random.random() < 0.5:
        return worker.git(tree, "worktree", "remove", "--force", str(extra))
    shutil.rmtree(extra)
    return worker.git(tree, "worktree", "prune")


def undo(worker: Worker, tree: Path) -> str:
    done = subprocess.run(
        ("git-anvcs", "undo", "--yes"), cwd=tree, env=worker.env, capture_output=True, check=False,
        timeout=120,
    )  # fmt: skip
    return f"gave {done.returncode} {done.stderr.decode(errors='replace').strip()}"


_WEIGHTED: dict[Step, int] = {
    append: 10, rewrite: 10, edit: 16, save_slowly: 6, save_whole: 12, save_bytes: 4, save_large: 1,
    save_crlf: 4, empty: 2, rename: 5, move_folder: 3, remove: 4, link: 3, mode: 3, folder: 4,
    remove_folder: 2, commit: 9, amend: 2, switch: 4, new_branch: 2, drop_branch: 1, stash: 5,
    reset: 3, clean: 2, checkout: 2, restore: 2, merge: 4, go_on: 3, apply: 2, collect: 1,
    worktree: 2, undo: 1,
}  # fmt: skip
_STEPS, _WEIGHTS = list(_WEIGHTED), list(_WEIGHTED.values())


@contextmanager
def gate(base: Path, how: int) -> Iterator[None]:
    """how: fcntl.LOCK_SH for a step, LOCK_EX for who wants none"""
    with (base / "gate").open("a") as file:
        fcntl.flock(file, how)
        yield


def work(base: Path, number: int, seed: str, pause: float) -> None:
    worker = Worker(base, f"{seed}/{number}", dict(os.environ))
    with (base / f"steps-{number}").open("a", errors="surrogateescape") as log:
        while not (base / "end").exists():
            time.sleep(worker.random.expovariate(1 / pause))
            while (base / "pause").exists():
                time.sleep(0.05)
            with gate(base, fcntl.LOCK_SH):
                begin = time.time()
                said = worker.step()
                log.write(f"{begin:.3f} {time.time():.3f} {said!r}\n")
                log.flush()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))

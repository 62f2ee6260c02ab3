"""One repository as Git sees it from one directory.

`Repo.git` is the only method that starts git.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
import select
from typing import IO, NamedTuple, cast

from git_anvcs.git.guard import GUARD as GUARD  # noqa: PLC0414 - where everybody looks for it
from git_anvcs.git.locate import Place, locate
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import OFFLINE, AnvcsError, UsageError

# What a partial clone says when an object is neither here nor to be had.
_NOT_FETCHED = "from promisor remote"
_NAMING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")


class GitFailed(AnvcsError):
    """git ended with an exit code that was not expected."""

    def __init__(self, argv: tuple[str, ...], returncode: int, stderr: bytes) -> None:
        said = stderr.decode(errors="replace").strip()
        last = said.splitlines()[-1] if said else f"exit code {returncode}"
        super().__init__(f"git {_subcommand(argv)} failed: {last}", hint=_hint(said))
        self.argv = argv
        self.returncode = returncode
        self.stderr = stderr
        if _NOT_FETCHED in said:
            self.exit_code = OFFLINE


class Talk(NamedTuple):
    """A running git: what we write to it and what it prints."""

    write: IO[bytes]
    read: IO[bytes]


class NotARepository(UsageError):
    """There is no Git repository here."""


class Repo:
    """A repository, from one worktree (or, bare, from its Git directory).

    root: the top of the worktree, or the Git directory of a bare repository
    git_dir: this worktree's own Git directory (HEAD, index, MERGE_HEAD)
    common_dir: the Git directory all worktrees share (refs, config, hooks, our files)
    """

    def __init__(self, root: Path, git_dir: Path, common_dir: Path, *, bare: bool) -> None:
        self.root = root
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.bare = bare
        self._variables: Mapping[str, str] = {}

    @classmethod
    def of(cls, place: Place) -> "Repo":
        """The repository that a program of ours was started in by Git."""
        bare = place.root == place.git_dir
        found = cls(place.root, place.git_dir, place.common_dir, bare=bare)
        tree = {} if bare else {"GIT_WORK_TREE": str(place.root)}
        return found.within({"GIT_DIR": str(place.git_dir), **tree})

    def within(self, variables: Mapping[str, str]) -> "Repo":
        """The same repository, with these variables for every git that is started."""
        found = Repo(self.root, self.git_dir, self.common_dir, bare=self.bare)
        found._variables = {**self._variables, **variables}
        return found

    @classmethod
    def discover(cls, start: Path, env: Mapping[str, str] | None = None) -> "Repo":
        """The repository that `start` lies in. Raises NotARepository.

        env: where a command of `start` is to go by GIT_DIR and GIT_WORK_TREE as Git does
        """
        named = {key: env[key] for key in _NAMING if env.get(key)} if env else {}
        asked = ("--is-bare-repository", "--absolute-git-dir", "--git-common-dir")
        done = process.run(("git", "rev-parse", *asked, "--show-toplevel"), cwd=start, env=named)
        answers = done.stdout.decode(errors="surrogateescape").split("\n")[:-1]
        if len(answers) not in (3, 4):  # none at all, or a path with a newline in it
            answers = [_ask(start, question, named) for question in asked] + _top(start, named)
        is_bare, git_dir, common, *top = answers
        common_dir = (start / common).resolve()
        # Without a worktree we are in a bare repository or inside .git.
        elsewhere = Path(git_dir) if is_bare == "true" else common_dir.parent
        root = Path(top[0]) if top else elsewhere
        found = cls(root, Path(git_dir), common_dir, bare=is_bare == "true")
        if named:
            tree = {"GIT_WORK_TREE": str(root)} if top else {}
            return found.within({"GIT_DIR": git_dir, **tree})
        place = locate(root)
        leads_back = place is not None and place.git_dir == Path(git_dir).resolve()
        # core.worktree may be a folder that knows nothing of its repository.
        return found if leads_back else found.within({"GIT_DIR": git_dir})

    def git(
        self,
        *args: str,
        stdin: bytes = b"",
        allow: tuple[int, ...] = (0,),
        env: Mapping[str, str] | None = None,
    ) -> bytes:
        """What git printed. Raises GitFailed on an exit code outside `allow`."""
        done = self.try_git(*args, stdin=stdin, env=env)
        if done.returncode not in allow:
            raise GitFailed(done.argv, done.returncode, done.stderr)
        return done.stdout

    def try_git(
        self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> process.Done:
        """What git printed and its exit code, whatever it is."""
        return process.run(
            ("git", *args), cwd=self.root, stdin=stdin, env={**self._own(), **GUARD, **(env or {})}
        )

    @contextmanager
    def talk(self, *args: str, env: Mapping[str, str] | None = None) -> Iterator[Talk]:
        """A running git, to read from as it prints (and to write to), ended with the block.

        Raises GitFailed at the end of the block when git failed of its own accord.
        """
        import tempfile

        argv = ("git", *args)
        with tempfile.TemporaryFile() as complaints:
            own = {**self._own(), **GUARD, **(env or {})}
            git = process.open_pipe(argv, cwd=self.root, env=own, stderr=complaints)
            pipes = Talk(cast(IO[bytes], git.stdin), cast(IO[bytes], git.stdout))
            try:
                yield pipes
                ended = _at_end(pipes.read)
            except BaseException:
                git.kill()
                raise
            else:
                if not ended:  # the block has read enough
                    git.kill()
            finally:
                _close(pipes)
                returncode = git.wait()
            if ended and returncode != 0:
                complaints.seek(0)
                raise GitFailed(argv, returncode, complaints.read())

    def line(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        """The one line git printed, without its newline."""
        return self.git(*args, env=env).decode(errors="surrogateescape").removesuffix("\n")

    def _own(self) -> dict[str, str]:
        # A worktree is found from its directory; a bare repository must be named.
        named = {"GIT_DIR": str(self.git_dir)} if self.bare else {}
        return {**named, **self._variables}

    @cached_property
    def object_format(self) -> str:
        """`sha1` or `sha256`."""
        return self.line("rev-parse", "--show-object-format")

    @cached_property
    def zero_oid(self) -> str:
        """The object id that stands for "nothing" in ref updates."""
        return "0" * (64 if self.object_format == "sha256" else 40)

    def resolve(self, revision: str) -> str | None:
        """The commit id a revision names, or None when it names none."""
        done = self.try_git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", "--")
        first = done.stdout.decode().split("\n", 1)[0]
        return first if done.returncode == 0 and first else None

    def git_path(self, name: str) -> Path:
        """Where Git keeps `name` for this worktree (`git rev-parse --git-path`)."""
        return (self.root / self.line("rev-parse", "--git-path", name)).resolve()


def version() -> tuple[int, int, int]:
    """The version of the git on PATH, such as (2, 39, 5)."""
    text = process.run(("git", "version")).stdout.decode().split()[2]
    numbers = [int(part) for part in text.split(".") if part.isdigit()]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _at_end(pipe: IO[bytes]) -> bool:
    """Whether everything was read up to the end; never waits."""
    readable, _, _ = select.select([pipe], [], [], 0)
    return bool(readable) and pipe.read(1) == b""


def _close(pipes: Talk) -> None:
    with suppress(BrokenPipeError):
        pipes.write.close()
    pipes.read.close()


def _ask(start: Path, question: str, named: Mapping[str, str]) -> str:
    done = process.run(("git", "rev-parse", question), cwd=start, env=named)
    if done.returncode != 0:
        raise _not_a_repository(start, done.stderr)
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


def _top(start: Path, named: Mapping[str, str]) -> list[str]:
    done = process.run(("git", "rev-parse", "--show-toplevel"), cwd=start, env=named)
    return [done.stdout.decode(errors="surrogateescape").removesuffix("\n")] * (
        done.returncode == 0
    )


def _subcommand(argv: tuple[str, ...]) -> str:
    return next((word for word in argv[1:] if not word.startswith("-")), "")


def _hint(said: str) -> str:
    if "cannot lock ref 'refs/" in said and "reference already exists" in said:  # yet unreadable
        return "the ref points to nothing; `git anvcs meta fsck --repair` mends ours"
    if "index.lock" in said or "cannot lock ref" in said:
        return "another git is running here; try again when it has ended"
    if _NOT_FETCHED in said:
        return "this is a partial clone; try again when its remote can be reached"
    if "No space left" in said:
        return "the disk is full"
    if "Permission denied" in said or "Read-only file system" in said:
        return "the repository cannot be written to"
    return ""


def _not_a_repository(start: Path, stderr: bytes) -> AnvcsError:
    said = stderr.decode(errors="replace")
    if "dubious ownership" in said:
        return UsageError(
            f"Git does not trust the owner of {start}",
            hint=f"git config --global --add safe.directory {start}",
        )
    return NotARepository(
        f"{start} is not inside a Git repository", hint="run `git init`, or use -C DIR"
    )

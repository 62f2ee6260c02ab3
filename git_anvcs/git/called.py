"""The repository as the git that started us sees it, with the whole environment it gave us."""

from collections.abc import Mapping
import os
from pathlib import Path

from git_anvcs.git.repo import GUARD, GitFailed, Repo
from git_anvcs.kernel import process


class CalledRepo(Repo):
    """A `Repo` for a program that Git starts.

    Every other repository is found from a directory alone; here what the caller said counts too:
    `git -c`, GIT_DIR, GIT_INDEX_FILE, GIT_WORK_TREE.
    """

    env: Mapping[str, str] = {}

    @classmethod
    def called(cls, env: Mapping[str, str]) -> "CalledRepo":
        """The repository and worktree of this call. Raises GitFailed outside of one."""
        asked = ("--show-toplevel", "--absolute-git-dir", "--git-common-dir")
        answers = [_ask(question, env) for question in asked]
        top, git_dir, common = map(Path, answers)
        found = cls(top, git_dir, (Path.cwd() / common).resolve(), bare=False)
        found.env = env
        return found

    def with_env(self, **extra: str) -> "CalledRepo":
        """The same repository, seen with more variables."""
        other = CalledRepo(self.root, self.git_dir, self.common_dir, bare=False)
        other.env = {**self.env, **extra}
        return other

    def _own(self) -> dict[str, str]:
        return dict(self.env)


def _ask(question: str, env: Mapping[str, str]) -> str:
    argv = ("git", "rev-parse", question)
    done = process.run(argv, env={**env, **GUARD})
    if done.returncode:
        raise GitFailed(argv, done.returncode, done.stderr)
    return os.fsdecode(done.stdout).removesuffix("\n")

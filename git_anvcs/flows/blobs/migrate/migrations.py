"""The migrations there are, each as a plan: what it converts, and what must be here for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
import os
from typing import NamedTuple

from git_anvcs.blobs.cache import Cache
from git_anvcs.flows.blobs.migrate import kept, lfs_objects, weigh
from git_anvcs.flows.blobs.migrate.conversion import LFS, OURS
from git_anvcs.flows.blobs.migrate.lfs import FromLfs, ToLfs
from git_anvcs.flows.blobs.migrate.places import Place
from git_anvcs.flows.blobs.migrate.story import Plan
from git_anvcs.flows.blobs.migrate.tracking import Export, Import
from git_anvcs.git import attribute_rules
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.store.paths import Paths

Each = Callable[[Sequence[str], str], Iterable[str]]
_NAMED = 3  # contents that an error tells of


class Missing(AnvcsError):
    """Contents that the new history names are not here; nothing was changed."""


class Ready(NamedTuple):
    """A plan, the filter that must be wired for it (with a hint how), and what will be missing.

    missing: SHA-256 of contents that are not here, known when the plan is made or was carried out
    odd: files that are left because they only look like pointers, known afterwards
    """

    plan: Plan
    driver: str
    hint: str
    missing: Callable[[], Sequence[str]]
    odd: Callable[[], Sequence[str]] = list


def from_lfs(repo: Repo, each: Each, *, allow_missing: bool) -> Ready:
    """Pointers of Git LFS to ours."""
    cache, conversion = Cache(Paths(repo.common_dir)), FromLfs()
    lost: list[str] | None = None

    def missing() -> list[str]:
        return lfs_objects.lacking(repo, cache, conversion.wanted) if lost is None else lost

    def check() -> None:
        nonlocal lost
        if not allow_missing:  # by name first: it costs nothing
            _refuse(missing(), conversion.wanted, "git lfs fetch --all brings them here")
        lost = lfs_objects.take(repo, cache, conversion.wanted, each)
        if not allow_missing:
            _refuse(lost, conversion.wanted, "git lfs fsck tells of damaged ones")

    def odd() -> list[str]:
        return sorted(os.fsdecode(path) for path in conversion.odd)

    plan = Plan("from-lfs", conversion, check, origins=kept.origins(repo, "to-lfs"))
    return Ready(plan, OURS.decode(), "git anvcs init", missing, odd)


def to_lfs(repo: Repo, each: Each, *, allow_missing: bool) -> Ready:
    """Our pointers to those of Git LFS."""
    cache, conversion = Cache(Paths(repo.common_dir)), ToLfs()
    lost: list[str] | None = None

    def missing() -> list[str]:
        return lfs_objects.lacking(repo, cache, conversion.wanted) if lost is None else lost

    def check() -> None:
        nonlocal lost
        lost = lfs_objects.give(repo, cache, conversion.wanted, each)
        if not allow_missing:
            _refuse(lost, conversion.wanted, "git-ai-blob prefetch --history brings them here")

    def env() -> Mapping[str, str]:
        return {"GIT_LFS_SKIP_SMUDGE": "1"} if missing() else {}

    plan = Plan("to-lfs", conversion, check, env)
    return Ready(plan, LFS.decode(), "git lfs install", missing)


def import_(repo: Repo, patterns: Sequence[str], above: int | None, place: Place) -> Ready:
    """Files of Git's own to pointers. Raises UsageError when nothing is named."""
    lines = [attribute_rules.spelled(os.fsencode(one)) for one in patterns]
    if above is not None:
        lines = _heavy(repo, place, lines, above)
        if not lines:
            raise UsageError(
                f"no file of this history has more than {above} bytes",
                hint="git-ai-blob migrate info tells what it holds",
            )
    if not lines:
        raise UsageError(
            "name the files to import, or give --above", hint="git-ai-blob migrate info"
        )
    cache = Cache(Paths(repo.common_dir))
    plan = Plan("import", Import(cache, lines), cache.sync)
    return Ready(plan, OURS.decode(), "git anvcs init", list)


def export(repo: Repo, patterns: Sequence[str], *, allow_missing: bool) -> Ready:
    """Our pointers to files of Git's own; all of them without patterns."""
    lines = [attribute_rules.spelled(os.fsencode(one)) for one in patterns]
    conversion = Export(Cache(Paths(repo.common_dir)), lines)

    def check() -> None:
        if not allow_missing:
            _refuse(
                [*conversion.missing],
                conversion.missing,
                "git-ai-blob prefetch --history brings them here",
            )

    plan = Plan("export", conversion, check)
    return Ready(plan, "", "", lambda: [*conversion.missing])


def _heavy(repo: Repo, place: Place, lines: Sequence[bytes], above: int) -> list[bytes]:
    """A line for each file that ever had more bytes, among those that `lines` mean."""
    found: dict[bytes, None] = {}
    files = [attribute_rules.read(b"", b"\n".join(line + b" filter" for line in lines))]
    rules = attribute_rules.Rules(files, b"filter")
    for one in weigh.versions(repo, place.tips):
        path = os.fsencode(one.path)
        if one.size > above and (not lines or rules.value(path)):
            found[attribute_rules.literal(path)] = None
    return sorted(found)


def _refuse(missing: Sequence[str], sizes: Mapping[str, int], hint: str) -> None:
    if not missing:
        return
    named = ", ".join(oid[:12] for oid in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    raise Missing(
        f"contents of {len(missing)} large files are not here whole ({named}{more},"
        f" {sum(sizes[oid] for oid in missing)} bytes); nothing was changed",
        hint=f"{hint}; --allow-missing leaves them pointers",
    )

"""Story: what can be wrong with the large files of a clone, seen without asking a store.

What `git-ai-blob doctor` found out about a server is remembered, and told here.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from git_anvcs.blobs import begun, quarantine, queue
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.finding import Finding, Status, of_error
from git_anvcs.flows import settings
from git_anvcs.flows.blobs import selecting, standing, store_checks, tracking
from git_anvcs.flows.blobs.clone import LOCAL, is_used
from git_anvcs.flows.blobs.pointed import FILTER
from git_anvcs.flows.blobs.standing import Standing
from git_anvcs.flows.blobs.stores_here import StoresHere
from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock, process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.settings import Settings
from git_anvcs.kernel.shipped import shipped
from git_anvcs.kernel.terminal import quoted
from git_anvcs.store.paths import Paths

_NAMED = 3
_PATIENCE = 3600  # seconds that what waits may wait before it is called wrong
_PROCESS = f"filter.{FILTER}.process"
_INIT = "`git anvcs init`"


def examine(repo: Repo, env: Mapping[str, str], hooks: Iterable[str]) -> Iterator[Finding]:
    """Findings, `bad` ones to be mended; none where there are no large files.

    hooks: the events that `init` has wired. Raises UsageError where settings cannot be read.
    """
    paths = Paths(repo.common_dir)
    in_force = settings.load(repo, env)
    if repo.bare or not (is_used(paths) or tracking.listed(repo.root)
                         or in_force.words("blobs.track")):  # fmt: skip
        return
    selection = selecting.of_worktree(repo, in_force)
    yield from _filter(repo)
    yield _hook(hooks)
    try:
        found = standing.look(repo, selection)
    except AnvcsError as error:  # of the ledger
        hint = error.hint or "`git-ai-blob fsck --repair`"
        yield of_error("queue", error)._replace(hint=hint)
        found = Standing(tuple(standing.files(repo, selection)), (), ())
    yield from _rules(repo, in_force, found)
    yield from _stores(StoresHere(in_force, env, Cache(paths)), env)
    yield from _queue(found)
    yield from _worktree(found, meant=env.get("GIT_ANVCS_SKIP_SMUDGE") == "1")
    yield from _cache(Cache(paths))


def _filter(repo: Repo) -> Iterator[Finding]:
    shipped_lines = str(shipped("merge-drivers/gitconfig"))
    ours = repo.git("config", "-f", shipped_lines, "--get", _PROCESS).decode()
    now = config.get(repo, _PROCESS)
    if not now:
        said = "Git does not know the filter: contents would become part of its history"
        yield Finding("filter", "bad", said, _INIT)
    elif now != ours.removesuffix("\n"):
        said = f"{_PROCESS} is configured a second time, which replaces our filter"
        yield Finding("filter", "bad", said, f"`git config --show-origin --get-all {_PROCESS}`")
    if process.find("git-ai-blob") is None:
        said = "git-ai-blob is not on PATH: Git may not find it when it adds a large file"
        yield Finding("filter", "bad", said, "add its folder to PATH")
    elif now:
        yield Finding("filter", "good", "Git knows the filter, and its program is on PATH")


def _hook(hooks: Iterable[str]) -> Finding:
    if "pre-push" in hooks:
        return Finding("push", "good", "a push waits until others can read its large files")
    said = "no pre-push hook: a push may take pointers whose contents nobody else has"
    return Finding("push", "bad", said, _INIT)


def _rules(repo: Repo, in_force: Settings, found: Standing) -> Iterator[Finding]:
    tracked = tracking.listed(repo.root)
    lacking = [one for one in tracking.of_settings(in_force) if one not in tracked]
    if lacking:
        said = f"blobs.track names {_few(lacking)}, and .gitattributes does not"
        yield Finding("rules", "bad", said, f"`git-ai-blob track {' '.join(map(repr, lacking))}`")
    if found.contents:
        said = f"{_few(found.contents)}: tracked as large files, with their content in Git"
        yield Finding("rules", "bad", said, "`git add --renormalize .` makes them pointers")
    if not lacking and not found.contents:
        yield Finding("rules", "good", f"large files that are pointers in Git: {len(found.files)}")


def _stores(stores: StoresHere, env: Mapping[str, str]) -> Iterator[Finding]:
    if stores.mode == LOCAL:
        yield Finding("store", "good", "large files stay on this machine (storage.mode is local)")
    for alias in stores.writes:
        try:
            stores.store(alias)
            tried = store_checks.remembered(stores, env) if alias == "s3" else None
        except AnvcsError as error:
            yield of_error("store", error)._replace(said=f"{alias}: {error.message}")
            continue
        if tried is None:
            hint = "`git-ai-blob doctor` tries it on small objects"
            yield Finding("store", "weak", f"{alias} is set up; nothing was asked of it", hint)
        elif tried.bad:
            said = f"{alias} was tried on {clock.local(tried.seconds)}: {_few(tried.bad)} not good"
            yield Finding("store", "bad", said, "`git-ai-blob doctor` says more")
        else:
            yield Finding("store", "good", f"{alias} was good on {clock.local(tried.seconds)}")


def _queue(found: Standing) -> Iterator[Finding]:
    waiting = [job for job in found.jobs if job.kind == queue.UPLOAD]
    for job in found.jobs:
        if job.kind == queue.REST and job.tries >= queue.FAILURES:
            said = f"the store {job.storage} did not answer {job.tries} times: {job.note}"
            yield Finding("queue", "bad", said, "`git-ai-blob doctor` tries it")
    if not waiting:
        yield Finding("queue", "good", "nothing waits to be sent")
        return
    since = min(job.seconds for job in waiting)
    said = f"{len(waiting)} not yet sent, the oldest since {clock.local(since)}"
    why = next((job.note for job in waiting if job.tries and job.state == queue.WAITING), "")
    late = clock.now() - since > _PATIENCE
    hint = "`git-ai-blob push` sends them"
    yield Finding("queue", "bad" if late else "weak", f"{said}: {why}" if why else said, hint)


def _worktree(found: Standing, *, meant: bool) -> Iterator[Finding]:
    here = [one.path for one in found.files if one.worktree == "pointer" and one.here]
    gone = [one.path for one in found.files if one.worktree == "pointer" and one.missing]
    status: Status = "weak" if meant else "bad"  # GIT_ANVCS_SKIP_SMUDGE asks for pointers
    if here:
        said = f"pointers in the worktree, whose contents are in the cache: {_few(here)}"
        yield Finding("worktree", status, said, "`git-ai-blob checkout`")
    if gone:
        said = f"pointers in the worktree, whose contents are not here: {_few(gone)}"
        yield Finding("worktree", status, said, "`git-ai-blob pull`")
    if not here and not gone:
        left = sum(one.left_out for one in found.files)
        said = f", but for {left} that are left out" if left else ""
        yield Finding("worktree", "good", f"no pointer stands in the worktree{said}")


def _cache(cache: Cache) -> Iterator[Finding]:
    sizes = [_size(cache.place(oid)) for oid in cache.oids()]
    aside = [one.bytes for one in quarantine.listed(cache)]
    said = f"{len(sizes)} contents, {_megabytes(sum(sizes))}"
    if aside:
        said += f"; in quarantine {len(aside)}, {_megabytes(sum(aside))}"
    if broken := [one.bytes for one in begun.listed(cache.drafts)]:
        said += f"; downloads begun {len(broken)}, {_megabytes(sum(broken))}"
    yield Finding("cache", "good", said)
    damaged = len(list(cache.damaged.glob("*")))
    if damaged:
        hint = f"`git-ai-blob fsck --repair` fetches them; then delete {cache.damaged}"
        yield Finding("cache", "bad", f"{damaged} damaged contents were set aside", hint)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB"


def _few(names: Iterable[str]) -> str:
    listed = [quoted(name) for name in names]
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")

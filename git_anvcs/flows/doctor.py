"""Story: everything that can be wrong with the wiring of a repository, proved by trying it."""

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import partial
import os
from pathlib import Path
import sys
from typing import NamedTuple

from git_anvcs.flows import drain, fsck, install, probe, silent_hooks
from git_anvcs.flows.wiring import block, steps, targets
from git_anvcs.flows.wiring.attributes import by_format
from git_anvcs.flows.wiring.manifest import Manifest
from git_anvcs.flows.wiring.targets import Choices
from git_anvcs.git import config
from git_anvcs.git import repo as git
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.kernel.shipped import shipped
from git_anvcs.store import snapshots, spool
from git_anvcs.store.paths import Paths

OLDEST_GIT = (2, 38, 0)
OLDEST_PYTHON = (3, 11)
_DAY = 24 * 3600.0
_MOST_SAID = 5  # findings of one kind
_OUR_REFS = ("refs/notes/anvcs", "refs/anvcs/meta")


class Check(NamedTuple):
    """One thing looked at. wrong: a sentence, empty when it is well.

    mend: what a person can do; fix: the name of a safe mending of ours, if there is one
    """

    name: str
    said: str = ""
    wrong: str = ""
    mend: str = ""
    fix: str = ""


class Timing(NamedTuple):
    """How long a hook's stub takes, in milliseconds."""

    event: str
    p50: float
    p95: float
    runs: int


class Examination(NamedTuple):
    checks: tuple[Check, ...]
    timings: tuple[Timing, ...]

    @property
    def findings(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.wrong)


def examine(repo: Repo, env: Mapping[str, str], *, runs: int) -> Examination:
    """Look at everything. runs: how often each hook is timed, 0 for not at all."""
    checks = [*_versions(repo), *_switched_off(env), *_settings(repo, env)]
    manifest = install.load(repo)
    if manifest is None:
        checks.append(
            Check("wiring", wrong="git-anvcs is not on here", mend="run `git anvcs init`")
        )
        checks += _large_files(repo, env, ())
        return Examination((*checks, *_records(repo)), ())
    checks += [*_wiring(repo, manifest, env), *_hooks(manifest), *_silent(repo, manifest)]
    checks += _effective(repo, manifest)
    checks += [*_programs(manifest), *_refspecs(repo)]
    checks += _large_files(repo, env, [wired.what for wired in manifest.wired])
    with probe.scratch(manifest) as scratch:
        checks += _probes(scratch, manifest, env)
        timings = _timings(scratch, manifest, runs) if runs else ()
    return Examination((*checks, *_records(repo)), tuple(timings))


def mend(repo: Repo, env: Mapping[str, str], findings: tuple[Check, ...]) -> list[str]:
    """Do the safe mendings that the findings name; what was done."""
    done = []
    if any(check.fix == "init" for check in findings):
        old = install.load(repo)
        choices = Choices.from_json(old.choices if old else {})
        make = partial(install.plan, repo, choices, home=_home(env))
        install.apply(repo, make(), again=make)
        done.append("renewed what init wires")
    if any(check.fix == "records" for check in findings):
        done.append(f"made both record refs agree on {fsck.repair(repo)} commits")
    if any(check.fix == "snapshots" for check in findings):
        gone = snapshots.sweep(Paths(repo.common_dir), set(), older_than=_DAY)
        done.append(f"forgot {gone} snapshots")
    return done


def _home(env: Mapping[str, str]) -> Path:
    return Path(env.get("HOME", "/nonexistent"))


def _versions(repo: Repo) -> Iterator[Check]:
    version = git.version()
    said = ".".join(map(str, version))
    old = f"Git {said} is too old" if version < OLDEST_GIT else ""
    yield Check("git", f"Git {said}", old, "install Git 2.38 or newer" if old else "")
    python = ".".join(map(str, sys.version_info[:3]))
    old = f"Python {python} is too old" if sys.version_info < OLDEST_PYTHON else ""
    yield Check("python", f"Python {python}", old, "install Python 3.11 or newer" if old else "")


def _switched_off(env: Mapping[str, str]) -> Iterator[Check]:
    if env.get("ANVCS") == "0":
        wrong = "ANVCS=0 switches hooks and drivers off in this shell"
        yield Check("switch", wrong=wrong, mend="unset ANVCS")


def _settings(repo: Repo, env: Mapping[str, str]) -> Iterator[Check]:
    from git_anvcs.flows import settings

    try:
        found = settings.load(repo, env)
    except AnvcsError as error:
        yield Check("settings", wrong=error.message, mend=error.hint or "mend the file")
        return
    inert = ", ".join(found.inert())
    said = f"inert until approved: {inert}" if inert else "settings are understood"
    yield Check("settings", said)


def _wiring(repo: Repo, manifest: Manifest, env: Mapping[str, str]) -> Iterator[Check]:
    """Whether every piece is as init would write it now: moved, overwritten, renamed, stale."""
    choices = Choices.from_json(manifest.choices)
    try:
        plan = install.plan(repo, choices, home=_home(env))
    except AnvcsError as error:
        yield Check("wiring", wrong=error.message, mend=error.hint)
        return
    for step in plan.steps:
        facts = install.describe(step)
        yield Check(
            "wiring",
            wrong=f"{facts['path']} is not as init leaves it: edited, overwritten by another tool,"
            " older than .gitattributes, or git-anvcs has moved",
            mend="`git anvcs doctor --fix`, or `git anvcs init`",
            fix="init",
        )
    if Paths(repo.common_dir).off.exists():
        yield Check("wiring", wrong="no records are made here", mend="`git anvcs init`", fix="init")
    for note in plan.notes:
        yield Check("wiring", note)
    if not plan.steps:
        yield Check("wiring", f"{len(plan.manifest.wired)} files are as init leaves them")


def _silent(repo: Repo, manifest: Manifest) -> Iterator[Check]:
    silent = silent_hooks.find(repo, manifest)
    if silent:
        wrong = f"{silent}; until then records are made when somebody reads"
        yield Check("hooks", wrong=wrong, mend=silent.mend, fix="init")


def _hooks(manifest: Manifest) -> Iterator[Check]:
    """What the scratch repository cannot show: whether Git and the hook get to our lines."""
    for wired in manifest.wired:
        if not wired.what.startswith("hook ") or not wired.path.exists():
            continue
        if not os.access(wired.path, os.X_OK):
            wrong, mend = "is not executable, so Git does not start it", f"chmod +x {wired.path}"
            yield Check("wiring", wrong=f"{wired.path} {wrong}", mend=mend)
        above = block.above(steps.read(wired.path) or b"")
        if any(line.strip() and not line.lstrip().startswith(b"#") for line in above):
            wrong = "has code above our lines, which may end before them"
            yield Check("wiring", wrong=f"{wired.path} {wrong}", mend="move that code below them")


def _effective(repo: Repo, manifest: Manifest) -> Iterator[Check]:
    """What stands elsewhere and outranks us: another driver is wrong, an attribute is a choice."""
    if not any(wired.what.startswith("attributes") for wired in manifest.wired):
        return
    key = "merge.anvcs.driver"
    ours = repo.git("config", "-f", str(shipped("merge-drivers/gitconfig")), "--get", key)
    now = config.get(repo, key)
    if now and now != ours.decode().removesuffix("\n"):
        wrong = f"{key} is configured a second time, which replaces our driver"
        mend = f"`git config --show-origin --get-all {key}` says where"
        yield Check("drivers", wrong=wrong, mend=mend)
    names = [sample.name for sample in probe.SAMPLES.values()]
    said = repo.git("check-attr", "-z", "merge", "--", *names).decode().split("\0")
    for name, value in zip(said[::3], said[2::3], strict=False):
        if not value.startswith("anvcs"):
            yield Check("drivers", f"not for files such as {name}: attributes say merge: {value}")


def _programs(manifest: Manifest) -> Iterator[Check]:
    wanted = ["git-anvcs", "git-ai-merge"]
    wanted += ["git-merge-anvcs"] if manifest.choices.get("strategy") else []
    missing = [name for name in wanted if process.find(name) is None]
    for name in missing:
        what = "Git then refuses to merge" if name == "git-merge-anvcs" else "Git then merges alone"
        yield Check(
            "programs", wrong=f"{name} is not on PATH; {what}", mend="add its folder to PATH"
        )
    if not missing:
        yield Check("programs", f"on PATH: {', '.join(wanted)}")


def _large_files(repo: Repo, env: Mapping[str, str], wired: Collection[str]) -> Iterator[Check]:
    """The large files, without asking their stores; wired: what `init` has done."""
    from git_anvcs.flows.blobs import examining

    hooks = [what.removeprefix("hook ") for what in wired]
    try:
        for found in examining.examine(repo, env, hooks):
            wrong = found.said if found.status == "bad" else ""
            fix = "init" if wrong and wired and "`git anvcs init`" in found.hint else ""
            said = f"{found.said}: {found.hint}" if found.status == "weak" else found.said
            yield Check(f"blob {found.check}", said, wrong, found.hint, fix)
    except UsageError:
        return  # settings that cannot be read are told already
    except AnvcsError as error:
        yield Check("blob files", wrong=error.message, mend=error.hint)


def _refspecs(repo: Repo) -> Iterator[Check]:
    """Configured fetches and rewrites that would overwrite our refs."""
    dangerous = []
    for entry in config.entries(repo):
        key = entry.key.lower()
        if key.startswith("remote.") and key.endswith(".fetch"):
            target = entry.value.removeprefix("+").partition(":")[2]
            if any(target and fnmatchcase(ref, target) for ref in _OUR_REFS):
                dangerous.append(f"{entry.key} = {entry.value}")
        elif key == "notes.rewriteref" and fnmatchcase(_OUR_REFS[0], entry.value):
            dangerous.append(f"{entry.key} = {entry.value}")
    for said in dangerous:
        yield Check(
            "refs",
            wrong=f"{said} writes over our records",
            mend="leave our refs out of it; `git anvcs meta fsck --repair` mends what is lost",
        )
    if not dangerous:
        yield Check("refs", "no refspec writes over our records")


def _probes(scratch: probe.Scratch, manifest: Manifest, env: Mapping[str, str]) -> Iterator[Check]:
    if any(wired.what == "hook post-commit" for wired in manifest.wired):
        wrong = probe.record_after_commit(scratch, targets.find_programs().program)
        mend = "`git anvcs init`; then look at .git/anvcs/logs/" if wrong else ""
        yield Check("hooks", "a commit in a scratch repository got its record", wrong, mend)
    template = shipped("merge-drivers/gitattributes").read_text(encoding="utf-8")
    wired = {line for w in manifest.wired if w.what.startswith("attr") for line in _lines(w.path)}
    for name, lines in by_format(template).items():
        if name in probe.SAMPLES and wired.issuperset(lines):
            sample = probe.SAMPLES[name]
            wrong = probe.driver_merges(scratch, sample)
            mend = "`git-ai-merge explain` says why; is git-ai-merge on PATH?" if wrong else ""
            yield Check(f"driver {name}", "merged what a line merge cannot", wrong, mend)
            wrong = probe.driver_falls_back(scratch, sample, env.get("PATH", ""))
            yield Check(
                f"driver {name}", "falls back to Git when it is gone", wrong, "report this bug"
            )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []


def _timings(scratch: probe.Scratch, manifest: Manifest, runs: int) -> list[Timing]:
    made = []
    for wired in manifest.wired:
        if wired.what.startswith("hook "):
            event = wired.what.removeprefix("hook ")
            taken = probe.hook_times(scratch, event, runs)
            at = min(len(taken) - 1, round(0.95 * (len(taken) - 1)))
            made.append(Timing(event, taken[len(taken) // 2], taken[at], runs))
    return made


def _records(repo: Repo) -> Iterator[Check]:
    drained = drain.drain(repo)
    if drained.problem:
        problem = drained.problem
        yield Check("spool", wrong=f"what waits became no record: {problem}", mend=problem.hint)
    else:
        yield Check("spool", f"{len(drained.recorded)} commits waited and have their records now")
    yield from _set_aside(Paths(repo.common_dir))
    yield _snapshots(Paths(repo.common_dir))
    report = fsck.check(repo)
    for found in report.findings[:_MOST_SAID]:
        mend, fix = "`git anvcs meta fsck` lists them", ""
        if found.mendable:
            mend, fix = "`git anvcs doctor --fix`, or `git anvcs meta fsck --repair`", "records"
        yield Check("records", wrong=f"{found.commit}: {found.what}", mend=mend, fix=fix)
    rest = len(report.findings) - _MOST_SAID
    if rest > 0:
        yield Check("records", wrong=f"and {rest} more", mend="`git anvcs meta fsck` lists them")
    if not report.findings:
        what = "record" if report.records == 1 else "records"
        yield Check("records", f"{report.records} {what}, the same in both refs")


def _snapshots(paths: Paths) -> Check:
    """What files held around agents' edits; a drain, which has just run, keeps it small."""
    size = snapshots.size(paths)
    said = f"{_megabytes(size)} of what files held around edits"
    if size <= snapshots.LIMIT:
        return Check("snapshots", said)
    return Check(
        "snapshots",
        wrong=f"{said}, more than {_megabytes(snapshots.LIMIT)}: no drain sweeps it",
        mend="`git anvcs doctor --fix` forgets the oldest; lines they tell of stay without a name",
        fix="snapshots",
    )


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.0f} MiB"


def _set_aside(paths: Paths) -> Iterator[Check]:
    aside = spool.set_aside(paths)
    for path, reason in aside[:_MOST_SAID]:
        yield Check(
            "set aside",
            wrong=f"{path.name}: a line that could not be used: {reason}",
            mend=f"look at it and delete it: {path}",
        )
    if len(aside) > _MOST_SAID:
        rest = len(aside) - _MOST_SAID
        yield Check("set aside", wrong=f"and {rest} more", mend=f"{paths.set_aside}")

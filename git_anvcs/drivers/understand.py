"""The driver's second stage: let the engine improve on the line merge that is already in place.

Nothing here may make things worse: what the engine returns is checked once more, and whatever it
raises leaves the line merge standing. A hard limit on time ends the process itself, also inside C
code; the driver line then falls back.
"""

import re
import signal
import sys

from git_anvcs.drivers import runs
from git_anvcs.drivers.job import CLEAN, CONFLICTS, Job, replace
from git_anvcs.kernel import spawn
from git_anvcs.merge import embedded, engine
from git_anvcs.merge.configured import limit, rules
from git_anvcs.merge.result import Labels, Merged, Options, Versions

STYLES = ("merge", "diff3", "zdiff3")


def improve(
    job: Job, files: tuple[bytes, bytes, bytes], lines: bytes, verdict: int, env: dict[str, str]
) -> int:
    """Replace the line merge in %A where the engine does better; the driver's exit code.

    verdict: the exit code of the line merge, which stands on any failure
    """
    versions = Versions(*files)
    configured = _settings(env)
    settings = dict(configured)
    try:
        limited(limit(settings.get("anvcs.merge.timeout", ""), env))
        options = _options(job, configured, env)
        merged = engine.merge(versions, options, lines)
        check(merged, versions, job.marker_size)
    except Exception as error:  # noqa: BLE001 - the line merge stands, whatever it was
        _say(f"{job.path}: merged by lines ({type(error).__name__}: {error})")
        return verdict
    finally:
        limited(0)
    if merged.relock:
        merged = _relocked(job, versions, merged, env)
    if merged.text != lines:
        replace(job.ours, merged.text)
    runs.keep(runs.common_dir(env), versions, options, merged)
    return CONFLICTS if merged.conflicts else CLEAN


def _relocked(job: Job, versions: Versions, merged: Merged, env: dict[str, str]) -> Merged:
    """The lock file written anew where a command for it is in force; else ours, and what to do."""
    if env.get("ANVCS_TRIAL") == "1":  # a merge that is only tried runs nothing
        return merged
    from git_anvcs.flows import relock_alone, relocking
    from git_anvcs.kernel.errors import AnvcsError

    why = ""
    try:
        done = relock_alone.written(job.path, versions, Labels(*job.labels), env)
        if done is not None:
            _say(f"{job.path}: written anew: {done.rule.command}")
            return relocking.decided(merged, done.rule, done.text)
    except AnvcsError as error:
        why = f" (not done here: {error.message})"
    except Exception as error:  # noqa: BLE001 - ours stands, a conflict
        why = f" (not done here: {type(error).__name__}: {error})"
    _say(f"{job.path}: ours is there, without markers; write it anew: {merged.relock}{why}")
    return merged


def limited(seconds: float) -> None:
    """End this process after so many seconds of processor time, or six times as long by the clock.

    Processor time first: a busy machine must not merge differently. The signals keep their default
    action, death, so it works inside C code too. 0 lifts the limit.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 6 * seconds)


def check(merged: Merged, versions: Versions, marker_size: int) -> None:
    """Raise ValueError when text and verdict disagree: conflicts come with markers, and markers
    that no version had come with conflicts. A lock file to be written anew has none and is ours."""
    opening = re.compile(rb"^<{%d}(?!<)" % marker_size, re.MULTILINE)
    if merged.relock:
        if merged.text != versions.ours or not merged.conflicts:
            raise ValueError("a lock file to write anew that is not ours")
        return
    if merged.readings:
        opening = embedded.opening(marker_size)
    had = max(len(opening.findall(version)) for version in versions)
    has = len(opening.findall(merged.text))
    if merged.conflicts and has <= had:
        raise ValueError("conflicts without markers")
    if not merged.conflicts and has > had:
        raise ValueError("markers without conflicts")


def _options(job: Job, configured: list[tuple[str, str]], env: dict[str, str]) -> Options:
    style = dict(configured).get("merge.conflictstyle", "merge")
    return Options(
        job.path,
        job.marker_size,
        style if style in STYLES else "merge",
        Labels(*job.labels),
        rules(configured, env),
    )


def _settings(env: dict[str, str]) -> list[tuple[str, str]]:
    asked = r"^(merge\.conflictstyle|anvcs\.merge\..*)$"
    status, printed = spawn.output_of(("git", "config", "-z", "--get-regexp", asked), env)
    if status:
        return []
    pairs = (line.partition("\n") for line in printed.decode(errors="replace").split("\0"))
    return [(key, value) for key, _, value in pairs if key]


def _say(text: str) -> None:
    sys.stderr.write(f"git-ai-merge: {text}\n")

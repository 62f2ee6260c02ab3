"""The merge driver: one file that both sides changed (gitattributes(5), "merge").

Git's own line merge is in the file before anything clever runs; after that the file is only ever
replaced whole. So this process may die at any moment: the driver line does the rest
(merge-drivers/gitconfig). Imports next to nothing until a format is to be understood.
"""

import sys

from git_anvcs.drivers.job import CLEAN, CONFLICTS, FAILED, Job, read, replace
from git_anvcs.kernel import spawn

USAGE = "usage: git-ai-merge driver %O %A %B %L %P [%S %X %Y]"

# Git merges virtual ancestors with longer markers: 9, 11, … (merge-recursive, call depth).
OUTERMOST = 7

_POINTER = b"version anvcs-blob/"


def drive(words: list[str], env: dict[str, str]) -> int:
    """Merge into %A; 0 clean, 10 conflicts, anything else: the driver line falls back."""
    try:
        job = Job(words, env)
    except ValueError:
        sys.stderr.write(f"git-ai-merge: {USAGE}\n")
        return FAILED
    try:
        return _merge(job, env)
    except OSError as error:
        sys.stderr.write(f"git-ai-merge: {job.path}: {error.strerror}; Git's line merge stands\n")
        return FAILED


def _merge(job: Job, env: dict[str, str]) -> int:
    base, ours, theirs = read(job.base), read(job.ours), read(job.theirs)
    if theirs in (base, ours):
        return CLEAN
    if base == ours:
        replace(job.ours, theirs)
        return CLEAN
    if ours.startswith(_POINTER) or theirs.startswith(_POINTER):
        return _merge_pointers(job)
    status, lines = merge_lines(job, env)
    if not 0 <= status < 128 or (status and not lines):
        return FAILED
    replace(job.ours, lines)
    verdict = CONFLICTS if status else CLEAN
    if env.get("ANVCS") == "0" or job.marker_size > OUTERMOST:
        return verdict
    from git_anvcs.drivers import understand

    return understand.improve(job, (base, ours, theirs), lines, verdict, env)


def _merge_pointers(job: Job) -> int:
    """As the driver of large files: attributes name us where they are older than `track`."""
    from git_anvcs.drivers import blob_merge

    done = blob_merge.run([job.base, job.ours, job.theirs, job.path])
    return CONFLICTS if done == blob_merge.CONFLICT else CLEAN


def merge_lines(job: Job, env: dict[str, str]) -> tuple[int, bytes]:
    """Git's line merge in the user's conflict style: the number of conflicts (above 127 or
    negative: failed, such as for binary files) and the text."""
    base, ours, theirs = job.labels
    how = ("--diff-algorithm=histogram",) if job.histogram else ()
    labels = ("-L", ours, "-L", base, "-L", theirs)
    size = f"--marker-size={job.marker_size}"
    files = (job.ours, job.base, job.theirs)
    return spawn.output_of(("git", "merge-file", "-p", size, *how, *labels, *files), env)

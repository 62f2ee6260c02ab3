"""An upload in parts that is killed: the next push sends only what is missing."""

import os
from pathlib import Path
import shutil
import sys

from tests.support import kill_points
from tests.support.blob_kills import PATIENCE, PROGRAMS, Bucket, Run, lost, quiet, sound
from tests.support.blobs import bucket_at, wire
from tests.support.sandbox import Sandbox

# As `git-ai-blob push`, in the smallest parts that S3 takes.
PUSH = """
import os, sys
from pathlib import Path
from git_anvcs.blobs.s3.sums import Sizes
from git_anvcs.flows.blobs import outgoing, uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
repo = Repo.discover(Path.cwd())
with opened(repo, dict(os.environ)) as here:
    here.stores.by_alias["s3"]._sizes = Sizes(single=6 << 20, part=5 << 20)
    uploading.enqueue(here, outgoing.pointers(repo, everything=True))
    sent = uploading.send(here, uploading.due(here, patient=False))
sys.exit(0 if all(one.copy for one in sent) else 5)
"""
PARTS = 5


class InParts:
    """One repository, whose large file goes to another place of the bucket for each kill."""

    def __init__(self, base: Path, bucket: Bucket) -> None:
        self._bucket = bucket
        self._content = os.urandom((PARTS - 1) * (5 << 20) + 4321)
        self._kept = base / "kept"
        self._now = base / "now"
        self._runs = 0
        self._now.mkdir()
        box = Sandbox(self._now, **bucket_at(bucket.relay.url, bucket.aws_home, "doctor"))
        wire(box)
        box.commit("first", {"large.bin": self._content})
        box.ok("git-ai-blob", "doctor", "s3")
        self._env = box.env
        self._now.rename(self._kept)
        last = self.told(0)
        self.points, self.problems = last.ended.points, last.problems

    def told(self, kill_at: int) -> Run:
        """Killed before that write; 0: not at all."""
        shutil.rmtree(self._now, ignore_errors=True)
        shutil.copytree(self._kept, self._now, symlinks=True)
        box = Sandbox(self._now, init=False)
        self._runs += 1
        prefix = f"parts-{os.getpid()}-{self._runs}"
        box.env = {**self._env, "ANVCS_ADAPTERS_S3_PREFIX": prefix}
        words = [sys.executable, "-c", PUSH]
        ended = kill_points.traced(words, box.base, kill_at, box.env, box.root, PROGRAMS)
        problems = lost(box, (self._content,)) + quiet(box, False)
        have, sent = self._parts(prefix), self._bucket.relay.count("partNumber=")
        done = box.run(*words, timeout=PATIENCE)
        sent = self._bucket.relay.count("partNumber=") - sent
        if done.returncode:
            problems.append(f"given again it gave {done.returncode}: {done.stderr}")
        if sent > PARTS - have:
            problems.append(f"{sent} parts were sent again, though the server had {have}")
        problems += quiet(box, True) + sound(box)
        versions = self._versions(prefix)
        if len(versions) != 1:
            problems.append(f"there are {len(versions)} versions")
        self._clear(versions)
        return Run(ended, problems)

    def _parts(self, prefix: str) -> int:
        """How many parts of a begun upload the server has."""
        client, where = self._bucket.server.client, {"Bucket": "versioned"}
        found = client.list_multipart_uploads(**where, Prefix=prefix).get("Uploads", ())
        if not found:
            return 0
        newest = max(found, key=lambda one: one["Initiated"])
        named = {"Key": newest["Key"], "UploadId": newest["UploadId"]}
        return len(client.list_parts(**where, **named).get("Parts", ()))

    def _versions(self, prefix: str) -> list[dict[str, str]]:
        found = self._bucket.server.client.list_object_versions(Bucket="versioned", Prefix=prefix)
        return list(found.get("Versions", ()))

    def _clear(self, versions: list[dict[str, str]]) -> None:
        """Thousands of these would fill the disk."""
        for one in versions:
            named = {"Key": one["Key"], "VersionId": one["VersionId"]}
            self._bucket.server.client.delete_object(Bucket="versioned", **named)

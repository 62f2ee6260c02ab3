"""Ceph's RADOS Gateway, the second server that speaks S3 with versions, from Debian's packages.

Old as Debian's is, it keeps no checksums, heeds no If-None-Match and names what is missing in
other words: what a store may not count on. It takes `apt-get install radosgw ceph-mon ceph-mgr
ceph-osd` (98 packages), so these tests are by choice: `ANVCS_TEST_S3=ceph`.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
import shutil
import subprocess
import time
import uuid

from botocore.exceptions import BotoCoreError, ClientError
import pytest

from tests.support.servers import ending
from tests.support.servers.certificate import Certificate
from tests.support.servers.ports import free_ports
from tests.support.servers.seaweed import ACCESS, SECRET, Seaweed, client

_PROGRAMS = ("ceph", "ceph-mon", "ceph-mgr", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")
_PATIENCE = 120.0


@contextmanager
def serving(folder: Path, tls: Certificate) -> Iterator[Seaweed]:
    """A cluster of one disk in memory and its gateway, as long as the block."""
    missing = [name for name in _PROGRAMS if not shutil.which(name)]
    if missing:
        pytest.skip(f"Ceph is not installed ({', '.join(missing)}): see CONTRIBUTING.md")
    monitor, v1, plain, secure = free_ports(4)
    addresses = f"[v2:127.0.0.1:{monitor},v1:127.0.0.1:{v1}]"
    fsid = str(uuid.uuid4())
    conf = _configured(folder, tls, fsid=fsid, addresses=addresses, plain=plain, secure=secure)
    with ExitStack() as stack:
        ceph = _Ceph(folder, conf, stack)
        ceph.run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, "monmap")
        ceph.run("ceph-mon", "-i", "a", "--mkfs", "--monmap", "monmap")
        ceph.start("ceph-mon", "-i", "a", "-f")
        ceph.run("ceph", "mon", "enable-msgr2")
        ceph.start("ceph-mgr", "-i", "x", "-f")
        disk = str(uuid.uuid4())
        ceph.run("ceph", "osd", "new", disk)
        ceph.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        ceph.start("ceph-osd", "-i", "0", "-f")
        keys = (f"--access-key={ACCESS}", f"--secret={SECRET}")
        ceph.run("radosgw-admin", "user", "create", "--uid=t", "--display-name=t", *keys)
        ceph.start("radosgw", "-n", "client.admin", "-f")
        url = f"http://127.0.0.1:{plain}"
        found = Seaweed(url, f"https://127.0.0.1:{secure}", tls.certificate, client(url), "ceph")
        stack.callback(found.client.close)
        _wait(found, folder)
        yield found


def _configured(folder: Path, tls: Certificate, **words: object) -> Path:
    both = folder / "both.pem"
    both.write_bytes(tls.key.read_bytes() + tls.certificate.read_bytes())
    for name in ("mon", "mgr", "osd"):
        (folder / name).mkdir()
    conf = folder / "ceph.conf"
    conf.write_text(_CONF.format(folder=folder, pem=both, **words))
    return conf


class _Ceph:
    """Its programs, in one folder and with one configuration."""

    def __init__(self, folder: Path, conf: Path, stack: ExitStack) -> None:
        self._folder, self._conf, self._stack = folder, conf, stack

    def run(self, *words: str) -> None:
        with (self._folder / "said.log").open("ab") as said:
            done = subprocess.run(
                [words[0], "--conf", str(self._conf), *words[1:]],
                cwd=self._folder,
                stdout=said,
                stderr=said,
                timeout=_PATIENCE,
                check=False,
            )
        if done.returncode:
            raise AssertionError(f"{words}: {(self._folder / 'said.log').read_text()[-2000:]}")

    def start(self, *words: str) -> None:
        with (self._folder / f"{words[0]}.out").open("wb") as said:
            server = subprocess.Popen(
                [*ending.with_us(), words[0], "--conf", str(self._conf), *words[1:]],
                cwd=self._folder,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self._stack.callback(ending.killed, server)


def _wait(found: Seaweed, folder: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with suppress(BotoCoreError, ClientError):
            found.client.create_bucket(Bucket="ready")
            found.client.put_object(Bucket="ready", Key="x", Body=b"x")
            return
        time.sleep(0.2)
    raise AssertionError(f"Ceph did not start: {folder}")


_CONF = """\
[global]
fsid = {fsid}
mon host = {addresses}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
# without it radosgw hangs: it would want `secure`, which wants cephx
ms mon client mode = crc
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data = {folder}/mon
mgr data = {folder}/mgr
osd data = {folder}/osd
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
pid file = {folder}/$name.pid
crash dir = {folder}
[client.admin]
rgw frontends = beast endpoint=127.0.0.1:{plain} \\
    ssl_endpoint=127.0.0.1:{secure} ssl_certificate={pem}
"""

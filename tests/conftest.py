"""Fixtures every test may use."""

from collections.abc import Iterator
import gc
import os
from pathlib import Path
import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
import pytest

from tests.support import started
from tests.support.sandbox import PROGRAMS, Sandbox

if TYPE_CHECKING:
    from tests.support.servers.identity import Issuer
    from tests.support.servers.ipfs import IpfsNode
    from tests.support.servers.seaweed import Seaweed

# A check says the same of the same commit twice; `explore` is the one that looks for new examples.
TOO_SLOW = [HealthCheck.too_slow]
settings.register_profile("dev", deadline=None, max_examples=60, derandomize=True)
settings.register_profile(
    "ci", deadline=None, max_examples=300, derandomize=True, suppress_health_check=TOO_SLOW
)
settings.register_profile(
    "explore", deadline=None, max_examples=1000, suppress_health_check=TOO_SLOW
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_configure() -> None:
    """Tests start the installed programs; an old installation would test something else."""
    project = Path(__file__).parents[1] / "pyproject.toml"
    wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["scripts"]
    for name, entry in wanted.items():
        module = entry.partition(":")[0]
        script = PROGRAMS / name
        if not script.is_file() or f"from {module} import" not in script.read_text(
            errors="replace"
        ):
            pytest.exit(
                f"{script} does not start {entry}: install the project again (CONTRIBUTING.md)", 3
            )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits more than it works begins first, so that the others run beside it."""
    items.sort(key=lambda item: item.get_closest_marker("waits") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests of what commands say start them the short way.

    All others, and those that start each command once (test_every_command.py), start what is
    installed.
    """
    cli = Path(__file__).with_name("cli")
    started.allow(forked=cli in item.path.parents and item.get_closest_marker("installed") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end; to look through them for garbage costs laws a tenth."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the rewrite matrix, when a run had all or part of it."""
    from tests.support.rewriting import matrix

    reports = [report for found in terminalreporter.stats.values() for report in found]
    said = [
        value
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "rewrite"
    ]
    if said:
        results = [matrix.Result.from_list(value) for value in said]
        terminalreporter.section("records after rewrites: kept (+ in part) / unattributed / wrong")
        terminalreporter.write_line(matrix.table(results))
        terminalreporter.write_line(f"all cells: {matrix.totals(results)}")


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    """An empty sealed repository on branch `main`."""
    return Sandbox(tmp_path)


@pytest.fixture(scope="session")
def issuer() -> "Iterator[Issuer]":
    """Who says who somebody is, to SeaweedFS."""
    from tests.support.servers import identity

    with identity.serving() as found:
        yield found


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory, issuer: "Issuer") -> "Iterator[Seaweed]":
    """A server that speaks S3, started where a test asks for it; it has a bucket `versioned`.

    It is SeaweedFS, or what the variable ANVCS_TEST_S3 names: `ceph`.
    """
    from tests.support.servers import ceph, certificate
    from tests.support.servers import seaweed as server

    folder = tmp_path_factory.mktemp("s3")
    tls = certificate.made(folder)
    if os.environ.get("ANVCS_TEST_S3") == "ceph":
        started = ceph.serving(folder, tls)
    else:
        started = server.serving(folder, issuer, tls)
    with started as found:
        found.bucket("versioned")
        yield found


@pytest.fixture
def aws_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of credentials: only the profile `tests` has some, those of SeaweedFS."""
    from tests.support.servers.seaweed import ACCESS, SECRET

    folder = tmp_path / "aws"
    folder.mkdir()
    for name in [
        name for name in os.environ if name.startswith("AWS_") or "_proxy" in name.lower()
    ]:
        monkeypatch.delenv(name)
    keys = f"aws_access_key_id = {ACCESS}\naws_secret_access_key = {SECRET}\n"
    (folder / "credentials").write_text(f"[tests]\n{keys}")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return folder


@pytest.fixture(scope="session")
def ipfs_node(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[IpfsNode]":
    """A node of IPFS that looks for nothing elsewhere, started where a test asks for it."""
    from tests.support.servers.ipfs import running

    with running(tmp_path_factory.mktemp("ipfs") / "repo", offline=True) as node:
        yield node

"""Fixtures every test may use."""

import os
from pathlib import Path
import tomllib

from hypothesis import HealthCheck, settings
import pytest

from tests.support.sandbox import PROGRAMS, Sandbox

settings.register_profile("dev", deadline=None, max_examples=60)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=300,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
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


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    """An empty sealed repository on branch `main`."""
    return Sandbox(tmp_path)

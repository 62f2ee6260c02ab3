"""Fixtures every test may use."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
import pytest

from tests.support.sandbox import Sandbox

settings.register_profile("dev", deadline=None, max_examples=60)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=300,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    """An empty sealed repository on branch `main`."""
    return Sandbox(tmp_path)

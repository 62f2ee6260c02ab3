import json
from pathlib import Path

import pytest
from shelf.settings import DEFAULTS, merged


def test_own_settings_come_first():
    assert merged({"sort": "title"})["sort"] == "title"


def test_unknown_setting():
    with pytest.raises(ValueError, match="unknown"):
        merged({"colour": True})


def test_schema_knows_every_setting():
    schema = json.loads((Path(__file__).parents[1] / "settings.schema.json").read_text())
    assert set(schema["properties"]) == set(DEFAULTS)

"""What the tests of several stores share."""

from __future__ import annotations

import pytest

from tests.stores.crate_tables import make_database


@pytest.fixture
def database(tmp_path):
    """Give a function that makes a database of the crate's with given rows."""
    return lambda *rows, path=tmp_path / "sessions.db": make_database(path, *rows)

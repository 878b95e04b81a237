"""Fixtures that every kind of test uses."""

import os
from pathlib import Path

import pytest

from ingest.settings import PROJECT_DIR, Settings

REAL_DROPS = PROJECT_DIR.parent / "shared" / "drops"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A throwaway warehouse, for this process and for those it starts."""
    for name in [name for name in os.environ if name.startswith("AUDIENCE_VAULT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIENCE_VAULT_DUCKDB", str(tmp_path / "warehouse" / "test.duckdb"))
    return Settings.from_environment()


@pytest.fixture(scope="session")
def real_drops() -> Path:
    """The folder with real input, beside the project; skips where it is not delivered."""
    if not REAL_DROPS.is_dir():
        pytest.skip(f"the real drops are not at {REAL_DROPS}")
    return REAL_DROPS

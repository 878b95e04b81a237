"""Drops made for one case each, loaded and looked at."""

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest.loading.loader import load
from ingest.loading.results import DropResult
from ingest.settings import Settings


@dataclass
class Bench:
    """A throwaway warehouse and a folder of drops."""

    settings: Settings
    folder: Path
    clock: int = 1_700_000_000

    def write(self, name: str, content: bytes) -> Path:
        """A drop, stored a minute after the one before."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.clock += 60
        os.utime(path, (self.clock, self.clock))
        return path

    def load(self, content: bytes, name: str = "events_1.json", feed: str | None = None):
        """Write one drop and load it."""
        return self.load_file(self.write(name, content), feed)

    def load_file(self, path: Path, feed: str | None = None) -> DropResult:
        """Load one file."""
        return load(path, self.settings, feed).results[0]

    def query(self, sql: str) -> list[tuple]:
        """Rows of the warehouse."""
        with duckdb.connect(self.settings.duckdb_path) as connection:
            return connection.execute(sql).fetchall()

    def quarantined(self) -> list[tuple]:
        """row_number, column_name, rule of every row in quarantine."""
        return self.query(
            "select row_number, column_name, rule from raw.quarantine order by load_id, row_number"
        )


@pytest.fixture
def bench(settings: Settings, tmp_path: Path) -> Bench:
    folder = tmp_path / "drops"
    folder.mkdir()
    return Bench(settings, folder)

"""Feeds with contracts of their own, and a bench that loads by them."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from ingest.ledger.accounting import unexplained_rows
from ingest.loading.loader import load
from ingest.loading.results import DropResult, LoadReport
from ingest.settings import Settings
from ingest.warehouses import open_for_reading
from tests.unit.ingest.made_contracts import document, field

__all__ = ["FeedBench", "feed", "field", "texts", "write_contracts"]


def feed(
    name: str,
    *columns: dict,
    server: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    unique_together: Iterable[str] = (),
) -> dict:
    """A contract whose drops start with the feed's name; any share of bad rows is allowed."""
    made = document(
        *columns,
        server={"path": f"{name}[._]*", **(server or {})},
        settings={"quarantineThresholdPct": 100, **(settings or {})},
    )
    made["id"] = made["name"] = made["schema"][0]["name"] = name
    if together := list(unique_together):
        rule = {"metric": "duplicateValues", "arguments": {"properties": together}, "mustBe": 0}
        made["schema"][0]["quality"] = [rule]
    return made


def texts(*names: str) -> list[dict]:
    """Columns of text."""
    return [field(name) for name in names]


def write_contracts(project: Path, *feeds: dict) -> Path:
    """The project with these feeds and no others."""
    folder = project / "contracts"
    folder.mkdir(parents=True, exist_ok=True)
    for made in feeds:
        (folder / f"{made['name']}.yaml").write_text(json.dumps(made))
    return project


@dataclass
class FeedBench:
    """A throwaway warehouse with feeds of its own, and a folder of drops."""

    settings: Settings
    folder: Path
    clock: int = 1_700_000_000

    @classmethod
    def made(cls, settings: Settings, home: Path, *feeds: dict) -> "FeedBench":
        """A bench in a folder that it may fill."""
        drops = home / "drops"
        drops.mkdir(parents=True, exist_ok=True)
        project = write_contracts(home / "project", *feeds)
        return cls(replace(settings, project_dir=project), drops)

    def write(self, name: str, content: bytes, clock: int | None = None) -> Path:
        """A drop, stored a minute after the one before."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.clock += 60
        os.utime(path, ((clock or self.clock),) * 2)
        return path

    def load(self, name: str, content: bytes) -> DropResult:
        """Write one drop and load it."""
        (result,) = load(self.write(name, content), self.settings).results
        return result

    def load_all(self) -> LoadReport:
        """Load everything that is in the folder."""
        return load(self.folder, self.settings)

    def query(self, sql: str, parameters: object = None) -> list[tuple]:
        """Rows of the warehouse."""
        with duckdb.connect(self.settings.duckdb_path) as connection:
            return connection.execute(sql, parameters).fetchall()

    def rows(self, name: str, *columns: str) -> list[tuple]:
        """Columns of a feed's rows, in the order of loads and records."""
        listed = ", ".join(f'"{column}"' for column in columns)
        return self.query(f"select {listed} from raw.{name} order by _load_id, _row")

    def quarantined(self, *columns: str) -> list[tuple]:
        """Columns of what is in quarantine; the row's number, column and rule if none are named."""
        listed = ", ".join(columns or ("row_number", "column_name", "rule"))
        return self.query(f"select {listed} from raw.quarantine order by load_id, row_number")

    def unexplained_rows(self) -> int:
        """Of all feeds together."""
        feeds = [path.stem for path in self.settings.contracts_dir.glob("*.yaml")]
        with open_for_reading(self.settings) as warehouse:
            return sum(unexplained_rows(warehouse, name) for name in feeds)

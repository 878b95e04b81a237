"""Reads Avro drops as the loader does."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.columns import Column, Kind
from ingest.errors import DropError
from ingest.readers import CheckedTables
from ingest.readers.avro import read_avro
from ingest.sql import identifier


def column(kind: Kind, name: str = "c", **rest: Any) -> Column:
    """A column of a contract."""
    return Column(name, kind, "A column.", **rest)


@dataclass(frozen=True)
class Columns:
    """The part of a contract that a reader looks at."""

    columns: tuple[Column, ...]


class AvroBench:
    """Reads drops as the loader does, with what it would do with each value."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "drop.avro"
        self.engine = duckdb.connect()
        self.engine.execute("set TimeZone = 'UTC'")

    def close(self) -> None:
        """Free the engine, for good: Hypothesis holds on to whatever a test was given."""
        self.engine.close()
        del self.engine

    def read(self, content: bytes, *columns: Column) -> list[dict[str, Any]]:
        """Of each record `problem`, `extra`, `payload`, each column's value under its name, and
        `delivered` and `given` of the last."""
        self.path.write_bytes(content)
        return self.read_file(self.path, *columns)

    def read_file(self, path: Path, *columns: Column) -> list[dict[str, Any]]:
        """The same of a file."""
        reading = read_avro(path, Columns(columns), self.engine)
        asked = {"problem": "problem", "extra": "extra", "payload": reading.payload}
        for name, delivered in reading.delivered.items():
            asked |= {name: delivered.value, "delivered": delivered.text, "given": delivered.given}
        selected = ", ".join(f"{sql} as {identifier(name)}" for name, sql in asked.items())
        self.engine.execute(
            f"create or replace temp table t as select {selected} from ({reading.sql})"
        )
        reading.complete(self.engine, CheckedTables.numbered(0))
        rows = self.engine.execute("select * from t order by rowid").fetchall()
        return [dict(zip(asked, row, strict=True)) for row in rows]

    def payloads(self, content: bytes) -> list[Any]:
        """The records, numbers exactly as they are written."""
        rows = self.read(content)
        assert all(row["problem"] is None for row in rows)
        return [json.loads(row["payload"], parse_float=Decimal) for row in rows]

    def refused(self, content: bytes, *columns: Column) -> str:
        """Why a drop is refused."""
        with pytest.raises(DropError) as caught:
            self.read(content, *columns)
        assert str(self.path) not in str(caught.value)
        return str(caught.value)

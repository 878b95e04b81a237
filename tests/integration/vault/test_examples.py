"""The examples of docs/vault.md are so: its code makes its tables of what it says is delivered."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.settings import PROJECT_DIR
from ingest.sql import literal
from tests.conftest import OpenWarehouse
from tests.warehouse import Warehouse

from .differences import DIFFERENCES
from .project import write_project
from .reference import ZERO_KEY, hash_key

PAGE = (PROJECT_DIR / "docs" / "vault.md").read_text()
CELL = {"true": True, "false": False, "": None}
NEW = "+"

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A table of the page under its name."""

    name: str
    columns: list[str]
    rows: list[list[str]]

    @property
    def is_delivered(self) -> bool:
        return "load" in self.columns


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip()[1:-1].split("|")]


def tables() -> dict[str, Table]:
    """The tables that follow a line with their name, in the order of the page."""
    found = {}
    for name, text in re.findall(r"^`(\w+)`(?:, as staged)?:\n\n((?:\|.*\n)+)", PAGE, re.M):
        head, _, *rows = text.splitlines()
        found[name] = Table(name, _cells(head), [_cells(row) for row in rows])
    return found


def code() -> dict[str, str]:
    """Each model's SQL by its name, which its first line says."""
    blocks = "\n".join(re.findall(r"```sql\n(.*?)```", PAGE, re.S))
    parts = re.split(r"^-- (\w+)\.sql\n", blocks, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def staging(table: Table) -> str:
    """A feed's rows with the keys that its models name, each made of the columns named after it."""
    models = " ".join(sql for sql in code().values() if f"ref('{table.name}')" in sql)
    business = [column for column in table.columns if column != "load"]
    hashed = []
    for key in sorted(set(re.findall(r"'(\w+)_hk'", models))):
        columns = [f"{part}_id" for part in key.split("_")]
        parts = columns if set(columns) <= set(business) else business
        hashed.append(f"{{{{ hash_key({parts}) }}}} as {key}_hk")
    attributes = [name for name in business if not name.endswith(("_id", "_at"))]
    typed = [
        f"cast({name} as timestamp) as {name}" if name.endswith("_at") else name
        for name in business
    ]
    dates = [f"cast(cast({name} as timestamp) as date) as event_date" for name in business[-1:]]
    plain = [
        f"{{{{ change_hash({attributes}) }}}} as change_hash",
        f"'{table.name}' as record_source",
        "timestamp '2024-06-01 00:00:00' as loaded_at",
        "load_id",
        "row_number",
    ]
    chosen = [*hashed, *typed, *(dates if "event_at" in business else []), *plain]
    return f"select {', '.join(chosen)} from {{{{ source('raw', '{table.name}') }}}}"


def deliveries(table: Table, load: int) -> Iterator[str]:
    for number, row in enumerate(table.rows, start=1):
        said = dict(zip(table.columns, row, strict=True))
        if said.pop("load") == str(load):
            values = [literal(value) if value else "null" for value in said.values()]
            yield f"insert into raw.{table.name} values ({', '.join(values)}, {load}, {number})"


def build(warehouse: Warehouse) -> dict[int, dict[str, list[Row]]]:
    """What each model holds after each load, by load and model."""
    models = {f"vault/{name}.sql": sql for name, sql in code().items()}
    statements = ["create schema raw", "create table raw.loads (load_id bigint)"]
    for table in tables().values():
        if table.is_delivered:
            models[f"staging/{table.name}.sql"] = staging(table)
            columns = [f"{column} varchar" for column in table.columns[1:]]
            created = ", ".join([*columns, "load_id bigint", "row_number bigint"])
            statements.append(f"create table raw.{table.name} ({created})")
        elif table.name not in code():
            rows = [
                f"select timestamp {literal(row[0])} as {table.columns[0]}" for row in table.rows
            ]
            models[f"staging/{table.name}.sql"] = " union all ".join(rows)
    delivered = [table for table in tables().values() if table.is_delivered]
    write_project(warehouse.project, models, [table.name for table in delivered])
    held: dict[int, dict[str, list[Row]]] = defaultdict(dict)
    loads = sorted({int(row[0]) for table in delivered for row in table.rows})
    for load in loads:
        statements.append(f"insert into raw.loads values ({load})")
        for table in delivered:
            statements += deliveries(table, load)
        with warehouse.connected() as execute:
            for statement in statements:
                execute(statement)
        statements = []
        warehouse.run()
        with warehouse.connected() as execute:
            for name in code():
                held[load][name] = _rows(execute, f"vault.{name}")
    return held


def _rows(execute: Callable[[str], list[tuple]], table: str) -> list[Row]:
    schema, name = table.split(".")
    columns = execute(
        "select column_name from information_schema.columns"
        f" where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
    )
    names = [column for (column,) in columns]
    return [dict(zip(names, row, strict=True)) for row in execute(f"select * from {table}")]


def value(column: str, cell: str) -> Any:
    """What a cell of the page means."""
    if cell.startswith("#"):
        parts = cell[1:].split(", ")
        return hash_key(*parts) if cell != "#" else ZERO_KEY
    if column.endswith("_at") and cell:
        return datetime.fromisoformat(cell)
    return int(cell) if column == "load_id" else CELL.get(cell, cell)


def last_load(name: str) -> int:
    """The last load of what a model is made of, directly."""
    feeds = re.findall(r"ref\('(\w+)'\)", code()[name])
    return max(int(row[0]) for feed in feeds for row in tables()[feed].rows)


def comparable(rows: list[Row], columns: list[str]) -> list[str]:
    return sorted(str([row[column] for column in columns]) for row in rows)


@pytest.fixture(scope="module")
def held(
    engine: str, open_warehouse: OpenWarehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, dict[str, list[Row]]]]:
    folder: Path = tmp_path_factory.mktemp("examples")
    with open_warehouse(engine, folder, folder / "project") as warehouse:
        yield build(warehouse)


@pytest.mark.parametrize("name", [name for name in tables() if name in code()])
def test_a_table_of_the_page_is_what_its_code_makes(held: dict, name: str) -> None:
    table = tables()[name]
    columns = [column for column in table.columns if column]
    rows = [
        {column: value(column, cell) for column, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]
    assert comparable(held[max(held)][name], columns) == comparable(rows, columns)
    if "" in table.columns:
        before = [row for row in rows if row[""] != NEW]
        assert comparable(held[last_load(name) - 1][name], columns) == comparable(before, columns)


def test_every_model_of_the_page_is_shown() -> None:
    assert set(code()) - set(tables()) == {"hub_household"}


def test_what_is_done_otherwise_is_on_the_page() -> None:
    said = dict(re.findall(r"^\| ((?:[A-Z]+-[A-Z0-9-]+(?:, )?)+) \| (.*) \|$", PAGE, re.M))
    told = {case: reason for cases, reason in said.items() for case in cases.split(", ")}
    assert told == {case: difference.reason for case, difference in DIFFERENCES.items()}

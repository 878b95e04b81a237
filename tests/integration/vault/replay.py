"""Replays the public cases, all at once: a dbt run for the first load of each, then the second …"""

import itertools
from uuid import UUID

from ingest.sql import literal
from tests.warehouse import Warehouse

from .case_models import models
from .project import write_project
from .public_cases import Case, Row, key_text
from .reference import hash_key


class Replay:
    """A warehouse in which every case has its own tables; what they held after each load."""

    def __init__(self, cases: list[Case], warehouse: Warehouse) -> None:
        self.cases = cases
        self.warehouse = warehouse
        self.after: dict[tuple[str, int, str], list[Row]] = {}
        """Rows by case, load (from 1) and table, in the terms of the case's expectations."""
        sql = {path: text for case in cases for path, text in models(case).items()}
        raw = [table for case in cases for table in raw_tables(case)]
        write_project(warehouse.project, sql, raw)

    def run(self) -> None:
        """Bring load after load, and build after each."""
        created = [
            f"create table raw.{name} ({', '.join(columns)})"
            for case in self.cases
            for name, columns in raw_tables(case).items()
        ]
        begin = ["create schema raw", "create table raw.loads (load_id bigint)"]
        self.warehouse.execute(";\n".join([*begin, *created]))
        for number in range(1, max(len(case.loads) for case in self.cases) + 1):
            delivered = [f"insert into raw.loads values ({number})"]
            present = [case for case in self.cases if number <= len(case.loads)]
            for case in present:
                delivered += deliveries(case, number)
            self.warehouse.execute(";\n".join(delivered))
            chosen = [f"path:models/vault/{case.folder}" for case in present if case.tables]
            self.warehouse.run(*(["--select", *chosen] if number > 1 else []))
            for case in present:
                for table in case.loads[number - 1].expected:
                    self.after[case.id, number, table] = self._rows(case, number, table)

    def count(self, case: Case, sql: str) -> int:
        """What a query counts in the end; `{table}` in it is a table of the case's."""
        tables = {name.lower(): f"vault.{case.prefix}{name.lower()}" for name in case.tables}
        tables |= {name.lower(): f"staging.{case.prefix}{name.lower()}" for name in case.stages}
        return self.warehouse.execute(sql.format(**tables))[0][0]

    def _rows(self, case: Case, number: int, table: str) -> list[Row]:
        """The rows of a table. An effectivity satellite's are read along time, by its history."""
        layer = "staging" if table in case.stages else "vault"
        name = f"{case.prefix}{table.lower()}"
        columns = list(case.loads[number - 1].expected[table][0])
        if is_effectivity(case, table):
            columns = [*columns[:3], "valid_from_at", "valid_to_at"]
            name = f"{name}_history"
        found = self.warehouse.execute(f"select {', '.join(columns)} from {layer}.{name}")
        known = business_keys(case)
        rows = [dict(zip(columns, row, strict=True)) for row in found]
        return [{column: known.get(value, value) for column, value in row.items()} for row in rows]


def is_effectivity(case: Case, table: str) -> bool:
    return "src_dfk" in case.tables.get(table, {})


def raw_tables(case: Case) -> dict[str, list[str]]:
    """Columns of the case's raw tables, by name."""
    tables = {
        f"{case.prefix}{stage.name.lower()}": [
            *(f"{column} varchar" for column in stage.columns),
            "_load_id bigint",
            "_row bigint",
        ]
        for stage in case.stages.values()
    }
    if any(load.as_of for load in case.loads):
        tables[f"{case.prefix}as_of"] = ["as_of_at timestamp"]
    return tables


def deliveries(case: Case, number: int) -> list[str]:
    """Statements that bring one of the case's loads into raw."""
    load = case.loads[number - 1]
    statements = []
    for name, rows in load.rows.items():
        for position, row in enumerate(rows, start=1):
            values = ["null" if value is None else literal(value) for value in row.values()]
            values += [str(number), str(position)]
            statements.append(
                f"insert into raw.{case.prefix}{name.lower()} values ({', '.join(values)})"
            )
    if load.as_of:
        statements.append(f"delete from raw.{case.prefix}as_of")
        statements += [
            f"insert into raw.{case.prefix}as_of values (timestamp {literal(instant)})"
            for instant in load.as_of
        ]
    return statements


def business_keys(case: Case) -> dict[UUID, str]:
    """The business key of each hash key that the case's values can make."""
    known = {}
    for stage in case.stages.values():
        for columns in stage.keys.values():
            for parts in itertools.product(*(case.values[column] for column in columns)):
                cleaned = tuple((part or "").strip() or None for part in parts)
                known[hash_key(*cleaned)] = key_text(cleaned)
    return known

"""The macros' SQL as dbt compiles it, run without dbt: fast enough for hundreds of histories."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.warehouse import Warehouse

from .project import write_project

RAW = {
    "item_hk": "uuid",
    "partner_hk": "uuid",
    "relation_hk": "uuid",
    "change_hash": "uuid",
    "child": "varchar",
    "value": "varchar",
    "began_at": "timestamp",
    "ended_at": "timestamp",
    "record_source": "varchar",
    "effective_at": "timestamp",
    "loaded_at": "timestamp",
    "load_id": "bigint",
    "row_number": "bigint",
}
"""One staging model for all structures."""
SATELLITES = {
    "satellite": "'item_hk', ['value']",
    "multi_active": "'item_hk', ['child'], ['value']",
    "effectivity": "'relation_hk', 'item_hk', 'partner_hk'",
    "record_tracking": "'item_hk'",
    "stretch_tracking": "'item_hk'",
}
STRETCHES = "scope='relation_hk', from_at='began_at', until_at='ended_at'"
FIRST, SECOND = 1_000_003, 2_000_003
"""Loads by which the compiled SQL tells the first build from the second."""

Execute = Callable[[str], list[tuple]]


@dataclass(frozen=True)
class Structure:
    """A satellite's SQL: of a first build, of a later one, and of its history."""

    table: str
    first: str
    later: str
    history: str


def compile_structures(warehouse: Warehouse) -> dict[str, Structure]:
    """Compile every satellite by two builds of an empty warehouse."""
    models = {"staging/stg_said.sql": "select * from {{ source('raw', 'said') }}"}
    for name, arguments in SATELLITES.items():
        kind = name.replace("stretch", "record")
        macro = name if name == "satellite" else f"{kind}_satellite"
        stretches = f", {STRETCHES}" if name == "stretch_tracking" else ""
        models[f"vault/{name}.sql"] = f"{{{{ {macro}({arguments}, ref('stg_said'){stretches}) }}}}"
        models[f"vault/{name}_history.sql"] = (
            "{{ config(materialized='view') }}\n"
            f"{{{{ {kind}_history({arguments}, ref('{name}')) }}}}"
        )
    write_project(warehouse.project, models, ["said"])
    columns = ", ".join(f"{column} {kind}" for column, kind in RAW.items())
    warehouse.execute("create schema raw; create table raw.loads (load_id bigint)")
    warehouse.execute(f"create table raw.said ({columns})")
    compiled = []
    for load in (FIRST, SECOND):
        warehouse.execute(f"insert into raw.loads values ({load})")
        warehouse.run()
        compiled.append(
            {
                result.node.name: (result.node.relation_name, result.node.compiled_code)
                for result in warehouse.last.result
            }
        )
    return {
        name: Structure(
            table=compiled[0][name][0],
            first=compiled[0][name][1],
            later=compiled[1][name][1],
            history=compiled[1][f"{name}_history"][1],
        )
        for name in SATELLITES
    }


class Vault:
    """One satellite, filled load after load, in a transaction that is rolled back."""

    def __init__(self, execute: Execute, raw: str, structure: Structure) -> None:
        self.execute = execute
        self.raw = raw
        self.structure = structure
        self.loads = self.built = 0

    def load(self, rows: Iterable[dict[str, Any]]) -> None:
        """Bring rows, as staged, in one load."""
        self.loads += 1
        said = {"record_source": "said", "loaded_at": "2024-01-01", "load_id": self.loads}
        values = [
            ", ".join(
                f"cast({_literal((said | row | {'row_number': position}).get(column))} as {kind})"
                for column, kind in RAW.items()
            )
            for position, row in enumerate(rows, start=1)
        ]
        self.execute(f"insert into {self.raw} values ({'), ('.join(values)})")

    def build(self, since: int | None = None) -> None:
        """Insert what is new since the build before, or since a load."""
        sql = self.structure.later if self.built else self.structure.first
        held = str(self.built if since is None else since)
        last = str(self.loads)
        self.execute(
            f"insert into {self.structure.table} "
            + sql.replace(str(SECOND), last).replace(str(FIRST), held if self.built else last)
        )
        self.built = self.loads

    def clear(self) -> None:
        """Take out what was built: the next build is a first one."""
        self.execute(f"delete from {self.structure.table}")
        self.built = 0

    def rows(self, what: str = "*") -> int:
        """How many rows it holds, or other things that SQL counts."""
        return self.execute(f"select count({what}) from {self.structure.table}")[0][0]

    def history(self, columns: str) -> list[tuple]:
        """Its history, the ghost aside."""
        return self.execute(
            f"select {columns} from ({self.structure.history}) as history"
            " where valid_from_at > timestamp '1900-01-01 00:00:00'"
        )


def _literal(value: object) -> str:
    return "null" if value is None else f"'{value}'"

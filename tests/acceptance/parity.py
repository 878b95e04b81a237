"""The same drops in the same loads through DuckDB and PostgreSQL: every row of every table alike.

    python -m tests.acceptance.parity        (make parity)

Builds after each of four loads, late and repeated events among them, then from scratch, and once
more under other settings; compares staging, vault and marts after every build, and those of the
build from scratch with those of the fourth. Exit code 1 where a row differs.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.console import count, make_console, table
from ingest.settings import Settings
from tests.acceptance.parity_drops import deliveries
from tests.engines import ENGINES
from tests.postgres import postgres_server, throwaway_database
from tests.warehouse import PSEUDONYM_KEY, REAL_DROPS, Warehouse

LAYERS = ("staging", "vault", "marts")
NOT_COMPARED = ("loaded_at", "started_at", "fingerprint")
"""Columns that say when the work was done, and by which engine's macros."""
OTHER_SETTINGS = {
    "market_timezone": "Africa/Cairo",
    "broadcast_day_start": "06:00",
    "liveness_hold_seconds": 90,
    "minute_attribution": "longest",
    "overlap_rule": "device",
    "reach_minutes": 2,
    "session_timeout_minutes": 10,
    "session_max_hours": 2,
    "player_hold_seconds": 20,
    "site_hosts": ["işik.example"],
    "skip_tolerance_seconds": 5,
}
OF_THE_ORDER_OF_BUILDS = (
    "vault.affected_dates",
    "vault.session_stretch",
    "vault.sat_schedule_slot_presence",
    "vault.sat_viewer_identity",
    "vault.sat_viewer_plan_effectivity",
    "vault.builds",
    "vault.build_fingerprints",
    "marts.reconciliation",
)
"""Tables that say what each build had to do, and which rows came late: a build from scratch needs
fewer. reconciliation has the seconds of the dates that each drop made a build do."""
Row = tuple[object, ...]
Tables = dict[str, tuple[list[str], list[Row]]]
"""The columns and rows of each table."""


@dataclass
class Comparison:
    """What the builds of one table had in common."""

    rows: int = 0
    """On the first engine, after the last build."""
    differing: int = 0
    """Rows that only one engine has, over all builds."""
    examples: list[str] = field(default_factory=list)


def differences(columns: list[str], one: list[Row], other: list[Row]) -> tuple[int, str]:
    """How many rows only one of both has, and what differs in the first of them."""
    only_one, only_other = Counter(one) - Counter(other), Counter(other) - Counter(one)
    differing = max(only_one.total(), only_other.total())
    if not differing:
        return 0, ""
    if not (only_one and only_other):
        which, rows = ("first", only_one) if only_one else ("second", only_other)
        return differing, f"only the {which} has {_shown(columns, next(iter(rows)))}"
    first = next(iter(only_one))
    nearest = max(only_other, key=lambda row: sum(a == b for a, b in zip(first, row, strict=True)))
    unlike = [
        f"{column} {mine!r} and {theirs!r}"
        for column, mine, theirs in zip(columns, first, nearest, strict=True)
        if mine != theirs
    ]
    return differing, f"{', '.join(unlike)}, in {_shown(columns, first)}"


def _shown(columns: list[str], row: Row) -> str:
    return ", ".join(f"{column}={value}" for column, value in zip(columns, row, strict=True))


def compare(one: Tables, other: Tables, found: dict[str, Comparison]) -> None:
    """Add to what is found so far how every table and view of the layers compares."""
    for name in sorted(one.keys() | other.keys()):
        comparison = found.setdefault(name, Comparison())
        columns, rows = one.get(name, ([], []))
        other_columns, other_rows = other.get(name, ([], []))
        if columns != other_columns:
            comparison.differing += 1
            comparison.examples.append(f"columns {columns} and {other_columns}")
            continue
        differing, example = differences(columns, rows, other_rows)
        comparison.rows = len(rows)
        comparison.differing += differing
        comparison.examples += [example] if differing else []


def tables(warehouse: Warehouse) -> Tables:
    """Every table and view of the layers."""
    return {
        name: (columns, warehouse.execute(f"select {', '.join(columns)} from {name}"))
        for name, columns in _columns(warehouse).items()
    }


def _columns(warehouse: Warehouse) -> dict[str, list[str]]:
    described: dict[str, list[str]] = {}
    for schema, relation, column in warehouse.execute(
        "select table_schema, table_name, column_name from information_schema.columns"
        f" where table_schema in {LAYERS} order by table_schema, table_name, ordinal_position"
    ):
        if column not in NOT_COMPARED:
            described.setdefault(f"{schema}.{relation}", []).append(column)
    return described


def check(
    warehouses: list[Warehouse], loads: list[list[Path]], tell: Callable[[str], None]
) -> dict[str, Comparison]:
    """Load and build on both, again and again; how each table compares, by its name."""
    found: dict[str, Comparison] = {}

    def build(name: str, *arguments: str) -> list[Tables]:
        for warehouse in warehouses:
            tell(f"{name} on {warehouse.settings.target}")
            warehouse.run(*arguments, AUDIENCE_VAULT_BUILD_ID=name)
        made = [tables(warehouse) for warehouse in warehouses]
        compare(*made, found)
        return made

    for warehouse in warehouses:
        assert warehouse.dbt("seed"), warehouse.last
    for number, drops in enumerate(loads, 1):
        for warehouse in warehouses:
            for drop in drops:
                warehouse.load_file(drop)
        in_parts = build(f"build {number} of {len(loads)}")
    from_scratch = build("build from scratch", "--full-refresh")
    for name in OF_THE_ORDER_OF_BUILDS:
        del in_parts[0][name], from_scratch[0][name]
    compare(in_parts[0], from_scratch[0], found)
    for warehouse in warehouses:
        warehouse.manifest = None  # settings are read where the project is parsed
    build("build under other settings", "--vars", json.dumps(OTHER_SETTINGS))
    return found


def main() -> int:
    """Check with what this machine has, and print one table."""
    console = make_console()
    with TemporaryDirectory() as made, ExitStack() as stack:
        folder = Path(made)
        server = stack.enter_context(postgres_server(folder / "server"))
        dsn = stack.enter_context(throwaway_database(server))
        warehouses = []
        for engine in ENGINES:
            own = folder / engine
            own.mkdir()
            place = Settings(
                engine,
                own / "test.duckdb",
                "",
                postgres_dsn=dsn,
                settle_seconds=0,
                pseudonym_key=PSEUDONYM_KEY,
            )
            warehouses.append(Warehouse(own, place))
        real = REAL_DROPS if REAL_DROPS.is_dir() else None
        found = check(warehouses, deliveries(folder / "drops", real), console.print)
    rows = [(name, count(each.rows), count(each.differing)) for name, each in found.items()]
    console.print(table("DuckDB and PostgreSQL", ["table", "#rows", "#differing rows"], rows))
    for name, each in found.items():
        for example in each.examples[:1]:
            console.print(f"{name}: {example}", markup=False)
    return int(any(each.differing for each in found.values()))


if __name__ == "__main__":
    sys.exit(main())

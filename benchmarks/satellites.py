"""A satellite with a long history, a delivery that is new to it, and three ways to insert that."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol

import duckdb
import psycopg

from ingest.contracts import read_contracts
from ingest.settings import Settings
from ingest.warehouses import open_for_loading
from ingest.warehouses.duckdb import CONFIG
from orchestration.build import build

MODEL = "sat_programme_details"
VERSIONS = 4
"""Changes that the satellite holds of each key, a load each."""
DELTA_KEYS = 10_000
LATE_KEYS = DELTA_KEYS // 100
COLUMNS = (
    "programme_hk, change_hash, programme_name, programme_genre, record_source, effective_at, "
    "loaded_at, load_id"
)
ROWS = """
    insert into {raw}.programmes (
        program_id, program_name, genre, _effective_at, _load_id, _file, _row, _loaded_at
    )
    select
        'P' || lpad(cast({key} as varchar), 9, '0'),
        'Programme ' || cast({key} as varchar) || ', version {load_id}',
        'genre ' || cast({key} % 40 as varchar),
        timestamp '2024-01-01 00:00:00' + interval '{days} day',
        {load_id},
        'made',
        i,
        timestamp '2024-02-01 00:00:00' + interval '{load_id} day'
    from generate_series({first}, {last}) as numbers (i)
"""
LOAD = """
    insert into {raw}.loads (load_id, feed, url, state, loaded_at)
    values ({load_id}, 'programmes', 'made', 'loaded', timestamp '2024-02-01 00:00:00')
"""
WINDOW = f"""
    with
    latest as (
        select
            programme_hk,
            change_hash,
            row_number() over (
                partition by programme_hk order by effective_at desc, change_hash desc
            ) as recency
        from {{table}}
    )
    select delta.* from (
        select {COLUMNS} from {{staging}}.stg_programmes__programmes where load_id > {VERSIONS}
    ) as delta
    left join latest on delta.programme_hk = latest.programme_hk and latest.recency = 1
    where latest.change_hash is distinct from delta.change_hash
"""
"""The latest row of every key, then the delta beside it."""
JOINED = WINDOW.replace(
    "from {table}",
    f"""from {{table}}
        where programme_hk in (
            select programme_hk from {{staging}}.stg_programmes__programmes
            where load_id > {VERSIONS}
        )""",
)
"""The latest row of the delta's keys, then the delta beside it. Neither way takes a late row."""


class Engine(AbstractContextManager, Protocol):
    """What DuckDB's and psycopg's connections have in common."""

    def execute(self, query: str) -> object:
        """Run a statement."""


@dataclass(frozen=True)
class Warehouse:
    """One satellite of `rows` rows and a delta beside it, in one engine."""

    folder: Path
    rows: int
    dsn: str | None = None
    """PostgreSQL's; None for DuckDB."""
    is_late: bool = False
    """Whether some rows of the delta belong before the last that the satellite holds."""

    @property
    def settings(self) -> Settings:
        """Its own file, or its own schemas."""
        return Settings(
            target="postgres" if self.dsn else "duckdb",
            duckdb_path=self.folder / f"{self._name}.duckdb",
            schema_prefix=f"{self._name}_",
            dbt_target_path=self.folder / f"{self._name}_target",
            postgres_dsn=self.dsn,
            settle_seconds=0,
        )

    @property
    def table(self) -> str:
        """The satellite, with the indexes that dbt gives it."""
        return f"{self.settings.schema('vault')}.{MODEL}"

    @property
    def plain_table(self) -> str:
        """Its rows in a table without an index."""
        return f"{self.table}_plain"

    @property
    def _name(self) -> str:
        engine = "postgres" if self.dsn else "duckdb"
        return f"bench_{engine}_{self.rows}{'_late' if self.is_late else ''}"

    @property
    def _compiled(self) -> Path:
        return self.folder / f"{self._name}.sql"

    def prepare(self) -> None:
        """Build the satellite by dbt, deliver the delta, and keep what dbt inserts it with."""
        if self._compiled.exists():
            return
        with open_for_loading(self.settings, read_contracts(self.settings.contracts_dir).values()):
            pass  # makes the tables of raw
        keys = self.rows // VERSIONS
        for version in range(1, VERSIONS + 1):
            with self.connect() as engine:
                self._deliver(engine, version, range(1, keys + 1), "i", days=version)
            self._build()
        every = keys // DELTA_KEYS
        with self.connect() as engine:
            late = LATE_KEYS if self.is_late else 0
            key = f"(i * {every})"
            self._deliver(engine, VERSIONS + 1, range(1, late + 1), key, days=VERSIONS - 0.5)
            self._deliver(
                engine, VERSIONS + 2, range(late + 1, DELTA_KEYS + 1), key, days=VERSIONS + 1
            )
        self._build()
        compiled = self.settings.dbt_target_path.rglob(f"compiled/**/{MODEL}.sql")
        self._compiled.write_text(next(compiled).read_text())
        with self.connect() as engine:
            engine.execute(f"delete from {self.table} where load_id > {VERSIONS}")
            engine.execute(f"create table {self.plain_table} as select * from {self.table}")
            if self.dsn:  # PostgreSQL does so itself within minutes, in its own time
                engine.execute(f"vacuum analyze {self.table}, {self.plain_table}")

    def _deliver(self, engine: Engine, load_id: int, numbers: range, key: str, days: float) -> None:
        """A load of a row for each number; `key` is made of it, `days` say when it takes effect."""
        of = {"raw": self.settings.schema("raw"), "load_id": load_id}
        bounds = {"first": numbers.start, "last": numbers.stop - 1}
        engine.execute(ROWS.format(**of, **bounds, key=key, days=days))
        engine.execute(LOAD.format(**of))

    def _build(self) -> None:
        result = build(self.settings, ["--select", f"+{MODEL}"], command="run")
        if not result.succeeded:
            raise RuntimeError(result.failures[0].message)

    def connect(self) -> Engine:
        """The bare engine, that commits each statement unless told otherwise."""
        if self.dsn:
            return psycopg.connect(self.dsn, autocommit=True)
        return duckdb.connect(str(self.settings.duckdb_path), config=CONFIG)

    def insert(self, way: str | None, _: Path, *, is_plain: bool = False) -> int:
        """Insert the delta one way, or ours; how many rows that is. Nothing is left of it."""
        table = self.plain_table if is_plain else self.table
        named = {"table": table, "staging": self.settings.schema("staging")}
        select = way.format(**named) if way else self._compiled.read_text()
        engine = _session(self)
        engine.execute("begin")
        done = engine.execute(
            f"insert into {table} ({COLUMNS}) select {COLUMNS} from ({select}) as delta"
        )
        rows = done.rowcount if self.dsn else done.fetchone()[0]
        engine.execute("rollback")
        return rows

    def of_size(self, rows: int) -> "Warehouse":
        """The same with another number of rows."""
        return replace(self, rows=rows)


_session = cache(Warehouse.connect)
"""A connection that stays open until its process ends."""

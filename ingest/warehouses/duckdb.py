"""The warehouse as one DuckDB file."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import duckdb

from ingest.columns import TableColumn
from ingest.contracts import Contract, ContractError
from ingest.errors import UsageError, WarehouseError
from ingest.ledger import TABLES, feed_columns
from ingest.settings import Settings
from ingest.sql import identifier

CONFIG = {"storage_compatibility_version": "v1.2.0"}
"""As profiles/profiles.yml has it: dbt opens the same file in the same process."""
ALIASES = {"string": "varchar", "double precision": "double"}
"""What DuckDB calls the portable types that it knows by another name."""
HOLDER = re.compile(r"\(PID (\d+)\)")


@dataclass(frozen=True)
class DuckDBWarehouse:
    """An open warehouse; a context manager that closes it."""

    connection: duckdb.DuckDBPyConnection
    schema: str

    def __enter__(self) -> Self:
        """Leave it open."""
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it; what wasn't committed is gone."""
        self.connection.close()

    def table(self, name: str) -> str:
        """A table of the raw schema, as SQL names it."""
        return f"{identifier(self.schema)}.{identifier(name)}"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside lands together, or nothing does."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def prepare(self, contracts: Iterable[Contract]) -> None:
        """Make the raw schema, its own tables, and one table per contract with all its columns."""
        tables = TABLES | {contract.feed: feed_columns(contract) for contract in contracts}
        with self.transaction():
            self.connection.execute(f"create schema if not exists {identifier(self.schema)}")
            for name, columns in tables.items():
                self._prepare_table(name, columns)

    def has_ledger(self) -> bool:
        """Whether anything was ever loaded here."""
        known = "select 1 from duckdb_tables() where schema_name = ? and table_name = 'loads'"
        return bool(self.connection.execute(known, [self.schema]).fetchone())

    def _prepare_table(self, name: str, columns: Iterable[TableColumn]) -> None:
        definitions = {column: f"{identifier(column.name)} {column.sql_type}" for column in columns}
        known = self._types(name)
        if not known:
            statement = f"create table {self.table(name)} ({', '.join(definitions.values())})"
            self.connection.execute(statement)
        for column, definition in definitions.items():
            if known and column.name not in known:
                self.connection.execute(f"alter table {self.table(name)} add column {definition}")
            if known.get(column.name, column.sql_type) not in (
                column.sql_type,
                ALIASES.get(column.sql_type),
            ):
                raise ContractError(
                    f"{name}.{column.name} is {known[column.name]} in the warehouse and "
                    f"{column.sql_type} now; deliver another type under another name"
                )

    def _types(self, name: str) -> dict[str, str]:
        query = """
            select column_name, lower(data_type) from duckdb_columns()
            where schema_name = ? and table_name = ?
        """
        return dict(self.connection.execute(query, [self.schema, name]).fetchall())


def open_for_loading(settings: Settings, contracts: Iterable[Contract]) -> DuckDBWarehouse:
    """The warehouse with its raw tables in place; the file is made if it isn't there."""
    settings.duckdb_path.parent.mkdir(parents=True, exist_ok=True)
    warehouse = DuckDBWarehouse(_connect(settings, read_only=False), settings.schema("raw"))
    warehouse.prepare(contracts)
    return warehouse


def open_for_reading(settings: Settings) -> DuckDBWarehouse | None:
    """The warehouse as it is, or None where nothing was ever loaded."""
    if not settings.duckdb_path.exists():
        return None
    warehouse = DuckDBWarehouse(_connect(settings, read_only=True), settings.schema("raw"))
    return warehouse if warehouse.has_ledger() else None


def _connect(settings: Settings, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if settings.target != "duckdb":
        raise UsageError(f"raw can't be on {settings.target}; set AUDIENCE_VAULT_TARGET to duckdb")
    path = settings.duckdb_path
    try:
        connection = duckdb.connect(path, read_only=read_only, config=CONFIG)
        connection.execute("set TimeZone = 'UTC'")
        return connection
    except duckdb.Error as error:
        if "lock" in str(error):
            holder = HOLDER.search(str(error))
            by = f"process {holder[1]}" if holder else "another process"
            raise WarehouseError(f"{path} is in use by {by}; wait until it is done") from error
        reason = str(error).splitlines()[0]
        raise WarehouseError(f"{path} can't be opened: {reason}") from error

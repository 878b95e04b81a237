"""What every warehouse can do, whatever it runs on."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

import duckdb

from ingest.columns import TableColumn
from ingest.contracts import Contract, ContractError
from ingest.errors import WarehouseError
from ingest.ledger.tables import LOADS, TABLES, feed_columns
from ingest.sql import identifier

ENGINE_MEMORY, ENGINE_THREADS = "512MB", 2
"""Of a loader: with Python and its libraries, it stays below 1 GiB whatever the drop's size. Each
thread holds buffers of its own, and more than two would not fit (make bench NAME=memory)."""


def set_limits(engine: duckdb.DuckDBPyConnection, memory: str, threads: int) -> None:
    """What the engine may take from now on."""
    engine.execute(f"set memory_limit = '{memory}'; set threads = {threads}")


class Warehouse(ABC):
    """An open warehouse; a context manager that closes it.

    Statements given to `query`, `execute` and `insert` mean the same on every target: standard SQL,
    parameters $1, $2, … with an explicit cast, names in quotes where they come from a contract.
    """

    engine: duckdb.DuckDBPyConnection
    """Parses and checks drops; the warehouse's own connection where that is DuckDB."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, schema: str) -> None:
        """`schema` is the raw schema, with its prefix."""
        self.engine = engine
        self.schema = schema

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
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of the warehouse, and of the loader's lock."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside lands together, or nothing does. Transactions don't nest."""

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run a statement that returns nothing."""

    @abstractmethod
    def insert(
        self, table: str, columns: Sequence[str], select: str, parameters: Sequence[object] = ()
    ) -> int:
        """Put the rows of a query on `engine` into columns of raw.<table>; how many there are."""

    @abstractmethod
    def type_name(self, sql_type: str) -> str:
        """What this warehouse's own catalogue calls a portable type."""

    @abstractmethod
    def column_types(self) -> dict[str, dict[str, str]]:
        """Type by column, by table of the raw schema; types as `type_name` has them."""

    @abstractmethod
    def indexes(self, table: str, columns: Iterable[str]) -> list[str]:
        """Statements that make a new table's indexes."""

    def table(self, name: str) -> str:
        """A table of the raw schema, as SQL names it."""
        return f"{identifier(self.schema)}.{identifier(name)}"

    def has_ledger(self) -> bool:
        """Whether anything was ever loaded here; WarehouseError if only by an older version."""
        known = self.column_types()
        if LOADS not in known:
            return False
        for name, columns in TABLES.items():
            if {column.name for column in columns} - known.get(name, {}).keys():
                raise WarehouseError(
                    f"{self.schema}.{name} was made by an older version; run `audience-vault load` "
                    "with any source to bring it up to date"
                )
        return True

    def lacks(self, contracts: Iterable[Contract]) -> list[str]:
        """The statements that would make what is missing of the tables and columns of `prepare`.

        Raise ContractError where a column has another type by now.
        """
        tables = TABLES | {contract.feed: feed_columns(contract) for contract in contracts}
        known = self.column_types()
        return [
            statement
            for name, columns in tables.items()
            for statement in self._changes(name, columns, known.get(name, {}))
        ]

    def prepare(self, contracts: Iterable[Contract]) -> None:
        """Make the raw schema, its own tables, and one table per contract with all its columns."""
        statements = self.lacks(contracts)
        if statements:
            with self.transaction():
                if not self._has_schema():
                    self.execute(f"create schema {identifier(self.schema)}")
                for statement in statements:
                    self.execute(statement)

    def _has_schema(self) -> bool:
        """Asked first: `if not exists` wants the right to make one even where there is one."""
        query = "select 1 from pg_catalog.pg_namespace where nspname = $1::varchar"
        return bool(self.query(query, [self.schema]))

    def _changes(
        self, name: str, columns: Iterable[TableColumn], known: dict[str, str]
    ) -> list[str]:
        """Statements that bring a table to its columns."""
        definitions = []
        spelt = {each.lower(): each for each in known}
        for column in columns:
            other = spelt.get(column.name.lower(), column.name)
            if other != column.name:
                raise ContractError(
                    f"{name}.{column.name} is {other} in the warehouse, where case makes no "
                    "difference; deliver it under that name, or another one"
                )
            wanted = self.type_name(column.sql_type)
            if column.name not in known:
                definitions.append(f"{identifier(column.name)} {wanted}")
            elif known[column.name] != wanted:
                raise ContractError(
                    f"{name}.{column.name} is {known[column.name]} in the warehouse and "
                    f"{column.sql_type} now; deliver another type under another name"
                )
        if not known:
            create = f"create table {self.table(name)} ({', '.join(definitions)})"
            return [create, *self.indexes(name, [column.name for column in columns])]
        return [f"alter table {self.table(name)} add column {added}" for added in definitions]

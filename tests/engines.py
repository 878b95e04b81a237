"""The engines that a warehouse can be on, and how tests look into each."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import duckdb
import psycopg2
import psycopg2.extras
import pytest

from ingest.settings import Settings
from ingest.warehouses.duckdb import CONFIG

ENGINES = ("duckdb", "postgres")
ON_BOTH = pytest.mark.parametrize("engine", ENGINES)
SLOWLY_ON_POSTGRES = ("duckdb", pytest.param("postgres", marks=pytest.mark.slow))
"""`make test` tries DuckDB only, `make test-all` both."""
ON_BOTH_SLOWLY = pytest.mark.parametrize("engine", SLOWLY_ON_POSTGRES)
psycopg2.extras.register_uuid()


@contextmanager
def _duckdb_session(settings: Settings) -> Iterator[Any]:
    with duckdb.connect(str(settings.duckdb_path), config=CONFIG) as connection:
        yield connection


@contextmanager
def _postgres_session(settings: Settings) -> Iterator[Any]:
    connection = psycopg2.connect(settings.postgres_dsn)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


CONNECT: dict[str, Callable[[Settings], AbstractContextManager[Any]]] = {
    "duckdb": _duckdb_session,
    "postgres": _postgres_session,
}

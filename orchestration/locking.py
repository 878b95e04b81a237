"""One build or publish at a time in a warehouse."""

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.settings import Settings
from ingest.warehouses.waiting import OnWait, patiently, tell_log


@contextmanager
def one_at_a_time(settings: Settings, on_wait: OnWait = tell_log) -> Iterator[None]:
    """Hold the warehouse for a build; raise WarehouseError if another isn't done in time.

    A DuckDB file has one writing process anyway. dbt by itself can't hold a lock of PostgreSQL's:
    it is refused while this one is held, and stops once a later build has started.
    """
    if settings.target != "postgres":
        yield
        return
    from ingest.warehouses.postgres import open_schema  # noqa: PLC0415 - half a second

    with open_schema(settings) as session:
        patiently(lambda: session.lock("build"), settings.lock_wait_seconds, on_wait)
        yield

"""Where raw tables are: the settings' target says which, and nothing outside here asks again."""

from collections.abc import Iterable
from contextlib import ExitStack
from importlib import import_module
from types import ModuleType

from ingest.contracts import Contract
from ingest.errors import UsageError
from ingest.settings import Settings
from ingest.warehouses.base import Warehouse
from ingest.warehouses.duckdb import open_file_for_loading, open_file_for_reading
from ingest.warehouses.waiting import OnWait, tell_log

__all__ = ["Warehouse", "open_for_loading", "open_for_reading"]


def open_for_loading(
    settings: Settings, contracts: Iterable[Contract], on_wait: OnWait = tell_log
) -> Warehouse:
    """The warehouse with its raw tables in place, and for no other loader until it is closed.

    Waits for settings.lock_wait_seconds while someone else has it, then raises WarehouseError.
    """
    match settings.target:
        case "duckdb":
            warehouse = open_file_for_loading(settings, on_wait)
        case "postgres":
            warehouse = _postgres().open_schema_for_loading(settings, on_wait)
        case _:
            raise _no_raw(settings)
    with ExitStack() as stack:
        stack.callback(warehouse.close)
        warehouse.prepare(contracts)
        stack.pop_all()
    return warehouse


def open_for_reading(settings: Settings) -> Warehouse | None:
    """The warehouse as it is, or None where nothing was ever loaded."""
    match settings.target:
        case "duckdb":
            warehouse = open_file_for_reading(settings)
        case "postgres":
            warehouse = _postgres().open_schema_for_reading(settings)
        case _:
            raise _no_raw(settings)
    if warehouse is None:
        return None
    with ExitStack() as stack:
        stack.callback(warehouse.close)
        if not warehouse.has_ledger():
            return None
        stack.pop_all()
    return warehouse


def _postgres() -> ModuleType:
    """Imported when it is needed: its driver takes half a second, which `status` is spared."""
    return import_module("ingest.warehouses.postgres")


def _no_raw(settings: Settings) -> UsageError:
    return UsageError(
        f"raw can't be on {settings.target}; set AUDIENCE_VAULT_TARGET to duckdb or postgres"
    )

"""Puts the checked records of a drop into the raw tables."""

from datetime import datetime

from ingest.columns import Column, Kind
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.ledger.history import Counts
from ingest.ledger.tables import LOADS, QUARANTINE
from ingest.loading.checking import pseudonym_of, value_of
from ingest.loading.turns import Turn
from ingest.sql import literal
from ingest.warehouses import Warehouse

REASONS = ["column_name", "rule", "value", "reason", "payload"]
SHOWN = [f"replace({name}, chr(0), '\\u0000')" for name in REASONS]
"""PostgreSQL keeps no NUL; quarantine says where one was."""


def land(warehouse: Warehouse, turn: Turn, load_id: int, loaded_at: datetime) -> Counts:
    """Insert good records into raw.<feed> and bad ones into raw.quarantine.

    Raise DropError unless the tables took as many as were read.
    """
    checked = turn.checked
    loaded = insert_good(warehouse, turn, checked.numbered, load_id, loaded_at)
    quarantined = 0
    if checked.rows_refused:
        quarantined = warehouse.insert(
            QUARANTINE,
            ["feed", "load_id", "file", "row_number", *REASONS],
            f"""
                select $1::varchar, $2::bigint, $3::varchar, record_number, {", ".join(SHOWN)}
                from {checked.tables.refused}
                order by record_number
            """,
            [turn.contract.feed, load_id, turn.drop.url],
        )
    if turn.replays is not None:
        _release(warehouse, turn.replays.load_id, load_id)
    if checked.rows_read != loaded + quarantined:
        raise DropError(
            f"{checked.rows_read} rows were read, but {loaded} + {quarantined} would have landed"
        )
    return Counts(checked.rows_read, loaded, quarantined)


def _release(warehouse: Warehouse, replayed: int, load_id: int) -> None:
    """Rows of a replayed drop wait no more: what is bad of it now waits under the new load."""
    warehouse.execute(
        f"""
            update {warehouse.table(QUARANTINE)} set replayed_by_load_id = $1::bigint
            where replayed_by_load_id is null and load_id in (
                select load_id from {warehouse.table(LOADS)}
                where load_id = $2::bigint or replays_load_id = $2::bigint
            )
        """,
        [load_id, replayed],
    )


def insert_good(
    warehouse: Warehouse, turn: Turn, records: str, load_id: int, loaded_at: datetime
) -> int:
    """Insert the good ones of checked records (a query with `record_number`); how many they are."""
    contract, drop = turn.contract, turn.stored
    values = _values(contract)
    origin: list[object] = [load_id, drop.url, loaded_at]
    if column := contract.effective_column:
        values["_effective_at"] = _instant(column, contract)
    elif contract.is_reference:
        if drop.effective_at is None:
            advice = "deliver it under a name that the path in its contract finds one date in"
            raise DropError(f"nothing states when the drop takes effect; {advice}")
        values["_effective_at"] = "$4::timestamp"
        origin.append(drop.effective_at)
    return warehouse.insert(
        contract.feed,
        [*values, "_extra", "_load_id", "_file", "_row", "_loaded_at"],
        f"""
            select
                {", ".join(values.values())},
                extra, $1::bigint, $2::varchar, record_number, $3::timestamp
            from ({records})
            where not is_bad
        """,
        origin,
    )


def _instant(column: Column, contract: Contract) -> str:
    """SQL of when a row takes effect: a date does where it begins in the contract's zone."""
    if column.kind is Kind.TIMESTAMP:
        return value_of(column)
    begins = f"timezone({literal(contract.timezone)}, {value_of(column)}::timestamp)"
    return f"greatest(timezone('UTC', {begins}), timestamp '0001-01-01')"


def _values(contract: Contract) -> dict[str, str]:
    """SQL of what goes into each column of raw.<feed> that the contract names."""
    values = {}
    for column in contract.columns:
        drops_it = column.is_pii and contract.drops_pii
        values[column.name] = f"null::{column.sql_type}" if drops_it else value_of(column)
        if column.pseudonym is not None:
            values[column.pseudonym.name] = pseudonym_of(column)
    return values

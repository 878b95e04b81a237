"""Puts the checked records of a drop into the raw tables."""

from datetime import datetime

from ingest.checking import value_of
from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.history import Counts
from ingest.ledger import QUARANTINE
from ingest.readers import CHECKED
from ingest.sql import identifier
from ingest.stores import Drop
from ingest.warehouses.duckdb import DuckDBWarehouse


def check_share(warehouse: DuckDBWarehouse, contract: Contract) -> None:
    """Raise DropError if more of the records are bad than the contract allows."""
    query = f"select count(*), count(*) filter (where is_bad) from {CHECKED}"
    total, bad = warehouse.connection.execute(query).fetchall()[0]
    if bad * 100 <= contract.quarantine_threshold_pct * total:
        return
    first = f"select record_number, reason from {CHECKED} where is_bad order by 1 limit 1"
    number, reason = warehouse.connection.execute(first).fetchall()[0]
    raise DropError(
        f"{bad} of {total} rows break the contract, more than "
        f"{contract.quarantine_threshold_pct:g} %; the first is row {number}: {reason}"
    )


def land(
    warehouse: DuckDBWarehouse, contract: Contract, drop: Drop, load_id: int, loaded_at: datetime
) -> Counts:
    """Insert good records into raw.<feed> and bad ones into raw.quarantine; count both there."""
    names = [column.name for column in contract.columns]
    values = [value_of(column) for column in contract.columns]
    origin: list[object] = [load_id, drop.url, loaded_at]
    if contract.is_reference:
        names.append("_effective_at")
        values.append("$4::timestamp")
        origin.append(drop.modified_at)
    feed, quarantine = warehouse.table(contract.feed), warehouse.table(QUARANTINE)
    warehouse.connection.execute(
        f"""
            insert into {feed} (
                {", ".join(identifier(name) for name in names)},
                _extra, _load_id, _file, _row, _loaded_at
            )
            select {", ".join(values)}, extra, $1, $2, record_number, $3
            from {CHECKED}
            where not is_bad
        """,
        origin,
    )
    warehouse.connection.execute(
        f"""
            insert into {quarantine} (
                feed, load_id, file, row_number, column_name, rule, value, reason, payload
            )
            select ?, ?, ?, record_number, column_name, rule, value, reason, payload
            from {CHECKED}
            where is_bad
        """,
        [contract.feed, load_id, drop.url],
    )
    read, loaded, quarantined = warehouse.connection.execute(
        f"""
            select
                (select count(*) from {CHECKED}),
                (select count(*) from {feed} where _load_id = $1),
                (select count(*) from {quarantine} where load_id = $1)
        """,
        [load_id],
    ).fetchall()[0]
    if read != loaded + quarantined:
        raise DropError(f"{read} rows were read, but {loaded} + {quarantined} would have landed")
    return Counts(read, loaded, quarantined)

"""Whether every row that was read is where it should be."""

from ingest.ledger.tables import LOADS, QUARANTINE
from ingest.warehouses import Warehouse


def unexplained_rows(warehouse: Warehouse, feed: str) -> int:
    """Rows of a feed's drops that are in neither raw nor quarantine, or there without a load."""
    query = f"""
        with
        raw_counts as (
            select _load_id as load_id, count(*) as rows_in_raw
            from {warehouse.table(feed)} group by _load_id
        ),
        quarantine_counts as (
            select load_id, count(*) as rows_in_quarantine
            from {warehouse.table(QUARANTINE)} where feed = $1::varchar group by load_id
        ),
        loads as (
            select load_id, coalesce(rows_read, 0) as rows_read, rows_loaded, rows_quarantined
            from {warehouse.table(LOADS)} where feed = $1::varchar
        )
        select coalesce(sum(
            abs(coalesce(rows_read - rows_loaded - rows_quarantined, 0))
            + abs(coalesce(rows_loaded, 0) - coalesce(rows_in_raw, 0))
            + abs(coalesce(rows_quarantined, 0) - coalesce(rows_in_quarantine, 0))
        ), 0)::bigint
        from loads
        full join raw_counts using (load_id)
        full join quarantine_counts using (load_id)
    """
    return int(warehouse.query(query, [feed])[0][0])

"""What the ledger and the quarantine say, for people."""

from dataclasses import dataclass
from datetime import datetime

from ingest.ledger.tables import LOADS, QUARANTINE
from ingest.warehouses import Warehouse


@dataclass(frozen=True)
class FeedStatus:
    """Counts of a feed's drops by state, of its rows, and of those that wait in quarantine."""

    feed: str
    loaded: int = 0
    duplicate: int = 0
    failed: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    last_loaded_at: datetime | None = None
    """UTC, naive."""


@dataclass(frozen=True)
class FailedDrop:
    """A drop whose last attempt failed."""

    feed: str
    url: str
    error: str


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that breaks its contract."""

    load_id: int
    row_number: int
    feed: str
    file: str
    column: str | None
    rule: str
    value: str | None
    reason: str
    payload: str | None


def feed_status(warehouse: Warehouse, feeds: list[str]) -> list[FeedStatus]:
    """A line per feed, loaded or not. A drop counts as failed until it is loaded."""
    query = f"""
        select
            feeds.feed,
            count(*) filter (where loads.state = 'loaded'),
            count(*) filter (where loads.state = 'duplicate'),
            count(*) filter (where {_waits(warehouse)}),
            coalesce(sum(loads.rows_loaded), 0)::bigint,
            (
                select count(*) from {warehouse.table(QUARANTINE)} as waiting
                where waiting.feed = feeds.feed and waiting.replayed_by_load_id is null
            ),
            max(loads.loaded_at) filter (where loads.state = 'loaded')
        from (select unnest($1::varchar[]) as feed) as feeds
        left join {warehouse.table(LOADS)} as loads on feeds.feed = loads.feed
        group by feeds.feed
        order by feeds.feed
    """
    return [FeedStatus(*row) for row in warehouse.query(query, [feeds])]


def failed_drops(warehouse: Warehouse) -> list[FailedDrop]:
    """Drops whose last attempt failed, the newest first."""
    query = f"""
        select feed, url, error from {warehouse.table(LOADS)} as loads
        where {_waits(warehouse)}
        order by load_id desc
    """
    return [FailedDrop(*row) for row in warehouse.query(query)]


def quarantined_rows(
    warehouse: Warehouse, feed: str | None, limit: int
) -> tuple[int, list[QuarantinedRow]]:
    """How many rows wait in quarantine, and the first of them by newest load."""
    quarantine = warehouse.table(QUARANTINE)
    wanted = """
        where replayed_by_load_id is null
            and ($1::varchar is null or feed = $1::varchar)
    """
    counted = warehouse.query(f"select count(*) from {quarantine} {wanted}", [feed])
    query = f"{_row_query(quarantine)} {wanted} order by load_id desc, row_number limit $2::bigint"
    rows = warehouse.query(query, [feed, limit])
    return int(counted[0][0]), [QuarantinedRow(*row) for row in rows]


def quarantined_row(warehouse: Warehouse, load_id: int, row_number: int) -> QuarantinedRow | None:
    """One quarantined row, or None where there is no such row."""
    query = f"""
        {_row_query(warehouse.table(QUARANTINE))}
        where load_id = $1::bigint and row_number = $2::bigint
    """
    found = warehouse.query(query, [load_id, row_number])
    return QuarantinedRow(*found[0]) if found else None


def _waits(warehouse: Warehouse) -> str:
    return f"""
        loads.state = 'failed' and loads.replays_load_id is null and not exists (
            select 1 from {warehouse.table(LOADS)} as later
            where later.feed = loads.feed and later.url = loads.url
                and later.load_id > loads.load_id
        )
    """


def _row_query(quarantine: str) -> str:
    return f"""
        select load_id, row_number, feed, file, column_name, rule, value, reason, payload
        from {quarantine}
    """

"""Takes rows out of quarantine that a mended contract lets pass."""

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ingest.contracts import Contract, read_contracts
from ingest.errors import UsageError
from ingest.ledger.history import Counts, Entry, Ledger, State, utc_now
from ingest.ledger.tables import LOADS, QUARANTINE
from ingest.loading.batches import result_of
from ingest.loading.checking import check_records
from ingest.loading.landing import insert_good
from ingest.loading.pseudonyms import PseudonymKey, the_key
from ingest.loading.results import DropResult, LoadReport
from ingest.loading.temporary import temporary_folder
from ingest.loading.turns import Replayed, Turn
from ingest.readers import CheckedTables, Reading, text_of
from ingest.readers.csv import as_field
from ingest.readers.json import read_json_lines
from ingest.settings import Settings
from ingest.sql import literals
from ingest.stores import Drop, Skipped
from ingest.warehouses import Warehouse, open_for_loading

TABLES = CheckedTables.numbered(0)
ORIGINS = "replayed_rows"
"""Temporary table: which row of the drop each replayed record was."""


def replay_quarantine(
    settings: Settings, feed: str | None = None, load_id: int | None = None
) -> LoadReport:
    """Check the rows that wait in quarantine again; those that pass now are a load of their own.

    One load for each whose rows pass, with their own place in the drop; what still breaks a rule
    stays where it is. Rows of which only the raw line is kept can't be told apart: replay the drop.
    Raise UsageError for a load or feed that there isn't, or whose rows can't be told from here.
    """
    contracts = read_contracts(settings.contracts_dir)
    if feed is not None and feed not in contracts:
        raise UsageError(f"there is no feed '{feed}'; the feeds are {', '.join(contracts)}")
    with ExitStack() as stack:
        warehouse = stack.enter_context(open_for_loading(settings, contracts.values()))
        folder = stack.enter_context(temporary_folder())
        results = []
        loads, left = _loads(warehouse, contracts, feed, load_id)
        for drop, contract, replayed in loads:
            key = the_key(settings, warehouse, [contract])
            turn = Turn(drop, contract, time.monotonic(), replayed.sha256, replays=replayed)
            result = _replay(warehouse, turn, folder / "rows", key)
            if result is not None:
                results.append(result)
    return LoadReport(results, waiting=left)


def _loads(
    warehouse: Warehouse, contracts: dict[str, Contract], feed: str | None, load_id: int | None
) -> tuple[list[tuple[Drop, Contract, Replayed]], list[Skipped]]:
    """Loads with rows that wait, oldest first, and those whose rows can't be loaded from here."""
    table = warehouse.table(LOADS)
    if load_id is not None:
        of = warehouse.query(f"select feed from {table} where load_id = $1::bigint", [load_id])
        if not of:
            raise UsageError(f"there is no load {load_id}; see raw.loads")
        if feed not in (None, of[0][0]):
            raise UsageError(f"load {load_id} is of {of[0][0]}, not of {feed}")
    rows = warehouse.query(
        f"""
            select feed, url, size_bytes, modified_at, store_version, load_id, sha256,
                effective_at
            from {table}
            where load_id in (
                    select load_id from {warehouse.table(QUARANTINE)}
                    where replayed_by_load_id is null and rule not in ('record', 'fields')
                )
                and ($1::varchar is null or feed = $1::varchar)
                and ($2::bigint is null or load_id = $2::bigint)
            order by load_id
        """,
        [feed, load_id],
    )
    found: list[tuple[Drop, Contract, Replayed]] = []
    left: list[Skipped] = []
    for name, url, size_bytes, modified_at, version, number, sha256, effective_at in rows:
        contract = contracts.get(name)
        if reason := _why_not(contract, number):
            if feed is not None or load_id is not None:
                raise UsageError(f"rows of {name} can't be loaded from quarantine: {reason}")
            left.append(Skipped(url, reason))
            continue
        drop = Drop(url, url.rpartition("/")[2], size_bytes, modified_at, version)
        replayed = Replayed(number, sha256, modified_at, effective_at)
        found.append((drop, _forgiving(contract), replayed))
    return found, left


def _why_not(contract: Contract | None, load_id: int) -> str | None:
    """Why a load's rows can't be loaded from quarantine, and what to do instead."""
    if contract is None:
        return "the feed has no contract any more; put it back"
    if contract.drops_pii:
        why = "it keeps them without their PII"
    elif contract.format == "avro":
        why = "it keeps Avro's values as JSON"
    elif contract.unique_together or any(column.unique for column in contract.columns):
        why = "whether they are unique hangs on the rest of the drop"
    else:
        return None
    return f"{why}; use `audience-vault replay drop {load_id}`"


def _forgiving(contract: Contract) -> Contract:
    """The contract with no rule about the drop as a whole: that was checked when it came."""
    columns = tuple(replace(column, fails_drop=frozenset()) for column in contract.columns)
    return replace(contract, columns=columns, fails_drop=frozenset(), quarantine_threshold_pct=100)


def _replay(
    warehouse: Warehouse, turn: Turn, path: Path, key: PseudonymKey | None
) -> DropResult | None:
    """Land what passes of one load's rows; None where nothing does."""
    contract, engine = turn.contract, warehouse.engine
    rows = warehouse.query(
        f"""
            select row_number, payload from {warehouse.table(QUARANTINE)}
            where load_id = $1::bigint and replayed_by_load_id is null
                and rule not in ('record', 'fields')
            order by row_number
        """,
        [turn.replays.load_id],
    )
    _write(path, [payload for _, payload in rows])
    engine.execute(
        f"""
            create or replace temp table {ORIGINS} as
            select
                unnest($1::bigint[]) as row_number,
                unnest(range(1, len($1) + 1)) as record_number
        """,
        [[number for number, _ in rows]],
    )
    turn.checked = check_records(engine, _reading(path, contract), contract, TABLES, key)
    path.unlink()
    if turn.checked.rows_read == turn.checked.rows_refused:
        return None
    ledger = Ledger(warehouse, [(turn.drop, contract)])
    with ledger.transaction():
        entry = _land(ledger, turn, key)
        ledger.record(contract, turn.stored, entry)
    return result_of(turn, entry)


def _write(path: Path, payloads: list[str]) -> None:
    """One record a line: line ends within a JSON object are only ever between its parts."""
    lines = (payload.replace("\r", " ").replace("\n", " ") for payload in payloads)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _reading(path: Path, contract: Contract) -> Reading:
    """Payloads are JSON, whatever the drop was; the fields of a CSV drop mean what they did."""
    reading = read_json_lines(path, contract)
    if contract.format != "csv":
        return reading
    nulls = literals(("", *contract.dialect.null_values))
    texts = [text_of(column) for column in contract.columns]
    kept = ", ".join(
        f"case when {text} not in ({nulls}) then {text} end as {text}" for text in texts
    )
    fields = {column.name: as_field(column, contract.dialect) for column in contract.columns}
    sql = f"select * replace ({kept}) from ({reading.sql})"
    return replace(reading, sql=sql, delivered=fields)


def _land(ledger: Ledger, turn: Turn, key: PseudonymKey | None) -> Entry:
    warehouse = ledger.warehouse
    load_id, loaded_at = ledger.next_load_id(), utc_now()
    records = f"""
        select record.* replace (origin.row_number as record_number)
        from ({turn.checked.numbered}) as record
        inner join {ORIGINS} as origin on record.record_number = origin.record_number
    """
    loaded = insert_good(warehouse, turn, records, load_id, loaded_at)
    passed = warehouse.engine.execute(
        f"select record_number from ({records}) where not is_bad"
    ).fetchall()
    warehouse.execute(
        f"""
            update {warehouse.table(QUARANTINE)} set replayed_by_load_id = $1::bigint
            where load_id = $2::bigint and row_number = any($3::bigint[])
        """,
        [load_id, turn.replays.load_id, [number for (number,) in passed]],
    )
    return Entry(
        load_id=load_id,
        state=State.LOADED,
        seconds=time.monotonic() - turn.started,
        loaded_at=loaded_at,
        sha256=turn.sha256,
        counts=Counts(loaded, loaded, 0),
        pseudonym_key_id=key.key_id if key and turn.contract.pii else None,
        replays_load_id=turn.replays.load_id,
    )

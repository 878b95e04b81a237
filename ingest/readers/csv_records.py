"""What DuckDB says only after it has read a CSV file: records that are none, and where it ended."""

from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from ingest.contracts import Contract, Dialect
from ingest.errors import DropError
from ingest.readers import CheckedTables
from ingest.readers.csv_quotes import blank_lines
from ingest.readers.endings import check_final_line_end, ends_a_line, rows_of_trailer

MOST_REJECTED = 1_000_000
PORTION_BLANKS = 100_000
"""The most positions of blank lines that are held at a time."""
CUT_OFF = ("MISSING COLUMNS", "UNQUOTED VALUE", "INVALID ENCODING")
"""What DuckDB says of a record when the file ends within it."""


def keep_rejected(
    engine: duckdb.DuckDBPyConnection,
    tables: CheckedTables,
    path: Path,
    dialect: Dialect,
    *,
    one_column: bool,
) -> bool:
    """Fill `tables.rejected` with the records that DuckDB couldn't split into fields, if any.

    It numbers lines as records, blank ones included, and the header as the first. Raise DropError
    where the file ends within one of them.
    """
    count = "select count(*), count(distinct line) from reject_errors"
    errors, lines = engine.execute(count).fetchall()[0]
    if errors:
        rejected = """
            select
                *,
                line_byte_position + len(csv_line)
                    - len(ltrim(csv_line, chr(10) || chr(13))) as position
            from reject_errors
        """
        blanks = iter(()) if one_column else blank_lines(path, dialect)
        if lines > MOST_REJECTED:
            first = f"select position, line, error_message from ({rejected})"
            order = "order by line, column_idx limit 1"
            position, line, reason = engine.execute(f"{first} {order}").fetchall()[0]
            before = sum(1 for _ in takewhile(lambda blank: blank < position, blanks))
            raise DropError(
                f"{lines} rows can't be split into fields, more than {MOST_REJECTED}; "
                f"the first is row {line - dialect.has_header - before}: {reason}"
            )
        positions = f"select distinct position from ({rejected}) where position is not null"
        found = engine.execute(f"{positions} order by 1").fetchnumpy()["position"]
        places = np.asarray(found, dtype=np.int64)
        before_each = {"position": places, "blanks": _counted_before(places, blanks)}
        engine.register("blanks_before", before_each)
        engine.execute(
            f"""
                insert into {tables.rejected}
                with rejected as ({rejected}),

                numbered as (
                    select
                        rejected.*,
                        line - $1 - coalesce(blanks_before.blanks, 0) as record_number
                    from rejected
                    left join blanks_before on rejected.position = blanks_before.position
                )

                select
                    record_number,
                    first(error_type order by column_idx) as error_type,
                    first(error_message order by column_idx) as reason,
                    ltrim(first(csv_line order by column_idx), chr(10) || chr(13)) as payload
                from numbered
                group by record_number
            """,
            [int(dialect.has_header)],
        )
        engine.unregister("blanks_before")
    engine.execute("drop table reject_errors; drop table reject_scans")
    return bool(errors)


def _counted_before(places: NDArray[np.int64], blanks: Iterator[int]) -> NDArray[np.int64]:
    """How many blank lines are before each place, of any number of them; both in order."""
    counts = np.zeros(len(places), dtype=np.int64)
    while (portion := np.fromiter(islice(blanks, PORTION_BLANKS), dtype=np.int64)).size:
        counts += np.searchsorted(portion, places, side="left")
    return counts


def check_end(
    engine: duckdb.DuckDBPyConnection,
    tables: CheckedTables,
    path: Path,
    contract: Contract,
    *,
    has_rejected: bool,
) -> None:
    """Raise DropError where the file ends too early, as far as it or its contract tells.

    Takes the trailer line away from the records, if the contract has one.
    """
    completeness = contract.completeness
    if completeness.final_line_end:
        check_final_line_end(path)
    count = f"(select count(*) from {tables.records}) + (select count(*) from {tables.rejected})"
    last = f"""
        select record_number, error_type, payload from {tables.rejected}
        where record_number = {count}
    """
    found = engine.execute(last).fetchall() if has_rejected else []
    broken = next(iter(found), None)
    if broken is not None and broken[1] in CUT_OFF:
        number, error_type, payload = broken
        if error_type == "UNQUOTED VALUE" and payload.count(contract.dialect.quote) % 2 == 1:
            raise DropError(f"the file is cut off: a quote opened in row {number} is never closed")
        if completeness.trailer is None and not ends_a_line(path):
            raise DropError(f"the file is cut off: its last line, row {number}, isn't complete")
    if completeness.trailer is not None:
        stated = rows_of_trailer(path, completeness.trailer)
        (records,) = engine.execute(f"select {count}").fetchall()[0]
        if stated != records - 1:
            raise DropError(f"the trailer states {stated} rows, but there are {records - 1}")
        if broken is not None:
            engine.execute(f"delete from {tables.rejected} where record_number = {records}")
        else:
            engine.execute(
                f"""
                    delete from {tables.records}
                    where rowid = (select max(rowid) from {tables.records})
                """
            )

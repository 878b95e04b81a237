"""Lines of a JSON drop that aren't JSON: what they are, and whether the file ends within one."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from ingest.contracts import Contract
from ingest.errors import DropError
from ingest.readers import CheckedTables
from ingest.readers.endings import end_of, ends_a_line
from ingest.sql import literal

PORTION_LINES = 10_000
PORTION_BYTES = 32 * 1024 * 1024
"""The most broken lines, and text of them, that are held at a time."""
NOT_VALID = "isn't valid JSON"


def keep_broken_lines(
    engine: duckdb.DuckDBPyConnection, tables: CheckedTables, path: Path, contract: Contract
) -> None:
    """Put lines that aren't JSON beside their reason; a last one without its end is a cut file.

    Of too many of them no line is read: the drop fails as it would once they were all kept.
    """
    query = f"""
        select rowid as broken from {tables.records} where problem = {literal(NOT_VALID)} order by 1
    """
    broken = np.asarray(engine.execute(query).fetchnumpy()["broken"], dtype=np.int64)
    if not broken.size:
        return
    (records,) = engine.execute(f"select count(*) from {tables.records}").fetchall()[0]
    if broken[-1] + 1 == records and not _ends_last_line(path):
        raise DropError(f"the file is cut off: its last line, record {records}, isn't complete")
    most = contract.quarantine_threshold_pct
    if broken.size > PORTION_LINES and broken.size * 100 > most * records:
        raise DropError(
            f"{broken.size} of {records} rows break the contract, more than {most:g} %; "
            f"the first is row {broken[0] + 1}: {NOT_VALID}"
        )
    for numbers, payloads in _portions(path, broken):
        engine.execute(
            f"""
                update {tables.records} as checked
                set record = line.payload
                from (
                    select unnest($1::bigint[]) as at, unnest($2::varchar[]) as payload
                ) as line
                where checked.rowid = line.at
            """,
            [numbers, payloads],
        )


def _ends_last_line(path: Path) -> bool:
    """Whether the last line that isn't blank has its line end."""
    end = end_of(path)
    return ends_a_line(path) or b"\n" in end[len(end.rstrip()) :]


def _portions(path: Path, broken: NDArray[np.int64]) -> Iterator[tuple[list[int], list[str]]]:
    """The lines at these places, of those that aren't blank: a bounded amount of text at a time."""
    numbers: list[int] = []
    payloads: list[str] = []
    size = 0
    wanted = map(int, broken)
    following = next(wanted, None)
    with path.open("rb") as file:
        for at, line in enumerate(line for line in file if line.strip()):
            if at != following:
                continue
            numbers.append(at)
            payloads.append(line.decode(errors="replace").rstrip("\r\n"))
            size += len(line)
            following = next(wanted, None)
            if following is None:
                break
            if len(numbers) >= PORTION_LINES or size >= PORTION_BYTES:
                yield numbers, payloads
                numbers, payloads, size = [], [], 0
    if numbers:
        yield numbers, payloads

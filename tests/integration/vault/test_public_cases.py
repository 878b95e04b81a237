"""AutomateDV's public cases, load after load, against the macros."""

from datetime import datetime
from typing import Any

import pytest

from .differences import DIFFERENCES
from .public_cases import GHOST, Case, Row, read_cases
from .replay import Replay, is_effectivity

ENDLESS = "9999"


def comparable(row: Row, columns: list[str]) -> tuple[Any, ...]:
    """A row's values, instants as such and everything else as text."""
    values = []
    for column in columns:
        value = row[column]
        if value is not None and column.endswith("_at") and not isinstance(value, datetime):
            value = datetime.fromisoformat(value)
        values.append(value if value is None or isinstance(value, datetime) else str(value))
    return tuple(values)


def stretches(rows: list[Row]) -> list[Row]:
    """What an effectivity satellite that stores ends says: from when to when each relation held."""
    keys = list(rows[0])[:3]
    known = {}
    for row in sorted(rows, key=lambda row: datetime.fromisoformat(row["loaded_at"])):
        end = None if row["end_date"].startswith(ENDLESS) else row["end_date"]
        known[tuple(row[key] for key in keys), row["start_date"]] = end
    return [
        dict(zip(keys, of, strict=True)) | {"valid_from_at": start, "valid_to_at": end}
        for (of, start), end in known.items()
    ]


def without_ghosts(rows: list[Row]) -> list[Row]:
    """Rows that say of what they are; a point in time may still refer to a ghost."""
    return [
        row
        for row in rows
        if not any(value == GHOST for column, value in row.items() if not column.startswith("sat_"))
    ]


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.id)
def test_a_public_case_ends_in_the_rows_that_it_expects(replay: Replay, case: Case) -> None:
    for number, load in enumerate(case.loads, start=1):
        for table, rows in load.expected.items():
            expected = stretches(rows) if is_effectivity(case, table) else rows
            found = without_ghosts(replay.after[case.id, number, table])
            columns = list(expected[0])
            assert sorted(comparable(row, columns) for row in found) == sorted(
                comparable(row, columns) for row in expected
            ), f"{table} after load {number}"


@pytest.mark.parametrize(
    "case", [case for case in read_cases() if case.id in DIFFERENCES], ids=lambda case: case.id
)
def test_what_is_done_otherwise_is_done_as_told(replay: Replay, case: Case) -> None:
    difference = DIFFERENCES[case.id]
    assert replay.count(case, difference.query) == difference.count, difference.reason

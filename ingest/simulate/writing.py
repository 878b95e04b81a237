"""Writing drops: under a temporary name first, so that no loader sees half a file."""

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingest.sql import literal

CSV = "format csv, header"
JSON_LINES = "format json"


@dataclass(frozen=True)
class Drop:
    """A finished drop: all its rows, and those of them with a fault."""

    path: Path
    rows: int
    """Data rows, without the header."""
    broken: int = 0
    """Rows that the contract rejects."""
    repeated: int = 0
    """Sound rows that were delivered before, in this drop or an earlier one."""
    late: int = 0
    """Sound rows delivered for the first time, after the drop of their date."""

    @property
    def feed(self) -> str:
        """The feed, which the drop's folder is named after."""
        return self.path.parent.name


@contextmanager
def new_file(path: Path, stored_at: int | None = None) -> Iterator[Path]:
    """Give the temporary path to write to; it gets its real name if all goes well.

    `stored_at` is when the file says it was written, in epoch seconds: reference data takes effect
    by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        yield temporary
        if stored_at is not None:
            os.utime(temporary, (stored_at, stored_at))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_delimited(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    stored_at: int,
    **dialect: str,
) -> Drop:
    """Write a small table of sound rows with a header, as Python's csv.writer does."""
    rows = list(rows)
    with (
        new_file(path, stored_at) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file, **({"lineterminator": "\n"} | dialect))
        writer.writerow(header)
        writer.writerows(rows)
    return Drop(path, len(rows))


def write_drop(
    path: Path,
    rows: pd.DataFrame,
    query: str,
    *,
    options: str = CSV,
    stored_at: int | None = None,
) -> Drop:
    """Write what a query makes of `delivered`, the rows, with the options of DuckDB's COPY.

    The rows have `fault`, `is_repeat` and `is_late`, as the module delivery says.
    """
    with new_file(path, stored_at) as temporary, duckdb.connect(config={"threads": 1}) as engine:
        engine.register("delivered", rows)
        engine.execute(f"copy ({query}) to {literal(str(temporary))} ({options})")
    sound = rows["fault"] == 0
    return Drop(
        path,
        rows=len(rows),
        broken=int((~sound).sum()),
        repeated=int((sound & rows["is_repeat"]).sum()),
        late=int((sound & rows["is_late"] & ~rows["is_repeat"]).sum()),
    )


def text(codes: np.ndarray, values: Sequence[str]) -> pd.Categorical:
    """The values at these codes, null for -1; values without a row are left out, as they cost."""
    used = np.flatnonzero(np.bincount(codes + 1, minlength=len(values) + 1)[1:])
    renumbered = np.full(len(values) + 1, -1, np.int32)
    renumbered[used] = np.arange(len(used))
    categories = pd.Index([values[i] for i in used.tolist()], dtype=object)
    return pd.Categorical.from_codes(renumbered[codes], categories=categories)

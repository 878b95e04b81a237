"""Writing drops: under a temporary name first, so that no loader sees half a file."""

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from isal import igzip

from ingest.simulate.plan import DAY_SECONDS, day_number
from ingest.sql import literal

CSV = "format csv, header"
JSON_LINES = "format json"
PACKING_LEVEL, PACKED_AT_ONCE = 1, 1024 * 1024


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


def write_lines(path: Path, rows: Sequence[dict[str, object]], *, day: date) -> Drop:
    """Write a small table of sound rows as JSON lines, stored at the beginning of a date."""
    with (
        new_file(path, day_number(day) * DAY_SECONDS) as temporary,
        temporary.open("w", encoding="utf-8") as file,
    ):
        file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
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

    The rows have `fault`, `is_repeat` and `is_late`, as the module delivery says. What is named .gz
    is packed.
    """
    with new_file(path, stored_at) as temporary:
        with duckdb.connect(config={"threads": 1}) as engine:
            engine.register("delivered", rows)
            engine.execute(
                f"copy ({query}) to {literal(str(temporary))} ({options}, compression none)"
            )
        if path.suffix == ".gz":
            _pack(temporary)
    sound = rows["fault"] == 0
    return Drop(
        path,
        rows=len(rows),
        broken=int((~sound).sum()),
        repeated=int((sound & rows["is_repeat"]).sum()),
        late=int((sound & rows["is_late"] & ~rows["is_repeat"]).sum()),
    )


def _pack(path: Path) -> None:
    """Replace a file with itself packed; DuckDB's COPY takes six times as long to pack."""
    packed = path.with_name(f"{path.name}.packed")
    try:
        with (
            path.open("rb") as plain,
            packed.open("wb") as file,
            igzip.GzipFile("", "wb", PACKING_LEVEL, file, mtime=0) as pack,
        ):
            shutil.copyfileobj(plain, pack, PACKED_AT_ONCE)
        packed.replace(path)
    finally:
        packed.unlink(missing_ok=True)


def text(codes: np.ndarray, values: Sequence[str]) -> pd.Categorical:
    """The values at these codes, null for -1; values without a row are left out, as they cost."""
    used = np.flatnonzero(np.bincount(codes + 1, minlength=len(values) + 1)[1:])
    categories: dict[str, int] = {}
    renumbered = np.full(len(values) + 1, -1, np.int32)
    renumbered[used] = [categories.setdefault(values[i], len(categories)) for i in used.tolist()]
    return pd.Categorical.from_codes(
        renumbered[codes], categories=pd.Index(list(categories), dtype=object)
    )

"""Writing drops: under a temporary name first, so that no loader sees half a file."""

import csv
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Drop:
    """A finished drop."""

    path: Path
    rows: int
    """Data rows, without the header."""


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Give the temporary path to write to; it gets its real name if all goes well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_delimited(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    delimiter: str = ",",
    line_end: str = "\n",
) -> Drop:
    """Write a small table with a header."""
    rows = list(rows)
    with new_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end)
        writer.writerow(header)
        writer.writerows(rows)
    return Drop(path, len(rows))


def join_files(parts: Iterable[Path], path: Path) -> None:
    """Move the parts' bytes, in order, into one file."""
    first, *rest = parts
    with first.open("ab") as whole:
        for part in rest:
            with part.open("rb") as source:
                shutil.copyfileobj(source, whole, 1 << 24)
            part.unlink()
    first.replace(path)

"""Where a file of text ends, and what its end says."""

import re
from pathlib import Path

from ingest.errors import DropError

END_BYTES = 64 * 1024


def end_of(path: Path) -> bytes:
    """The last bytes of a file."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - END_BYTES, 0))
        return file.read()


def ends_a_line(path: Path) -> bool:
    """Whether the last line of a file has its line end."""
    return end_of(path).endswith((b"\n", b"\r"))


def check_final_line_end(path: Path) -> None:
    """Raise DropError for a file that stops within its last line."""
    if not ends_a_line(path):
        raise DropError("the file is cut off: its last line has no line end, as its contract wants")


def rows_of_trailer(path: Path, pattern: str) -> int:
    """The number of records that the last line states; raise DropError where it states none."""
    lines = end_of(path).decode(errors="replace").splitlines()
    last = next((line for line in reversed(lines) if line.strip()), "")
    stated = re.search(pattern, last)
    if stated is None or not (stated[1] or "").isdecimal():
        raise DropError("the file is cut off: its last line isn't the trailer with the row count")
    return int(stated[1])

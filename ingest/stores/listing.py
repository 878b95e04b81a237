"""What every store agrees on: which files are offered, in which order, and archive names."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from ingest.stores import Drop, Listing, Skipped

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".inprogress", "._copying_", "~")
"""Ends of names under which tools write before they rename, in lower case."""
SCRATCH = ("_temporary",)
"""Folders in which Hadoop and Spark keep what they haven't finished."""
COMPRESSIONS = (".gz", ".zst", ".bz2", ".zip")

LAST_DAY = datetime(9999, 12, 31)  # noqa: DTZ001 - naive and UTC, as all times of drops


def is_hidden(path: str, archive: str | None) -> bool:
    """Whether a file, or a folder with all that is in it, is never offered."""
    parts = path.split("/")
    hidden = any(part.startswith(".") or part in SCRATCH for part in parts)
    return hidden or (archive is not None and f"{path}/".startswith(f"{archive}/"))


def is_unfinished(path: str) -> bool:
    """Whether a file's name says that it is being written."""
    return path.lower().endswith(UNFINISHED)


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as a naive instant in UTC; what no calendar has becomes its last day."""
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):
        return LAST_DAY


def fresh(found: Iterable[Drop], settle_seconds: float, now: datetime) -> list[Drop]:
    """Files that may be being written: changed within `settle_seconds` before `now`, or later."""
    since = now - timedelta(seconds=settle_seconds)
    return [drop for drop in found if settle_seconds and drop.modified_at > since]


def settled(
    found: Iterable[Drop], again: Mapping[str, Drop | None], unreadable: list[Skipped]
) -> Listing:
    """A listing, where `again` has some of the files by path as they were later; None for gone."""
    now = [(drop, again.get(drop.path, drop)) for drop in found]
    return Listing(
        drops=in_order(drop for drop, later in now if later == drop),
        unfinished=in_order(later for drop, later in now if later is not None and later != drop),
        unreadable=sorted(unreadable, key=lambda skipped: skipped.url),
    )


def in_order(drops: Iterable[Drop]) -> list[Drop]:
    """Oldest first."""
    return sorted(drops, key=lambda drop: (drop.modified_at, drop.url))


def archive_paths(path: str, folder: str) -> Iterator[str]:
    """Where a drop may go, best first: its own path under the archive, then with a number."""
    place = PurePosixPath(folder, path)
    end = place.suffix if place.stem else ""
    if end.lower() in COMPRESSIONS:
        end = PurePosixPath(place.stem).suffix + end
    start = place.name.removesuffix(end)
    yield str(place)
    number = 2
    while True:
        yield str(place.with_name(f"{start}-{number}{end}"))
        number += 1

"""What tests of every store look at."""

from pathlib import Path

from ingest.errors import DropError
from ingest.stores import Drop, Store
from ingest.stores.fetching import fetched

MIB = 1024 * 1024


def paths(store: Store) -> list[str]:
    """What a store offers, in its order."""
    return [drop.path for drop in store.listing().drops]


def only(store: Store) -> Drop:
    """The one drop that a store offers."""
    (drop,) = store.listing().drops
    return drop


def archive(store: Store, drop: Drop, folder: str = "done") -> str:
    """Move a drop as a load does; its new URL."""
    target = store.archived(drop, folder, ())
    store.move(drop, target)
    return target.url


def fetch_all(place, tmp_path: Path, store: Store | None = None) -> list[bytes | DropError]:
    """What the loader gets: files' contents, or why there is none."""
    store = store or place.open()
    turns = fetched(store, store.listing().drops, tmp_path, place.settings)
    return [told if isinstance(told, DropError) else told.read_bytes() for _, told in turns]


def version(bucket) -> None:
    """Let a bucket keep versions from now on."""
    status = {"Status": "Enabled"}
    bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=status)


def refusal(code: str, status: int, message: str = "") -> bytes:
    """What S3 answers in place of what was asked for."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n{body}".encode()

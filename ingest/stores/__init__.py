"""Where drops come from."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Drop:
    """A file that a store offers, as it was when it was listed."""

    url: str
    path: str
    """Path under the source, with slashes; the bare name for a single file."""
    size_bytes: int
    modified_at: datetime
    """UTC, naive."""
    version: str
    """The store's mark of this content under this URL: changes when the file does."""

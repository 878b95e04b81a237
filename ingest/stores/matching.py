"""Which feed a file belongs to, told by its path."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from ingest.contracts import Contract
from ingest.errors import UsageError
from ingest.stores import Drop, Skipped, Store
from ingest.stores.patterns import PathMatcher
from ingest.stores.urls import decoded


@dataclass(frozen=True)
class Matches:
    """What a source holds, told apart. Markers and manifests are nowhere but with their drops."""

    drops: list[tuple[Drop, Contract]] = field(default_factory=list)
    """What is ready to load, oldest first: by when it takes effect, else by when it was stored."""
    manifests: dict[str, Drop] = field(default_factory=dict)
    """The manifest of each drop that has one, by the drop's URL."""
    waiting: list[Skipped] = field(default_factory=list)
    """Drops that aren't ready, and what is missing."""
    error_records: list[str] = field(default_factory=list)
    """URLs of files with what a connector couldn't deliver: never data."""
    ignored: list[str] = field(default_factory=list)
    """URLs of files of no feed."""
    unreadable: list[Skipped] = field(default_factory=list)
    """What the store couldn't look into, and why."""


def match_drops(store: Store, contracts: Iterable[Contract], feed: str | None) -> Matches:
    """List a store and tell its files apart. A named feed takes a single file whatever its name.

    With a feed named, files of other feeds are in `ignored`. Raise UsageError where a file belongs
    to several feeds, or a single one to none.
    """
    files = [_Feed(contract) for contract in contracts]
    listing = store.listing()
    matches = Matches(unreadable=listing.unreadable)
    sorter = _Sorter(store, files, {drop.path: drop for drop in listing.drops}, matches)
    if feed is not None and store.is_single_file:
        named = next(each for each in files if each.contract.feed == feed)
        for drop in listing.drops:
            sorter.take(drop, named)
    else:
        for drop in listing.drops:
            sorter.sort(drop, feed)
    for drop in listing.unfinished:
        sorter.sort(drop, feed, is_written=False)
    matches.drops.sort(key=lambda pair: pair[0].effective_at or pair[0].modified_at)
    if store.is_single_file and not (matches.drops or matches.waiting):
        raise UsageError(f"{store.name}: no feed has files of this name; say which by --feed")
    return matches


class _Feed:
    """A contract with its patterns, ready to be asked."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.marker = contract.completeness.marker
        self.manifest = contract.completeness.manifest
        self._patterns = [PathMatcher(contract, pattern) for pattern in contract.patterns]

    def takes(self, path: str, anywhere: bool) -> bool:
        return any(pattern.matches(path, anywhere=anywhere) for pattern in self._patterns)

    def dated(self, drop: Drop, path: str, anywhere: bool) -> Drop:
        """The drop with the time at which it takes effect, if its contract tells by it."""
        at = drop.modified_at
        if self.contract.effective_at == "file_name":
            times = (pattern.times(path, anywhere=anywhere) for pattern in self._patterns)
            at = _instant(set().union(*times), ZoneInfo(self.contract.timezone))
        return replace(drop, effective_at=at) if self.contract.drops_take_effect else drop

    def is_error_record(self, path: str, anywhere: bool) -> bool:
        return any(pattern.is_error_record(path, anywhere=anywhere) for pattern in self._patterns)

    def is_companion(self, path: str, anywhere: bool) -> bool:
        """Whether it is a marker or manifest of a drop of this feed, be that there or not."""
        if self.marker and path.rpartition("/")[2] == self.marker:
            return True
        suffixes = [suffix for suffix in (self.marker, self.manifest) if suffix]
        return any(
            path.endswith(suffix) and self.takes(path.removesuffix(suffix), anywhere)
            for suffix in suffixes
        )

    def marker_path(self, path: str) -> str | None:
        """Where the marker of a drop is: beside it, or one for its folder."""
        if self.marker is None or self.marker.startswith("."):
            return self.marker and path + self.marker
        return str(PurePosixPath(path).with_name(self.marker))


@dataclass(frozen=True)
class _Sorter:
    """Puts each file of a listing where it belongs."""

    store: Store
    feeds: list[_Feed]
    listed: dict[str, Drop]
    matches: Matches

    def sort(self, drop: Drop, feed: str | None, *, is_written: bool = True) -> None:
        """A file whose path says what it is."""
        path, anywhere = self._path(drop), self.store.is_single_file
        if any(each.is_error_record(path, anywhere) for each in self.feeds):
            self.matches.error_records.append(drop.url)
            return
        if any(each.is_companion(path, anywhere) for each in self.feeds):
            return
        found = [each for each in self.feeds if each.takes(path, anywhere)]
        if len(found) > 1:
            feeds = " and ".join(each.contract.feed for each in found)
            advice = "say which by --feed" if anywhere else "change their servers' paths"
            raise UsageError(f"{drop.path} belongs to the feeds {feeds}; {advice}")
        if not found or feed not in (None, found[0].contract.feed):
            self.matches.ignored.append(drop.url)
        elif is_written:
            self.take(drop, found[0])
        else:
            self.matches.waiting.append(Skipped(drop.url, "is still being written"))

    def take(self, drop: Drop, feed: _Feed) -> None:
        """A drop of this feed, if its marker and manifest are there."""
        marker, manifest = feed.marker_path(drop.path), None
        if marker and not self._find(marker):
            self._wait(drop, "marker", marker)
            return
        if feed.manifest:
            manifest = self._find(drop.path + feed.manifest)
            if not manifest:
                self._wait(drop, "manifest", drop.path + feed.manifest)
                return
            self.matches.manifests[drop.url] = manifest
        dated = feed.dated(drop, self._path(drop), self.store.is_single_file)
        self.matches.drops.append((dated, feed.contract))

    def _path(self, drop: Drop) -> str:
        """What patterns are asked about: of a single file, where it is says more than its name."""
        return _whole_path(drop) if self.store.is_single_file else drop.path

    def _find(self, path: str) -> Drop | None:
        """What lies beside a single file is in no listing."""
        return self.store.find(path) if self.store.is_single_file else self.listed.get(path)

    def _wait(self, drop: Drop, what: str, path: str) -> None:
        name = path.rpartition("/")[2]
        self.matches.waiting.append(Skipped(drop.url, f"waits for its {what} {name}"))


def _whole_path(drop: Drop) -> str:
    return decoded(drop.url.partition("://")[2].partition("/")[2])


def _instant(times: set[datetime], zone: ZoneInfo) -> datetime | None:
    """The one local time as an instant, naive and UTC; null if it isn't one that there is.

    Of a reading that the clocks repeat, the later; of one that they skip, the moment that they do.
    """
    if len(times) != 1:
        return None
    (local,) = times
    try:
        # The two are the same where nothing is repeated or skipped (PEP 495).
        both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except OverflowError:
        return None
    return max(both).replace(tzinfo=None)

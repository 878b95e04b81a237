"""Which feed a file belongs to, told by its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ingest.contracts import Contract
from ingest.errors import UsageError
from ingest.stores import Drop
from ingest.stores.folder import FolderStore


@dataclass(frozen=True)
class Matches:
    """The drops of a source with the contract of each, and the URLs of files that are none."""

    drops: list[tuple[Drop, Contract]]
    ignored: list[str]


def match_drops(store: FolderStore, contracts: Iterable[Contract], feed: str | None) -> Matches:
    """Tell the files of a store apart. A named feed takes a single file whatever its name."""
    contracts = list(contracts)
    matches = Matches([], [])
    for drop in store.drops():
        contract = _contract_of(drop, contracts)
        if feed is not None and store.is_single_file:
            contract = next(c for c in contracts if c.feed == feed)
        if contract is None or feed not in (None, contract.feed):
            matches.ignored.append(drop.url)
        else:
            matches.drops.append((drop, contract))
    if store.is_single_file and not matches.drops:
        raise UsageError(f"{store.root.name}: no feed has files of this name; say which by --feed")
    return matches


def _contract_of(drop: Drop, contracts: list[Contract]) -> Contract | None:
    found = [c for c in contracts if any(_matches(drop.path, p) for p in c.patterns)]
    if len(found) > 1:
        feeds = " and ".join(contract.feed for contract in found)
        raise UsageError(f"{drop.path} belongs to the feeds {feeds}; change their servers' paths")
    return found[0] if found else None


def _matches(path: str, pattern: str) -> bool:
    """A pattern with a slash is one of the path under the source; else of the bare name."""
    file = PurePosixPath(path)
    return file.match(pattern) if "/" in pattern else fnmatchcase(file.name, pattern)

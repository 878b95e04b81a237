"""Looks for what would keep drops from being loaded, and says what to do about it."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from rich.filesize import decimal

from ingest.contracts import ContractError, read_contracts
from ingest.contracts.dbt_sources import source_files
from ingest.errors import SourceError, UsageError, WarehouseError
from ingest.ledger.reports import feed_status
from ingest.settings import MIN_KEY_CHARACTERS, Settings
from ingest.stores import open_store
from ingest.stores.matching import match_drops
from ingest.warehouses import open_for_reading

LITTLE_ROOM_BYTES = 2 * 1024**3
PACKAGES = ("duckdb", "boto3", "asyncssh", "polars")
EXPECTED = (UsageError, ContractError, SourceError, WarehouseError, OSError)


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    is_fine: bool
    told: str
    """What was found, and where that isn't fine what to do."""


def examine(settings: Settings, source: str) -> Iterator[Finding]:
    """Every finding, one after the other; none changes anything."""
    yield Finding("versions", True, _versions())
    yield _look("contracts", lambda: _contracts(settings))
    yield _look("dbt sources", lambda: _sources(settings))
    yield _look("PII", lambda: _key(settings))
    yield _look("warehouse", lambda: _warehouse(settings))
    yield _look("temporary files", _room)
    yield _look("source", lambda: _source(settings, source))


def _look(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except EXPECTED as error:
        return Finding(subject, False, str(error))


def _versions() -> str:
    python = ".".join(str(part) for part in sys.version_info[:3])
    return ", ".join([f"Python {python}", *(f"{name} {version(name)}" for name in PACKAGES)])


def _contracts(settings: Settings) -> str:
    contracts = read_contracts(settings.contracts_dir)
    return f"{len(contracts)} feeds: {', '.join(contracts)}"


def _sources(settings: Settings) -> str:
    contracts = read_contracts(settings.contracts_dir)
    for path, content in source_files(contracts).items():
        file = settings.project_dir / path
        if not file.exists() or file.read_text(encoding="utf-8") != content:
            raise UsageError(f"{path} isn't what its contract says; run `contract sync`")
    return "in step with the contracts"


def _key(settings: Settings) -> str:
    contracts = read_contracts(settings.contracts_dir).values()
    feeds = [contract.feed for contract in contracts if contract.pii]
    if not feeds:
        return "no feed has any"
    if settings.pseudonym_key is None:
        return f"{', '.join(feeds)}; there is no key for pseudonyms"
    return f"{', '.join(feeds)}; there is a key for pseudonyms"


def _warehouse(settings: Settings) -> str:
    warehouse = open_for_reading(settings)
    if warehouse is None:
        return f"{settings.target}: empty so far"
    with warehouse:
        feeds = feed_status(warehouse, list(read_contracts(settings.contracts_dir)))
    loads, failed = sum(feed.loaded for feed in feeds), sum(feed.failed for feed in feeds)
    if failed:
        drops = "drop failed and waits" if failed == 1 else "drops failed and wait"
        raise UsageError(f"{failed:,} {drops}; `audience-vault status` says why")
    return f"{settings.target}: {loads:,} loads"


def _room() -> str:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM_BYTES:
        raise UsageError(
            f"{folder} has {decimal(free)} left, and drops are unpacked there; free some, or set "
            "TMPDIR to a folder on another disk"
        )
    return f"{decimal(free)} left in {folder}"


def _source(settings: Settings, source: str) -> str:
    contracts = read_contracts(settings.contracts_dir)
    with open_store(source, settings) as store:
        matches = match_drops(store, contracts.values(), None)
    if matches.unreadable:
        first = matches.unreadable[0]
        raise SourceError(f"{first.url} {first.reason}")
    with_pii = sorted({contract.feed for _, contract in matches.drops if contract.pii})
    if with_pii and settings.pseudonym_key is None:
        raise UsageError(
            f"its drops of {', '.join(with_pii)} can't be loaded without a key for pseudonyms; set "
            f"AUDIENCE_VAULT_PSEUDONYM_KEY to a secret of at least {MIN_KEY_CHARACTERS} characters"
        )
    return f"{source}: {len(matches.drops):,} drops, {len(matches.ignored):,} other files"

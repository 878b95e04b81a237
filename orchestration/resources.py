"""What the assets work with."""

import dagster as dg

from ingest.contracts import read_contracts
from ingest.ledger.accounting import unexplained_rows
from ingest.ledger.reports import FailedDrop, failed_drops
from ingest.loading.loader import load
from ingest.loading.results import LoadReport
from ingest.settings import Settings
from ingest.warehouses import open_for_loading


class Loader(dg.ConfigurableResource):
    """Brings drops into raw. Opens the warehouse for each call: dbt needs it in between."""

    source: str
    """Folder that drops come from."""

    def load(self, feed: str) -> LoadReport:
        """Load the feed's new drops."""
        return load(self.source, Settings.from_environment(), feed)

    def unexplained_rows(self, feed: str) -> int:
        """Rows read that are neither loaded nor in quarantine."""
        settings = Settings.from_environment()
        with open_for_loading(settings, read_contracts(settings.contracts_dir).values()) as it:
            return unexplained_rows(it, feed)

    def failed_drops(self, feed: str) -> list[FailedDrop]:
        """Drops of the feed whose last attempt failed."""
        settings = Settings.from_environment()
        with open_for_loading(settings, read_contracts(settings.contracts_dir).values()) as it:
            return [drop for drop in failed_drops(it) if drop.feed == feed]

"""An asset per feed, derived from its contract, with its checks."""

from collections import Counter

import dagster as dg

from ingest.contracts import Contract
from ingest.errors import UsageError
from ingest.ledger.history import State
from orchestration.resources import Loader
from orchestration.translator import OWNERS


def raw_feed(feed: str) -> dg.AssetKey:
    """The key of a feed's asset."""
    return dg.AssetKey(["raw", feed])


def feed_asset(contract: Contract, target: str) -> dg.AssetsDefinition:
    """raw/<feed>: materialising it loads the feed's new drops."""

    @dg.asset(
        key=raw_feed(contract.feed),
        group_name="raw",
        owners=OWNERS,
        kinds={"python", target},
        description=contract.description,
        code_version=contract.version,
    )
    def load_feed(loader: Loader) -> dg.MaterializeResult:
        try:
            report = loader.load(contract.feed)
        except UsageError as error:
            raise dg.Failure(f"{error}; AUDIENCE_VAULT_SOURCE names the folder") from error
        states = Counter(result.state for result in report.results)
        return dg.MaterializeResult(
            metadata={
                "rows_loaded": sum(result.rows_loaded for result in report.results),
                "rows_quarantined": sum(result.rows_quarantined for result in report.results),
                **{f"drops_{state}": states[state] for state in State},
            }
        )

    return load_feed


def feed_checks(contract: Contract) -> list[dg.AssetChecksDefinition]:
    """What must hold in raw before anything is built on the feed, and what someone must look at."""

    @dg.asset_check(
        asset=raw_feed(contract.feed),
        blocking=True,
        description="Rows in each drop = rows loaded + rows quarantined.",
    )
    def every_row_is_accounted_for(loader: Loader) -> dg.AssetCheckResult:
        missing = loader.unexplained_rows(contract.feed)
        return dg.AssetCheckResult(passed=missing == 0, metadata={"unexplained_rows": missing})

    @dg.asset_check(
        asset=raw_feed(contract.feed),
        description="No drop waits because it failed; the others are loaded all the same.",
    )
    def no_drop_failed(loader: Loader) -> dg.AssetCheckResult:
        failed = loader.failed_drops(contract.feed)
        return dg.AssetCheckResult(
            passed=not failed,
            metadata={drop.url: drop.error for drop in failed},
        )

    return [every_row_is_accounted_for, no_drop_failed]
